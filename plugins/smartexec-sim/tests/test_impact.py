"""What own aggressive orders leave behind: displacement, its fading, and that sweeping costs more than waiting."""

from collections.abc import Callable, Iterable
from math import fsum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartexec.api import (
    NANOS_PER_SECOND,
    BookAdd,
    Context,
    ExecutionReport,
    Instrument,
    OrdType,
    Quote,
    SendOrder,
    Side,
    TimeInForce,
    Trade,
    VenueAdapter,
    VenueEvent,
    VenueInput,
)
from smartexec_sim.impact import IMPACT_MODELS, Impact
from smartexec_sim.lit import SimLit
from smartexec_sim.synthetic import SyntheticFeed
from smartexec_sim.universe import DAY_OPEN

Steps = list[tuple[int, VenueInput]]
Run = Callable[[VenueAdapter, Iterable[tuple[int, VenueInput]]], list[str]]
Feed = Callable[[VenueAdapter, Iterable[tuple[int, VenueInput]]], list[tuple[int, VenueEvent]]]
Start = Callable[[SimLit], SimLit]
C = 10_000_000
S = NANOS_PER_SECOND
M = "SIMA"
IOC, DAY = TimeInForce.IOC, TimeInForce.DAY


def impact(model: str = "sqrt", bps: float = 10.0) -> Impact:
    return Impact(bps, 30 * S, IMPACT_MODELS[model], C)


@pytest.mark.parametrize(("model", "one", "four"), [("sqrt", 10, 20), ("linear", 10, 40)])
def test_displacement_follows_the_law(model: str, one: int, four: int) -> None:
    """At 100.00 a basis point is a tick: one touch taken moves it by `bps`, four touches by the law."""
    it = impact(model)
    it.add(1, [(C, 300)], 300, 0)
    assert it.shift(1, 10_000 * C, 0) == one * C
    it.add(1, [(C, 500), (C, 400)], 300, 0)
    assert it.shift(1, 10_000 * C, 0) == four * C
    assert it.shift(-1, 10_000 * C, 0) == 0


def test_load_halves_every_half_life_is_capped_and_fades() -> None:
    it = impact("linear")
    it.add(1, [(C, 800)], 100, 0)
    assert [it.load(1, t * 30 * S) for t in range(4)] == [8.0, 4.0, 2.0, 1.0]
    it.add(1, [(C, 10**9)], 1, 90 * S)
    assert it.load(1, 90 * S) == 100.0
    assert it.active
    assert it.shift(1, 100 * C, 3600 * S) == 0
    assert not it.active


@settings(max_examples=100, deadline=None)
@given(
    model=st.sampled_from(sorted(IMPACT_MODELS)),
    takes=st.lists(st.tuples(st.integers(1, 10**6), st.integers(0, 10**4), st.integers(0, 10**11)), max_size=20),
)
def test_displacement_is_never_negative_and_never_grows_by_waiting(
    model: str, takes: list[tuple[int, int, int]]
) -> None:
    it, now = impact(model), 0
    for qty, shown, wait in takes:
        it.add(1, [(1000 * C, qty)], shown, now)
        first = it.shift(1, 1000 * C, now)
        now += wait
        assert 0 <= it.shift(1, 1000 * C, now) <= first


def test_by_default_the_synthetic_market_punishes_haste(started: Start) -> None:
    """Twenty sweeps of 1,000 lots on three days: each second they cost over twice as much as each minute."""

    def cost(seed: int, gap: int) -> float:
        """Mean of price less midpoint at the execution, basis points."""
        venue, market = started(SimLit(mic=M)), days[seed]
        first = market[0][0] + 3600 * S
        mine = [(first + n * gap, order(f"A{n}", Side.BUY, 1000, None)) for n in range(20)]
        mid, lots = 0.0, 0
        parts: list[float] = []
        for now, event in sorted([*market, *mine], key=lambda x: x[0]):
            if isinstance(event, Quote):
                mid = ((event.bid or 0) + (event.ask or 0)) / 2
            for report in venue.handle(event, now):
                if isinstance(report, ExecutionReport) and report.last_qty:
                    parts.append(report.last_qty * (report.last_px - mid) / mid * 1e4)
                    lots += report.last_qty
        return fsum(parts) / lots

    days: list[Steps] = []
    for seed in range(3):
        synthetic = SyntheticFeed(seed=seed, venues={M: 1.0})
        synthetic.start(Context(instruments={"ABC": Instrument("ABC")}))
        days.append([(now, event) for now, event in synthetic.events() if now < DAY_OPEN + 5400 * S])
    hasty, patient = (fsum(cost(seed, gap * S) for seed in range(3)) / 3 for gap in (1, 60))
    assert hasty > 2 * patient > 1.0


