"""Intervals by bootstrap: how far a mean would move if other orders of the kind had come. Seeded, pure, no orders here.

A mean is a ratio, sum of money / sum of weights over units. Units are drawn with replacement (Efron 1979); every ratio
is worked out on the same draws, so that the difference of two is paired: what moves both cancels out. The interval
is that of percentiles. With few units it is too narrow (with 5, it holds about 85 % instead of 95 %).
"""

from collections.abc import Iterator, Sequence
from math import fsum
from operator import mul
from random import Random
from typing import Final

from attrs import frozen

LEVEL: Final = 0.95
SEED: Final = 1
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
        counts = [0] * units
        for _ in range(units):
            counts[int(random() * units)] += 1
        yield counts


def estimate(ratios: Sequence[Ratio], replicates: int, seed: int = SEED) -> tuple[list[Estimate], list[Estimate]]:
    """Give each ratio with its interval, and its difference from the first one. All have the same units."""
    units = len(ratios[0].money)
    own: list[list[float]] = [[] for _ in ratios]
    apart: list[list[float]] = [[] for _ in ratios]
    for draw in draws(units, replicates if units > 1 else 0, seed):
        found = [ratio.of(draw) for ratio in ratios]
        for number, value in enumerate(found):
            if value is not None:
                own[number].append(value)
                if found[0] is not None:
                    apart[number].append(value - found[0])
    values = [ratio.value for ratio in ratios]
    first = values[0]
    differences = [None if v is None or first is None else v - first for v in values]
    return (
        [_with_interval(value, found) for value, found in zip(values, own, strict=True)],
        [_with_interval(value, found) for value, found in zip(differences, apart, strict=True)],
    )


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
