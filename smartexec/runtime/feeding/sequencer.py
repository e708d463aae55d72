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
from smartexec.runtime.reading.checks import CLIENT, refused, shown, told, wrong

E = TypeVar("E")
NEVER: Final = 1 << 62
"""Later than every time, ns."""
KERNEL_MARKET: Final = frozenset({Quote, Trade, PhaseChange})
"""Market events that the kernel folds; the others are for simulated venues only."""
Owner = Callable[[str, str], str]
"""Tells " of DISTRIBUTION VERSION" of a plugin's kind and name; "" if it is not known."""


def nobody(_kind: str, _name: str) -> str:
    """No owner is known."""
    return ""


def merge_feeds(
    feeds: Sequence[MarketDataFeed], broken: Callable[[str], None], owner: Owner = nobody
) -> Iterator[tuple[int, MarketEvent]]:
    """Merge recorded feeds by time. A feed that raises is over, and said through `broken`."""
    streams = [
        _guarded(feed.events, f"market-data feed {feed.name}{owner('market-data feed', feed.name)}", broken)
        for feed in feeds
    ]
    return streams[0] if len(streams) == 1 else heapq.merge(*streams, key=itemgetter(0))


def merge_sources(
    sources: Sequence[OrderSource], broken: Callable[[str], None], owner: Owner = nobody
) -> Iterator[tuple[int, tuple[int, ClientEvent]]]:
    """Merge order sources by time, as (time, (number of the source, event)). What is nonsense becomes a rejection."""
    streams = [
        _checked(number, source, f"order source {source.name}{owner('order source', source.name)}", broken)
        for number, source in enumerate(sources)
    ]
    return heapq.merge(*streams, key=itemgetter(0))


def _guarded(events: Callable[[], Iterable[E]], who: str, broken: Callable[[str], None]) -> Iterator[E]:
    """Yield what a plugin yields until it raises."""
    try:
        yield from events()
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:
        broken(f"{who}: found {told(error)}, expected events to the end")


def _checked(
    number: int, source: OrderSource, who: str, broken: Callable[[str], None]
) -> Iterator[tuple[int, tuple[int, ClientEvent]]]:
    """Yield a source's events numbered; nonsense that names an order as its rejection, else said through `broken`."""
    last = 0
    for item in _guarded(source.events, who, broken):
        if type(item) is not tuple or len(item) != 2:
            broken(f"{who}: found {shown(item)}, expected (time, event)")
            continue
        time, event = item
        fault = wrong(event, CLIENT)
        if type(time) is not int or not 0 <= time < NEVER:
            fault = fault or f"time: found {shown(time)}, expected nanoseconds UTC"
            time = last
        if fault:
            given = getattr(event, "source", None)
            sound = refused(event, given if type(given) is str else source.name, fault)
            if sound is None:
                broken(f"{who}: {fault}")
                continue
            event = sound
        last = time
        yield time, (number, event)
