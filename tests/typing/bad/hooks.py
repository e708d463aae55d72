"""Hooks that give another kind, instances, or a class that is no plugin."""

from collections.abc import Iterable

from attrs import frozen

from smartexec.api import (
    Decision,
    OrderSource,
    ParentView,
    Route,
    RouteRequest,
    RoutingLogic,
    Sink,
    Strategy,
    hookimpl,
)


@frozen
class Waits(Strategy):
    name = "WAITS"

    def decide(self, view: ParentView) -> Decision:
        return Decision(note="waits")


@frozen
class Nowhere(RoutingLogic):
    name = "nowhere"

    def route(self, request: RouteRequest) -> Route:
        return Route(note="nowhere")


@hookimpl.strategies  # E: arg-type / ArgumentType
def another_kind() -> Iterable[type[RoutingLogic]]:
    return [Nowhere]


@hookimpl.strategies
def another_class() -> Iterable[type[Strategy]]:
    return [Waits, Nowhere]  # E: list-item / ReturnType


@hookimpl.strategies
def an_instance() -> Iterable[type[Strategy]]:
    return [Waits()]  # E: list-item / ReturnType


@hookimpl.routing_logics  # E: arg-type / ArgumentType
def one_class() -> type[RoutingLogic]:
    return Nowhere


@hookimpl.sinks
def no_plugin() -> list[type[Sink]]:
    return [str]  # E: list-item / ReturnType


@hookimpl.order_sources  # E: arg-type / ArgumentType
def with_an_argument(config: str) -> Iterable[type[OrderSource]]:
    return []


@hookimpl.strategy  # E: attr-defined, untyped-decorator / AttributeAccessIssue, UntypedFunctionDecorator
def no_such_hook() -> Iterable[type[Strategy]]:
    return [Waits]
