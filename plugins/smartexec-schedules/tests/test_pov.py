"""POV: given a view, expect a decision."""

from typing import Any

import pytest

from smartexec.api import Decision, Instrument, ParentView, Slice, VolumeCurve
from smartexec.testing import START, market, view
from smartexec_schedules.pov import Pov

BID, ASK = 99_990_000_000, 100_010_000_000
PERIOD = 30_000_000_000
HOUR = 3_600_000_000_000


def seen(others: int, own: int = 0, *, now: int = START, order_qty: int = 100_000, **given: Any) -> ParentView:
    """A view after `others` and `own` have traded."""
    forecast = given.pop("forecast", None)
    return view(
        now=now,
        order_qty=order_qty,
        cum_qty=own,
        market=market(volume=others + own, forecast=forecast),
        **given,
    )


def test_own_volume_counts() -> None:
    assert Pov(aggressiveness=100).decide(seen(9_000)).slices == (Slice(1_000, ASK),)
    assert Pov().decide(seen(9_000, 1_000)).slices == ()


def test_band_and_lots() -> None:
    """Each step's order is filled: target 10 % in a band of 5 to 15 %, lots of 100, 1,500 in all."""
    others, own, children = 0, 0, []
    for traded in (1_200, 300, 0, 5_000, 800, 2_500, 100):
        others += traded
        step = seen(others, own, order_qty=1_500, instrument=Instrument("TEST", lot=100))
        children.append(sum(one.qty for one in Pov().decide(step).slices))
        own += children[-1]
    assert children == [100, 0, 0, 600, 100, 200, 100]
    assert (own, own / (own + others)) == (1_100, 0.1)


def test_within_the_band_it_rests_and_below_it_crosses() -> None:
    rests, crosses = Pov().decide(seen(9_000, 473)), Pov().decide(seen(9_000, 472))
    assert rests == Decision((Slice(527, BID),), rests.wake_at, note="10 % of 9,473, 527 behind, rests")
    assert crosses == Decision((Slice(528, ASK),), START + PERIOD // 10, note="10 % of 9,472, 528 behind, crosses")


def test_it_wakes_for_the_next_look_at_the_volume_only() -> None:
    calm = Pov().decide(seen(9_000, 1_000, now=START + 5 * PERIOD + 7))
    assert calm == Decision((), START + 6 * PERIOD, note="10 % of 10,000, 0 ahead, nothing due")


def test_resting_it_crosses_in_the_last_part_of_a_period() -> None:
    assert Pov(aggressiveness=30, adapt=0).decide(seen(9_000, 900)).wake_at == START + 70 * PERIOD // 100
    late = seen(9_000, 900, now=START + 70 * PERIOD // 100)
    assert Pov(aggressiveness=30, adapt=0).decide(late).slices == (Slice(100, ASK),)


def test_before_anything_traded_nothing_is_due() -> None:
    assert Pov().decide(seen(0)) == Decision((), START + PERIOD, note="10 % of 0, 0 ahead, nothing due")


def test_an_order_without_an_end_is_traded() -> None:
    assert Pov().decide(seen(9_000, end=0)).slices == (Slice(1_000, ASK),)


def test_it_is_not_completed_unless_asked() -> None:
    last = seen(9_000, 1_000, now=START + HOUR - PERIOD // 2, order_qty=1_200)
    assert Pov().decide(last).slices == ()
    assert Pov(complete=True).decide(last).slices == (Slice(200, ASK),)


@pytest.mark.parametrize(
    ("expected_volume", "share"),
    [(10_000, 10), (9_000, 10), (7_334, 12), (5_667, 15), (100, 15)],
)
def test_to_complete_it_raises_its_share_within_the_band(expected_volume: int, share: int) -> None:
    """1,000 are left; with this much more volume to come until the end, the share needed is so much."""
    step = seen(9_000, 0, order_qty=1_000, forecast=VolumeCurve(START, HOUR, (expected_volume,)))
    assert Pov(complete=True).step(step).where == f"{share} % of 9,000"


def test_without_a_forecast_the_pace_so_far_says_what_is_needed() -> None:
    """9,000 in half an hour, as much to come: 1,400 of own and others' 10,400 are 14 %."""
    half = Pov(complete=True).step(seen(9_000, now=START + HOUR // 2, order_qty=1_400))
    assert half.where == "14 % of 9,000"
    nothing = Pov(complete=True).step(seen(0, now=START + HOUR // 2, order_qty=1_400))
    assert nothing.where == "10 % of 0"


def test_crosses_inside_count_as_done() -> None:
    """Else what is due would be due again after each cross, and netting would cross all that is left at once."""
    assert sum(one.qty for one in Pov().decide(seen(9_000, crossed_qty=50)).slices) == 950


def test_a_share_outside_its_band_is_refused() -> None:
    with pytest.raises(ValueError, match=r"participation_pct: found 20, expected within 5 \.\. 15"):
        Pov(participation_pct=20)
