"""Queue outflow: figures computed independently, and the definition itself, summed term by term."""

from math import exp, fsum, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartexec_routers import queue_outflow
from smartexec_routers.queue_outflow import Exponential, Outflow, Poisson, expected_fill, full_fill


@pytest.mark.parametrize(
    ("ahead", "qty", "mean", "full", "fill"),
    [
        (2000, 100, 2200, 0.984447, 99.7371),
        (2000, 268, 2200, 0.075590, 198.4268),
        (500, 100, 600, 0.505429, 90.2294),
        (0, 100, 120, 0.972136, 99.8768),
    ],
)
def test_poisson_outflow(ahead: int, qty: int, mean: int, full: float, fill: float) -> None:
    assert round(full_fill(Poisson(mean), ahead, qty), 6) == full
    assert round(expected_fill(Poisson(mean), ahead, qty), 4) == fill


@given(mean=st.floats(0.01, 300), count=st.integers(-2, 500))
def test_poisson_is_the_sum_of_its_terms(mean: float, count: int) -> None:
    outflow, term, terms = Poisson(mean), exp(-mean), []
    for number in range(count + 1):
        terms.append(term)
        term *= mean / (number + 1)
    assert outflow.cdf(count) == pytest.approx(fsum(terms), abs=1e-12)
    assert outflow.reaches(count + 1) == pytest.approx(1 - fsum(terms), abs=1e-12)


@pytest.mark.parametrize("away", [-6, -2, -0.3, 0, 0.3, 2, 6])
def test_where_there_are_many_the_expansion_is_the_sum(away: float, monkeypatch: pytest.MonkeyPatch) -> None:
    expanded = Poisson(20_000)
    count = int(20_000 + away * sqrt(20_000))
    found = expanded.cdf(count), expanded.reaches(count)
    monkeypatch.setattr(queue_outflow, "MANY", float("inf"))
    assert found == pytest.approx((expanded.cdf(count), expanded.reaches(count)), abs=1e-10)


def test_a_trillion_lots_are_as_quick_as_few() -> None:
    """A normal variable is what a Poisson of this size is: 0.93 lies 1.4758 deviations above the mean."""
    assert Poisson(10**12).quantile(0.93) == pytest.approx(10**12 + 1.4758 * 10**6, abs=100)


@pytest.mark.parametrize("mean", [0.5, 2_200, 10_000_000])
def test_poisson_of_any_size_has_its_median_near_its_mean(mean: float) -> None:
    assert Poisson(mean).quantile(0.5) == pytest.approx(mean, abs=1)


@given(
    outflow=st.floats(0.1, 5_000).flatmap(lambda mean: st.sampled_from([Poisson(mean), Exponential(mean)])),
    chance=st.floats(0, 0.999999),
)
def test_quantile_is_where_the_chance_is_reached(outflow: Outflow, chance: float) -> None:
    reached = outflow.quantile(chance)
    assert outflow.cdf(reached) >= chance - 1e-9
    assert reached <= 0 or outflow.cdf(reached - 1) <= chance + 1e-9


def test_exponential_is_memoryless() -> None:
    outflow = Exponential(50)
    assert outflow.reaches(30) == pytest.approx(outflow.reaches(10) * outflow.reaches(20))
    assert outflow.cdf(30) == pytest.approx(1 - outflow.reaches(30))
    assert (outflow.cdf(-1), outflow.reaches(0)) == (0.0, 1.0)


@pytest.mark.parametrize("outflow", [Poisson(10), Exponential(10)])
@pytest.mark.parametrize("chance", [-0.1, 1.0])
def test_quantile_of_no_chance_says_so(outflow: Outflow, chance: float) -> None:
    with pytest.raises(ValueError, match=f"found chance {chance}, expected 0 <= chance < 1"):
        outflow.quantile(chance)
