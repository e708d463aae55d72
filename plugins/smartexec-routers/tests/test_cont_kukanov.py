"""Cont & Kukanov: figures computed independently, the optimum by brute force and by convolution."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache
from math import fsum, inf
from random import Random

import pytest

from smartexec_routers.cont_kukanov import (
    Costs,
    Split,
    approximate,
    cost,
    fills,
    gradient,
    one_venue,
    short_chance,
    short_chance_given_full,
    step_size,
)
from smartexec_routers.queue_outflow import Exponential, Outflow, Poisson

QTY, AHEAD, MEAN = 1_000, 2_000, 2_200
PMF = [Poisson(MEAN).pmf(count) for count in range(3_200)]


def costs(impact: float, under: float = 0.026, venues: int = 1) -> Costs:
    return Costs(half_spread=0.02, take_fee=0.003, rebates=(0.002,) * venues, impact=impact, under=under, over=0.024)


@cache
def fill_pmf(limit: int) -> tuple[float, ...]:
    """Distribution of what a limit order for `limit` behind AHEAD executes."""
    if not limit:
        return (1.0,)
    return (fsum(PMF[: AHEAD + 1]), *PMF[AHEAD + 1 : AHEAD + limit], fsum(PMF[AHEAD + limit :]))


@cache
def expected_short(room: int, limit: int) -> float:
    """E (room - A)+ of one limit order."""
    return fsum((room - lots) * chance for lots, chance in enumerate(fill_pmf(limit)) if lots < room)


@cache
def expected_cost(market: int, limits: tuple[int, ...], c: Costs) -> float:
    """E v(X, xi), exactly: the last order's expected shortfall, summed over what the others execute."""
    means = [fsum(lots * chance for lots, chance in enumerate(fill_pmf(limit))) for limit in limits]
    room = QTY - market
    if len(limits) == 1:
        short = expected_short(room, limits[0])
    else:
        first = enumerate(fill_pmf(limits[0]))
        short = fsum(chance * expected_short(room - lots, limits[1]) for lots, chance in first if chance > 1e-18)
    beyond = market + fsum(means) - QTY + short
    earned = fsum((c.half_spread + r) * mean for r, mean in zip(c.rebates, means, strict=True))
    placed = market + sum(limits)
    return (
        (c.half_spread + c.take_fee) * market - earned + c.impact * (placed + short) + c.under * short + c.over * beyond
    )


@pytest.mark.parametrize(
    ("impact", "limit", "best", "all_market", "all_limit", "low"),
    [
        (0.0, 272, 14.278378, 23.0000, 16.399997, 0.023),
        (0.0005, 269, 14.814277, 23.5000, 17.299996, 0.0225),
    ],
)
def test_one_venue_poisson(
    impact: float, limit: int, best: float, all_market: float, all_limit: float, low: float
) -> None:
    found = one_venue(QTY, AHEAD, Poisson(MEAN), costs(impact))
    assert found.split == Split(QTY - limit, (limit,))
    assert (round(found.low, 6), round(found.up, 1)) == (low, 5679.6)
    by_hand = {size: expected_cost(QTY - size, (size,), costs(impact)) for size in range(QTY + 1)}
    assert min(by_hand, key=by_hand.__getitem__) == limit
    assert round(by_hand[limit], 6) == best
    assert round(by_hand[0], 4) == all_market
    assert round(by_hand[QTY], 6) == all_limit


@pytest.mark.parametrize(
    ("under", "limit", "market"),
    [
        (0.035, 1_000, 0),
        (0.040, 800.524, 199.476),
        (0.045, 416.947, 583.053),
        (0.050, 132.681, 867.319),
        (0.055, 0, 1_000),
    ],
)
def test_one_venue_exponential(under: float, limit: float, market: float) -> None:
    found = one_venue(QTY, AHEAD, Exponential(MEAN), costs(0.0005, under))
    assert round(found.split.limits[0], 3) == limit
    assert round(found.split.market, 3) == market
    assert (round(found.low, 6), round(found.up, 6)) == (0.037962, 0.052863)


@pytest.mark.parametrize(
    ("ahead", "outflow", "limit", "up"), [(10**6, Poisson(1), 0, 0.023), (0, Exponential(10**9), QTY, inf)]
)
def test_a_queue_that_is_sure_to_stay_or_to_go(ahead: int, outflow: Outflow, limit: float, up: float) -> None:
    found = one_venue(QTY, ahead, outflow, costs(0.0))
    assert found.split == Split(QTY - limit, (limit,))
    assert found.up == pytest.approx(up)


C = costs(0.0005, venues=2)
START = (333, 333, 334)


def best_of_two(market: int, first: int, second: int) -> tuple[int, int, int]:
    """Walk downhill on the integers, from a start, by ever smaller strides in all directions."""
    at = (market, first, second)
    for stride in (64, 16, 4, 1):
        moved = True
        while moved:
            moved = False
            for move in directions(stride):
                new = tuple(part + by for part, by in zip(at, move, strict=True))
                if (
                    min(new) >= 0
                    and max(new[1:]) <= QTY - new[0]
                    and sum(new) >= QTY
                    and value(new) < value(at) - 1e-12
                ):
                    at, moved = (new[0], new[1], new[2]), True
    return at


