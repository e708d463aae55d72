"""The arithmetic of following volume: slices of a curve, the remaining-ratio rule, Konishi's optimum. No orders here.

Exact where quantities come out: integers, or rationals of the floats that are given.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import fsum


def due_by(total: int, part: int, whole: int) -> int:
    """Quantity due when `part` of the `whole` volume has traded: total * part / whole, halves rounded up."""
    return (2 * total * part + whole) // (2 * whole)


def static_slices(total: int, shares: Sequence[int]) -> list[int]:
    """Slices of a fixed curve, by cumulative rounding: their sum is exact, and they are never a unit off the curve."""
    whole, cumulative = sum(shares), [0]
    for share in shares:
        cumulative.append(cumulative[-1] + share)
    return [due_by(total, late, whole) - due_by(total, early, whole) for early, late in pairwise(cumulative)]


def next_slice(remaining: int, forecasts: Sequence[int | float]) -> int:
    """Slice of the first of the bins that are left: remaining * f_t / sum of f_s for s >= t, rounded half to even.

    The remaining-ratio rule of Bialkowski, Darolles & Le Fol (2008) and Humphery-Jenner (2011): with fresh forecasts at
    each bin it is the dynamic VWAP strategy, with a fixed curve the static one. The last bin takes the rest.
    """
    whole = sum(map(Fraction, forecasts), Fraction(0))
    return round(remaining * Fraction(forecasts[0]) / whole) if whole else 0


def konishi(paths: Sequence[Sequence[float]], variances: Sequence[Sequence[float]]) -> tuple[float, ...]:
    """Optimal static curve of Konishi (2002): x*_t = E[sigma_t^2 X_t] / E[sigma_t^2], over equally likely days.

    `paths` are cumulative shares of the day's volume, day by day; `variances` those of the price in the same bins. It
    differs from the mean curve where volume and volatility go together.
    """
    return tuple(
        fsum(v * x for v, x in zip(vs, xs, strict=True)) / fsum(vs)
        for vs, xs in zip(zip(*variances, strict=True), zip(*paths, strict=True), strict=True)
    )
