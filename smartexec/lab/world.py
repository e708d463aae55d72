"""The world of a lab, put together and started: engine, loop, simulated venues, and those who watch. Steps nothing."""

from collections.abc import Iterator, Mapping
from operator import itemgetter
from pathlib import Path
from typing import ClassVar

from attrs import define, field, frozen

from smartexec.interfaces.context import Context
from smartexec.interfaces.market_data import MarketDataFeed
from smartexec.interfaces.order_source import OrderSource
from smartexec.interfaces.venue import VenueAdapter
from smartexec.kernel.engine import Engine
from smartexec.lab.recorder import Recorder
from smartexec.lab.trail import Tape, Trail
from smartexec.lab.watch import Watch
from smartexec.model.instrument import Instrument
from smartexec.model.orders import ClientEvent
from smartexec.runtime.plan.intake import Intake, Strategies
from smartexec.runtime.plan.setup import Setup, header_of, make_engine
from smartexec.runtime.simulation.loop import Loop


@define(eq=False)
class Desk(OrderSource):
    """Yields what was asked for before the lab began; what comes later is submitted to the loop."""

    name: ClassVar[str] = "lab"
    given: list[tuple[int, ClientEvent]] = field(factory=list)

    def events(self) -> Iterator[tuple[int, ClientEvent]]:
        return iter(sorted(self.given, key=itemgetter(0)))


@frozen(eq=False)
class World:
    """What runs, and what was heard of it."""

    engine: Engine
    loop: Loop
    turns: Iterator[int]
    """The turns of the loop that have not been."""
    recorder: Recorder
    watch: Watch
    faults: list[str]
    """Bad pieces of input."""
    lost: list[str]
    """Feeds and venues that broke off."""


def make_world(
    setup: Setup, feed: MarketDataFeed, venues: Mapping[str, VenueAdapter], desk: Desk, instrument: Instrument
) -> World:
    """Put a world together and start its plugins; what one raises on being started goes on to its author."""
    faults: list[str] = []
    lost: list[str] = []
    context = Context(setup.instruments, setup.settings.seed, Path.cwd(), faults.append)
    feed.start(context)
    for venue in venues.values():
        venue.start(context)
    strategies = Strategies(setup.strategies)
    watch, trail = Watch(strategies, setup.routers), Trail()
    engine = make_engine(header_of(setup), setup, watch)
    recorder = Recorder(engine, watch, instrument.open, trail)
    loop = Loop(
        turns=recorder,
        intake=Intake(strategies, setup.accounts),
        feeds=(Tape(feed, trail, engine.markets[instrument.symbol]),),
        sources=(desk,),
        venues=venues,
        end=instrument.close,
        fault=lost.append,
    )
    return World(engine, loop, loop.turns_of_run(), recorder, watch, faults, lost)
