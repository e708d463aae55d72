"""VWAP: given a view, expect a decision."""

from itertools import pairwise
from typing import Any

from smartexec.api import CURVE_SCALE, Decision, Instrument, MarketView, ParentView, Slice, VolumeCurve
from smartexec.testing import START, market, view
from smartexec_schedules.anchor import Anchor
from smartexec_schedules.vwap import Vwap

BID = 99_990_000_000
BIN = 1_000_000
SHARES = (0.2, 0.1, 0.1, 0.2, 0.4)
END = START + 5 * BIN


def curve(*shares: float, scale: int = CURVE_SCALE, open: int = START) -> VolumeCurve:
    done, cumulative = 0, []
    for share in shares:
        done += round(share * scale)
        cumulative.append(done)
    return VolumeCurve(open, BIN, tuple(cumulative))


def at(slice_: int, of: MarketView, done: int = 0, **given: Any) -> ParentView:
    """A view at the start of a slice (1..5) of 10,000 lots, `done` of which are executed."""
    return view(now=START + (slice_ - 1) * BIN, end=END, order_qty=10_000, cum_qty=done, market=of, **given)


USUAL = market(curve=curve(*SHARES))


def test_slices_follow_the_curve_by_cumulative_rounding() -> None:
    ends = [Vwap(slices=5).step(at(number, USUAL)).due for number in range(1, 6)]
    assert [late - early for early, late in pairwise([0, *ends])] == [2000, 1000, 1000, 2000, 4000]


def test_it_rests_for_what_the_curve_says() -> None:
    assert Vwap(slices=5).decide(at(3, USUAL, 2_900)) == Decision(
        (Slice(1_100, BID),), START + 2 * BIN + 65 * BIN // 100, note="slice 3 of 5, 100 behind, rests"
    )


def test_only_the_part_of_the_day_counts_that_is_the_orders() -> None:
    """Two of the five bins: 0.1 and 0.2 of the day are a third and two thirds of the order."""
    part = view(now=START + 2 * BIN, start=START + 2 * BIN, end=START + 4 * BIN, order_qty=900, market=USUAL)
    assert Vwap(slices=2).decide(part).slices == (Slice(300, BID),)


def test_whole_lots_and_all_of_them_by_the_end() -> None:
    seen = at(1, USUAL, instrument=Instrument("TEST", lot=300))
    assert Vwap(slices=5).decide(seen).slices == (Slice(2_100, BID),)
    assert Vwap(slices=5).step(at(5, USUAL)).due == 10_000


def test_without_a_curve_it_trades_evenly_and_says_so() -> None:
    decision = Vwap(slices=5).decide(at(1, market()))
    assert decision.slices == (Slice(2_000, BID),)
    assert decision.note == "slice 1 of 5, 0 ahead, even: no curve known, rests"


def test_a_curve_without_volume_in_the_orders_time_is_none() -> None:
    night = market(curve=curve(*SHARES, open=START - 5 * BIN))
    assert "even: no curve known" in Vwap(slices=5).decide(at(1, night)).note


def test_dynamic_spreads_what_was_left_over_the_forecast() -> None:
    """1,500 done when slice 2 begins, of which the forecast says it has 1/8 of the volume that is left."""
    forecast = curve(0.3, 0.1, 0.1, 0.2, 0.4, scale=100_000)
    seen = at(2, market(curve=USUAL.curve, forecast=forecast), 1_500, state=Anchor(1, 0, 0, 2_000))
    decision = Vwap(slices=5, dynamic=True).decide(seen)
    assert decision.slices == (Slice(1_062, BID),)
    assert decision.state == Anchor(2, 1_500, 2_000, 2_562)
    assert decision.note == "slice 2 of 5, 500 behind, dynamic, rests"


def test_dynamic_does_not_ask_again_for_what_was_filled_within_the_slice() -> None:
    forecast = market(curve=USUAL.curve, forecast=curve(*SHARES, scale=100_000))
    first = Vwap(slices=5, dynamic=True).decide(at(1, forecast))
    assert first.slices == (Slice(2_000, BID),)
    after = Vwap(slices=5, dynamic=True).decide(at(1, forecast, 1_500, state=first.state))
    assert after.slices == (Slice(500, BID),)


def test_dynamic_recomputes_the_present_slice_when_the_forecast_changes() -> None:
    anchored = Anchor(2, 2_000, 2_000, 3_000)
    busy = market(forecast=curve(0.2, 0.4, 0.1, 0.1, 0.2, scale=100_000))
    decision = Vwap(slices=5, dynamic=True).decide(at(2, busy, 2_500, state=anchored))
    assert decision.slices == (Slice(3_500, BID),)
    assert decision.state == Anchor(2, 2_000, 2_000, 6_000)


def test_dynamic_without_a_forecast_follows_the_curve_and_says_so() -> None:
    decision = Vwap(slices=5, dynamic=True).decide(at(2, USUAL, 2_000))
    assert decision.slices == (Slice(1_000, BID),)
    assert decision.note == "slice 2 of 5, 0 ahead, no forecast known, rests"


def test_dynamic_takes_in_an_amendment() -> None:
    forecast = market(forecast=curve(*SHARES, scale=100_000))
    seen = view(now=START, end=END, order_qty=5_000, cum_qty=200, market=forecast, state=Anchor(1, 0, 0, 2_000))
    assert Vwap(slices=5, dynamic=True).decide(seen).slices == (Slice(800, BID),)
