"""The Kaplan-Meier tally: a worked example of Ganchev et al.'s estimator to the printed digits, and its slow model."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartexec.kernel.survival import MAX_SIZES, KaplanMeier
from smartexec.model.survival import Survival

ORDERS = [(5, 2), (3, 3), (4, 4), (6, 1), (2, 2), (5, 5), (7, 3), (4, 0), (3, 3), (8, 6)]
"""(submitted, executed)."""


def tally(orders: Sequence[tuple[int, int]]) -> KaplanMeier:
    out = KaplanMeier()
    for submitted, executed in orders:
        out.add(submitted, executed)
    return out


def curve(orders: Sequence[tuple[int, int]], least: float = 1.0) -> Survival:
    found = tally(orders).curve(least)
    assert found is not None
    return found


def counts(orders: Sequence[tuple[int, int]], s: int) -> tuple[int, int]:
    """N_s and D_s, as the paper defines them."""
    at_risk = [(v, r) for v, r in orders if v > s and r >= s]
    return len(at_risk), sum(r == s for _, r in at_risk)


def slow(orders: Sequence[tuple[int, int]], size: int, least: float = 1.0) -> float:
    """T(size) as the paper defines it, one size at a time, as far as enough orders speak."""
    out = 1.0
    for s in range(size):
        n, d = counts(orders, s)
        if n < least or not n:
            break
        out *= 1 - d / n
    return out


def test_worked_example_to_the_printed_digits() -> None:
    assert [counts(ORDERS, s) for s in range(7)] == [(10, 1), (9, 1), (7, 1), (4, 1), (2, 0), (1, 0), (1, 1)]
    found = curve(ORDERS)
    assert [round(found.at(s), 6) for s in range(1, 8)] == [0.9, 0.8, 0.685714, 0.514286, 0.514286, 0.514286, 0.0]
    assert found.trials == 10


def test_full_execution_is_censored_one_below_its_quantity() -> None:
    """A standard Kaplan-Meier estimator censors at v, and finds less: the trap of the worked example."""
    wrong = [(v + 1, r + 1) if v == r else (v, r) for v, r in ORDERS]
    assert [round(curve(wrong).at(s), 6) for s in range(1, 5)] == [0.9, 0.8, 0.7, 0.583333]


def test_sizes_that_few_orders_speak_for_are_thought_there() -> None:
    found = curve(ORDERS, least=4)
    assert [round(found.at(s), 6) for s in (3, 4, 5, 100)] == [0.685714, 0.514286, 0.514286, 0.514286]
    assert curve(ORDERS, least=11).at(5) == 1.0


def test_it_says_how_far_enough_orders_speak() -> None:
    assert [curve(ORDERS, least=least).upto for least in (1, 4, 9, 11)] == [7, 4, 2, 0]
    assert curve([(100, 100)] * 10, least=10) == Survival((), (), 1.0, 10, upto=100)


def test_nothing_is_said_where_nothing_was_tried() -> None:
    assert KaplanMeier().curve(1) is None


orders_of = st.lists(
    st.integers(1, 40).flatmap(lambda v: st.tuples(st.just(v), st.integers(0, v))), min_size=1, max_size=60
)


@given(orders_of, st.integers(1, 12))
def test_curve_is_what_the_definition_gives(orders: list[tuple[int, int]], least: int) -> None:
    found = curve(orders, least)
    for size in range(1, 42):
        assert found.at(size) == pytest.approx(slow(orders, size, least))


@given(orders_of, orders_of)
def test_orders_that_leave_leave_no_trace(kept: list[tuple[int, int]], gone: list[tuple[int, int]]) -> None:
    all_of_them = tally(kept + gone)
    for submitted, executed in gone:
        all_of_them.drop(submitted, executed, 1.0)
    assert all_of_them.curve(1) == tally(kept).curve(1)


@given(orders_of, orders_of)
def test_merged_tallies_are_the_tally_of_all(some: list[tuple[int, int]], more: list[tuple[int, int]]) -> None:
    merged = tally(some)
    merged.merge(tally(more))
    assert merged.curve(1) == tally(some + more).curve(1)


def test_memory_is_bounded_where_orders_have_all_sizes() -> None:
    """Hidden sizes that fall off evenly up to 100,000 lots; orders for up to twice that."""
    state, orders = 1, []
    for _ in range(2_000):
        state = state * 6364136223846793005 + 1442695040888963407 & (1 << 64) - 1
        submitted, hidden = 1 + (state >> 33) % 200_000, (state >> 13) % 100_000
        orders.append((submitted, min(submitted, hidden)))
    rough = tally(orders)
    assert len(rough.sizes) <= MAX_SIZES
    found = rough.curve(30)
    assert found is not None
    assert found.trials == len(orders)
    for size in (1_000, 10_000, 25_000, 50_000, 75_000):
        assert found.at(size) == pytest.approx(_exact(orders, size), abs=0.04)
        assert found.at(size) == pytest.approx(1 - size / 100_000, abs=0.06)


def _exact(orders: list[tuple[int, int]], size: int) -> float:
    """`slow`, looking only at sizes at which somebody found no more."""
    out = 1.0
    for s in sorted({r for v, r in orders if r < v and r < size}):
        n, d = counts(orders, s)
        out *= 1 - d / n
    return out
