"""The split that `optimal` has learned for an instrument: iterates of stochastic approximation. Frozen.

Iterates are shares of the quantity wanted, so that orders of any size teach the same split. What is placed is the
iterate: its outcome is the gradient there. After every round of draws the average of the round's iterates is where
the next begins.
"""

from collections.abc import Sequence

from attrs import evolve, frozen

from smartexec_routers.cont_kukanov import Costs, Split, gradient, step_size, stepped
from smartexec_routers.draws import Draw
from smartexec_routers.feasible import feasible


@frozen
class Iterates:
    """What is kept for an instrument."""

    mics: tuple[str, ...] = ()
    """The venues, in alphabetical order: that of the configuration may change."""
    market: float = 1.0
    """M / S now."""
    limits: tuple[float, ...] = ()
    """L_k / S now, by venue."""
    total_market: float = 0.0
    """Sum of M / S over the round's iterates."""
    total_limits: tuple[float, ...] = ()
    """Sum of L_k / S over them."""
    count: int = 0
    """Iterates in these sums."""
    draws: tuple[Draw, ...] = ()
    """Routes whose outcome is not known yet."""


def begun(mics: Sequence[str], start: Split) -> Iterates:
    """Begin a round."""
    market, limits = feasible(start.market, start.limits, 1.0)
    return Iterates(tuple(mics), market, tuple(limits), market, tuple(limits), 1)


def learned(known: Iterates, draw: Draw, costs: Costs, steps: int) -> Iterates:
    """Move by what one draw tells; after `steps` of them, to the average, where a new round begins."""
    full = [mic in draw.full for mic in known.mics]
    slope = gradient(full, draw.executed, draw.qty, costs)
    now = stepped(Split(known.market, known.limits), slope, step_size(1.0, steps, costs), 1.0, draw.most / draw.qty)
    count = known.count + 1
    total_market = known.total_market + now.market
    total_limits = tuple(total + limit for total, limit in zip(known.total_limits, now.limits, strict=True))
    if count > steps:
        average = Split(total_market / count, tuple(total / count for total in total_limits))
        return evolve(begun(known.mics, average), draws=known.draws)
    return evolve(
        known,
        market=now.market,
        limits=now.limits,
        total_market=total_market,
        total_limits=total_limits,
        count=count,
    )


def of_venues(known: Iterates, mics: Sequence[str], start: Split) -> Iterates:
    """Give the iterates of these venues: as they are, or begun anew where a venue came or went.

    A venue that was known begins with what it had, another with what `start` gives it.
    """
    if known.mics == tuple(mics):
        return known
    had = dict(zip(known.mics, known.limits, strict=True))
    limits = tuple(had.get(mic, first) for mic, first in zip(mics, start.limits, strict=True))
    market = known.market if known.mics else start.market
    return evolve(begun(mics, Split(market, limits)), draws=known.draws)
