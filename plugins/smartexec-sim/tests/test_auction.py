"""Auctions: who takes part, at which price, how much, and what becomes of the rest. Halts."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from smartexec.api import (
    CancelOrder,
    Context,
    ExecutionReport,
    Instrument,
    Liquidity,
    OrdType,
    Peg,
    Phase,
    PhaseChange,
    Quote,
    ReplaceOrder,
    SendOrder,
    Side,
    TimeInForce,
    Trade,
    VenueAdapter,
    VenueEvent,
    VenueInput,
)
from smartexec_sim.ats import SimAts
from smartexec_sim.auction import CLOSING_WINDOW
from smartexec_sim.dark import SimDark
from smartexec_sim.lit import SimLit

Run = Callable[[VenueAdapter, Iterable[tuple[int, VenueInput]]], list[str]]
Feed = Callable[[VenueAdapter, Iterable[tuple[int, VenueInput]]], list[tuple[int, VenueEvent]]]
Start = Callable[[SimLit], SimLit]
C = 10_000_000
M = "SIMA"
OPEN, CLOSE, DAY = TimeInForce.AT_OPEN, TimeInForce.AT_CLOSE, TimeInForce.DAY
BUY, SELL = Side.BUY, Side.SELL


def phase(which: Phase, mic: str = "") -> PhaseChange:
    return PhaseChange("ABC", mic, which)


def cross(px: int, qty: int, mic: str = M) -> Trade:
    return Trade("ABC", mic, px * C, qty, auction=True)


def order(name: str, tif: TimeInForce, qty: int, px: int | None = None, side: Side = BUY) -> SendOrder:
    kind = OrdType.MARKET if px is None else OrdType.LIMIT
    return SendOrder(M, name, "ABC", side, qty, kind, None if px is None else px * C, tif)


@pytest.fixture
def lit(started: Start) -> SimLit:
    return started(SimLit(mic=M, auctions=True, auction_share=0.5))


def test_venue_without_auctions_takes_no_auction_order(started: Start, run: Run) -> None:
    venue = started(SimLit(mic=M))
    assert not {OPEN, CLOSE} & venue.capabilities.times_in_force
    assert run(venue, [(1, order("A", OPEN, 10))]) == ["1 REJECTED A time_in_force AT_OPEN is not supported"]


def test_auction_orders_are_declared(lit: SimLit) -> None:
    assert {OPEN, CLOSE} < lit.capabilities.times_in_force


def test_opening_fills_who_is_admitted_market_first_then_price_then_time(lit: SimLit, run: Run) -> None:
    """Half of a print of 400 is 200 lots for each side."""
    assert run(
        lit,
        [
            (1, order("LATE", OPEN, 100, 1001)),
            (2, order("DEAR", OPEN, 60, 1002)),
            (3, phase(Phase.AUCTION)),
            (4, order("MKT", OPEN, 90)),
            (5, order("LOW", OPEN, 10, 999)),
            (7, cross(1000, 400)),
            (8, phase(Phase.CONTINUOUS)),
            (9, order("OVER", OPEN, 10)),
        ],
    ) == [
        "1 NEW LATE",
        "2 NEW DEAR",
        "4 NEW MKT",
        "5 NEW LOW",
        "7 TRADE MKT 90@1000 AUCTION FILLED",
        "7 TRADE DEAR 60@1000 AUCTION FILLED",
        "7 TRADE LATE 50@1000 AUCTION PARTIALLY_FILLED",
        "8 EXPIRED LATE not executed in the auction",
        "8 EXPIRED LOW not executed in the auction",
        "9 REJECTED OVER the opening auction is over",
    ]


def test_phase_that_ends_without_a_print_cancels(lit: SimLit, run: Run) -> None:
    assert run(
        lit,
        [
            (1, phase(Phase.AUCTION)),
            (2, order("A", OPEN, 10)),
            (3, order("B", CLOSE, 10)),
            (4, phase(Phase.CONTINUOUS)),
            (5, phase(Phase.CLOSED)),
            (6, order("C", CLOSE, 10)),
        ],
    ) == ["2 NEW A", "3 NEW B", "4 CANCELED A no auction", "5 CANCELED B no auction", "6 REJECTED C closed"]


def test_closed_before_the_day_has_begun_leaves_the_orders_for_its_auction(lit: SimLit, run: Run) -> None:
    assert run(
        lit,
        [
            (1, order("A", OPEN, 10)),
            (2, phase(Phase.CLOSED)),
            (3, phase(Phase.AUCTION)),
            (4, cross(1000, 100)),
            (5, phase(Phase.CONTINUOUS)),
        ],
    ) == ["1 NEW A", "4 TRADE A 10@1000 AUCTION FILLED"]


def test_closing_auction_leaves_the_orders_of_the_day_resting(lit: SimLit, run: Run) -> None:
    """A day order takes no part in the auction, nor is it filled by its print."""
    assert run(
        lit,
        [
            (1, phase(Phase.CONTINUOUS)),
            (2, Quote("ABC", M, 1000 * C, 50, 1003 * C, 50)),
            (3, order("D", DAY, 10, 1001)),
            (4, order("A", CLOSE, 10)),
            (5, Trade("ABC", M, 999 * C, 5, SELL)),
            (6, phase(Phase.AUCTION)),
            (7, order("D2", DAY, 10, 1001)),
            (8, CancelOrder(M, "X", "A", "ABC", BUY)),
            (9, order("B", CLOSE, 10, 1001)),
            (10, ReplaceOrder(M, "B2", "B", "ABC", BUY, 20, 1002 * C)),
            (11, cross(1000, 30)),
            (12, phase(Phase.CLOSED)),
            (13, CancelOrder(M, "Y", "D", "ABC", BUY)),
        ],
    ) == [
        "3 NEW D",
        "4 NEW A",
        "5 TRADE D 5@1001 ADDED PARTIALLY_FILLED",
        "7 REJECTED D2 auction: continuous orders only",
        "8 CANCELED X>A",
        "9 NEW B",
        "10 REPLACED B2>B 0/20 NEW",
        "11 TRADE B2 15@1000 AUCTION PARTIALLY_FILLED",
        "12 EXPIRED B2 not executed in the auction",
        "13 CANCELED Y>D",
    ]


def test_auction_after_a_halt_is_nobodys(lit: SimLit, run: Run) -> None:
    assert run(
        lit,
        [
            (1, phase(Phase.CONTINUOUS)),
            (2, order("A", CLOSE, 10)),
            (3, phase(Phase.HALTED)),
            (4, order("B", CLOSE, 10)),
            (5, cross(1000, 100)),
            (6, phase(Phase.AUCTION)),
            (7, cross(1000, 100)),
            (8, phase(Phase.CONTINUOUS)),
            (9, phase(Phase.AUCTION)),
            (10, cross(1000, 100)),
        ],
    ) == ["2 NEW A", "4 REJECTED B halted", "10 TRADE A 10@1000 AUCTION FILLED"]


def test_known_close_tells_a_volatility_auction_from_the_closing_one(run: Run) -> None:
    close = 10 * CLOSING_WINDOW
    venue = SimLit(mic=M, auctions=True)
    venue.start(Context(instruments={"ABC": Instrument("ABC", close=close)}))
    assert run(
        venue,
        [
            (1, phase(Phase.CONTINUOUS)),
            (2, order("A", CLOSE, 10)),
            (3, phase(Phase.AUCTION)),
            (4, cross(1000, 100)),
            (5, phase(Phase.CONTINUOUS)),
            (close - CLOSING_WINDOW, phase(Phase.AUCTION)),
            (close, cross(1001, 100)),
            (close, phase(Phase.CLOSED)),
        ],
    ) == ["2 NEW A", f"{close} TRADE A 10@1001 AUCTION FILLED"]


def test_data_without_phases_open_and_close_by_their_prints(lit: SimLit, run: Run) -> None:
    assert run(
        lit,
        [
            (1, order("A", OPEN, 10)),
            (2, order("B", CLOSE, 10)),
            (3, order("C", OPEN, 10, 900)),
            (4, cross(1000, 100)),
            (5, order("D", OPEN, 10)),
            (6, cross(1001, 100)),
        ],
    ) == [
        "1 NEW A",
        "2 NEW B",
        "3 NEW C",
        "4 TRADE A 10@1000 AUCTION FILLED",
        "4 EXPIRED C not executed in the auction",
        "5 REJECTED D the opening auction is over",
        "6 TRADE B 10@1001 AUCTION FILLED",
    ]


def test_print_that_no_phase_announced_is_not_the_closing_auctions(lit: SimLit, run: Run) -> None:
    """Consolidated tapes print the primary market's opening after the others have begun to trade."""
    assert run(
        lit,
        [
            (1, phase(Phase.CONTINUOUS)),
            (2, order("A", CLOSE, 10)),
            (3, cross(1000, 100)),
            (4, phase(Phase.AUCTION)),
            (5, cross(1001, 100)),
        ],
    ) == ["2 NEW A", "5 TRADE A 10@1001 AUCTION FILLED"]


