"""`sim-dark` and `sim-ats`: hidden size at the midpoint, within the limit, in executions of at least min_qty."""

from collections.abc import Callable, Iterable

import pytest

from smartexec.api import (
    NANOS_PER_SECOND,
    CancelOrder,
    ExecType,
    ExecutionReport,
    OrdType,
    Peg,
    Phase,
    PhaseChange,
    Quote,
    SendOrder,
    Side,
    Tick,
    TimeInForce,
    VenueAdapter,
    VenueEvent,
    VenueInput,
)
from smartexec_sim.ats import SimAts
from smartexec_sim.dark import SimDark
from smartexec_sim.hidden import MidpointVenue

Run = Callable[[VenueAdapter, Iterable[tuple[int, VenueInput]]], list[str]]
Feed = Callable[[VenueAdapter, Iterable[tuple[int, VenueInput]]], list[tuple[int, VenueEvent]]]
Start = Callable[[MidpointVenue], MidpointVenue]
C = 10_000_000
M = "SIMD"
S = NANOS_PER_SECOND
DAY, IOC = TimeInForce.DAY, TimeInForce.IOC


def quote(bid: int, ask: int, mic: str = "", qty: int = 100) -> Quote:
    return Quote("ABC", mic, bid * C, qty, ask * C, qty)


def order(
    name: str, qty: int, px: int | None = None, side: Side = Side.BUY, tif: TimeInForce = DAY, min_qty: int = 0
) -> SendOrder:
    kind, peg = (OrdType.PEGGED, Peg.MID) if px is None else (OrdType.LIMIT, None)
    return SendOrder(M, name, "ABC", side, qty, kind, px and px * C, tif, min_qty=min_qty, peg=peg)


def trades(said: Iterable[tuple[int, VenueEvent]]) -> list[tuple[int, ExecutionReport]]:
    return [
        (now, report)
        for now, report in said
        if isinstance(report, ExecutionReport) and report.exec_type is ExecType.TRADE
    ]