def test_order_by_order_there_is_no_impact_unless_it_is_asked_for(started: Start, run: Run) -> None:
    steps: Steps = [(n, BookAdd("ABC", M, n, Side.SELL, (10000 + n) * C, 10)) for n in range(5)]
    steps += [(10 + n, order(f"A{n}", Side.BUY, 10, None)) for n in range(3)]
    fills = [line for line in run(started(SimLit(mic=M)), steps) if "TRADE" in line]
    assert [line.split()[3] for line in fills] == ["10@10000", "10@10001", "10@10002"]
    fills = [line for line in run(started(SimLit(mic=M, impact_bps=1.0)), steps) if "TRADE" in line]
    assert [line.split()[3] for line in fills] == ["10@10000", "10@10002", "10@10004"]


def quote(bid: int, bid_qty: int, ask: int, ask_qty: int) -> Quote:
    return Quote("ABC", M, bid * C, bid_qty, ask * C, ask_qty)


def order(name: str, side: Side, qty: int, px: int | None, tif: TimeInForce = IOC) -> SendOrder:
    kind = OrdType.MARKET if px is None else OrdType.LIMIT
    return SendOrder(M, name, "ABC", side, qty, kind, None if px is None else px * C, tif)


def test_later_own_orders_of_that_side_pay_more_until_it_has_faded(started: Start, run: Run) -> None:
    """10 bp at 100.00 are 10 ticks after one touch, 7 after a half-life, none after an hour; sells see nothing."""
    venue = started(SimLit(mic=M, impact_bps=10.0, impact_model="sqrt"))
    assert run(
        venue,
        [
            (0, quote(9999, 100, 10000, 100)),
            (1, order("A", Side.BUY, 100, None)),
            (2, quote(9999, 200, 10000, 500)),
            (3, order("B", Side.BUY, 50, 10009)),
            (3, order("C", Side.BUY, 50, 10010)),
            (4, order("D", Side.SELL, 50, None)),
            (3600 * S, order("E", Side.BUY, 50, 10000)),
        ],
    ) == [
        "1 NEW A",
        "1 TRADE A 100@10000 REMOVED FILLED",
        "3 NEW B",
        "3 CANCELED B no more liquidity",
        "3 NEW C",
        "3 TRADE C 50@10010 REMOVED FILLED",
        "4 NEW D",
        "4 TRADE D 50@9999 REMOVED FILLED",
        f"{3600 * S} NEW E",
        f"{3600 * S} TRADE E 50@10000 REMOVED FILLED",
    ]


def test_order_that_impact_keeps_from_trading_rests_and_trades_when_it_has_faded(started: Start, run: Run) -> None:
    def book() -> Steps:
        return [
            (0, BookAdd("ABC", M, 1, Side.SELL, 10000 * C, 100)),
            (0, BookAdd("ABC", M, 2, Side.SELL, 10001 * C, 50)),
        ]

    def quotes() -> Steps:
        return [(0, quote(9990, 100, 10000, 100))]

    fresh: dict[bool, VenueInput] = {
        True: BookAdd("ABC", M, 3, Side.SELL, 10020 * C, 1),
        False: quote(9990, 100, 10001, 50),
    }
    for level3 in (True, False):
        venue = started(SimLit(mic=M, impact_bps=10.0, impact_model="sqrt"))
        steps: Steps = [
            *(book() if level3 else quotes()),
            (1, order("A", Side.BUY, 100, 10000)),
            *([] if level3 else [(2, quote(9990, 100, 10001, 50))]),
            (3, order("B", Side.BUY, 30, 10001, DAY)),
            (4, BookAdd("ABC", M, 9, Side.SELL, 10001 * C, 60) if level3 else quote(9990, 100, 10001, 110)),
            (3600 * S, fresh[level3]),
        ]
        assert run(venue, steps) == [
            "1 NEW A",
            "1 TRADE A 100@10000 REMOVED FILLED",
            "3 NEW B",
            f"{3600 * S} TRADE B 30@10001 ADDED FILLED",
        ], level3


