"""A firm's own routing logic for smartexec. The hook only."""

from collections.abc import Iterable

from smartexec.api import RoutingLogic, hookimpl
from smartexec_frugal.frugal import Frugal


@hookimpl.routing_logics
def smartexec_routing_logics() -> Iterable[type[RoutingLogic]]:
    return [Frugal]
