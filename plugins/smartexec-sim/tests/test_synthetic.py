"""The feed `synthetic`: the same everywhere, in order, never crossed, U-shaped, halted where it says so."""

from itertools import pairwise
from typing import Any

import pytest

from smartexec.api import ConfigError, Context, Instrument, MarketEvent, Phase, PhaseChange, Quote, Trade
from smartexec_sim.synthetic import SyntheticFeed
from smartexec_sim.universe import DAY_CLOSE, DAY_OPEN

TWO = {symbol: Instrument(symbol) for symbol in ("ABC", "DEF")}


def day_of(instruments: dict[str, Instrument] = TWO, **parameters: Any) -> list[tuple[int, MarketEvent]]:
    feed = SyntheticFeed(**parameters)
    feed.start(Context(instruments=instruments, seed=11))
    return list(feed.events())


def test_digest_tells_parameters_and_seeds_apart() -> None:
    digests = set()
    cases: list[tuple[dict[str, Any], int]] = [
        ({}, 1),
        ({}, 2),
        ({"sigma": 0.02}, 1),
        ({"prices": {"ABC": 5.0}}, 1),
        ({"seed": 9}, 1),
        ({"auctions": True}, 1),
        ({"auctions": True, "auction_volume": 0.1}, 1),
    ]
    for parameters, seed in cases:
        feed = SyntheticFeed(**parameters)
        feed.start(Context(instruments=TWO, seed=seed))
        digests.add(feed.digest())
    assert len(digests) == 7


@pytest.mark.parametrize(
    "parameters",
    [{}, {"spread_ticks": 3}, {"prices": {"ABC": 0.02}}, {"venues": {"ONE": 1.0}}, {"sigma": 0.5, "price": 3.0}],
)
def test_no_venue_is_ever_locked_or_crossed_with_another(parameters: dict[str, Any]) -> None:
    quotes: dict[str, dict[str, Quote]] = {"ABC": {}, "DEF": {}}
    for now, event in day_of(events_per_symbol=3000, **parameters):
        if not isinstance(event, Quote):
            continue
        quotes[event.symbol][event.mic] = event
        here = quotes[event.symbol].values()
        bid = max(one.bid for one in here if one.bid is not None)
        ask = min(one.ask for one in here if one.ask is not None)
        assert 0 < bid < ask, (now, event)
        assert event.bid_qty > 0
        assert event.ask_qty > 0


def test_events_are_in_order_and_prints_are_within_the_size_shown() -> None:
    events = day_of(events_per_symbol=3000)
    assert all(one[0] <= other[0] for one, other in pairwise(events))
    quotes: dict[tuple[str, str], Quote] = {}
    prints = 0
    for _, event in events:
        if isinstance(event, Quote):
            quotes[event.symbol, event.mic] = event
        elif isinstance(event, Trade):
            prints += 1
            quote = quotes[event.symbol, event.mic]
            shown = quote.ask_qty if event.px == quote.ask else quote.bid_qty
            assert event.px in (quote.bid, quote.ask)
            assert 0 < event.qty <= shown
            assert event.qty % 100 == 0
    assert prints > 800


def test_volume_is_u_shaped_and_about_what_was_asked_for() -> None:
    volume = [0] * 13
    for now, event in day_of(daily_volume=1_000_000):
        if isinstance(event, Trade):
            volume[min(12, (now - DAY_OPEN) * 13 // (DAY_CLOSE - DAY_OPEN))] += event.qty
    noon = sum(volume[5:8]) / 3
    assert volume[0] > 1.8 * noon
    assert volume[-1] > 1.8 * noon
    assert 0.8 < sum(volume) / 2_000_000 < 1.2


def test_a_day_opens_halts_resumes_and_closes() -> None:
    events = day_of({"ABC": Instrument("ABC")}, events_per_symbol=2000, halts=2, halt_seconds=60)
    phases = [(now, event.phase) for now, event in events if isinstance(event, PhaseChange)]
    assert [phase for _, phase in phases] == [
        Phase.CONTINUOUS,
        *(Phase.HALTED, Phase.CONTINUOUS) * 2,
        Phase.CLOSED,
    ]
    assert (phases[0][0], phases[-1][0]) == (DAY_OPEN, DAY_CLOSE)
    for halt, resume in ((1, 2), (3, 4)):
        begin, end = phases[halt][0], phases[resume][0]
        assert end - begin == 60_000_000_000
        assert not [now for now, event in events if begin < now < end]


def test_auctions_open_and_close_the_day_and_end_a_halt() -> None:
    events = day_of({"ABC": Instrument("ABC")}, events_per_symbol=2000, halts=1, auctions=True, auction_seconds=60)
    phases = [(now, event.phase) for now, event in events if isinstance(event, PhaseChange)]
    assert [phase for _, phase in phases] == [
        *(Phase.AUCTION, Phase.CONTINUOUS),
        *(Phase.HALTED, Phase.AUCTION, Phase.CONTINUOUS),
        *(Phase.AUCTION, Phase.CLOSED),
    ]
    assert (phases[0][0], phases[-1][0]) == (DAY_OPEN, DAY_CLOSE)
    prints = [(now, event) for now, event in events if isinstance(event, Trade) and event.auction]
    assert [now for now, _ in prints] == [phases[1][0], phases[4][0], phases[6][0]]
    assert {event.mic for _, event in prints} == {"SIMA"}
    assert all(50_000 <= event.qty <= 150_000 and event.qty % 100 == 0 for _, event in prints)
    for begin, end in ((phases[0][0], phases[1][0]), (phases[2][0], phases[4][0]), (phases[5][0], phases[6][0])):
        assert not [now for now, event in events if begin < now < end and not isinstance(event, PhaseChange)]
    bids = [event.bid for now, event in events if isinstance(event, Quote) and now == phases[1][0] and event.bid]
    assert abs(prints[0][1].px - max(bids)) <= 2 * TWO["ABC"].tick


def test_auctions_need_a_day_long_enough() -> None:
    with pytest.raises(ConfigError, match=r"auction_seconds: 900 at ABC, expected at most a quarter of the 1000"):
        day_of({"ABC": Instrument("ABC")}, auctions=True, auction_seconds=900, first=1, last=1_000_000_000_001)


def test_the_instruments_own_day_and_increments_are_kept() -> None:
    one = Instrument("ABC", tick=50_000_000, lot=30, open=1000, close=10_000_000_000)
    events = day_of({"ABC": one}, events_per_symbol=500, price=20.0)
    assert (events[0][0], events[-1][0]) == (1000, 10_000_000_000)
    for _, event in events:
        if isinstance(event, Trade):
            assert (event.px % one.tick, event.qty % one.lot) == (0, 0)


def test_bad_parameters_are_named() -> None:
    with pytest.raises(ConfigError, match=r"venues: \{'X': 0\.0\}, expected a positive share"):
        day_of(venues={"X": 0.0})
    with pytest.raises(ConfigError, match=r"no instruments, expected at least one"):
        day_of({})
