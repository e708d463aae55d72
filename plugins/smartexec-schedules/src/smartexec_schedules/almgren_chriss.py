"""Optimal liquidation of Almgren & Chriss (2000), "Optimal execution of portfolio transactions": the mathematics.

Linear impact in N equal steps of length tau: trading n in a step moves the price for good by gamma n, and this trade's
own price by epsilon + eta n / tau. Expected cost E and variance V of the cost are traded off as E + lambda V. Any units
will do as long as they agree; the strategy uses shares, days and the currency. Knows nothing of orders or markets.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import acosh, cosh, exp, expm1, fsum, sinh, sqrt, tanh

from attrs import field, frozen
from attrs.validators import ge, gt

_FLAT = 1e-9
"""A kappa tau below this is traded evenly: the trajectory differs from the straight line by less than its square."""


@frozen(kw_only=True)
class Impact:
    """The market that a trajectory is made for."""

    sigma: float = field(validator=ge(0))
    """Volatility: standard deviation of the price over one unit of time, in the currency (not a fraction)."""
    eta: float = field(validator=gt(0))
    """Temporary impact: currency a share, for each share traded per unit of time."""
    gamma: float = field(default=0.0, validator=ge(0))
    """Permanent impact: currency a share, for each share traded."""
    epsilon: float = field(default=0.0, validator=ge(0))
    """Fixed cost: currency a share; half the spread."""
    alpha: float = 0.0
    """Drift of the price against the trader's favour to wait: currency per unit of time, positive = a seller gains."""

    def eta_tilde(self, tau: float) -> float:
        """Give eta - gamma tau / 2; ValueError where it is not positive, since no trajectory is best then."""
        value = self.eta - self.gamma * tau / 2
        if value <= 0:
            raise ValueError(f"eta - gamma tau / 2: found {value}, expected > 0 (eta {self.eta}, gamma {self.gamma})")
        return value


def growth(impact: Impact, risk_aversion: float, tau: float) -> float:
    """Give 2 cosh(kappa tau) - 2 = lambda sigma^2 tau^2 / eta~, without a transcendental function."""
    return risk_aversion * impact.sigma**2 * tau**2 / impact.eta_tilde(tau)


def kappa(impact: Impact, risk_aversion: float, tau: float) -> float:
    """Give the urgency of the discrete problem, 1 / unit of time.

    Not sqrt(lambda sigma^2 / eta), which is its limit for tau -> 0 and wrong for steps of finite length.
    """
    return acosh(1 + growth(impact, risk_aversion, tau) / 2) / tau


def risk_aversion_for(impact: Impact, half_life: float, tau: float) -> float:
    """Give the lambda whose kappa is 1 / `half_life`."""
    return (2 * cosh(tau / half_life) - 2) * impact.eta_tilde(tau) / (impact.sigma**2 * tau**2)


def left_after_step(growth: float, steps: int) -> float:
    """Give the share of a holding that is left after the first of `steps` steps: sinh(kappa (T - tau)) / sinh(kappa T).

    From x_(j-1) - (2 + growth) x_j + x_(j+1) = 0 as a continued fraction: only + - * /, so the same on every machine,
    and it cannot overflow.
    """
    share = 0.0
    for _ in range(steps - 1):
        share = 1 / (2 + growth - share)
    return share


def trajectory(total: float, urgency: float, tau: float, steps: int) -> tuple[float, ...]:
    """Give the holdings x_0 .. x_N = total * sinh(kappa (T - t_j)) / sinh(kappa T); the straight line for kappa 0."""
    if urgency * tau < _FLAT:
        return tuple(total * (steps - j) / steps for j in range(steps + 1))
    horizon = urgency * tau * steps
    return tuple(total * _sinh_ratio(urgency * tau * (steps - j), horizon) for j in range(steps + 1))


def with_drift(
    holdings: Sequence[float], impact: Impact, risk_aversion: float, urgency: float, tau: float
) -> tuple[float, ...]:
    """Give the trajectory that a drift makes optimal: it tends to hold alpha / (2 lambda sigma^2) (section 4)."""
    level, steps = impact.alpha / (2 * risk_aversion * impact.sigma**2), len(holdings) - 1
    whole = urgency * tau * steps
    return tuple(
        x + level * (1 - _sinh_ratio(urgency * tau * (steps - j), whole) - _sinh_ratio(urgency * tau * j, whole))
        for j, x in enumerate(holdings)
    )


def drift_gain(impact: Impact, risk_aversion: float, urgency: float, tau: float, steps: int) -> float:
    """Give what `with_drift` saves in expectation against ignoring the drift, in the currency."""
    level, horizon = impact.alpha / (2 * risk_aversion * impact.sigma**2), tau * steps
    return impact.alpha * level * horizon * (1 - tanh(urgency * horizon / 2) / tanh(urgency * tau / 2) / steps)


def trades(holdings: Sequence[float]) -> tuple[float, ...]:
    """Give what is traded in each step of a trajectory."""
    return tuple(early - late for early, late in pairwise(holdings))


def expected_cost(holdings: Sequence[float], impact: Impact, tau: float) -> float:
    """Give E of any trajectory without drift, in the currency: gamma X^2 / 2 + epsilon sum |n| + eta~ sum n^2 / tau."""
    traded = trades(holdings)
    return (
        impact.gamma * holdings[0] ** 2 / 2
        + impact.epsilon * fsum(map(abs, traded))
        + (impact.eta - impact.gamma * tau / 2) / tau * fsum(n * n for n in traded)
    )


def variance(holdings: Sequence[float], impact: Impact, tau: float) -> float:
    """Give V of any trajectory, in the currency squared: sigma^2 tau sum of x_1^2 .. x_N^2."""
    return impact.sigma**2 * tau * fsum(x * x for x in holdings[1:])


def closed_expected_cost(total: float, impact: Impact, urgency: float, tau: float, steps: int) -> float:
    """Give E of the optimal trajectory in closed form (paper, equation 20)."""
    k, horizon = urgency, tau * steps
    shape = tau * sinh(2 * k * horizon) + 2 * horizon * sinh(k * tau)
    curved = tanh(k * tau / 2) * shape / (2 * tau**2 * sinh(k * horizon) ** 2)
    return impact.gamma * total**2 / 2 + impact.epsilon * total + impact.eta_tilde(tau) * total**2 * curved


def closed_variance(total: float, impact: Impact, urgency: float, tau: float, steps: int) -> float:
    """Give V of the optimal trajectory in closed form (paper, equation 20)."""
    k, horizon = urgency, tau * steps
    shape = tau * sinh(k * horizon) * cosh(k * (horizon - tau)) - horizon * sinh(k * tau)
    return impact.sigma**2 * total**2 * shape / (2 * sinh(k * horizon) ** 2 * sinh(k * tau))


def value_at_risk(expected: float, variance: float, quantile: float) -> float:
    """Give the liquidity-adjusted value at risk: E + quantile * sqrt(V); 1.645 for 95 %."""
    return expected + quantile * sqrt(variance)


def _sinh_ratio(a: float, b: float) -> float:
    """Give sinh(a) / sinh(b) for 0 <= a <= b, where the functions themselves may be too large."""
    return exp(a - b) * expm1(-2 * a) / expm1(-2 * b)
