"""A routing logic says where a slice goes."""

from abc import ABC, abstractmethod
from typing import ClassVar

from smartexec.model.routing import Route, RouteRequest


class RoutingLogic(ABC):
    """Base of all routing logics: a frozen attrs class whose fields are its parameters.

    Pure, as a strategy is. Called again with the outcome of earlier legs when one ends with a confirmed remainder.
    Legs must not exceed `request.qty + request.overbook_qty`, nor be worse than `request.limit`, nor name a venue
    that is down: such a leg is refused.
    """

    name: ClassVar[str]
    state_type: ClassVar[type | None] = None
    """attrs class of `Route.state`."""
    learned_type: ClassVar[type | None] = None
    """attrs class of `Route.learned`."""

    @abstractmethod
    def route(self, request: RouteRequest) -> Route:
        """Place `request.qty` lots, or part of them, or none."""
