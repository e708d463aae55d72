"""Almgren & Chriss (2000): its example to the printed digits, closed forms against sums, and the known traps."""

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartexec_schedules.almgren_chriss import (
    Impact,
    closed_expected_cost,
    closed_variance,
    drift_gain,
    expected_cost,
    growth,
    kappa,
    left_after_step,
    risk_aversion_for,
    trades,
    trajectory,
    value_at_risk,
    variance,
    with_drift,
)

PAPER = Impact(sigma=0.95, eta=2.5e-6, gamma=2.5e-7, epsilon=1 / 16, alpha=0.02)
X, N, TAU = 1_000_000, 5, 1.0

TABLE = [
    # lambda, kappa, 1/kappa, x1 .. x4, E, V, standard deviation
    (0, 0.0, None, (800000, 600000, 400000, 200000), 662500.00, 1.083000e12, 1040673),
    (1e-7, 0.194629, 5.1380, (757882.39, 544564.31, 351939.68, 172688.75), 670057.46, 9.247186e11, 961622.90),
    (1e-6, 0.607076, 1.6472, (541955.55, 289854.22, 147897.49, 62141.80), 911226.99, 3.641286e11, 603430.67),
    (2e-6, 0.846297, 1.1816, (428598.85, 182932.81, 76295.72, 27643.38), 1140715.17, 2.019313e11, 449367.65),
]


def optimal(risk_aversion: float) -> tuple[float, ...]:
    return trajectory(X, kappa(PAPER, risk_aversion, TAU), TAU, N)


@pytest.mark.parametrize(("risk_aversion", "urgency", "half_life", "held", "cost", "var", "sd"), TABLE)
def test_table(
    risk_aversion: float,
    urgency: float,
    half_life: float | None,
    held: tuple[float, ...],
    cost: float,
    var: float,
    sd: float,
) -> None:
    found = kappa(PAPER, risk_aversion, TAU)
    holdings = optimal(risk_aversion)
    assert round(found, 6) == urgency
    assert half_life is None or round(1 / found, 4) == half_life
    assert tuple(round(x, 2) for x in holdings) == (X, *held, 0)
    assert round(expected_cost(holdings, PAPER, TAU), 2) == cost
    assert f"{variance(holdings, PAPER, TAU):.6e}" == f"{var:.6e}"
    assert sqrt(variance(holdings, PAPER, TAU)) == pytest.approx(sd, abs=0.51 if half_life is None else 0.005)


def test_trades_of_the_paper() -> None:
    assert [round(n, 2) for n in trades(optimal(1e-6))] == [458044.45, 252101.33, 141956.73, 85755.69, 62141.80]


@pytest.mark.parametrize("risk_aversion", [1e-7, 1e-6, 2e-6])
def test_closed_forms_are_the_sums(risk_aversion: float) -> None:
    urgency, holdings = kappa(PAPER, risk_aversion, TAU), optimal(risk_aversion)
    assert closed_expected_cost(X, PAPER, urgency, TAU, N) == pytest.approx(
        expected_cost(holdings, PAPER, TAU), rel=1e-9
    )
    assert closed_variance(X, PAPER, urgency, TAU, N) == pytest.approx(variance(holdings, PAPER, TAU), rel=1e-9)


def test_extremes_evenly_and_all_at_once() -> None:
    evenly, at_once = trajectory(X, 0.0, TAU, N), (X, 0, 0, 0, 0, 0)
    assert round(expected_cost(evenly, PAPER, TAU), 2) == 662_500
    assert round(variance(evenly, PAPER, TAU)) == 1_083_000_000_000
    assert round(PAPER.sigma**2 * X**2 * N * TAU / 3 * (1 - 1 / N) * (1 - 1 / (2 * N))) == 1_083_000_000_000
    assert round(expected_cost(at_once, PAPER, TAU), 2) == 2_562_500
    assert variance(at_once, PAPER, TAU) == 0


def test_no_trajectory_is_better_than_the_optimal_one() -> None:
    """Moving a little quantity between any two steps costs more: a check that shares no formula with the solution."""

    def utility(holdings: tuple[float, ...]) -> float:
        return expected_cost(holdings, PAPER, TAU) + 1e-6 * variance(holdings, PAPER, TAU)

    best = optimal(1e-6)
    for j in range(1, N):
        for moved in (-1_000, 1_000):
            other = tuple(x + moved * (i == j) for i, x in enumerate(best))
            assert utility(other) > utility(best)


def test_naive_kappa_is_not_the_discrete_one() -> None:
    naive = sqrt(1e-6 * PAPER.sigma**2 / PAPER.eta)
    assert (round(naive, 6), round(kappa(PAPER, 1e-6, TAU), 6)) == (0.600833, 0.607076)


