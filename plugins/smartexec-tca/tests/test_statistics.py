"""Bootstrap, standard deviation and tail against closed forms."""

from itertools import product
from math import fsum, sqrt
from statistics import NormalDist, pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartexec_tca import bootstrap
from smartexec_tca.bootstrap import Estimate, Ratio, differences, draws, estimate, quantile
from smartexec_tca.scatter import deviation, tail

MANY = 200
VALUES = [NormalDist(3.0, 2.0).inv_cdf((i + 0.5) / MANY) for i in range(MANY)]
EQUAL = [1.0] * MANY


def test_interval_of_a_mean_is_that_of_the_normal_law() -> None:
    """Drawn n times out of n values, a mean has the standard error sd / sqrt(n) (Efron and Tibshirani 1993, 5.12)."""
    (found,) = estimate([Ratio(VALUES, EQUAL)], 4000)
    error = pstdev(VALUES) / sqrt(MANY)
    assert found.value == pytest.approx(3.0)
    assert found.low == pytest.approx(3.0 - 1.96 * error, abs=0.04 * 1.96 * error * 2)
    assert found.high == pytest.approx(3.0 + 1.96 * error, abs=0.04 * 1.96 * error * 2)


def test_draws_of_three_have_the_chances_of_all_27() -> None:
    """The chance of each mean is known by counting: nothing is approximate but the number of draws."""
    values, replicates = [0.0, 1.0, 5.0], 20_000
    exact: dict[float, float] = {}
    for three in product(values, repeat=3):
        exact[fsum(three) / 3] = exact.get(fsum(three) / 3, 0.0) + 1 / 27
    counted: dict[float, float] = dict.fromkeys(exact, 0.0)
    ratio = Ratio(values, [1.0] * 3)
    for draw in draws(3, replicates):
        value = ratio.of(draw)
        assert value is not None
        counted[value] += 1 / replicates
    for value, chance in exact.items():
        assert counted[value] == pytest.approx(chance, abs=4 * sqrt(chance / replicates))


def test_difference_is_paired() -> None:
    """What moves both cancels out: a constant difference has an interval of no width."""
    shifted = [value + 0.5 for value in VALUES]
    ratios = [Ratio(VALUES, EQUAL), Ratio(shifted, EQUAL)]
    means, apart = estimate(ratios, 300), differences([ratios[0], ratios[0]], ratios, 300)
    assert means[0].high is not None
    assert means[0].low is not None
    assert means[0].high - means[0].low > 0.4
    assert [apart[1].value, apart[1].low, apart[1].high] == pytest.approx([0.5, 0.5, 0.5])
    assert [apart[0].value, apart[0].low, apart[0].high] == [0.0, 0.0, 0.0]


def test_ratio_is_weighted() -> None:
    (found,) = estimate([Ratio([10.0, 90.0], [1.0, 3.0])], 100)
    assert found.value == 25.0
    assert (found.low, found.high) == (10.0, 30.0)


def test_interval_needs_two_units_and_a_value_some_weight() -> None:
    assert estimate([Ratio([7.0], [1.0])], 100) == [Estimate(7.0)]
    assert estimate([Ratio([], [])], 100) == [Estimate(None)]
    assert estimate([Ratio([0.0, 0.0], [0.0, 0.0])], 100) == [Estimate(None)]


def test_difference_of_what_has_no_figure_is_none() -> None:
    nothing, something = Ratio([0.0, 0.0], [0.0, 0.0]), Ratio([1.0, 2.0], [1.0, 1.0])
    assert differences([nothing, something], [something, nothing], 100) == [Estimate(None)] * 2


def test_draws_that_are_too_many_to_keep_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = estimate([Ratio(VALUES, EQUAL)], 100)
    monkeypatch.setattr(bootstrap, "MOST_KEPT", 0)
    assert estimate([Ratio(VALUES, EQUAL)], 100) == kept


def test_same_seed_same_interval() -> None:
    ratio = Ratio(VALUES, EQUAL)
    assert estimate([ratio], 100) == estimate([ratio], 100)
    assert estimate([ratio], 100) != estimate([ratio], 100, seed=2)


def test_quantile_lies_between_values_by_proportion() -> None:
    assert [quantile([1.0, 2.0, 4.0], p) for p in (0, 0.25, 0.5, 0.75, 1)] == [1.0, 1.5, 2.0, 3.0, 4.0]


# -- scatter -----------------------------------------------------------------------------------------------------------


def test_tail_of_equal_weights_is_the_mean_of_the_worst() -> None:
    values = [(float(number), 1.0) for number in range(100)]
    assert tail(values) == fsum([95, 96, 97, 98, 99]) / 5


def test_tail_takes_a_part_of_the_value_at_its_boundary() -> None:
    assert tail([(10.0, 3.0), (2.0, 97.0)]) == pytest.approx((3 * 10 + 2 * 2) / 5)
    assert tail([(10.0, 50.0), (2.0, 50.0)]) == pytest.approx(10.0)


def test_tail_of_a_normal_law() -> None:
    """Expected shortfall of a normal law: mean + sd * density(z) / part."""
    normal = NormalDist(3.0, 2.0)
    z = NormalDist().inv_cdf(0.95)
    values = [(normal.inv_cdf((i + 0.5) / 20_000), 1.0) for i in range(20_000)]
    assert tail(values) == pytest.approx(3.0 + 2.0 * NormalDist().pdf(z) / 0.05, rel=1e-3)


def test_deviation_is_weighted() -> None:
    assert deviation([(1.0, 3.0), (5.0, 1.0)]) == pytest.approx(sqrt(3.0))
    assert deviation([(value, 1.0) for value in VALUES]) == pytest.approx(pstdev(VALUES))


def test_scatter_of_nothing_is_no_figure() -> None:
    assert (deviation([]), tail([])) == (None, None)
    assert (deviation([(1.0, 0.0)]), tail([(1.0, 0.0)])) == (None, None)


@given(st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(0.1, 1e3)), min_size=1, max_size=20))
def test_tail_lies_between_the_mean_and_the_worst(values: list[tuple[float, float]]) -> None:
    found = tail(values)
    assert found is not None
    mean = fsum(v * w for v, w in values) / fsum(w for _, w in values)
    assert mean - 1e-6 <= found <= max(v for v, _ in values) + 1e-6
