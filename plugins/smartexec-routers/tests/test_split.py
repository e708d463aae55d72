"""Splitting: by hand and by property."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartexec_routers.split import split


@pytest.mark.parametrize(
    ("total", "weights", "lot", "parts"),
    [
        (100, [1, 1], 1, [50, 50]),
        (101, [1, 1], 1, [51, 50]),
        (10, [1, 2, 4], 1, [1, 3, 6]),
        (350, [1, 1, 0], 100, [200, 100, 0]),
        (99, [3, 1], 100, [0, 0]),
        (5, [0, 0], 1, [0, 0]),
        (5, [], 1, []),
    ],
)
def test_split(total: int, weights: list[int], lot: int, parts: list[int]) -> None:
    assert split(total, weights, lot) == parts


@given(total=st.integers(0, 10**12), weights=st.lists(st.integers(0, 10**6), max_size=9), lot=st.integers(1, 500))
def test_split_conserves_whole_lots_and_is_within_one_of_exact(total: int, weights: list[int], lot: int) -> None:
    parts = split(total, weights, lot)
    assert all(part >= 0 and part % lot == 0 for part in parts)
    if not any(weights):
        assert not any(parts)
        return
    assert sum(parts) == total // lot * lot
    for part, weight in zip(parts, weights, strict=True):
        assert abs(Fraction(part, lot) - Fraction(total // lot * weight, sum(weights))) < 1