def test_drift() -> None:
    urgency = kappa(PAPER, 1e-6, TAU)
    assert round(PAPER.alpha / (2 * 1e-6 * PAPER.sigma**2), 3) == 11_080.332
    assert [round(x, 2) for x in with_drift(optimal(1e-6), PAPER, 1e-6, urgency, TAU)] == [
        1_000_000, 546_342.29, 296_084.12, 154_127.39, 66_528.53, 0,
    ]  # fmt: skip
    assert round(drift_gain(PAPER, 1e-6, urgency, TAU, N), 3) == 424.665


def test_least_value_at_risk() -> None:
    def at(risk_aversion: float) -> tuple[float, float, float]:
        holdings = optimal(risk_aversion)
        cost, var = expected_cost(holdings, PAPER, TAU), variance(holdings, PAPER, TAU)
        return value_at_risk(cost, var, 1.645), cost, var

    low, high = 1e-6, 3e-6
    while high - low > 1e-11:
        one, two = low + (high - low) / 3, high - (high - low) / 3
        low, high = (low, two) if at(one)[0] < at(two)[0] else (one, high)
    least, cost, var = at(low)
    assert round(low, 9) == 1.694e-6
    assert round(least, 2) == 1_877_206.70
    assert round(kappa(PAPER, low, TAU), 4) == 0.7823
    # It is flat there: how far one looks changes the place by more than the value.
    assert cost == pytest.approx(1_078_670.5, abs=15)
    assert var == pytest.approx(2.35645e11, rel=5e-5)


DROP = [
    # lambda in 1e-6, mean, variance, their weighted sum, half-life: as printed by DROP's run of the paper's example
    (0.001, 0.6625, 1.0812, 0.6636, 51.30),
    (0.002, 0.6625, 1.0794, 0.6647, 36.27),
    (0.003, 0.6625, 1.0776, 0.6657, 29.62),
    (0.004, 0.6625, 1.0758, 0.6668, 25.65),
    (0.005, 0.6625, 1.0740, 0.6679, 22.94),
    (0.006, 0.6625, 1.0722, 0.6690, 20.94),
    (0.007, 0.6625, 1.0704, 0.6700, 19.39),
    (0.008, 0.6626, 1.0687, 0.6711, 18.14),
    (0.009, 0.6626, 1.0669, 0.6722, 17.10),
]


@pytest.mark.parametrize(("risk_aversion", "mean", "var", "penalty", "half_life"), DROP)
def test_drop(risk_aversion: float, mean: float, var: float, penalty: float, half_life: float) -> None:
    """lakshmidrip.github.io/DROP/junit/classes/org.drip.coverage.execution.AlmgrenChriss.html"""
    holdings = optimal(risk_aversion * 1e-6)
    cost, risk = expected_cost(holdings, PAPER, TAU) / 1e6, variance(holdings, PAPER, TAU) / 1e12
    assert (round(cost, 4), round(risk, 4)) == (mean, var)
    assert round(cost + risk_aversion * risk, 4) == penalty
    assert round(1 / kappa(PAPER, risk_aversion * 1e-6, TAU), 2) == half_life


@given(risk_aversion=st.floats(1e-9, 1e-2), steps=st.integers(1, 60), total=st.floats(1, 1e9), tau=st.floats(0.001, 5))
def test_recurrence_is_the_closed_form(risk_aversion: float, steps: int, total: float, tau: float) -> None:
    """Solving again at each step for what is left is the trajectory itself: the problem is consistent in time."""
    holdings = trajectory(total, kappa(PAPER, risk_aversion, tau), tau, steps)
    left = total
    for done in range(steps):
        left *= left_after_step(growth(PAPER, risk_aversion, tau), steps - done)
        assert left == pytest.approx(holdings[done + 1], rel=1e-6, abs=1e-6 * total)


@given(risk_aversion=st.floats(1e-9, 1e-4), tau=st.floats(0.01, 5))
def test_risk_aversion_for_is_the_inverse_of_kappa(risk_aversion: float, tau: float) -> None:
    assert risk_aversion_for(PAPER, 1 / kappa(PAPER, risk_aversion, tau), tau) == pytest.approx(risk_aversion, rel=1e-5)


def test_extreme_urgency_does_not_overflow() -> None:
    assert trajectory(X, 1e4, TAU, N) == (X, 0, 0, 0, 0, 0)
    assert left_after_step(1e300, 5) == pytest.approx(0)
    assert left_after_step(0.0, 4) == pytest.approx(0.75)


def test_impact_that_no_trajectory_is_best_for_is_refused() -> None:
    with pytest.raises(ValueError, match=r"eta - gamma tau / 2: found .*, expected > 0"):
        kappa(Impact(sigma=1.0, eta=1e-7, gamma=1e-6), 1e-6, 1.0)
