"""Quantiles of a stream of whole numbers in bounded memory, the same for the same stream: a histogram by magnitude.

Each power of two has 32 bins of equal width (the idea of HdrHistogram), so that a quantile is at most 1/32 off; numbers
below 64 have a bin each. A bin gives the mean of what fell into it, so that equal observations come back exact. There
are never more than 32 bins per bit of the largest number. Histograms can be weighted, scaled and added.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from attrs import Factory, define

from smartexec.kernel.mean import Mean

BITS: Final = 5


def bin_of(value: int) -> int:
    """Number of the bin of a value >= 0; bins are in the order of their values."""
    shift = value.bit_length() - BITS - 1
    return value if shift <= 0 else (shift << BITS) + (value >> shift)


@define(eq=False)
class Quantiles:
    """A histogram of weighted observations."""

    bins: dict[int, Mean] = Factory(dict)
    """By number of the bin."""

    def add(self, value: int, weight: float) -> None:
        """Take an observation >= 0."""
        number = bin_of(value)
        found = self.bins.get(number)
        if found is None:
            found = self.bins[number] = Mean()
        found.add(weight, weight * value)

    def scale(self, factor: float) -> None:
        """Multiply all weights."""
        for one in self.bins.values():
            one.scale(factor)

    def merge(self, other: Mapping[int, Mean]) -> None:
        """Add the bins of another histogram."""
        for number, one in other.items():
            self.bins.setdefault(number, Mean()).merge(one)

    def at(self, shares: Sequence[float]) -> list[int | None]:
        """For each share, ascending, the least value that at least this share of the weight does not exceed."""
        bins = [self.bins[number] for number in sorted(self.bins)]
        total = sum_weights(bins)
        if not total:
            return [None] * len(shares)
        out: list[int | None] = []
        walk, seen, value = iter(bins), 0.0, 0
        for share in shares:
            while seen < share * total and (one := next(walk, None)) is not None:
                if one.weight > 0:
                    seen += one.weight
                    value = round(one.total / one.weight)
            out.append(value)
        return out


def sum_weights(bins: Sequence[Mean]) -> float:
    """Weight of all bins, added in their order, as `at` walks them."""
    total = 0.0
    for one in bins:
        total += one.weight
    return total
