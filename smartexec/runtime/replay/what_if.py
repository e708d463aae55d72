"""What a run would have been under another configuration: its recorded client events and market data, run again.

Parameters that were only the old configuration's defaults are left to the new one. Nothing is kept on disk.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from attrs import define, evolve, field

from smartexec.interfaces.context import Context
from smartexec.interfaces.market_data import MarketDataFeed
from smartexec.interfaces.order_source import OrderSource
from smartexec.model.market import MarketEvent
from smartexec.model.orders import ClientEvent, NewOrder
from smartexec.registry import Registry
from smartexec.runtime.journal.forget import Forget
from smartexec.runtime.journal.records import Record
from smartexec.runtime.plan.intake import Strategies
from smartexec.runtime.plan.plan import Plan, plan_file
from smartexec.runtime.replay.replay import Opened, open_run, start_feeds
from smartexec.runtime.simulation.loop import Progress
from smartexec.runtime.simulation.run import RunResult, execute

_CLIENT = frozenset({"NewOrder", "CancelRequest", "ReplaceRequest", "RejectedOrder"})


def what_if(
    run: Path, config: Path, progress: Progress | None = None, *, registry: Registry | None = None
) -> RunResult:
    """Run the inputs of the folder `run` under `config`."""
    opened = open_run(run, registry)
    try:
        start_feeds(opened)
        orders = _recorded_orders(opened)
    finally:
        opened.plan.journal.close()
    plan: Plan = plan_file(config, registry)
    feeds = tuple(_RecordedFeed(feed) for feed in opened.plan.feeds)
    return execute(
        evolve(plan, feeds=feeds, sources=(_RecordedOrders(orders),), journal=Forget(), sinks=()), None, progress
    )


def _recorded_orders(opened: Opened) -> list[tuple[int, ClientEvent]]:
    plan = opened.plan
    defaults = Strategies(plan.strategies, plan.config.strategies)
    return [(r.now, _without_defaults(r, defaults)) for r in opened.records() if r.kind in _CLIENT]


def _without_defaults(record: Record, defaults: Strategies) -> ClientEvent:
    event: ClientEvent = record.body
    if not isinstance(event, NewOrder):
        return event
    usual = defaults.canonical(event.strategy, ())
    if isinstance(usual, str):
        return event  # the strategy has parameters without defaults: all were given
    known = dict(usual)
    return evolve(event, params=tuple((k, v) for k, v in event.params if k not in known or known[k] != v))


@define
class _RecordedOrders(OrderSource):
    """Client events of a journal."""

    name: ClassVar[str] = "recorded"
    recorded: list[tuple[int, ClientEvent]] = field(factory=list)

    def events(self) -> Iterator[tuple[int, ClientEvent]]:
        return iter(self.recorded)


@define
class _RecordedFeed(MarketDataFeed):
    """A feed that was started as it was in the recorded run, whatever the new configuration says."""

    name: ClassVar[str] = "recorded"
    feed: MarketDataFeed

    def start(self, context: Context) -> None:
        """Do nothing: it has been started."""

    def events(self) -> Iterator[tuple[int, MarketEvent]]:
        return self.feed.events()

    def digest(self) -> str:
        return self.feed.digest()
