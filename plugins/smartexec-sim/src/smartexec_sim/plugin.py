"""What this distribution gives to smartexec. No behaviour."""

from collections.abc import Iterable

from smartexec.api import MarketDataFeed, OrderSource, VenueAdapter, hookimpl
from smartexec_sim.ats import SimAts
from smartexec_sim.client_orders import SyntheticOrders
from smartexec_sim.dark import SimDark
from smartexec_sim.lit import SimLit
from smartexec_sim.synthetic import SyntheticFeed


@hookimpl.venues
def smartexec_venues() -> Iterable[type[VenueAdapter]]:
    return [SimLit, SimAts, SimDark]


@hookimpl.market_data_feeds
def smartexec_market_data_feeds() -> Iterable[type[MarketDataFeed]]:
    return [SyntheticFeed]


@hookimpl.order_sources
def smartexec_order_sources() -> Iterable[type[OrderSource]]:
    return [SyntheticOrders]
