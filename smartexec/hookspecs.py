"""The hooks: typed factories that give plugin classes. They are called once, at start-up, and never per event.

A plugin distribution names its module under the entry-point group `smartexec` and implements any of these with
`@hookimpl`. Classes are given, not instances: the configuration makes the instances from the classes' attrs fields.
"""

from collections.abc import Iterable
from typing import Final

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
hookimpl = pluggy.HookimplMarker(GROUP)


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
