"""Who asks the plugins in a lab: as a run does, and what was asked of strategies, and what plugins raised, is kept."""

from collections.abc import Callable, Mapping

from attrs import define, field

from smartexec.interfaces.routing import RoutingLogic
from smartexec.kernel.advisor import Fault
from smartexec.model.commands import VenueCommand
from smartexec.model.orders import Params
from smartexec.model.view import Decision, ParentView
from smartexec.runtime.plan.advisors import PluginAdvisor
from smartexec.runtime.plan.intake import Strategies


@define(eq=False)
class Asked:
    """A question to a strategy."""

    strategy: str
    view: ParentView
    answer: Decision | Fault
    at: int
    """Commands of the turn that were there before it."""
    commands: list[VenueCommand] = field(factory=list)
    """Those that followed from it."""


class Watch(PluginAdvisor):
    """Asks the plugins; keeps the questions to strategies, and the errors that plugins raised."""

    def __init__(self, strategies: Strategies, routers: Mapping[str, RoutingLogic]) -> None:
        super().__init__(strategies, routers)
        self.asked: list[Asked] = []
        """In this turn."""
        self.errors: dict[str, BaseException] = {}
        """By plugin: the first that it raised."""
        self.outbox: Callable[[], int] = int
        """Counts the commands of the turn so far."""

    def decide(self, strategy: str, params: Params, view: ParentView) -> Decision | Fault:
        """Ask a strategy."""
        at = self.outbox()
        answer = super().decide(strategy, params, view)
        self.asked.append(Asked(strategy, view, answer, at))
        return answer

    def faulted(self, plugin: str, error: BaseException) -> Fault:
        """Keep what was raised, with its traceback."""
        self.errors.setdefault(plugin, error)
        return super().faulted(plugin, error)
