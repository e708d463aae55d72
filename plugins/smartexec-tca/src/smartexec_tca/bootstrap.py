"""Intervals by bootstrap: how far a mean would move if other orders of the kind had come. Seeded, pure, no orders here.

A mean is a ratio, sum of money / sum of weights over units. Units are drawn with replacement (Efron 1979); every ratio
is worked out on the same draws, so that the difference of two is paired: what moves both cancels out. The interval
is that of percentiles. With few units it is too narrow (with 5, it holds about 85 % instead of 95 %).
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from math import fsum
from operator import mul
from random import Random
from typing import Final

from attrs import frozen

LEVEL: Final = 0.95
SEED: Final = 1
MOST_KEPT: Final = 20_000_000
"""Counts of draws that are kept in memory, 4 bytes each."""
Draw = Sequence[int]
"""How often each unit was drawn."""


@frozen
class Ratio:
    """A mean: money and weight by unit."""

    money: Sequence[float]
    weight: Sequence[float]

    @property
    def value(self) -> float | None:
        """The ratio of the units as they are."""
        weight = fsum(self.weight)
        return fsum(self.money) / weight if weight else None

    def of(self, draw: Draw) -> float | None:
        """Give the ratio of a draw; None where it has no weight."""
        weight = fsum(map(mul, self.weight, draw))
        return fsum(map(mul, self.money, draw)) / weight if weight else None


@frozen
class Estimate:
    """A value with its interval; None where there is no figure."""

    value: float | None
    low: float | None = None
    high: float | None = None


def draws(units: int, replicates: int, seed: int = SEED) -> Iterator[Draw]:
    """Draw `units` of so many units with replacement, again and again."""
    random = Random(seed).random  # the only generator whose numbers Python promises to keep
    for _ in range(replicates):
        counts = array("I", bytes(units * array("I").itemsize))
        for _ in range(units):
            counts[int(random() * units)] += 1
        yield counts


@lru_cache(maxsize=2)
def _kept(units: int, replicates: int, seed: int) -> Sequence[Draw]:
    """Draw once for all combinations, which mostly have the same units."""
    return tuple(draws(units, replicates, seed))


def estimate(ratios: Sequence[Ratio], replicates: int, seed: int = SEED) -> list[Estimate]:
    """Give each ratio with its interval. All have the same units."""
    found = _replicates(ratios, replicates, seed)
    return [_with_interval(ratio.value, _known(values)) for ratio, values in zip(ratios, found, strict=True)]


def differences(first: Sequence[Ratio], second: Sequence[Ratio], replicates: int, seed: int = SEED) -> list[Estimate]:
    """Give second - first, one by one, each with its interval, both of the same draws. All have the same units."""
    found = _replicates([*first, *second], replicates, seed)
    pairs = zip(first, second, found[: len(first)], found[len(first) :], strict=True)
    return [_with_interval(_less(b.value, a.value), _known(map(_less, after, before))) for a, b, before, after in pairs]


def _replicates(ratios: Sequence[Ratio], replicates: int, seed: int) -> list[list[float | None]]:
    """Give the ratios of every draw; a single unit is not drawn."""
    units = len(ratios[0].money)
    found: list[list[float | None]] = [[] for _ in ratios]
    drawn = _kept if units * replicates <= MOST_KEPT else draws
    for draw in drawn(units, replicates, seed) if units > 1 else ():
        for values, ratio in zip(found, ratios, strict=True):
            values.append(ratio.of(draw))
    return found


def _less(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a - b


def _known(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def quantile(ordered: Sequence[float], p: float) -> float:
    """Give the p-quantile of sorted values, between two of them by proportion (Hyndman and Fan 1996, type 7)."""
    place = p * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def _with_interval(value: float | None, found: list[float]) -> Estimate:
    if value is None or len(found) < 2:
        return Estimate(value)
    found.sort()
    return Estimate(value, quantile(found, (1 - LEVEL) / 2), quantile(found, (1 + LEVEL) / 2))
