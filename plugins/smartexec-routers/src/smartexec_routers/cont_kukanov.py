"""Cont & Kukanov (2017), "Optimal order placement in limit order markets": costs, closed form, gradient. Pure.

Place S lots: M by market order now, L_k by limit order at venue k behind Q_k lots. xi_k lots leave queue k by the
horizon; A = M + sum of min((xi_k - Q_k)+, L_k) is executed. Costs are per lot, in any one unit. Distributions are in
`queue_outflow`, the projection on what may be placed in `feasible`. The cost of one scenario is not convex in the
placement once more than S can be executed (it rises, then is flat, in L_k): never average it over samples and solve
that as a linear program.
"""

from collections.abc import Iterable, Sequence
from math import fsum, inf, sqrt

from attrs import field, frozen
from attrs.validators import ge

from smartexec_routers.feasible import within
from smartexec_routers.queue_outflow import Outflow


@frozen(kw_only=True)
class Costs:
    """What an execution costs per lot, against the midpoint."""

    half_spread: float = field(validator=ge(0))
    """h: paid by a market order, earned by a limit order."""
    take_fee: float = 0.0
    """f: paid by a market order besides."""
    rebates: tuple[float, ...]
    """r_k: earned by a limit order at venue k; negative = a fee."""
    impact: float = field(default=0.0, validator=ge(0))
    """theta: of every lot placed, and of every lot bought after the horizon."""
    under: float = field(validator=ge(0))
    """lambda_u: of every lot not executed by the horizon."""
    over: float = field(validator=ge(0))
    """lambda_o: of every lot executed beyond S."""


@frozen
class Split:
    """A placement X; lots, or shares of S."""

    market: float
    """M, by market order."""
    limits: tuple[float, ...]
    """L_k, by limit order at venue k."""

    @property
    def placed(self) -> float:
        """M and all L_k."""
        return self.market + fsum(self.limits)


def fills(split: Split, ahead: Sequence[float], outflow: Sequence[float]) -> list[float]:
    """A_k, what the limit orders execute when `outflow` leaves queues that had `ahead` before them."""
    return [max(0.0, min(xi - q, limit)) for xi, q, limit in zip(outflow, ahead, split.limits, strict=True)]


def cost(split: Split, qty: float, executed: Sequence[float], costs: Costs) -> float:
    """v(X, xi): cost against the midpoint of placing `split` for `qty` lots, where limit orders executed `executed`."""
    total = split.market + fsum(executed)
    short, beyond = max(0.0, qty - total), max(0.0, total - qty)
    earned = fsum((costs.half_spread + r) * lots for r, lots in zip(costs.rebates, executed, strict=True))
    paid = (costs.half_spread + costs.take_fee) * split.market + costs.impact * (split.placed + short)
    return paid - earned + costs.under * short + costs.over * beyond


@frozen
class OneVenue:
    """The optimum at one venue, and the penalties between which both kinds of order are used."""

    split: Split
    low: float
    """Up to this `under` all goes by limit order."""
    up: float
    """From this `under` on all goes by market order; infinite where the queue is sure to be passed."""


def one_venue(qty: float, ahead: float, outflow: Outflow, costs: Costs) -> OneVenue:
    """Proposition 1: L = F^-1((2h+f+r) / (lambda_u+h+r+theta)) - Q between the thresholds. M + L is always `qty`."""
    gain = 2 * costs.half_spread + costs.take_fee + costs.rebates[0]
    kept = costs.half_spread + costs.rebates[0] + costs.impact
    low, up = (_threshold(gain, outflow.cdf(at)) - kept for at in (ahead + qty, ahead))
    if costs.under <= low:
        limit = qty
    elif costs.under >= up:
        limit = 0.0
    else:
        limit = min(qty, max(0.0, outflow.quantile(gain / (costs.under + kept)) - ahead))
    return OneVenue(Split(qty - limit, (limit,)), low, up)


def _threshold(gain: float, chance: float) -> float:
    return gain / chance if chance > 0 else inf


def short_chance(costs: Costs) -> float:
    """P(A < S) at an optimum with market orders: the first-order condition on M."""
    whole = costs.under + costs.over + costs.impact
    return (costs.half_spread + costs.take_fee + costs.over + costs.impact) / whole


def short_chance_given_full(costs: Costs, venue: int, full: float) -> float:
    """P(A < S, given that order k is executed in full) at an optimum with L_k > 0; `full` is P(xi_k > Q_k + L_k)."""
    whole = costs.under + costs.over + costs.impact
    return (costs.over - (costs.half_spread + costs.rebates[venue]) + costs.impact / full) / whole


def gradient(full: Sequence[bool], executed: float, qty: float, costs: Costs) -> Split:
    """Estimate the gradient of the expected cost from one outcome: which orders were full, and the total executed."""
    more = costs.over * (executed > qty) - (costs.under + costs.impact) * (executed < qty)
    return Split(
        costs.half_spread + costs.take_fee + costs.impact + more,
        tuple(
            costs.impact + was * (more - (costs.half_spread + r)) for was, r in zip(full, costs.rebates, strict=True)
        ),
    )


def step_size(qty: float, steps: int, costs: Costs) -> float:
    """Step for `steps` of stochastic approximation: root(K) S over root(N) times a bound of the gradient."""
    most = costs.impact + costs.under + costs.over
    bound = (costs.half_spread + costs.take_fee + most) ** 2 + fsum(
        (costs.half_spread + r + most) ** 2 for r in costs.rebates
    )
    return sqrt(len(costs.rebates)) * qty / sqrt(steps * bound) if bound > 0 else 0.0


def stepped(split: Split, slope: Split, step: float, qty: float, most: float = inf) -> Split:
    """Move against the gradient, then to the nearest placement that is feasible and places at most `most`."""
    limits = [limit - step * down for limit, down in zip(split.limits, slope.limits, strict=True)]
    market, projected = within(split.market - step * slope.market, limits, qty, most)
    return Split(market, tuple(projected))


def approximate(
    start: Split, qty: float, ahead: Sequence[float], draws: Iterable[Sequence[float]], steps: int, costs: Costs
) -> Split:
    """Average the iterates of stochastic approximation over `steps` draws of the outflow."""
    step, now = step_size(qty, steps, costs), start
    market, limits = now.market, list(now.limits)
    for outflow in draws:
        executed = now.market + fsum(fills(now, ahead, outflow))
        full = [xi > q + limit for xi, q, limit in zip(outflow, ahead, now.limits, strict=True)]
        now = stepped(now, gradient(full, executed, qty, costs), step, qty)
        market += now.market
        limits = [total + limit for total, limit in zip(limits, now.limits, strict=True)]
    return Split(market / (steps + 1), tuple(total / (steps + 1) for total in limits))
