"""The trade-off of TRILEMMA: the impact law by its published table, the choice by property."""

import math

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from smartexec_schedules.terms import (
    Action,
    Situation,
    Weights,
    cheapest,
    costs,
    horizon,
    temporary_impact,
)

BASE = Situation(
    remaining=10_000,
    time_left=0.5,
    step=0.002,
    volume=1_000_000.0,
    spread=2.0,
    usual_spread=2.0,
    sigma=200.0,
    sigma_now=200.0,
)
EVEN_WEIGHTS = Weights(impact=1, risk=1, completion=1)
WAITS = Action("waits", 0)
RESTS = Action("rests", 200)
MID = Action("mid", 400, spread_paid=0.5)


def crosses(qty: float) -> Action:
    return Action("crosses", qty, spread_paid=1, demands=True)


@pytest.mark.parametrize(
    ("sigma", "days", "ratio", "bp"),
    [
        (157, 0.1, 0.14200, 22.294),
        (157, 0.2, 0.09369, 14.709),
        (157, 0.5, 0.05406, 8.488),
        (226, 0.1, 0.14200, 32.092),
        (226, 0.2, 0.09369, 21.173),
        (226, 0.5, 0.05406, 12.218),
    ],
)
def test_temporary_impact_of_a_tenth_of_the_daily_volume(sigma: float, days: float, ratio: float, bp: float) -> None:
    """IBM and DRI in the table of Almgren et al. (2005)."""
    participation = 0.1 / days
    assert temporary_impact(1, participation) == pytest.approx(ratio, abs=5e-6)
    assert temporary_impact(sigma, participation) == pytest.approx(bp, abs=5e-4)


def test_horizon_is_where_risk_and_impact_are_least() -> None:
    best = horizon(BASE, 10_000, EVEN_WEIGHTS)

    def of(days: float) -> float:
        return 200 * math.sqrt(days / 3) + temporary_impact(200, 10_000 / (1_000_000 * days))

    assert BASE.step < best < BASE.time_left
    assert of(best) < min(of(best * 1.01), of(best / 1.01))


def test_horizon_without_risk_is_all_the_time() -> None:
    assert horizon(BASE, 10_000, Weights(impact=1, risk=0, completion=1)) == 0.5


def test_horizon_without_a_cost_of_completion_is_one_step() -> None:
    assert horizon(BASE, 10_000, Weights(impact=1, risk=1, completion=0)) == 0.002


def test_costs_of_crossing_half_by_hand() -> None:
    """With a day left and only completion weighted against impact, the rest is spread over all of it."""
    seen = evolve(BASE, time_left=1.0, step=0.1)
    found = costs(crosses(5_000), seen, Weights(impact=1, risk=0, completion=1))
    assert found.impact == pytest.approx((1 + 0.142 * 200 * 0.05**0.6) / 2)
    assert found.completion == pytest.approx((1 + 0.142 * 200 * 0.005**0.6) / 2)
    assert found.risk == 0


def test_costs_of_crossing_all_leave_nothing_to_risk_or_complete() -> None:
    found = costs(crosses(20_000), BASE, EVEN_WEIGHTS)
    assert (found.risk, found.completion) == (0, 0)
    assert found.impact == pytest.approx(1 + temporary_impact(200, 5))


def test_of_equal_actions_the_first_is_taken() -> None:
    assert cheapest([WAITS, RESTS], BASE, Weights(impact=1, risk=0, completion=0))[0] is WAITS


def test_weights_normalised_choose_alike() -> None:
    heavy = Weights(impact=3, risk=6, completion=1)
    light = heavy.normalised()
    assert (light.impact, light.risk, light.completion) == (0.3, 0.6, 0.1)
    actions = [WAITS, RESTS, MID, crosses(2_000)]
    assert cheapest(actions, BASE, heavy)[0] is cheapest(actions, BASE, light)[0]


# -- the choice moves the obvious way, whatever the numbers ------------------------------------------------------------

WEIGHT = st.floats(0, 10)
WEIGHTS = st.builds(Weights, impact=WEIGHT, risk=WEIGHT, completion=WEIGHT)
SITUATIONS = st.builds(
    Situation,
    remaining=st.integers(1, 10**6),
    time_left=st.floats(0, 1),
    step=st.floats(1e-4, 0.1),
    volume=st.floats(1e3, 1e8),
    spread=st.floats(0, 100),
    usual_spread=st.floats(0, 100),
    sigma=st.floats(1, 1_000),
    sigma_now=st.floats(1, 1_000),
)
TIMES = st.floats(1.001, 100)
SLACK = 1e-9
"""Relative; two actions that cost the same but for rounding may be chosen either way."""


def menu(s: Situation) -> list[Action]:
    """From patient to aggressive, as the strategy offers them."""
    flow = s.volume * s.step
    passive = [
        WAITS,
        Action("rests", min(s.remaining, flow / 10)),
        Action("mid", min(s.remaining, flow / 5), spread_paid=0.5),
    ]
    return passive + [crosses(s.remaining / 2**n) for n in range(6, -1, -1)]


def not_less_done(patient: Situation, pressed: Situation, w: Weights, pressed_weights: Weights | None = None) -> None:
    """Under pressure at least as much is done, unless both choices cost the same."""
    heavier = pressed_weights or w
    before, _ = cheapest(menu(patient), patient, w)
    after, chosen = cheapest(menu(pressed), pressed, heavier)
    if after.expected < before.expected:
        other = costs(before, pressed, heavier)
        assert other.total <= chosen.total * (1 + SLACK) + SLACK


@given(s=SITUATIONS, w=WEIGHTS, times=TIMES)
def test_less_time_is_not_less_aggressive(s: Situation, w: Weights, times: float) -> None:
    not_less_done(s, evolve(s, time_left=s.time_left / times), w)


@given(s=SITUATIONS, w=WEIGHTS, times=TIMES)
def test_a_wider_spread_is_not_more_aggressive(s: Situation, w: Weights, times: float) -> None:
    not_less_done(evolve(s, spread=s.spread * times), s, w)


@given(s=SITUATIONS, w=WEIGHTS, times=TIMES)
def test_more_risk_weight_is_not_slower(s: Situation, w: Weights, times: float) -> None:
    not_less_done(s, s, w, evolve(w, risk=w.risk * times))


@given(s=SITUATIONS, w=WEIGHTS, times=TIMES)
def test_more_completion_weight_is_not_slower(s: Situation, w: Weights, times: float) -> None:
    not_less_done(s, s, w, evolve(w, completion=w.completion * times))


@given(s=SITUATIONS, w=WEIGHTS, times=TIMES)
def test_more_impact_weight_is_not_faster(s: Situation, w: Weights, times: float) -> None:
    not_less_done(s, s, evolve(w, impact=w.impact * times), w)


@given(s=SITUATIONS, w=WEIGHTS, times=TIMES)
def test_a_wilder_day_is_not_slower(s: Situation, w: Weights, times: float) -> None:
    not_less_done(s, evolve(s, sigma_now=s.sigma_now * times), w)


@given(s=SITUATIONS, w=WEIGHTS, better=st.floats(0, 50))
def test_a_price_that_will_come_back_is_not_slower(s: Situation, w: Weights, better: float) -> None:
    not_less_done(s, evolve(s, drift=-better), w)
