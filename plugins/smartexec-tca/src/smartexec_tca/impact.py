"""What a trade is expected to cost: the model of Almgren et al. (2005) and the square-root law. No order, no data.

Almgren, Thum, Hauptmann, Li, "Direct Estimation of Equity Market Impact" (2005). X shares in the time T (in days) of a
stock with daily volatility sigma, V shares a day and Theta shares outstanding:
    permanent  I = gamma sigma (X/V) (Theta/V)^(1/4)
    temporary  K = eta sigma sgn(X) |X/(V T)|^beta
    realised   J = I/2 + K
Costs are of the price, signed as X; multiply by 1e4 for bp. Floats: the coefficients are estimates.
"""

from math import copysign, pow, sqrt
from typing import Final

from attrs import frozen

LIQUIDITY_POWER: Final = 0.25
"""Exponent of Theta/V, which the paper fixed after the fit."""


@frozen
class AlmgrenImpact:
    """Coefficients; the defaults are those that the paper fitted to 29,509 US orders of 2001-2003."""

    gamma: float = 0.314
    """Permanent, +-0.041."""
    eta: float = 0.142
    """Temporary, +-0.0062."""
    beta: float = 0.600
    """Exponent of the temporary part, +-0.038."""

    def permanent(self, share: float, turnover: float, sigma: float) -> float:
        """Give I. `share` is X/V, `turnover` is Theta/V."""
        return self.gamma * sigma * share * pow(turnover, LIQUIDITY_POWER)

    def temporary(self, share: float, days: float, sigma: float) -> float:
        """Give K. `days` is T > 0."""
        return copysign(self.eta * sigma * pow(abs(share / days), self.beta), share)

    def realised(self, share: float, turnover: float, days: float, sigma: float) -> float:
        """Give J, what the order pays on average."""
        return self.permanent(share, turnover, sigma) / 2 + self.temporary(share, days, sigma)


def square_root_law(share: float, sigma: float, y: float = 1.0) -> float:
    """Give y sigma sqrt(Q/V): the cost of trading `share` = Q/V >= 0 of the volume, as a part of the price."""
    return y * sigma * sqrt(share)