@pytest.mark.parametrize("level3", [True, False])
@pytest.mark.parametrize(("side", "fills"), [(None, False), (Side.SELL, True)])
def test_print_of_unknown_aggressor_is_displaced_like_an_offer(
    started: Start, run: Run, level3: bool, side: Side | None, fills: bool
) -> None:
    """A print that says that a seller came to the bid is none of the own buyer's making."""
    venue = started(SimLit(mic=M, impact_bps=10.0))
    book: Steps = [(0, BookAdd("ABC", M, 1, Side.SELL, 10000 * C, 100))]
    steps: Steps = [
        *(book if level3 else [(0, quote(9990, 0, 10000, 100))]),
        (1, order("A", Side.BUY, 100, 10000)),
        (2, order("B", Side.BUY, 50, 9995, DAY)),
        (3, Trade("ABC", M, 9995 * C, 20, side, hidden=True)),
    ]
    tail = ["3 TRADE B 20@9995 ADDED PARTIALLY_FILLED"] if fills else []
    assert run(venue, steps) == ["1 NEW A", "1 TRADE A 100@10000 REMOVED FILLED", "2 NEW B", *tail]


def test_fok_counts_only_what_it_can_reach_at_displaced_prices(started: Start, run: Run) -> None:
    """At 1 bp, one touch taken: the offers at 100.01 and 100.03 are seen at 100.02 and 100.04."""
    steps: Steps = [
        *((0, BookAdd("ABC", M, n, Side.SELL, (10000 + n) * C, 100)) for n in (0, 1, 3)),
        (1, order("A", Side.BUY, 100, None)),
        (2, order("B", Side.BUY, 150, 10003, TimeInForce.FOK)),
        (3, order("C", Side.BUY, 150, 10004, TimeInForce.FOK)),
    ]
    assert run(started(SimLit(mic=M, impact_bps=1.0)), steps)[2:] == [
        "2 NEW B",
        "2 CANCELED B no more liquidity",
        "3 NEW C",
        "3 TRADE C 100@10002 REMOVED PARTIALLY_FILLED",
        "3 TRADE C 50@10004 REMOVED FILLED",
    ]


def spent(feed: Feed, venue: SimLit, steps: Steps) -> tuple[int, int]:
    """Give (quantity, money) of all executions."""
    trades = [report for _, report in feed(venue, steps) if isinstance(report, ExecutionReport)]
    return sum(one.last_qty for one in trades), sum(one.last_qty * one.last_px for one in trades)


@pytest.mark.parametrize("bps", [0.0, 1.0, 10.0])
@pytest.mark.parametrize("gap", [1_000_000, 1_000_000_000])
def test_sweeping_again_and_again_costs_more_than_waiting(started: Start, feed: Feed, bps: float, gap: int) -> None:
    """A market that trades evenly, 1,800 lots to buy: at once, in quick sweeps, in slow ones, and resting."""

    def market(until: int) -> Steps:
        steps: Steps = []
        for second in range(until):
            ask_qty = 300 + 100 * (second % 3)
            steps.append((second * S, quote(9999, 400, 10000 + second % 2, ask_qty)))
            steps.append((second * S + S // 2, Trade("ABC", M, 9999 * C, 100, Side.SELL)))
        return steps

    def sweeps(every: int) -> tuple[int, int]:
        mine: Steps = [(60 * S + 7 + n * every, order(f"A{n}", Side.BUY, 180, None)) for n in range(10)]
        return spent(feed, started(SimLit(mic=M, impact_bps=bps)), sorted([*market(400), *mine], key=lambda x: x[0]))

    rests: Steps = [(60 * S + 7, order("R", Side.BUY, 1800, 9999, DAY))]
    waiting = spent(feed, started(SimLit(mic=M, impact_bps=bps)), sorted([*market(400), *rests], key=lambda x: x[0]))
    quick, slow = sweeps(gap), sweeps(30 * S)
    assert quick[0] == slow[0] == waiting[0] == 1800
    assert quick[1] > waiting[1]
    assert slow[1] > waiting[1]
    assert quick[1] >= slow[1]
    if gap < S or bps == 10.0:
        assert quick[1] > slow[1]
