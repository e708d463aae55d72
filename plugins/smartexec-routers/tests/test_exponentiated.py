"""Exponentiated gradient: figures computed independently; rounding by property."""

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartexec_routers.exponentiated import by_chance, by_remainder, explored, normalised, updated

STEPS = [
    ((50, 10, 5), [0.451863, 0.274069, 0.274069]),
    ((20, 60, 5), [0.383652, 0.383652, 0.232697]),
    ((60, 10, 0), [0.506480, 0.307196, 0.186324]),
]


def test_oracle() -> None:
    weights = normalised([1, 1, 1])
    for hidden, after in STEPS:
        full = [100 * weight <= there for weight, there in zip(weights, hidden, strict=True)]
        weights = updated(weights, full, 0.5)
        assert [round(weight, 6) for weight in weights] == after


WEIGHTS = st.lists(st.floats(0, 1), min_size=1, max_size=6)


@pytest.mark.parametrize("lot", [1, 7, 100])
@given(qty=st.integers(0, 10_000), weights=WEIGHTS, seed=st.integers())
def test_rounding_at_random_conserves_and_is_within_a_lot(lot: int, qty: int, weights: list[float], seed: int) -> None:
    parts = by_chance(qty, weights, lot, Random(seed))
    if not any(weights):
        assert not any(parts)
        return
    assert sum(parts) == qty // lot * lot
    whole = sum(map(Fraction, weights))
    for part, weight in zip(parts, weights, strict=True):
        assert part >= 0
        assert part % lot == 0
        assert abs(Fraction(part, lot) - qty // lot * Fraction(weight) / whole) < 1


def test_rounding_at_random_is_fair() -> None:
    weights, random = [0.15, 0.35, 0.5], Random(7)
    sums = [0, 0, 0]
    for _ in range(4_000):
        sums = [total + part for total, part in zip(sums, by_chance(1, weights, 1, random), strict=True)]
    assert [total / 4_000 for total in sums] == pytest.approx(weights, abs=0.025)


def test_rounding_by_remainder_needs_no_seed() -> None:
    assert by_remainder(100, [0.451863, 0.274069, 0.274068], 1) == [45, 28, 27]


def test_no_venue_is_given_up() -> None:
    assert explored([1.0, 0.0], 0.1) == pytest.approx([0.95, 0.05])
