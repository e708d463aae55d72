"""How costs scatter: weighted standard deviation and expected shortfall of the worst. Pure; no orders here."""

from collections.abc import Sequence
from math import fsum, sqrt
from typing import Final

WORST: Final = 0.05
"""Part of the weight that the tail is made of."""

Weighted = Sequence[tuple[float, float]]
"""(value, weight >= 0) each."""


def deviation(values: Weighted) -> float | None:
    """Give the standard deviation about the weighted mean; None without weight."""
    whole = fsum(weight for _, weight in values)
    if not whole:
        return None
    mean = fsum(value * weight for value, weight in values) / whole
    return sqrt(fsum((value - mean) ** 2 * weight for value, weight in values) / whole)


def tail(values: Weighted, part: float = WORST) -> float | None:
    """Give the mean of the largest values that make up `part` of the weight (Rockafellar and Uryasev 2002).

    The value at the boundary counts with what is missing of the part. None without weight.
    """
    left = wanted = part * fsum(weight for _, weight in values)
    if not wanted:
        return None
    taken: list[float] = []
    for value, weight in sorted(values, reverse=True):
        used = min(weight, left)
        taken.append(value * used)
        left -= used
        if left <= 0:
            break
    return fsum(taken) / (wanted - max(left, 0.0))
