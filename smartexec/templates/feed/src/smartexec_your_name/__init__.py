"""your-name for smartexec. The hook only."""

from collections.abc import Iterable

from smartexec.api import MarketDataFeed, hookimpl

from smartexec_your_name.feed import YourName


@hookimpl.market_data_feeds
def smartexec_market_data_feeds() -> Iterable[type[MarketDataFeed]]:
    """Give the market-data feed of this package."""
    return [YourName]