def test_known_close_tells_the_closing_print_without_phases(run: Run) -> None:
    venue = SimLit(mic=M, auctions=True)
    venue.start(Context(instruments={"ABC": Instrument("ABC", close=9)}))
    steps = [(1, order("A", OPEN, 10)), (2, order("B", CLOSE, 10)), (9, cross(1000, 100))]
    assert run(venue, steps) == ["1 NEW A", "2 NEW B", "9 TRADE B 10@1000 AUCTION FILLED"]


def test_what_looks_continuous_before_the_open_does_not_end_the_opening(run: Run) -> None:
    venue = SimLit(mic=M, auctions=True)
    venue.start(Context(instruments={"ABC": Instrument("ABC", open=7)}))
    assert run(
        venue,
        [
            (1, phase(Phase.CONTINUOUS)),
            (2, order("A", OPEN, 10)),
            (2, order("B", OPEN, 10, 900)),
            (3, phase(Phase.AUCTION)),
            (6, cross(1000, 100)),
            (6, phase(Phase.CONTINUOUS)),
        ],
    ) == [
        "2 NEW A",
        "2 NEW B",
        "6 TRADE A 10@1000 AUCTION FILLED",
        "6 EXPIRED B not executed in the auction",
    ]


def test_auction_that_was_halted_goes_on(lit: SimLit, run: Run) -> None:
    assert run(
        lit,
        [
            (1, phase(Phase.CONTINUOUS)),
            (2, order("A", CLOSE, 10)),
            (3, phase(Phase.AUCTION)),
            (4, phase(Phase.HALTED)),
            (5, cross(1000, 100)),
            (6, phase(Phase.AUCTION)),
            (7, cross(1001, 100)),
        ],
    ) == ["2 NEW A", "7 TRADE A 10@1001 AUCTION FILLED"]


