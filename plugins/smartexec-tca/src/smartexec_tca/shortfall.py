"""Implementation shortfall of an order, and its parts. Values and arithmetic only; what an order is, others know.

S ordered, X done at the average price P, decided at P_d, begun at P_0, P_n when it ended; for a sell all signs turn.

Perold (1988):          X (P - P_d) + (S - X)(P_n - P_d) + fees
Kissell (2006):         S (P_0 - P_d) [delay] + X (P - P_0) [trading] + (S - X)(P_n - P_0) [opportunity] + fees
Wagner (1991): the delay is X (P_0 - P_d), related to trading, + (S - X)(P_0 - P_d), related to the opportunity lost.
The total is the same. Exact; the unit of money is that of price x quantity.
"""

from fractions import Fraction
from typing import NamedTuple

from attrs import frozen

from smartexec.api import Side
from smartexec_tca.costs import BPS, SIGN, cost_money

Number = int | Fraction


class Split(NamedTuple):
    """Money by cause; positive = worse."""

    delay: Fraction
    trading: Fraction
    opportunity: Fraction
    fees: Fraction

    @property
    def total(self) -> Fraction:
        return self.delay + self.trading + self.opportunity + self.fees


@frozen(kw_only=True)
class Shortfall:
    """An order and the prices it is measured by."""

    side: Side
    order_qty: Number
    """S."""
    cum_qty: Number
    """X."""
    notional: Number
    """X P: what was paid or received, without fees."""
    decision: Number
    """P_d, > 0."""
    start: Number
    """P_0."""
    end: Number
    """P_n."""
    fees: Number = 0

    @property
    def left(self) -> Number:
        """What was not done: S - X."""
        return self.order_qty - self.cum_qty

    @property
    def paper(self) -> Fraction:
        """The order at the decision price: S P_d. Basis points are of this."""
        return Fraction(self.order_qty * self.decision)

    def total(self) -> Fraction:
        """Give what is lost against paper (Perold)."""
        sign = SIGN[self.side]
        paper = sign * self.order_qty * (self.end - self.decision)
        real = sign * (self.cum_qty * self.end - self.notional) - self.fees
        return Fraction(paper - real)

    def kissell(self) -> Split:
        """Split by time: before the order was begun, while it worked, what was never done."""
        return self._split(cost_money(self.side, self.order_qty, self.start, self.decision), self.start)

    def perold(self) -> Split:
        """Split with the delay of what was done only; the other delay is opportunity (the CFA's textbook)."""
        return self._split(self.wagner()[0], self.decision)

    def wagner(self) -> tuple[Fraction, Fraction]:
        """Split the delay: of what was done, of what was not."""
        done = cost_money(self.side, self.cum_qty, self.start, self.decision)
        return done, cost_money(self.side, self.left, self.start, self.decision)

    def bps(self, money: Number) -> Fraction:
        """Give money in bp of the paper portfolio."""
        return Fraction(money) * BPS / self.paper

    def _split(self, delay: Fraction, missed_from: Number) -> Split:
        trading = SIGN[self.side] * Fraction(self.notional - self.cum_qty * self.start)
        opportunity = cost_money(self.side, self.left, self.end, missed_from)
        return Split(delay, trading, opportunity, Fraction(self.fees))
