"""your-name for smartexec. The hook only."""

from collections.abc import Iterable

from smartexec.api import RoutingLogic, hookimpl

from smartexec_your_name.router import YourName


@hookimpl.routing_logics
def smartexec_routing_logics() -> Iterable[type[RoutingLogic]]:
    """Give the routing logic of this package."""
    return [YourName]
