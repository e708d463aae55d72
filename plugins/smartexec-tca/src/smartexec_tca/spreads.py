"""What a single execution says about the spread: effective, realised and impact, and markouts. Exact, in bp.

`mid` is the midpoint just before the execution, `later` that a while after. effective = realised + impact, of which
the realised part is what the liquidity provider keeps and the impact what he loses to who knew more. All are in bp of
`mid`, so that they add up. A markout is the provider's gain in bp of his price: adverse selection is negative.
"""

from fractions import Fraction

from smartexec.api import Side
from smartexec_tca.costs import BPS, SIGN

Number = int | Fraction


def effective_spread(side: Side, px: Number, mid: Number) -> Fraction:
    """Give 2 side (px - mid) / mid. `side` is the taker's."""
    return _twice(side, px, mid, mid)


def realised_spread(side: Side, px: Number, mid: Number, later: Number) -> Fraction:
    """Give 2 side (px - later) / mid; also called reversion. `side` is the taker's."""
    return _twice(side, px, later, mid)


def price_impact(side: Side, mid: Number, later: Number) -> Fraction:
    """Give 2 side (later - mid) / mid. `side` is the taker's."""
    return _twice(side, later, mid, mid)


def markout(maker: Side, px: Number, later: Number) -> Fraction:
    """Give side (later - px) / px: what the maker's new position is worth a while later. `maker` is his side."""
    return SIGN[maker] * (Fraction(later) - px) * BPS / px


def toxicity(markouts: list[Fraction]) -> Fraction:
    """Give minus the mean markout of the passive executions at a venue; ValueError if there are none."""
    if not markouts:
        raise ValueError("markouts: found none, expected at least one")
    return -sum(markouts, Fraction()) / len(markouts)


def _twice(side: Side, a: Number, b: Number, mid: Number) -> Fraction:
    return 2 * SIGN[side] * (Fraction(a) - b) * BPS / mid
