"""Greedy allocation: figures computed independently, brute force, and lot by lot as the paper says it."""

from itertools import product

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from smartexec.api import Survival
from smartexec_routers.greedy import expected, greedy, within_reach


def curve(probs: list[float], beyond: float = 0.0) -> Survival:
    return Survival(tuple(range(1, len(probs) + 1)), tuple(probs), beyond, 100)


ORACLE = [
    curve([0.9 * 0.8 ** (k - 1) for k in range(1, 21)]),
    curve([0.5] * 10, 0.1),
    curve([0.3 * 0.99 ** (k - 1) for k in range(1, 101)]),
]


@pytest.mark.parametrize(
    ("qty", "parts", "filled"),
    [(5, [3, 2, 0], 3.196), (10, [3, 7, 0], 5.696), (15, [5, 10, 0], 8.02544), (20, [6, 10, 4], 9.502472)],
)
def test_oracle(qty: int, parts: list[int], filled: float) -> None:
    assert greedy(qty, ORACLE) == parts
    assert expected(parts, ORACLE) == pytest.approx(filled, abs=5e-7)


def test_it_is_the_best_of_all_allocations() -> None:
    every = [list(parts) for parts in product(range(16), repeat=3) if sum(parts) == 15]
    assert max(expected(parts, ORACLE) for parts in every) == pytest.approx(expected(greedy(15, ORACLE), ORACLE))


CURVES = st.lists(
    st.builds(
        lambda sizes, probs: Survival(
            tuple(sorted(sizes)), tuple(sorted(probs, reverse=True)[: len(sizes)]), min(probs), 9
        ),
        st.sets(st.integers(1, 60), min_size=3, max_size=3),
        st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 1.0]), min_size=4, max_size=4),
    ),
    max_size=4,
)


@given(curves=CURVES, qty=st.integers(0, 150), lot=st.sampled_from([1, 7, 10]))
def test_it_gives_block_by_block_to_the_likeliest(curves: list[Survival], qty: int, lot: int) -> None:
    parts = [0] * len(curves)
    for _ in range(qty // lot):
        chances = [one.at(part + lot) for one, part in zip(curves, parts, strict=True)]
        if not chances or max(chances) <= 0:
            break
        best = [index for index, chance in enumerate(chances) if chance == max(chances)]
        parts[min(best, key=lambda index: (parts[index], index))] += lot
    assert greedy(qty, curves, lot) == parts


@given(curves=CURVES, parts=st.lists(st.integers(0, 90), min_size=4, max_size=4))
def test_expected_is_the_sum_of_chances(curves: list[Survival], parts: list[int]) -> None:
    parts = parts[: len(curves)]
    slow = sum(one.at(lots) for one, part in zip(curves, parts, strict=True) for lots in range(1, part + 1))
    assert expected(parts, curves) == pytest.approx(slow)


def test_equal_chances_are_shared_extra_lots_to_the_first() -> None:
    sure = Survival((), (), 1.0, 50)
    assert greedy(10, [sure] * 4) == [3, 3, 2, 2]
    assert greedy(10, [sure] * 2, held=(6, 0)) == [2, 8]
    assert greedy(1_000, [sure, curve([1.0] * 100)], lot=30) == [900, 90]


def test_reach_is_twice_what_is_known() -> None:
    known = Survival((10,), (0.9,), 0.5, 50, upto=40)
    assert within_reach(known) == Survival((10, 80), (0.9, 0.5), 0.0, 50, upto=40)
    assert within_reach(evolve(known, upto=None)).beyond == 0.5


def test_a_billion_lots_cost_no_more_than_ten() -> None:
    assert sum(greedy(10**9, [*ORACLE, curve([0.9], 0.2)])) == 10**9
