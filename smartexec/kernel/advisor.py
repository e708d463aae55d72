"""The port through which the kernel asks plugins. Who implements it calls plugins, or gives back what was recorded."""

from abc import ABC, abstractmethod
from typing import Final

from attrs import frozen

from smartexec.model.orders import Params
from smartexec.model.routing import Route, RouteRequest
from smartexec.model.view import Decision, ParentView

QUARANTINED: Final = "plugin quarantined: "
"""How an alert begins that says that a plugin was, and why."""


@frozen
class Fault:
    """A plugin raised, overran its time or answered nonsense: it is quarantined (law 10)."""

    plugin: str
    text: str


class Advisor(ABC):
    """Asks a plugin for advice. Never raises for a plugin's mistake: that is a `Fault`."""

    @abstractmethod
    def decide(self, strategy: str, params: Params, view: ParentView) -> Decision | Fault:
        """Ask the strategy what should be live now."""

    @abstractmethod
    def route(self, router: str, request: RouteRequest) -> Route | Fault:
        """Ask the routing logic where it should go."""
