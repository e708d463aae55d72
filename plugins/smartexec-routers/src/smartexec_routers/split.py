"""Splitting a quantity in proportion to weights: exact, in whole lots. Knows nothing of venues."""

from collections.abc import Sequence
from fractions import Fraction


def split(total: int, weights: Sequence[int | Fraction], lot: int) -> list[int]:
    """Split `total` in whole lots by largest remainder, ties to the earlier weight.

    The parts sum to `total` less what is short of a lot; each is less than one lot from its exact share of that.
    Weights are not negative; without a positive one nothing is split.
    """
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    lots = total // lot
    exact = [Fraction(lots * weight) / whole for weight in weights]
    parts = [share.numerator // share.denominator for share in exact]
    order = sorted(range(len(parts)), key=lambda index: parts[index] - exact[index])
    for index in order[: lots - sum(parts)]:
        parts[index] += 1
    return [part * lot for part in parts]
