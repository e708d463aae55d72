"""Realised volatility and mean spread: given quotes and phases around a grid of a minute, expect the figures."""

from math import sqrt

import pytest

from smartexec.kernel.market import Market
from smartexec.kernel.volatility import GRID, MIN_RETURNS, MIN_SPREADS
from smartexec.model.enums import Phase
from smartexec.model.instrument import Instrument
from smartexec.model.market import PhaseChange, Quote, Trade
from smartexec.model.view import MarketView

OPEN, SECOND, CENT = 1_700_000_000 * 10**9, 10**9, 10**7
CLOSE = OPEN + 390 * GRID
XYZ = Instrument("XYZ", open=OPEN, close=CLOSE)


def quote(market: Market, seconds: float, bid: int | None, ask: int | None) -> None:
    """Quote in cents, some seconds after the open."""
    px = [None if side is None else side * CENT for side in (bid, ask)]
    market.on_quote(Quote("XYZ", "", px[0], 100, px[1], 100), OPEN + round(seconds * SECOND))


def print_(market: Market, seconds: float, px: int) -> None:
    market.on_trade(Trade("XYZ", "", px * CENT, 10), OPEN + round(seconds * SECOND))


def phase(market: Market, seconds: float, value: Phase) -> None:
    market.on_phase(PhaseChange("XYZ", "", value), OPEN + round(seconds * SECOND))


def look(market: Market, seconds: float) -> MarketView:
    return market.view(OPEN + round(seconds * SECOND), OPEN, market.mark())


def zigzag(market: Market, minutes: int, begin: int = 0) -> None:
    """Move the midpoint from 10.00 to 10.10 and back, once a minute, with many quotes between that are no sample."""
    for minute in range(begin, begin + minutes):
        middle = 1000 + 10 * (minute % 2)
        quote(market, 60 * minute, middle - 1, middle + 1)
        for k in range(5):
            quote(market, 60 * minute + 5 + k, 900 + k, 1100 - k)


def test_nothing_is_told_before_enough_was_seen() -> None:
    market = Market(XYZ)
    zigzag(market, MIN_RETURNS)
    seen = look(market, 60 * MIN_RETURNS)
    assert (market.realised.returns, seen.sigma_now) == (MIN_RETURNS - 1, None)
    assert look(market, 60 * MIN_RETURNS + 1).sigma_now is not None
    early = Market(XYZ)
    quote(early, 0, 999, 1001)
    told = [look(early, 60 * (MIN_SPREADS - 1) + later).spread_now for later in (0, 1)]
    assert told == [None, 2 * CENT]


def test_volatility_is_that_of_the_sampled_midpoints_scaled_to_a_day() -> None:
    """41 samples, 40 returns: 20 times up by 1 %, 20 times down by 1/101."""
    market = Market(XYZ)
    zigzag(market, 41)
    sigma = look(market, 60 * 40 + 1).sigma_now
    assert sigma == pytest.approx(sqrt((20 * 0.01**2 + 20 * (10 / 1010) ** 2) / 40 * 390), rel=1e-12)


def test_spread_is_the_mean_of_the_samples() -> None:
    market = Market(XYZ)
    for minute in range(10):
        quote(market, 60 * minute, 1000, 1001 + minute)
    assert look(market, 60 * 9 + 1).spread_now == 5.5 * CENT


def test_grid_times_without_an_event_count() -> None:
    """Two quotes, an hour apart: one return in an hour of 60 steps."""
    market = Market(XYZ)
    quote(market, 0, 999, 1001)
    quote(market, 0.001, 999, 1001)
    quote(market, 3_599, 1009, 1011)
    seen = look(market, 3_601)
    assert market.realised.returns == 60
    assert seen.sigma_now == pytest.approx(0.01 * sqrt(390 / 60), rel=1e-12)


def test_it_does_not_matter_who_looks() -> None:
    looked, not_looked = Market(XYZ), Market(XYZ)
    for minute in range(60):
        for market in (looked, not_looked):
            quote(market, 37 * minute, 990 + minute % 7, 1000 + minute % 7)
        look(looked, 37 * minute + 30)
    assert look(looked, 2_400) == look(not_looked, 2_400)


def test_no_return_spans_a_halt() -> None:
    market = Market(XYZ)
    zigzag(market, 30)
    before = market.realised.squares
    phase(market, 1_790, Phase.HALTED)
    quote(market, 1_900, 1499, 1501)
    quote(market, 2_000, 1499, 1501)
    phase(market, 2_090, Phase.CONTINUOUS)
    quote(market, 2_100, 1499, 1501)
    quote(market, 2_200, 1499, 1501)
    assert market.realised.squares - before <= 0.01**2
    assert market.realised.returns == 30


def test_a_halt_without_any_event_is_no_time_of_no_change() -> None:
    market = Market(XYZ)
    zigzag(market, 30)
    phase(market, 1_790, Phase.HALTED)
    counted = market.realised.returns, market.realised.spreads
    phase(market, 5_390, Phase.CONTINUOUS)
    quote(market, 5_395, 1499, 1501)
    assert (market.realised.returns, market.realised.spreads) == counted


def test_a_minute_that_ended_before_a_halt_counts_though_the_halt_is_the_next_event() -> None:
    market = Market(XYZ)
    quote(market, 0, 999, 1001)
    quote(market, 1, 999, 1001)
    phase(market, 90, Phase.HALTED)
    assert (market.realised.returns, market.realised.spreads) == (1, 2)


def test_invalid_quotes_are_no_sample() -> None:
    """Locked at a grid time: the return is taken over two steps, the spread is not counted."""
    market = Market(XYZ)
    quote(market, 0, 999, 1001)
    quote(market, 59, 1001, 1001)
    print_(market, 59.5, 2000)
    quote(market, 61, 1009, 1011)
    quote(market, 121, 1009, 1011)
    assert (market.realised.returns, market.realised.spreads) == (2, 2)
    assert market.realised.squares == pytest.approx(0.01**2, rel=1e-12)


def test_prints_count_where_nothing_is_quoted() -> None:
    market = Market(XYZ)
    for minute in range(41):
        print_(market, 60 * minute, 1000 + 10 * (minute % 2))
    seen = look(market, 60 * 40 + 1)
    assert seen.spread_now is None
    assert seen.sigma_now == pytest.approx(sqrt((20 * 0.01**2 + 20 * (10 / 1010) ** 2) / 40 * 390), rel=1e-12)


def test_no_sample_is_taken_outside_the_session() -> None:
    market = Market(XYZ)
    for minute in range(-30, 0):
        quote(market, 60 * minute, 999 + minute, 1001)
    assert (market.realised.returns, market.realised.spreads) == (0, 0)
    quote(market, 0, 999, 1001)
    quote(market, 391 * 60, 999, 1001)
    quote(market, 500 * 60, 1, 3)
    assert (market.realised.returns, market.realised.spreads) == (390, 391)


def test_a_day_without_bounds_has_24_hours() -> None:
    market = Market(Instrument("XYZ"))
    quote(market, 0, 999, 1001)
    quote(market, 59, 1009, 1011)
    seen = look(market, 3_601)
    assert seen.sigma_now == pytest.approx(0.01 * sqrt(1_440 / 60), rel=1e-12)
