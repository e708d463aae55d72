"""Following volume: cumulative rounding, the remaining-ratio rule and Konishi's optimum, to the printed digits."""

from itertools import accumulate
from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartexec_schedules.volume_slices import konishi, next_slice, static_slices

CURVE = (0.2, 0.1, 0.1, 0.2, 0.4)
USUAL = 100_000
ACTUAL = (30_000, 8_000, 9_000, 25_000, 50_000)
AAPL = """.12121 .06817 .06177 .05096 .04441 .0395 .04043 .03466 .03277 .02991 .02706 .02447 .02366 .02302 .02189 .02207
.02184 .02259 .0259 .0245 .02637 .02824 .03032 .03065 .04151 .0821"""


def follow(forecasts: list[list[float]]) -> list[int]:
    """What the remaining-ratio rule trades of 10,000, bin by bin, with these forecasts of the bins left."""
    left, traded = 10_000, []
    for at in forecasts:
        traded.append(next_slice(left, at))
        left -= traded[-1]
    return traded


def test_dynamic_rule() -> None:
    """A forecast that moves with the last bin's surprise y, which fades by 0.6 a bin."""
    forecasts = []
    for t in range(5):
        surprise = log(ACTUAL[t - 1] / (CURVE[t - 1] * USUAL)) if t else 0.0
        forecasts.append([CURVE[s] * USUAL * exp(surprise * 0.6 ** (s - t + 1)) for s in range(t, 5)])
    assert follow(forecasts) == [2000, 1155, 917, 1943, 3985]


def test_the_same_rule_with_a_fixed_curve_is_the_static_strategy() -> None:
    assert follow([list(CURVE[t:]) for t in range(5)]) == [2000, 1000, 1000, 2000, 4000]
    assert static_slices(10_000, [2, 1, 1, 2, 4]) == [2000, 1000, 1000, 2000, 4000]


def test_the_same_rule_with_hindsight() -> None:
    assert follow([list(map(float, ACTUAL[t:])) for t in range(5)]) == [2459, 656, 738, 2049, 4098]


def test_static_slices_of_a_measured_curve_are_a_lot_off_at_most_and_sum_up() -> None:
    """The printed curve has five decimals, so a slice of 100,000 may differ by one from that of the curve itself."""
    shares = [round(float(share) * 100_000) for share in AAPL.split()]
    printed = [
        12121, 6817, 6178, 5096, 4440, 3950, 4043, 3466, 3278, 2991, 2706, 2447, 2366, 2302, 2190, 2207, 2184, 2259,
        2590, 2450, 2637, 2824, 3032, 3065, 4151, 8210,
    ]  # fmt: skip
    slices = static_slices(100_000, shares)
    assert sum(slices) == sum(printed) == 100_000
    assert all(abs(one - other) <= 1 for one, other in zip(slices, printed, strict=True))


@given(total=st.integers(0, 10**9), shares=st.lists(st.integers(0, 10**9), min_size=1, max_size=60).filter(any))
def test_static_slices_are_never_a_unit_off_the_curve(total: int, shares: list[int]) -> None:
    slices, whole = static_slices(total, shares), sum(shares)
    assert sum(slices) == total
    assert min(slices) >= 0
    for due, volume in zip(accumulate(slices), accumulate(shares), strict=True):
        assert abs(due * whole - total * volume) * 2 <= whole


@given(left=st.integers(0, 10**9), forecasts=st.lists(st.floats(0, 1e12), min_size=1, max_size=30))
def test_next_slice_is_part_of_what_is_left(left: int, forecasts: list[float]) -> None:
    assert 0 <= next_slice(left, forecasts) <= left
    assert next_slice(left, forecasts[:1]) == (left if forecasts[0] else 0)


def test_konishi() -> None:
    paths = [(0.2, 0.5, 1), (0.3, 0.6, 1), (0.4, 0.8, 1)]
    variances = [(1, 1, 1), (2, 1, 1), (4, 1, 2)]
    assert konishi(paths, variances) == pytest.approx((0.342857, 0.633333, 1), abs=5e-7)
    assert konishi(paths, [(1, 1, 1)] * 3) == pytest.approx((0.3, 0.633333, 1), abs=5e-7)
