"""The hooks: typed factories that give plugin classes. They are called once, at start-up, and never per event.

A plugin distribution names its module under the entry-point group `smartexec` and implements any of these with
`@hookimpl.strategies` and its like. Classes are given, not instances: the configuration makes the instances from the
classes' attrs fields.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

import click
import pluggy

from smartexec.interfaces.journal import Journal
from smartexec.interfaces.market_data import MarketDataFeed
from smartexec.interfaces.order_source import OrderSource
from smartexec.interfaces.routing import RoutingLogic
from smartexec.interfaces.sink import Sink
from smartexec.interfaces.strategy import Strategy
from smartexec.interfaces.venue import VenueAdapter

GROUP: Final = "smartexec"
"""The entry-point group."""

hookspec = pluggy.HookspecMarker(GROUP)
_marker = pluggy.HookimplMarker(GROUP)
F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")
_Gives = Callable[[], Iterable[T]]


def _marked(function: F, hook: str | None = None) -> F:
    if not callable(function):
        raise TypeError(f"hookimpl: found {type(function).__name__}, expected a function to mark")
    return _marker(function, specname=hook)


class HookImpl:
    """Marks the implementation of a hook: `@hookimpl.strategies` and its like, one for each hook.

    A function that gives another kind is an error of the type checker on the decorator's line, and one of the load in
    any case. Without a name, `@hookimpl` takes any function that has a hook's name, unchecked.
    """

    def __call__(self, function: F) -> F:
        """Mark a function that has a hook's name."""
        return _marked(function)

    def strategies(self, function: _Gives[type[Strategy]]) -> _Gives[type[Strategy]]:
        """Mark what gives strategies."""
        return _marked(function, "smartexec_strategies")

    def routing_logics(self, function: _Gives[type[RoutingLogic]]) -> _Gives[type[RoutingLogic]]:
        """Mark what gives routing logics."""
        return _marked(function, "smartexec_routing_logics")

    def venues(self, function: _Gives[type[VenueAdapter]]) -> _Gives[type[VenueAdapter]]:
        """Mark what gives venue adapters."""
        return _marked(function, "smartexec_venues")

    def order_sources(self, function: _Gives[type[OrderSource]]) -> _Gives[type[OrderSource]]:
        """Mark what gives order sources."""
        return _marked(function, "smartexec_order_sources")

    def market_data_feeds(self, function: _Gives[type[MarketDataFeed]]) -> _Gives[type[MarketDataFeed]]:
        """Mark what gives market-data feeds."""
        return _marked(function, "smartexec_market_data_feeds")

    def journals(self, function: _Gives[type[Journal]]) -> _Gives[type[Journal]]:
        """Mark what gives journals."""
        return _marked(function, "smartexec_journals")

    def sinks(self, function: _Gives[type[Sink]]) -> _Gives[type[Sink]]:
        """Mark what gives sinks."""
        return _marked(function, "smartexec_sinks")

    def commands(self, function: _Gives[click.Command]) -> _Gives[click.Command]:
        """Mark what gives commands."""
        return _marked(function, "smartexec_commands")


hookimpl: Final = HookImpl()


@hookspec
def smartexec_strategies() -> Iterable[type[Strategy]]:
    """Give strategies. Config: `[strategies.NAME]`; orders name them in `strategy`."""
    return ()


@hookspec
def smartexec_routing_logics() -> Iterable[type[RoutingLogic]]:
    """Give routing logics. Config: `[routing]`."""
    return ()


@hookspec
def smartexec_venues() -> Iterable[type[VenueAdapter]]:
    """Give venue adapters. Config: `[[venues]] plugin = "NAME"`."""
    return ()


@hookspec
def smartexec_order_sources() -> Iterable[type[OrderSource]]:
    """Give order sources. Config: `[orders] plugin = "NAME"`."""
    return ()


@hookspec
def smartexec_market_data_feeds() -> Iterable[type[MarketDataFeed]]:
    """Give market-data feeds. Config: `[market_data] plugin = "NAME"`."""
    return ()


@hookspec
def smartexec_journals() -> Iterable[type[Journal]]:
    """Give journals. Config: `[journal] plugin = "NAME"`."""
    return ()


@hookspec
def smartexec_sinks() -> Iterable[type[Sink]]:
    """Give sinks. Config: `[[sinks]] plugin = "NAME"`; `smartexec export --format NAME`."""
    return ()


@hookspec
def smartexec_commands() -> Iterable[click.Command]:
    """Give commands of the `smartexec` program."""
    return ()
