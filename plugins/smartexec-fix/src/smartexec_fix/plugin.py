"""What this distribution adds to smartexec."""

from collections.abc import Iterable

import click

from smartexec.api import OrderSource, Sink, VenueAdapter, hookimpl


@hookimpl.commands
def smartexec_commands() -> Iterable[click.Command]:
    from smartexec_fix.atdl.command import command

    return [command]


@hookimpl.order_sources
def smartexec_order_sources() -> Iterable[type[OrderSource]]:
    from smartexec_fix.clients.gateway import FixGateway

    return [FixGateway]


@hookimpl.sinks
def smartexec_sinks() -> Iterable[type[Sink]]:
    from smartexec_fix.post_trade.sink import FixPostTrade

    return [FixPostTrade]


@hookimpl.venues
def smartexec_venues() -> Iterable[type[VenueAdapter]]:
    from smartexec_fix.venues.venue import FixVenue

    return [FixVenue]
