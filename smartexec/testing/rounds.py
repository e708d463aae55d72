"""A slot placed round by round, as the kernel does it: legs end, and what they leave is asked for again. No venues.

Legs that may rest stay open for good; those that may not, and those with `rest_for`, end as the caller says.
"""

from collections.abc import Iterator
from typing import Final

from attrs import evolve, frozen

from smartexec.interfaces.routing import RoutingLogic
from smartexec.kernel.settings import Routing
from smartexec.model.enums import Outcome, TimeInForce
from smartexec.model.ids import NANOS_PER_SECOND, Mic, Nanos, Px, Qty
from smartexec.model.routing import Attempt, Leg, Route, RouteRequest
from smartexec.testing.checks import check_route

ROUNDS: Final = Routing().max_rounds
"""How often the kernel asks under one decision, unless it is told otherwise."""
ANSWER: Final = NANOS_PER_SECOND // 100
"""How long a venue takes to end an order that may not rest, ns."""


@frozen
class Round:
    """A request, what the logic said, and where that leaves the slot."""

    request: RouteRequest
    route: Route
    done: int
    """Lots executed or resting after it."""
    left: int
    """Lots to be placed after it."""


def rounds(logic: RoutingLogic, request: RouteRequest, outcome: Outcome, executed: int = 0) -> Iterator[Round]:
    """Ask until nothing is left, or nothing more comes of it, at most `ROUNDS` times; every route is checked.

    `executed`: how many percent of a leg that ends are executed before.
    """
    done = 0
    for _ in range(ROUNDS):
        route = logic.route(request)
        check_route(request, route)
        attempts = [_attempt(leg, request.now, outcome, executed) for leg in route.legs]
        back = sum(one.qty - one.cum_qty for one in attempts if one.ended is not None)
        placed = sum(leg.qty for leg in route.legs)
        done, left = done + placed - back, request.qty - placed + back
        yield Round(request, route, done, left)
        ends = [one.ended for one in attempts if one.ended is not None]
        later = max([*ends, *([] if route.wake_at is None else [route.wake_at])], default=None)
        if left <= 0 or later is None:
            return
        known = request.learned if route.learned is None else route.learned
        request = evolve(
            request,
            now=Nanos(later),
            qty=Qty(left),
            slice=evolve(request.slice, qty=left, min_qty=min(left, request.slice.min_qty)),
            attempts=(*request.attempts, *attempts),
            outcomes=() if known is None else tuple(one for one in attempts if one.ended is not None),
            state=route.state,
            learned=known,
        )


def _attempt(leg: Leg, now: int, outcome: Outcome, executed: int) -> Attempt:
    refused = outcome is Outcome.REJECTED
    rests = leg.time_in_force not in (TimeInForce.IOC, TimeInForce.FOK) and leg.rest_for is None
    open_ = rests and not refused
    return Attempt(
        mic=Mic(leg.mic),
        qty=Qty(leg.qty),
        cum_qty=Qty(0 if open_ or refused else leg.qty * executed // 100),
        price=None if leg.price is None else Px(leg.price),
        sent=Nanos(now),
        ended=None if open_ else Nanos(now + (ANSWER if refused else leg.rest_for or ANSWER)),
        outcome=None if open_ else outcome,
    )