def test_replaced_in_the_auction_an_order_goes_behind_unless_it_is_only_smaller(lit: SimLit, run: Run) -> None:
    assert run(
        lit,
        [
            (1, phase(Phase.AUCTION)),
            (2, order("A", OPEN, 100, 1001)),
            (3, order("B", OPEN, 100, 1001)),
            (4, ReplaceOrder(M, "A2", "A", "ABC", BUY, 200, 1001 * C)),
            (5, cross(1000, 100)),
            (6, ReplaceOrder(M, "B2", "B", "ABC", BUY, 60, 1001 * C)),
            (7, cross(1000, 40)),
            (8, CancelOrder(M, "A3", "A2", "ABC", BUY)),
        ],
    ) == [
        "2 NEW A",
        "3 NEW B",
        "4 REPLACED A2>A 0/200 NEW",
        "5 TRADE B 50@1000 AUCTION PARTIALLY_FILLED",
        "6 REPLACED B2>B 50/60 PARTIALLY_FILLED",
        "7 TRADE B2 10@1000 AUCTION FILLED",
        "7 TRADE A2 10@1000 AUCTION PARTIALLY_FILLED",
        "8 CANCELED A3>A2",
    ]


def test_consolidated_print_counts_by_the_venues_share(started: Start, run: Run) -> None:
    venue = started(SimLit(mic=M, auctions=True, auction_share=0.5, share=0.1))
    steps: list[tuple[int, VenueInput]] = [
        (1, order("A", OPEN, 100)),
        (2, cross(1000, 1000, "")),
        (3, cross(1, 9, "B")),
    ]
    assert run(venue, steps) == [
        "1 NEW A",
        "2 TRADE A 50@1000 AUCTION PARTIALLY_FILLED",
        "2 EXPIRED A not executed in the auction",
    ]


