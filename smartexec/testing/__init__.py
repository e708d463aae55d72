"""What plugin authors test with: builders, checks, worlds, conformance kits. Stable and public.

`view()` makes what a strategy sees, `request()` what a routing logic sees, each with defaults that make sense, so that
a test names only what it is about. A conformance kit is a class to inherit from: its scenarios are the tests. All but
the builders needs `smartexec[testing]` installed.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from smartexec.testing.views import START, market, request, venue, view

if TYPE_CHECKING:
    from smartexec.testing.bench import Bench
    from smartexec.testing.checks import check_decision, check_route
    from smartexec.testing.counterparty import CannotSay, Counterparty
    from smartexec.testing.feed_kit import FeedKit
    from smartexec.testing.journal_kit import JournalKit
    from smartexec.testing.order_source_kit import OrderSourceKit
    from smartexec.testing.random_views import any_market, any_request, any_view
    from smartexec.testing.reference_world import Reference, reference
    from smartexec.testing.routing_kit import RoutingKit
    from smartexec.testing.simulated_venue_kit import SimulatedVenueKit
    from smartexec.testing.sink_kit import SinkKit
    from smartexec.testing.source_bench import Heard, SourcePeer
    from smartexec.testing.strategy_kit import StrategyKit
    from smartexec.testing.venue_kit import VenueKit
    from smartexec.testing.wired_bench import SinkPeer

_LAZY: Final = {
    "Bench": "bench",
    "CannotSay": "counterparty",
    "Counterparty": "counterparty",
    "FeedKit": "feed_kit",
    "Heard": "source_bench",
    "JournalKit": "journal_kit",
    "OrderSourceKit": "order_source_kit",
    "Reference": "reference_world",
    "RoutingKit": "routing_kit",
    "SimulatedVenueKit": "simulated_venue_kit",
    "SinkKit": "sink_kit",
    "SinkPeer": "wired_bench",
    "SourcePeer": "source_bench",
    "StrategyKit": "strategy_kit",
    "VenueKit": "venue_kit",
    "any_market": "random_views",
    "any_request": "random_views",
    "any_view": "random_views",
    "check_decision": "checks",
    "check_route": "checks",
    "reference": "reference_world",
}
"""Names that are imported when they are asked for: they need pytest, hypothesis or the engine."""

__all__ = [
    "START",
    "Bench",
    "CannotSay",
    "Counterparty",
    "FeedKit",
    "Heard",
    "JournalKit",
    "OrderSourceKit",
    "Reference",
    "RoutingKit",
    "SimulatedVenueKit",
    "SinkKit",
    "SinkPeer",
    "SourcePeer",
    "StrategyKit",
    "VenueKit",
    "any_market",
    "any_request",
    "any_view",
    "check_decision",
    "check_route",
    "market",
    "reference",
    "request",
    "venue",
    "view",
]


def __getattr__(name: str) -> Any:
    """Import a name when it is first asked for."""
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
