"""The order in which inputs come: merged feeds, merged order sources, and the counters of a run. No engine here.

At equal times market data come first, then venues, then clients, then timers; within a kind, the order of the
configuration. A replay merges with the same functions, so it sees the same order.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Final, TypeVar

from smartexec.interfaces.market_data import MarketDataFeed
from smartexec.interfaces.order_source import OrderSource
from smartexec.model.market import MarketEvent, PhaseChange, Quote, Trade
from smartexec.model.orders import ClientEvent
from smartexec.runtime.schema import one_line

E = TypeVar("E")
NEVER: Final = 1 << 62
"""Later than every time, ns."""
KERNEL_MARKET: Final = frozenset({Quote, Trade, PhaseChange})
"""Market events that the kernel folds; the others are for simulated venues only."""


def merge_feeds(feeds: Sequence[MarketDataFeed], broken: Callable[[str], None]) -> Iterator[tuple[int, MarketEvent]]:
    """Merge recorded feeds by time. A feed that raises is over, and said through `broken`."""
    streams = [guarded(feed.events, f"market-data feed {feed.name}", broken) for feed in feeds]
    return streams[0] if len(streams) == 1 else heapq.merge(*streams, key=itemgetter(0))


def merge_sources(
    sources: Sequence[OrderSource], broken: Callable[[str], None]
) -> Iterator[tuple[int, tuple[int, ClientEvent]]]:
    """Merge order sources by time, as (time, (number of the source, event))."""
    streams = [
        _numbered(number, guarded(source.events, f"order source {source.name}", broken))
        for number, source in enumerate(sources)
    ]
    return heapq.merge(*streams, key=itemgetter(0))


def guarded(
    events: Callable[[], Iterable[tuple[int, E]]], who: str, broken: Callable[[str], None]
) -> Iterator[tuple[int, E]]:
    """Yield what a plugin yields until it raises."""
    try:
        yield from events()
    except Exception as error:
        broken(f"{who}: found {type(error).__name__}: {one_line(error)}, expected events to the end")


def _numbered(number: int, events: Iterator[tuple[int, E]]) -> Iterator[tuple[int, tuple[int, E]]]:
    for time, event in events:
        yield time, (number, event)
