"""Own orders never trade with own orders: each rule, at each kind of venue, report by report."""

from collections.abc import Callable, Iterable

import pytest

from smartexec.api import (
    BookAdd,
    Context,
    Instrument,
    OrdType,
    Peg,
    Quote,
    ReplaceOrder,
    SendOrder,
    Side,
    TimeInForce,
    VenueAdapter,
    VenueInput,
)
from smartexec_sim.ats import SimAts
from smartexec_sim.dark import SimDark
from smartexec_sim.lit import SimLit

Run = Callable[[VenueAdapter, Iterable[tuple[int, VenueInput]]], list[str]]
Steps = list[tuple[int, VenueInput]]
Start = Callable[[SimLit], SimLit]
C = 10_000_000
M = "SIMA"
BUY, SELL = Side.BUY, Side.SELL
DAY, IOC, FOK = TimeInForce.DAY, TimeInForce.IOC, TimeInForce.FOK


def order(name: str, side: Side, qty: int, px: int | None, tif: TimeInForce = DAY) -> SendOrder:
    kind = OrdType.MARKET if px is None else OrdType.LIMIT
    return SendOrder(M, name, "ABC", side, qty, kind, None if px is None else px * C, tif)


def peg(name: str, side: Side, qty: int) -> SendOrder:
    return SendOrder(M, name, "ABC", side, qty, OrdType.PEGGED, None, DAY, peg=Peg.MID)


TAIL = {
    "reject": ["3 REJECTED B would trade with own order A"],
    "cancel_newest": [
        "3 NEW B",
        "3 TRADE B 20@1001 REMOVED PARTIALLY_FILLED",
        "3 CANCELED B would trade with own order A",
    ],
    "cancel_oldest": [
        "3 NEW B",
        "3 TRADE B 20@1001 REMOVED PARTIALLY_FILLED",
        "3 CANCELED A would trade with own order B",
        "3 TRADE B 50@1003 REMOVED PARTIALLY_FILLED",
    ],
    "cancel_both": [
        "3 NEW B",
        "3 TRADE B 20@1001 REMOVED PARTIALLY_FILLED",
        "3 CANCELED A would trade with own order B",
        "3 CANCELED B would trade with own order A",
    ],
    "decrement": [
        "3 NEW B",
        "3 TRADE B 20@1001 REMOVED PARTIALLY_FILLED",
        "3 CANCELED A would trade with own order B",
        "3 RESTATED B would trade with own order A",
        "3 TRADE B 50@1003 REMOVED PARTIALLY_FILLED",
    ],
}


@pytest.mark.parametrize("rule", sorted(TAIL))
def test_order_takes_what_is_better_and_then_the_rule_decides(started: Start, run: Run, rule: str) -> None:
    """20 lots are offered better than the own offer A, and 50 worse."""
    steps: Steps = [
        (0, BookAdd("ABC", M, 9, BUY, 990 * C, 100)),
        (1, order("A", SELL, 30, 1002)),
        (2, BookAdd("ABC", M, 1, SELL, 1001 * C, 20)),
        (2, BookAdd("ABC", M, 2, SELL, 1003 * C, 50)),
        (3, order("B", BUY, 200, 1003)),
    ]
    assert run(started(SimLit(mic=M, self_match=rule)), steps) == ["1 NEW A", *TAIL[rule]]


def test_decrement_leaves_the_larger_older_order_its_place_and_the_rest(started: Start, run: Run) -> None:
    steps: Steps = [
        (0, Quote("ABC", M, 1000 * C, 10, 1005 * C, 10)),
        (1, order("A", SELL, 100, 1002)),
        (2, order("B", BUY, 40, 1002)),
        (3, ReplaceOrder(M, "A2", "A", "ABC", SELL, 50, None)),
        (4, Quote("ABC", M, 1002 * C, 80, 1005 * C, 10)),
    ]
    assert run(started(SimLit(mic=M, self_match="decrement")), steps) == [
        "1 NEW A",
        "2 NEW B",
        "2 RESTATED A would trade with own order B",
        "2 CANCELED B would trade with own order A",
        "3 REPLACED A2>A 0/50 NEW",
        "4 TRADE A2 50@1002 ADDED FILLED",
    ]


def test_equal_orders_are_both_cancelled_by_decrement(started: Start, run: Run) -> None:
    steps: Steps = [
        (0, Quote("ABC", M, 1000 * C, 10, 1005 * C, 10)),
        (1, order("A", BUY, 40, 1002)),
        (2, order("B", SELL, 40, None)),
    ]
    assert run(started(SimLit(mic=M, self_match="decrement")), steps) == [
        "1 NEW A",
        "2 NEW B",
        "2 CANCELED A would trade with own order B",
        "2 CANCELED B would trade with own order A",
    ]


@pytest.mark.parametrize(("rule", "fills"), [("cancel_oldest", True), ("cancel_newest", False), ("decrement", False)])
def test_fok_is_executed_only_if_own_orders_may_leave_its_way(started: Start, run: Run, rule: str, fills: bool) -> None:
    steps: Steps = [
        (0, Quote("ABC", M, 1000 * C, 10, 1005 * C, 50)),
        (1, order("A", SELL, 10, 1004)),
        (2, order("B", BUY, 50, 1005, FOK)),
    ]
    lines = run(started(SimLit(mic=M, self_match=rule)), steps)[2:]
    if fills:
        assert lines == ["2 CANCELED A would trade with own order B", "2 TRADE B 50@1005 REMOVED FILLED"]
    else:
        assert lines == ["2 CANCELED B no more liquidity"]


def test_replace_into_an_own_order_follows_the_rule(started: Start, run: Run) -> None:
    steps: Steps = [
        (0, Quote("ABC", M, 1000 * C, 10, 1005 * C, 50)),
        (1, order("A", SELL, 10, 1004)),
        (2, order("B", BUY, 50, 1001)),
        (3, ReplaceOrder(M, "B2", "B", "ABC", BUY, 50, 1004 * C)),
    ]
    assert run(started(SimLit(mic=M, self_match="cancel_both")), steps)[2:] == [
        "3 REPLACED B2>B 0/50 NEW",
        "3 CANCELED A would trade with own order B2",
        "3 CANCELED B2 would trade with own order A",
    ]


@pytest.mark.parametrize("kind", [SimDark, SimAts])
@pytest.mark.parametrize(
    ("rule", "tail"),
    [
        ("reject", ["2 REJECTED B would trade with own order A"]),
        ("cancel_newest", ["2 NEW B", "2 CANCELED B would trade with own order A"]),
        ("cancel_oldest", ["2 NEW B", "2 CANCELED A would trade with own order B"]),
        (
            "decrement",
            [
                "2 NEW B",
                "2 RESTATED A would trade with own order B",
                "2 CANCELED B would trade with own order A",
            ],
        ),
    ],
)
def test_midpoint_orders_follow_the_rule_too(
    run: Run, kind: type[SimDark | SimAts], rule: str, tail: list[str]
) -> None:
    venue = kind(mic=M, self_match=rule, fill_prob=0.0)
    venue.start(Context(instruments={"ABC": Instrument("ABC")}))
    steps: Steps = [
        (0, Quote("ABC", M, 1000 * C, 10, 1004 * C, 10)),
        (1, peg("A", SELL, 50)),
        (2, peg("B", BUY, 20)),
    ]
    assert run(venue, steps) == ["1 NEW A", *tail]