def test_auction_has_its_own_fee(started: Start, feed: Feed) -> None:
    venue = started(SimLit(mic=M, auctions=True, make_fee=-2, take_fee=3, auction_fee=7))
    said = feed(venue, [(1, order("A", OPEN, 10)), (2, cross(1000, 1000))])
    trades = [one for _, one in said if isinstance(one, ExecutionReport) and one.exec_id]
    assert [(one.liquidity, one.last_qty, one.fee) for one in trades] == [(Liquidity.AUCTION, 10, 70)]


@pytest.mark.parametrize("rule", ["reject", "cancel_newest", "cancel_oldest"])
def test_own_orders_of_both_sides_do_not_meet_in_an_auction(started: Start, run: Run, rule: str) -> None:
    venue = started(SimLit(mic=M, auctions=True, self_match=rule))
    steps: list[tuple[int, VenueInput]] = [
        (1, order("B", OPEN, 10, 1001)),
        (2, order("C", CLOSE, 10, 1000, SELL)),
        (3, order("S", OPEN, 10, 1001, SELL)),
        (4, cross(1001, 100)),
    ]
    tail = {
        "reject": ["3 REJECTED S would trade with own order B", "4 TRADE B 10@1001 AUCTION FILLED"],
        "cancel_newest": [
            "3 NEW S",
            "3 CANCELED S would trade with own order B",
            "4 TRADE B 10@1001 AUCTION FILLED",
        ],
        "cancel_oldest": [
            "3 NEW S",
            "3 CANCELED B would trade with own order S",
            "4 TRADE S 10@1001 AUCTION FILLED",
        ],
    }
    assert run(venue, steps) == ["1 NEW B", "2 NEW C", *tail[rule]]


@pytest.mark.parametrize("kind", [SimLit, SimAts, SimDark])
@pytest.mark.parametrize("stop", [Phase.HALTED, Phase.CLOSED, Phase.AUCTION])
@pytest.mark.parametrize("mic", ["", M])
def test_nothing_trades_outside_continuous_trading(run: Run, kind: type[Any], stop: Phase, mic: str) -> None:
    """Neither what rests nor what is under way when the phase changes, at any kind of venue."""
    pool = {"fill_prob": 1.0, "rate": 1e6, "mean_size": 1000} if kind is not SimLit else {}
    venue = kind(mic=M, latency_in=10, **pool)
    venue.start(Context(instruments={"ABC": Instrument("ABC")}))
    rests = SendOrder(M, "R", "ABC", BUY, 10, OrdType.LIMIT, 990 * C, DAY)
    peg = SendOrder(M, "P", "ABC", BUY, 10**9, OrdType.PEGGED, None, DAY, peg=Peg.MID)
    steps: list[tuple[int, VenueInput]] = [
        (1, Quote("ABC", M, 1000 * C, 10, 1002 * C, 10)),
        (2, rests),
        *([] if kind is SimLit else [(2, peg)]),
        (50, SendOrder(M, "A", "ABC", BUY, 10, OrdType.LIMIT, 1002 * C, DAY)),
        (55, phase(stop, mic)),
        *((100 + n, Trade("ABC", M, 980 * C, 100, SELL)) for n in range(20)),
        *((200 + n, Quote("ABC", M, 970 * C, 10, 980 * C, 100)) for n in range(20)),
        (10_000_000, SendOrder(M, "B", "ABC", BUY, 10, OrdType.LIMIT, 1002 * C, TimeInForce.IOC)),
        (20_000_000, phase(Phase.CONTINUOUS, mic)),
        (20_000_001, Trade("ABC", M, 980 * C, 100, SELL)),
        (20_000_002, Quote("ABC", M, 970 * C, 10, 980 * C, 100)),
    ]
    lines = run(venue, steps)
    times = [int(line.split()[0]) for line in lines if "TRADE" in line]
    assert not [at for at in times if 55 <= at < 20_000_000]
    assert [line.split()[1] for line in lines if line.split()[2] in ("A", "B")] == ["REJECTED", "REJECTED"]
    assert times
    assert times[-1] >= 20_000_000
