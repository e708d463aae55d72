"""Costs of many lines as one. The weight is quantity x benchmark, so that the lines sum to the total; exact.

Any other weight gives a mean that is no cost of anything: with weights of quantity alone, lines at higher prices count
for too little; unweighted, the smallest line counts as much as the largest.
"""

from collections.abc import Sequence
from fractions import Fraction

from attrs import frozen

from smartexec.api import Side
from smartexec_tca.costs import BPS, cost_money

Number = int | Fraction


@frozen
class Line:
    """A quantity done at a price, and the price it could have had."""

    side: Side
    qty: Number
    px: Number
    benchmark: Number

    @property
    def money(self) -> Fraction:
        """Cost; positive = worse."""
        return cost_money(self.side, self.qty, self.px, self.benchmark)

    @property
    def weight(self) -> Fraction:
        """What it would have come to at the benchmark."""
        return Fraction(self.qty * self.benchmark)

    @property
    def bps(self) -> Fraction:
        return self.money * BPS / self.weight


@frozen
class Total:
    """Lines added up."""

    qty: Fraction
    notional: Fraction
    """At the prices done."""
    weight: Fraction
    """At the benchmarks."""
    money: Fraction

    @property
    def px(self) -> Fraction:
        """Average price, weighted by quantity."""
        return self.notional / self.qty

    @property
    def benchmark(self) -> Fraction:
        """Average benchmark, weighted by quantity."""
        return self.weight / self.qty

    @property
    def bps(self) -> Fraction:
        """Cost of all: the mean of the lines' costs, weighted by quantity x benchmark."""
        return self.money * BPS / self.weight


def total(lines: Sequence[Line]) -> Total:
    """Add lines up; ValueError if there are none."""
    if not lines:
        raise ValueError("lines: found none, expected at least one")
    zero = Fraction()
    return Total(
        qty=sum((Fraction(n.qty) for n in lines), zero),
        notional=sum((Fraction(n.qty * n.px) for n in lines), zero),
        weight=sum((n.weight for n in lines), zero),
        money=sum((n.money for n in lines), zero),
    )