def directions(stride: int) -> Iterator[tuple[int, int, int]]:
    signs = (-stride, 0, stride)
    yield from ((a, b, c) for a in signs for b in signs for c in signs if (a, b, c) != (0, 0, 0))


def value(at: Sequence[int]) -> float:
    return expected_cost(at[0], (at[1], at[2]), C)


@pytest.mark.parametrize("start", [START, (1_000, 0, 0), (0, 1_000, 1_000), (600, 100, 400)])
def test_two_venues_by_convolution(start: tuple[int, int, int]) -> None:
    at = best_of_two(*start)
    assert at == (499, 297, 297)
    assert round(value(at), 6) == 6.007699
    room = QTY - at[0]
    pmf = fill_pmf(297)
    short = fsum(p * q for one, p in enumerate(pmf) for q in pmf[: max(0, room - one)])
    assert round(short, 5) == 0.94023
    assert round(short_chance(C), 6) == 0.940594
    assert short == pytest.approx(short_chance(C), abs=5e-4)


def test_two_venues_condition_of_a_limit_order() -> None:
    """Given that order 1 is executed in full, the other executes less than what is then missing."""
    market, limit = 499, 297
    full = Poisson(MEAN).reaches(AHEAD + limit + 1)
    short = fsum(fill_pmf(limit)[: QTY - market - limit])
    assert short == pytest.approx(short_chance_given_full(C, 0, full), abs=0.03)


def test_the_cost_of_one_scenario_is_not_convex() -> None:
    """More than S is executed: rising in L_2 while its fills cost, then flat. An LP over samples would not see that."""

    def at(limit: float) -> float:
        split, outflow = Split(500, (300, limit)), (2_500, 2_350)
        return cost(split, QTY, fills(split, (AHEAD, AHEAD), outflow), costs(0.0, venues=2))

    assert at(300) < at(350) == at(400) == at(450)
    assert at(350) > (at(300) + at(400)) / 2


def draws(count: int, seed: int) -> Iterator[tuple[int, int]]:
    random, upto, cumulative = Random(seed), 0.0, []
    for chance in PMF:
        upto += chance
        cumulative.append(upto)
    for _ in range(count):
        yield bisect_left(cumulative, random.random()), bisect_left(cumulative, random.random())


def averaged(steps: int, *start: float) -> Split:
    return approximate(Split(start[0], start[1:]), QTY, (AHEAD, AHEAD), draws(steps, 11), steps, C)


def test_stochastic_approximation_finds_the_optimum() -> None:
    found = averaged(100_000, QTY / 3, QTY / 3, QTY / 3)
    assert found.market == pytest.approx(499, rel=0.03)
    assert found.limits == pytest.approx((297, 297), rel=0.03)
    assert found.placed > QTY


@pytest.mark.parametrize(("steps", "market"), [(1_000, 377.6), (100_000, 487.4)])
def test_stochastic_approximation_from_no_market_order_is_slow(steps: int, market: float) -> None:
    assert averaged(steps, 0.0, QTY / 2, QTY / 2).market == pytest.approx(market, rel=0.03)


@pytest.mark.parametrize(("outflow", "executed"), [((2_100, 2_100), 0), ((2_700, 2_000), 1), ((2_900, 2_900), 2)])
def test_gradient_is_the_slope_of_the_cost(outflow: tuple[int, int], executed: int) -> None:
    """Where the cost is smooth; the slope of a limit order that is not full is its impact only."""
    split = Split(300, (400, 500))
    slopes = []
    for by in (Split(1, (0, 0)), Split(0, (1, 0)), Split(0, (0, 1))):
        moved = Split(split.market + by.market, tuple(a + b for a, b in zip(split.limits, by.limits, strict=True)))
        slopes.append(
            cost(moved, QTY, fills(moved, (AHEAD, AHEAD), outflow), C)
            - cost(split, QTY, fills(split, (AHEAD, AHEAD), outflow), C)
        )
    filled = fills(split, (AHEAD, AHEAD), outflow)
    full = [xi > AHEAD + limit for xi, limit in zip(outflow, split.limits, strict=True)]
    slope = gradient(full, split.market + fsum(filled), QTY, C)
    assert full.count(True) == executed
    assert [slope.market, *slope.limits] == pytest.approx(slopes)


def test_step_is_as_the_paper_has_it() -> None:
    bound = (0.02 + 0.003 + 0.0005 + 0.026 + 0.024) ** 2 + 2 * (0.02 + 0.002 + 0.0005 + 0.026 + 0.024) ** 2
    assert step_size(QTY, 1_000, C) == pytest.approx(2**0.5 * QTY / (1_000 * bound) ** 0.5)
    free = Costs(half_spread=0, rebates=(0.0,), under=0, over=0)
    assert step_size(QTY, 1_000, free) == 0.0
