"""Cost of a price against a benchmark: the one place where the sign is settled. Knows no orders, tables or files.

Positive = worse for the client: a buy above the benchmark, a sell below it. So a "saving" is the cost with its sign
turned. Prices are integers or exact rationals in 1e-9 of the currency; everything is exact until it is printed.
"""

from fractions import Fraction
from typing import Final

from smartexec.api import Side

BPS: Final = 10_000
"""Basis points in one."""
SIGN: Final = {Side.BUY: 1, Side.SELL: -1}
"""+1 where a higher price is worse."""


def exact_cost(side: Side, px: int | Fraction, benchmark: int | Fraction) -> Fraction:
    """Give side (px - benchmark) / benchmark in bp; ValueError where the benchmark is not positive."""
    if benchmark <= 0:
        raise ValueError(f"benchmark: found {benchmark}, expected a price > 0")
    return SIGN[side] * (Fraction(px) - benchmark) * BPS / benchmark


def cost_bps(side: Side, px: int | Fraction, benchmark: int) -> float:
    """Give what a price costs against a benchmark, in bp; positive = worse.

    The float nearest to `exact_cost`, also on the short way: Python divides integers of any size with one rounding.
    Strategies call this at each decision, and a Fraction costs thirty times as much.
    """
    if benchmark > 0 and type(px) is int and type(benchmark) is int:
        return SIGN[side] * (px - benchmark) * BPS / benchmark
    return float(exact_cost(side, px, benchmark))


def cost_money(side: Side, qty: int | Fraction, px: int | Fraction, benchmark: int | Fraction) -> Fraction:
    """Give side (px - benchmark) qty, in the unit of the prices times that of the quantity; positive = worse."""
    return SIGN[side] * (Fraction(px) - benchmark) * qty
