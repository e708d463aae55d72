"""The projection: what is feasible stays, what is not goes to the nearest feasible point."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartexec_routers.feasible import feasible, within

NUMBERS = st.floats(-2_000, 2_000)


def is_feasible(market: float, limits: list[float], qty: float) -> bool:
    room, slack = qty - market, 1e-6 * qty
    return (
        -slack <= market <= qty + slack
        and all(-slack <= limit <= room + slack for limit in limits)
        and market + sum(limits) >= qty - slack
    )


@pytest.mark.parametrize(
    ("market", "limits", "found"),
    [
        (500, [300, 300], (500, [300, 300])),
        (0, [0, 0], (1_000 / 3, [1_000 / 3, 1_000 / 3])),
        (-50, [2_000, 2_000], (0, [1_000, 1_000])),
        (2_000, [-5, -5], (1_000, [0, 0])),
        (900, [200, 100], (850, [150, 100])),
        (400, [], (1_000, [])),
    ],
)
def test_by_hand(market: float, limits: list[float], found: tuple[float, list[float]]) -> None:
    at, projected = feasible(market, limits, 1_000)
    assert at == pytest.approx(found[0], abs=1e-6)
    assert projected == pytest.approx(found[1], abs=1e-6)


@given(market=NUMBERS, limits=st.lists(NUMBERS, min_size=1, max_size=4), other=NUMBERS, others=st.data())
def test_nearest(market: float, limits: list[float], other: float, others: st.DataObject) -> None:
    """Any feasible point lies at an angle of at least 90 degrees: (y - P(y)) . (z - P(y)) <= 0."""
    at, projected = feasible(market, limits, 1_000)
    assert is_feasible(at, projected, 1_000)
    drawn = others.draw(st.lists(NUMBERS, min_size=len(limits), max_size=len(limits)))
    z_market, z_limits = feasible(other, drawn, 1_000)
    terms = [(market - at) * (z_market - at)]
    terms += [(y - p) * (z - p) for y, p, z in zip(limits, projected, z_limits, strict=True)]
    assert sum(terms) <= 1e-3


@given(
    market=NUMBERS,
    limits=st.lists(NUMBERS, min_size=1, max_size=3),
    most=st.sampled_from([1_000, 1_100, 1_500]),
    other=NUMBERS,
    others=st.data(),
)
def test_nearest_that_places_no_more(
    market: float, limits: list[float], most: float, other: float, others: st.DataObject
) -> None:
    at, projected = within(market, limits, 1_000, most)
    assert is_feasible(at, projected, 1_000)
    assert at + sum(projected) <= most + 1e-6
    drawn = others.draw(st.lists(NUMBERS, min_size=len(limits), max_size=len(limits)))
    z_market, z_limits = within(other, drawn, 1_000, most)
    terms = [(market - at) * (z_market - at)]
    terms += [(y - p) * (z - p) for y, p, z in zip(limits, projected, z_limits, strict=True)]
    assert sum(terms) <= 1e-3
