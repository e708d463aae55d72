"""What the entry point names: the hooks, and nothing else."""

from collections.abc import Iterable

from smartexec.api import RoutingLogic, hookimpl
from smartexec_routers.parallel import Parallel
from smartexec_routers.sequential import Sequential


@hookimpl
def smartexec_routing_logics() -> Iterable[type[RoutingLogic]]:
    """Give the routing logics of this distribution."""
    return [Sequential, Parallel]