def test_hidden_size_is_found_at_the_midpoint_once(started: Start, feed: Feed) -> None:
    venue = started(SimDark(mic=M, mean_size=100, fill_prob=1.0, rate=0.0001))
    orders = [(2 + n, order(f"A{n}", 1000, tif=IOC)) for n in range(5)]
    found = trades(feed(venue, [(1, quote(1000, 1001)), *orders]))
    assert [(report.cl_ord_id, report.last_px) for _, report in found] == [("A0", 1000 * C + C // 2)]
    assert 0 < found[0][1].last_qty <= 200


def test_resting_order_is_filled_as_hidden_size_arrives(started: Start, feed: Feed) -> None:
    venue = started(SimDark(mic=M, mean_size=100, fill_prob=0.5, rate=1.0))
    found = trades(feed(venue, [(1, quote(1000, 1002)), (2, order("A", 1000)), (120 * S, Tick())]))
    assert sum(report.last_qty for _, report in found) == 1000
    assert len(found) >= 5
    assert found[0][0] < found[-1][0] < 60 * S
    assert {report.last_px for _, report in found} == {1001 * C}
    assert venue.next_tick() is None


@pytest.mark.parametrize(
    ("market", "why"),
    [([quote(1001, 1001)], "locked"), ([quote(1002, 1001)], "crossed"), ([quote(1000, 1020)], "above the limit")],
)
def test_no_execution_without_a_valid_midpoint_within_the_limit(
    started: Start, run: Run, market: list[Quote], why: str
) -> None:
    venue = started(SimDark(mic=M, fill_prob=1.0))
    steps: list[tuple[int, VenueInput]] = [*((1, one) for one in market), (2, order("A", 100, 1001)), (60 * S, Tick())]
    assert run(venue, steps) == ["2 NEW A"], why


def test_quote_that_brings_the_midpoint_within_the_limit_fills(started: Start, run: Run) -> None:
    venue = started(SimDark(mic=M, fill_prob=1.0, mean_size=100_000, rate=0.001))
    steps: list[tuple[int, VenueInput]] = [(1, quote(1000, 1010)), (2, order("A", 10, 1002)), (3, quote(1000, 1003))]
    assert run(venue, steps) == ["2 NEW A", "3 TRADE A 10@1001.5 ADDED FILLED"]


def test_best_of_all_venues_is_the_market_where_there_is_no_tape(started: Start, run: Run) -> None:
    venue = started(SimDark(mic=M, fill_prob=1.0, mean_size=100_000))
    assert venue.hears("SIMA")
    steps: list[tuple[int, VenueInput]] = [
        (1, quote(1000, 1010, "SIMA")),
        (1, quote(998, 1004, "SIMB")),
        (2, order("A", 10)),
    ]
    assert run(venue, steps)[1:] == ["2 TRADE A 10@1002 REMOVED FILLED"]


def test_min_qty_keeps_small_executions_away(started: Start, feed: Feed) -> None:
    venue = started(SimDark(mic=M, mean_size=100, fill_prob=1.0, rate=2.0))
    found = trades(feed(venue, [(1, quote(1000, 1002)), (2, order("A", 1000, min_qty=150)), (300 * S, Tick())]))
    left = 1000
    for _, report in found:
        assert report.last_qty >= min(150, left)
        left -= report.last_qty
    assert left == 0


def test_own_opposing_orders_are_refused_and_cancels_work(started: Start, run: Run) -> None:
    venue = started(SimDark(mic=M, fill_prob=0.0))
    steps: list[tuple[int, VenueInput]] = [
        (1, quote(1000, 1002)),
        (2, order("A", 10, 1001)),
        (3, order("B", 10, 1001, Side.SELL)),
        (4, order("C", 10, 1002, Side.SELL)),
        (5, order("D", 10, None, Side.SELL)),
        (6, CancelOrder(M, "X", "A", "ABC", Side.BUY)),
        (7, order("E", 10, None, Side.SELL)),
    ]
    assert run(venue, steps) == [
        "2 NEW A",
        "3 REJECTED B would trade with own order A",
        "4 NEW C",
        "5 REJECTED D would trade with own order A",
        "6 CANCELED X>A",
        "7 NEW E",
    ]


def test_halt_stops_the_pool_and_resuming_starts_it(started: Start, feed: Feed) -> None:
    venue = started(SimDark(mic=M, fill_prob=1.0, mean_size=10, rate=1.0))
    steps: list[tuple[int, VenueInput]] = [
        (1, quote(1000, 1002)),
        (2, order("A", 10_000)),
        (10 * S, PhaseChange("ABC", "", Phase.HALTED)),
        (60 * S, PhaseChange("ABC", "", Phase.CONTINUOUS)),
        (70 * S, Tick()),
    ]
    times = [now // S for now, _ in trades(feed(venue, steps))]
    assert times
    assert not [at for at in times if 10 <= at < 60]
    assert times[-1] >= 60


def test_ats_improves_at_the_midpoint_then_takes_what_is_displayed(started: Start, feed: Feed, run: Run) -> None:
    venue = started(SimAts(mic=M, fill_prob=1.0, mean_size=20, rate=0.0001))
    steps: list[tuple[int, VenueInput]] = [
        (1, quote(1000, 1002, M)),
        (2, order("A", 100, 1002, tif=IOC)),
        (3, order("B", 100, 1002, tif=IOC)),
    ]
    found = [report for _, report in trades(feed(venue, steps))]
    inside, shown, rest = found
    assert (inside.last_px, shown.last_px, rest.last_px) == (1001 * C, 1002 * C, 1002 * C)
    assert inside.last_qty + shown.last_qty == 100
    assert shown.last_qty + rest.last_qty == 100


def test_ats_displays_limits_and_keeps_pegs_at_the_midpoint(started: Start, run: Run) -> None:
    venue = started(SimAts(mic=M, fill_prob=0.0))
    steps: list[tuple[int, VenueInput]] = [
        (1, quote(1000, 1002, M)),
        (2, order("A", 10, 1001)),
        (3, order("P", 10)),
        (4, quote(999, 1001, M)),
        (5, order("S", 10, 1003, Side.SELL)),
    ]
    assert run(venue, steps) == [
        "2 NEW A",
        "3 NEW P",
        "4 TRADE A 10@1001 ADDED FILLED",
        "5 REJECTED S would trade with own order P",
    ]
