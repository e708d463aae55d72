"""Routes whose outcome a logic learns from: kept until every leg has ended. Frozen values, kept in `Route.learned`.

A leg counts as executed in full or not only where that says something of the venue: it was executed in full, or had
rested as long as it was meant to. One that was cancelled early, or refused, spoils its draw.
"""

from collections.abc import Iterable
from typing import Final, TypeVar

from attrs import evolve, frozen

from smartexec.api import Attempt, Leg, Outcome, RouteRequest

T = TypeVar("T")
MAX_DRAWS: Final = 64
"""Draws that wait at most; the oldest is forgotten first (one whose leg was refused would wait for ever)."""


@frozen
class Waiting:
    """A leg that has not ended."""

    mic: str
    qty: int
    price: int | None


@frozen
class Draw:
    """What one route placed by limit order or out of sight, and what became of it so far."""

    sent: int
    """When, ns UTC."""
    until: int
    """How long its legs were meant to rest, ns UTC; when they were sent, for one that does not rest."""
    qty: int
    """S: lots that were wanted."""
    most: int
    """Lots that could be placed: these and the over-booking budget."""
    executed: int
    """Executed so far; of a market order all, at once."""
    waiting: tuple[Waiting, ...]
    full: tuple[str, ...] = ()
    """Where a leg was executed in full."""
    partial: tuple[str, ...] = ()
    """Where a leg was not, though it rested as long as it was meant to."""
    spoiled: bool = False
    """A leg ended early, for a reason that says nothing of its venue."""

    @property
    def tells(self) -> bool:
        """Whether it is over and something can be learned: what was wanted is known to have been executed, or not."""
        return not self.waiting and (not self.spoiled or self.executed >= self.qty)


def drawn(legs: Iterable[Leg], request: RouteRequest, qty: int, executed: int, rest_for: int) -> Draw:
    """Start waiting for legs that are sent now."""
    waiting = tuple(Waiting(one.mic, one.qty, one.price) for one in legs)
    return Draw(request.now, request.now + rest_for, qty, qty + request.overbook_qty, executed, waiting)


def settle(draws: Iterable[Draw], request: RouteRequest) -> tuple[tuple[Draw, ...], list[Draw]]:
    """Book what has ended since; give the draws that still wait, and those that tell something now."""
    ended = request.outcomes or tuple(one for one in request.attempts if one.ended is not None)
    settled = [_booked(draw, ended) for draw in draws]
    return tuple(draw for draw in settled if draw.waiting), [draw for draw in settled if draw.tells]


def kept(draws: tuple[Draw, ...], *new: Draw) -> tuple[Draw, ...]:
    """Add draws that wait for something, forgetting the oldest."""
    return (*draws, *(draw for draw in new if draw.waiting))[-MAX_DRAWS:]


def news(known: T, before: T) -> T | None:
    """What a route is to say of what it has learned: nothing where that is as it was, so that journals stay small."""
    return None if known == before else known


def _booked(draw: Draw, ended: Iterable[Attempt]) -> Draw:
    for one in ended:
        leg = Waiting(one.mic, one.qty, one.price)
        if one.sent == draw.sent and leg in draw.waiting:
            draw = _over(draw, leg, one)
    return draw


def _over(draw: Draw, leg: Waiting, attempt: Attempt) -> Draw:
    at = draw.waiting.index(leg)
    draw = evolve(
        draw,
        waiting=draw.waiting[:at] + draw.waiting[at + 1 :],
        executed=draw.executed + attempt.cum_qty,
    )
    if attempt.cum_qty >= attempt.qty:
        return evolve(draw, full=(*draw.full, leg.mic))
    rested = attempt.ended is not None and attempt.ended >= draw.until
    if rested and attempt.outcome in (Outcome.CANCELED, Outcome.EXPIRED):
        return evolve(draw, partial=(*draw.partial, leg.mic))
    return evolve(draw, spoiled=True)
