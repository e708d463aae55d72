"""What the entry point names: the hooks, and nothing else."""

from collections.abc import Iterable

from smartexec.api import RoutingLogic, hookimpl
from smartexec_routers.liquidity_seeking import LiquiditySeeking
from smartexec_routers.optimal import Optimal
from smartexec_routers.parallel import Parallel
from smartexec_routers.sequential import Sequential
from smartexec_routers.sweep import Sweep


@hookimpl.routing_logics
def smartexec_routing_logics() -> Iterable[type[RoutingLogic]]:
    """Give the routing logics of this distribution."""
    return [Sequential, Parallel, Sweep, LiquiditySeeking, Optimal]
