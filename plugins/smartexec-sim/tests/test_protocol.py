"""What all venues share: refusals, cancels, status, latency, fees."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from attrs import evolve

from smartexec.api import (
    CancelOrder,
    ExecutionReport,
    OrdType,
    Peg,
    QueryOrder,
    Quote,
    ReplaceOrder,
    SendOrder,
    Side,
    Tick,
    TimeInForce,
    VenueAdapter,
    VenueEvent,
    VenueInput,
)
from smartexec_sim.lit import SimLit

Run = Callable[[VenueAdapter, Iterable[tuple[int, VenueInput]]], list[str]]
Feed = Callable[[VenueAdapter, Iterable[tuple[int, VenueInput]]], list[tuple[int, VenueEvent]]]
Start = Callable[[SimLit], SimLit]
C = 10_000_000
M = "SIMA"
GOOD = SendOrder(M, "A", "ABC", Side.BUY, 100, OrdType.LIMIT, 1000 * C, TimeInForce.DAY)
QUOTE = Quote("ABC", M, 1000 * C, 500, 1001 * C, 300)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"symbol": "XYZ"}, "unknown symbol XYZ"),
        ({"order_qty": 0}, "order_qty 0, expected a positive multiple of 1"),
        ({"symbol": "LOT", "order_qty": 15}, "order_qty 15, expected a positive multiple of 10"),
        ({"price": 1000 * C + 1}, f"price {1000 * C + 1}, expected a positive multiple of the tick {C}"),
        ({"price": None}, "LIMIT without a price"),
        ({"ord_type": OrdType.MARKET}, f"MARKET with price {1000 * C}, expected none"),
        ({"ord_type": OrdType.PEGGED, "peg": Peg.MID}, "ord_type PEGGED is not supported"),
        ({"min_qty": 5}, "min_qty is not supported"),
        ({"display_qty": 5}, "display_qty is not supported"),
    ],
)
def test_bad_order_is_rejected_with_the_reason(started: Start, run: Run, change: dict[str, Any], text: str) -> None:
    assert run(started(SimLit(mic=M)), [(1, evolve(GOOD, **change))]) == [f"1 REJECTED A {text}"]


def test_duplicate_is_rejected_and_the_first_order_stays(started: Start, run: Run) -> None:
    assert run(started(SimLit(mic=M)), [(1, GOOD), (2, GOOD), (3, QueryOrder(M, "A", "ABC", Side.BUY))]) == [
        "1 NEW A",
        "2 REJECTED A duplicate cl_ord_id A",
        "3 ORDER_STATUS A 0/100 NEW",
    ]


def test_cancel_and_replace_answer_unknown_and_too_late(started: Start, run: Run) -> None:
    assert run(
        started(SimLit(mic=M)),
        [
            (1, QUOTE),
            (2, GOOD),
            (3, CancelOrder(M, "X1", "NONE", "ABC", Side.BUY)),
            (4, CancelOrder(M, "X2", "A", "ABC", Side.BUY)),
            (5, CancelOrder(M, "X3", "A", "ABC", Side.BUY)),
            (6, ReplaceOrder(M, "R1", "A", "ABC", Side.BUY, 50, None)),
            (7, evolve(GOOD, cl_ord_id="B", price=1001 * C, order_qty=400)),
            (8, ReplaceOrder(M, "R2", "B", "ABC", Side.BUY, 300, None)),
        ],
    )[1:] == [
        "3 CXLREJ X1>NONE unknown order",
        "4 CANCELED X2>A",
        "5 CXLREJ X3>A too late: CANCELED",
        "6 CXLREJ R1>A too late: CANCELED",
        "7 NEW B",
        "7 TRADE B 300@1001 REMOVED PARTIALLY_FILLED",
        "8 CXLREJ R2>B too late: order_qty 300, cum_qty 300",
    ]


def test_status_query_says_what_the_venue_knows(started: Start, feed: Feed) -> None:
    said = feed(
        started(SimLit(mic=M)),
        [
            (1, QUOTE),
            (2, evolve(GOOD, price=1001 * C, order_qty=400)),
            (3, QueryOrder(M, "A", "ABC", Side.BUY)),
            (4, QueryOrder(M, "NONE", "ABC", Side.BUY)),
        ],
    )
    known, unknown = (report for _, report in said[-2:])
    assert isinstance(known, ExecutionReport)
    assert isinstance(unknown, ExecutionReport)
    assert (known.cum_qty, known.order_qty, known.avg_px, known.price) == (300, 400, 1001 * C, 1001 * C)
    assert (unknown.ord_status.name, unknown.text) == ("REJECTED", "unknown order")


def test_latency_delays_both_ways_and_the_market_moves_meanwhile(started: Start, run: Run) -> None:
    venue = started(SimLit(mic=M, latency_in=100, latency_out=30))
    assert run(
        venue,
        [
            (0, QUOTE),
            (10, evolve(GOOD, price=1001 * C, time_in_force=TimeInForce.IOC)),
            (50, Quote("ABC", M, 1000 * C, 500, 1001 * C, 40)),
            (110, Quote("ABC", M, 1000 * C, 500, 1001 * C, 1)),
            (1000, Tick()),
        ],
    ) == [
        "140 NEW A",
        "140 TRADE A 40@1001 REMOVED PARTIALLY_FILLED",
        "140 CANCELED A no more liquidity",
    ]


def test_jitter_never_lets_messages_overtake_and_repeats_with_the_seed(started: Start, run: Run) -> None:
    def session() -> list[str]:
        venue = started(SimLit(mic=M, latency_in=10, latency_out=10, jitter=1000, seed=5))
        orders = [evolve(GOOD, cl_ord_id=f"A{n:02}") for n in range(30)]
        return run(venue, [*((n, order) for n, order in enumerate(orders)), (10_000, Tick())])

    lines = session()
    assert [line.split()[2] for line in lines] == [f"A{n:02}" for n in range(30)]
    assert lines == session()


def test_fees_and_exec_ids(started: Start, feed: Feed) -> None:
    venue = started(SimLit(mic=M, make_fee=-2, take_fee=3))
    said = feed(
        venue,
        [
            (1, QUOTE),
            (2, evolve(GOOD, price=1001 * C, order_qty=310)),
            (3, Quote("ABC", M, 1000 * C, 500, 1001 * C, 305)),
        ],
    )
    trades = [report for _, report in said if isinstance(report, ExecutionReport) and report.exec_id]
    assert [(trade.exec_id, trade.last_qty, trade.fee) for trade in trades] == [("SIMA1", 300, 900), ("SIMA2", 5, -10)]
