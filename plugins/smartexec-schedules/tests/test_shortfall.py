"""IS: given a view, expect a decision."""

from typing import Any

import pytest
from attrs import evolve

from smartexec.api import PX_SCALE, Decision, Instrument, MarketView, ParentView, Slice, Statistics
from smartexec.testing import START, market, view
from smartexec_schedules.almgren_chriss import Impact, kappa, trajectory
from smartexec_schedules.anchor import Anchor
from smartexec_schedules.market_impact import DAY, impact_of
from smartexec_schedules.shortfall import Shortfall

BID = 99_990_000_000
SPREAD, ADV = PX_SCALE // 8, 5_000_000
PAPER = market(
    bid=50 * PX_SCALE - SPREAD // 2,
    ask=50 * PX_SCALE + SPREAD // 2,
    statistics=Statistics(adv=ADV, sigma=0.019, spread=SPREAD),
)
"""Section 3.4 of the paper: 50 a share, spread 1/8, 5 million a day, 0.95 a day and share."""


def at(day: float, done: int = 0, of: MarketView = PAPER, **given: Any) -> ParentView:
    """A view of the paper's million over five days, `day` days after the start."""
    return view(
        now=START + round(day * DAY),
        end=START + 5 * DAY,
        order_qty=1_000_000,
        cum_qty=done,
        arrival=50 * PX_SCALE,
        market=of,
        **given,
    )


def qty(decision: Decision) -> int:
    return sum(one.qty for one in decision.slices)


def test_rules_of_thumb_give_the_papers_parameters() -> None:
    impact, why = impact_of(at(0), None, None)
    assert impact is not None
    assert (impact.sigma, impact.eta, impact.gamma) == pytest.approx((0.95, 2.5e-6, 2.5e-7))
    assert why == "sigma 1.90 %"


def test_it_trades_the_papers_trajectory() -> None:
    """Each slice is filled as it is due; solving anew each day for what is left gives the paper's trades."""
    done, state, traded = 0, None, []
    for day in range(5):
        decision = Shortfall(slices=5).decide(at(day, done, state=state))
        traded.append(qty(decision))
        done, state = done + traded[-1], decision.state
    assert traded == [458_044, 252_102, 141_957, 85_755, 62_142]


def test_its_note_says_the_half_life() -> None:
    """1 / kappa = 1.6472 days of 390 minutes."""
    assert Shortfall(slices=5).decide(at(0)).note == "slice 1 of 5, 0 ahead, half-life 642 min by sigma 1.90 %, rests"


def test_behind_it_is_solved_again_for_what_is_left() -> None:
    first = Shortfall(slices=5).decide(at(0))
    late = Shortfall(slices=5).decide(at(1, 300_000, state=first.state))
    rest = trajectory(700_000, kappa(Impact(sigma=0.95, eta=2.5e-6, gamma=2.5e-7), 1e-6, 1.0), 1.0, 4)
    assert qty(late) == round(700_000 - rest[1])
    assert late.note.startswith("slice 2 of 5, 158,044 behind")
    assert late.state == Anchor(2, 300_000, 458_044, 300_000 + qty(late))


def test_a_fill_within_a_slice_does_not_make_more_of_it_due() -> None:
    first = Shortfall(slices=5).decide(at(0))
    assert qty(Shortfall(slices=5).decide(at(0.5, 458_000, state=first.state))) == 44


def test_volatile_days_are_front_loaded_and_quiet_ones_are_not_slowed() -> None:
    usual = qty(Shortfall(slices=5).decide(at(0)))
    wild = Shortfall(slices=5).decide(at(0, of=evolve(PAPER, sigma_now=0.038)))
    assert qty(wild) > usual
    assert "by sigma 3.80 % (today)" in wild.note
    assert qty(Shortfall(slices=5).decide(at(0, of=evolve(PAPER, sigma_now=0.001)))) == usual


def test_volatility_that_rises_within_a_slice_makes_more_of_it_due() -> None:
    first = Shortfall(slices=5).decide(at(0))
    wild = at(0.5, 458_044, of=evolve(PAPER, sigma_now=0.038), state=first.state)
    assert qty(Shortfall(slices=5).decide(wild)) > 100_000


def test_a_half_life_needs_no_statistics() -> None:
    """Half-life of the paper's case: the same trajectory, without volatility, volume or spread."""
    bare = market(bid=50 * PX_SCALE - 1, ask=50 * PX_SCALE + 1)
    seen = at(0, of=bare, instrument=Instrument("TEST", tick=1))
    urgent = Shortfall(slices=5, half_life=round(DAY / 0.607076))
    assert qty(urgent.decide(seen)) == pytest.approx(458_044, abs=1)
    assert ", half-life 642 min as asked, " in urgent.decide(seen).note
    assert qty(Shortfall(slices=5, half_life=1).decide(seen)) == 1_000_000


@pytest.mark.parametrize(
    ("known", "why"),
    [
        (Statistics(), "even: no volatility known"),
        (Statistics(sigma=0.02), "even: no average daily volume known"),
        (Statistics(adv=ADV), "even: no volatility known"),
    ],
)
def test_where_too_little_is_known_it_trades_evenly_and_says_so(known: Statistics, why: str) -> None:
    decision = Shortfall(slices=5).decide(at(0, of=market(statistics=known)))
    assert decision.slices == (Slice(200_000, BID),)
    assert decision.note == f"slice 1 of 5, 0 ahead, {why}, rests"


def test_impact_may_be_given_in_place_of_the_volume() -> None:
    known = evolve(PAPER, statistics=Statistics(sigma=0.019))
    assert qty(Shortfall(slices=5, eta=2.5e-6, gamma=2.5e-7).decide(at(0, of=known))) == 458_044


def test_impossible_impact_is_said() -> None:
    assert "even: gamma is too large for eta" in Shortfall(slices=5, gamma=1e-5).decide(at(0)).note


def test_no_aversion_to_risk_is_even() -> None:
    assert qty(Shortfall(slices=5, risk_aversion=0.0).decide(at(0))) == 200_000


def test_more_aversion_is_faster() -> None:
    first = [qty(Shortfall(slices=5, risk_aversion=one).decide(at(0))) for one in (0.0, 1e-7, 1e-6, 2e-6, 1e-3)]
    assert first == sorted(first)
    assert len(set(first)) == 5
