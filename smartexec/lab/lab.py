"""The lab: a market, some orders, and a run that goes on decision by decision. What it is made of is beside this file.

It is a simulated run like any other, with the same kernel, loop and plugins: done in one go, it comes out the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from attrs import evolve

from smartexec.errors import ConfigError, OrderError
from smartexec.interfaces.market_data import MarketDataFeed
from smartexec.interfaces.routing import RoutingLogic
from smartexec.interfaces.strategy import Strategy
from smartexec.kernel.blotter import Blotter
from smartexec.kernel.orders import ClientOrder
from smartexec.kernel.settings import Settings
from smartexec.lab import choice, terms, ticket
from smartexec.lab.figure import plot
from smartexec.lab.invented import Invented, invented
from smartexec.lab.order import Order
from smartexec.lab.path import path
from smartexec.lab.result import Result, result
from smartexec.lab.scene import Scene
from smartexec.lab.step import Step
from smartexec.lab.tables import Tables
from smartexec.lab.terms import Money, clock, offset, one_of, whole
from smartexec.lab.ticket import SOURCE, Ticket
from smartexec.lab.trail import Trail
from smartexec.lab.world import Desk, World, make_world
from smartexec.model.enums import Side
from smartexec.model.ids import NANOS_PER_SECOND
from smartexec.model.instrument import Instrument
from smartexec.model.orders import CancelRequest, ClientEvent, ReplaceRequest
from smartexec.model.statistics import NO_STATISTICS, Statistics
from smartexec.registry import Registry, discover
from smartexec.runtime.plan.intake import Strategies
from smartexec.runtime.plan.setup import Setup, fair_lot
from smartexec.runtime.reading.checks import MAX_INT
from smartexec.runtime.reading.units import from_iso, instant, iso

MINUTE: Final = 60 * NANOS_PER_SECOND
START: Final = 1_767_623_400 * NANOS_PER_SECOND
"""2026-01-05 14:30:00 UTC, ns: when a lab begins unless told otherwise."""
LATENCY: Final = {"latency_in": "500us", "latency_out": "500us"}
VENUES: Final = {"SIML": {"plugin": "sim-lit", **LATENCY}, "SIMD": {"plugin": "sim-dark", **LATENCY}}
"""A lit venue and a dark one."""
Market = MarketDataFeed | Mapping[str, Any] | Iterable[tuple[str | int, Any]]


@cache
def installed() -> Registry:
    """Load the plugins that are installed, once; those that are broken are passed over."""
    return discover()


class Lab:
    """A market of one instrument, and orders in it. Iterate over it for the decisions, one by one.

    Times are text, since the start of the lab ("5m"); prices are in the currency; quantities are in lots. What is wrong
    with an argument is a ConfigError of one line.
    """

    def __init__(
        self,
        minutes: int = 60,
        seed: int = 0,
        *,
        price: Money = 100,
        spread: int = 1,
        volume: int | None = None,
        volatility: float | None = None,
        events: int | None = None,
        market: Market | None = None,
        venues: choice.Venues = VENUES,
        router: str | RoutingLogic | type[RoutingLogic] = "parallel",
        symbol: str = "ACME",
        tick: Money = "0.01",
        lot: int = 1,
        qty_decimals: int = 0,
        start: str | datetime | None = None,
        statistics: Statistics | None = None,
        settings: Settings | None = None,
        registry: Registry | None = None,
    ) -> None:
        """Make a market that lasts `minutes`; the same arguments and seed make the same one.

        It is invented: from `price` at the start, `spread` in ticks, and over all of its time `volume` in lots,
        `volatility` (standard deviation of the return) and `events`, how often something happens. Instead, `market` may
        be a feed, the section of a feed plugin (`{"plugin": "lobster", ...}`), or pairs such as
        `("10s", quote("99.99", "100.01"))`.

        `venues` says by MIC which venue plugin it is, by name or with its fields; or it is a list of venues. `router`
        is the routing logic. `symbol`, `tick`, `lot` and `qty_decimals` are the instrument's. `start` is the date and
        time, with offset, at which it begins. `statistics` is what is known of the instrument from history. `settings`
        are the kernel's; `registry` has the plugins to be named.
        """
        self.minutes, self.seed = whole(minutes, "minutes"), whole(seed, "seed", 0)
        begin, end = _span(start, self.minutes)
        self.instrument = Instrument(
            terms.name(symbol, "symbol"),
            terms.price(tick, "tick"),
            whole(lot, "lot"),
            whole(qty_decimals, "qty_decimals", 0),
            open=begin,
            close=end,
        )
        self.steps: list[Step] = []
        """Those that were taken so far."""
        self.orders: list[Order] = []
        """Those that were given."""
        self._registry = installed() if registry is None else one_of(Registry, registry, "registry")
        self._venues = choice.venues(self._registry, venues)
        default, self._routers = choice.routers(self._registry, router)
        drawn = Invented(price=price, spread=spread, volume=volume, volatility=volatility, events=events)
        self._feed, known = self._market(market, drawn)
        self._statistics = known if statistics is None else one_of(Statistics, statistics, "statistics")
        chosen = Settings() if settings is None else one_of(Settings, settings, "settings")
        self._settings = evolve(chosen, seed=self.seed, routing=evolve(chosen.routing, default=default))
        self._strategies = self._registry.strategies()
        self._desk, self._asked = Desk(), 0
        self._world: World | None = None
        self._over, self._broken = False, ""

    # -- orders --------------------------------------------------------------------------------------------------------

    def buy(
        self,
        qty: int,
        strategy: str | Strategy | type[Strategy],
        *,
        limit: Money | None = None,
        start: str | None = None,
        end: str | None = None,
        at: str | None = None,
        account: str = "",
        owner: str = "",
        **params: Any,
    ) -> Order:
        """Give an order to buy: to a strategy by name or class, with its `params`, or to an instance.

        It arrives `at` that time, now if None, and is worked from `start` to `end`: from its arrival and to the end of
        the market where they are None. Without `account` each order has one of its own, so that opposite ones cross;
        orders of one `owner` never do.
        """
        asked = Ticket(side=Side.BUY, qty=qty, limit=limit, start=start, end=end, account=account, owner=owner)
        return self._give(asked, at, strategy, params)

    def sell(
        self,
        qty: int,
        strategy: str | Strategy | type[Strategy],
        *,
        limit: Money | None = None,
        start: str | None = None,
        end: str | None = None,
        at: str | None = None,
        account: str = "",
        owner: str = "",
        **params: Any,
    ) -> Order:
        """Give an order to sell; see `buy`."""
        asked = Ticket(side=Side.SELL, qty=qty, limit=limit, start=start, end=end, account=account, owner=owner)
        return self._give(asked, at, strategy, params)

    def cancel(self, order: Order, *, at: str | None = None) -> None:
        """Ask for an order to be cancelled, at once or `at` a time. What comes of it is in the table requests."""
        self._submit(self._when_of(order, at), CancelRequest(SOURCE, self._id, order.cl_ord_id))

    def amend(self, order: Order, qty: int | None = None, *, limit: Money | None = None, at: str | None = None) -> None:
        """Ask for another total quantity, or another limit, at once or `at` a time."""
        if qty is None and limit is None:
            raise ConfigError("amend: found neither qty nor limit, expected one of them")
        lots = None if qty is None else ticket.lots(self.instrument, qty)
        px = None if limit is None else ticket.limit(self.instrument, limit)
        self._submit(self._when_of(order, at), ReplaceRequest(SOURCE, self._id, order.cl_ord_id, lots, px))

    # -- time ----------------------------------------------------------------------------------------------------------

    @property
    def now(self) -> int:
        """How far it is, ns UTC."""
        return self.instrument.open if self._world is None else max(self.instrument.open, self._world.recorder.now)

    @property
    def over(self) -> bool:
        """Whether its end was reached."""
        return self._over

    def step(self) -> Step | None:
        """Go on to the next decision and give it; None if there is none up to the end, which is reached then.

        What it wanted has been sent, and nothing later has happened: now is the time to cancel, amend, or order more.
        Where strategies of several parents were asked at one and the same time, their steps come one by one.
        """
        if self._broken:
            raise OrderError(f"lab: found it broken off by {self._broken}, expected a new one")
        world = self._world = self._world or self._begin()
        while not world.recorder.steps:
            if self._over:
                return None
            try:
                self._over = next(world.turns, None) is None
            except BaseException as error:
                self._broken = type(error).__name__
                raise
        self.steps.append(world.recorder.steps.popleft())
        return self.steps[-1]

    def __iter__(self) -> Iterator[Step]:
        """Yield the steps that are still to come."""
        while (step := self.step()) is not None:
            yield step

    def run(self) -> Result:
        """Go on to the end; give what came of it."""
        for _ in self:
            pass
        return self.result

    # -- what came of it -----------------------------------------------------------------------------------------------

    @property
    def result(self) -> Result:
        """What has come of it so far: figures of each parent, and whether the laws were kept, once it is over."""
        world = self._world
        return result(
            self._blotter,
            str(self),
            "" if world is None else world.recorder.digest.value().hex(),
            over=self._over,
            lost=() if world is None else world.lost,
            faults=() if world is None else world.faults,
        )

    @property
    def tables(self) -> Tables:
        """The tables as they are now, by name: `lab.tables["executions"]`."""
        return Tables(self._blotter, fair_lot(self._settings.allocation))

    @property
    def quarantined(self) -> dict[str, str]:
        """Plugins that were quarantined, and why; what they raised is in the step, and in `errors`."""
        return {} if self._world is None else dict(self._world.engine.quarantined)

    @property
    def errors(self) -> dict[str, BaseException]:
        """What plugins raised, by name."""
        return {} if self._world is None else dict(self._world.watch.errors)

    def plot(self, file: str | Path | None = None) -> Any:
        """Give a plotly figure of it so far: market and own orders, progress, decisions. Needs `smartexec[lab]`.

        With a file it is written there too, as a page that needs no network.
        """
        scene = Scene(
            blotter=self._blotter,
            trail=Trail() if self._world is None else self._world.recorder.trail,
            steps=self.steps,
            instrument=self.instrument,
            venues=tuple(self._venues),
            now=self.now,
            title=str(self),
        )
        return plot(scene, file)

    def __str__(self) -> str:
        at = "over" if self._over else f"at {clock(self.now - self.instrument.open)}"
        return f"lab: {self.minutes} min of {self.instrument.symbol}, seed {self.seed}, {at}, {len(self.steps)} steps"

    __repr__ = __str__

    # -- how -----------------------------------------------------------------------------------------------------------

    @property
    def _blotter(self) -> Blotter:
        return Blotter() if self._world is None else self._world.engine.blotter

    def _market(self, market: Market | None, drawn: Invented) -> tuple[MarketDataFeed, Statistics]:
        if market is None:
            return invented(self._registry, drawn, self.minutes, self.instrument, self._venues.values())
        if given := drawn.given():
            raise ConfigError(f"{given[0]}: found it beside a market, expected one or the other")
        if isinstance(market, MarketDataFeed):
            return market, NO_STATISTICS
        if isinstance(market, Mapping):
            return choice.feed(self._registry, market), NO_STATISTICS
        return path(market, self.instrument), NO_STATISTICS

    def _begin(self) -> World:
        setup = Setup(
            instruments=[self.instrument],
            venues={mic: venue.capabilities for mic, venue in self._venues.items()},
            strategies=self._strategies,
            routers=self._routers,
            settings=self._settings,
            unlimited="a lab",
            statistics={self.instrument.symbol: self._statistics},
        )
        return make_world(setup, self._feed, self._venues, self._desk, self.instrument)

    def _give(self, ticket: Ticket, at: str | None, strategy: object, params: Mapping[str, Any]) -> Order:
        cls, raw = choice.strategy(self._strategies, strategy, params)
        self._admit(cls)
        typed = Strategies({cls.name: cls}).canonical(cls.name, raw)
        if isinstance(typed, str):
            raise ConfigError(typed)
        arrives = self._when(at)
        order = ticket.order(self._id, cls.name, typed, self.instrument, arrives)
        self._strategies[cls.name] = cls
        self._submit(arrives, order)
        self.orders.append(Order(order, arrives, self._find, self.instrument.qty_decimals))
        return self.orders[-1]

    def _admit(self, cls: type[Strategy]) -> None:
        """ConfigError if a class comes too late, or its name is taken."""
        if self._strategies.get(cls.name) is cls:
            return
        if self._world is not None:
            found = f"strategy {cls.name}: found a class that is new since the first step"
            raise ConfigError(f"{found}, expected one that is installed or was ordered before it")
        if any(order.sent.strategy == cls.name for order in self.orders):
            raise ConfigError(f"strategy {cls.name}: found two classes of this name, expected one")

    def _when_of(self, order: Order, at: str | None) -> int:
        """When a request concerning an order comes: after the order has."""
        if order not in self.orders:
            raise ConfigError(f"order: found {order}, expected one of this lab")
        return self._when(at, order.at + 1)

    def _when(self, at: str | None, after: int = 0) -> int:
        """When something that is asked for comes: now, or at a time that has not passed."""
        earliest = max(self.now + (self._world is not None), after)
        when = earliest if at is None else self.instrument.open + offset(at, "at")
        if when < earliest:
            raise ConfigError(f"at: found {at!r}, expected a time after {clock(earliest - self.instrument.open)}")
        if when >= self.instrument.close:
            found = "a market that is over" if at is None else repr(at)
            last = clock(self.instrument.close - self.instrument.open)
            raise ConfigError(f"at: found {found}, expected a time before the end of the market, {last}")
        return when

    def _submit(self, when: int, event: ClientEvent) -> None:
        """Let a client's event in. After a step it comes a nanosecond later: an answer is later than the question."""
        self._asked += 1
        if self._world is None:
            self._desk.given.append((when, event))
        else:
            self._world.loop.submit(when, 0, event)

    @property
    def _id(self) -> str:
        """ClOrdID(11) of what is asked for next."""
        return f"C{self._asked + 1}"

    def _find(self, cl_ord_id: str) -> ClientOrder | None:
        known = self._blotter.by_client_id.get(SOURCE, {}).get(cl_ord_id)
        if known is not None:
            return known
        return next((one for one in self._blotter.orders if one.cl_ord_id == cl_ord_id), None)  # it was rejected


def _span(start: str | datetime | None, minutes: int) -> tuple[int, int]:
    """Give when a lab begins and ends."""
    begin = _instant(start)
    end = begin + minutes * MINUTE
    if begin <= 0:
        raise ConfigError(f"start: found {start!r}, expected a time after 1970")
    if end >= MAX_INT:
        where, found = ("minutes", minutes) if start is None else ("start", start)
        raise ConfigError(f"{where}: found {found!r}, expected an end of the market before {iso(MAX_INT)[:10]}")
    return begin, end


def _instant(start: str | datetime | None) -> int:
    """Read when a lab begins."""
    if start is None:
        return START
    try:
        return instant(start) if isinstance(start, datetime) else from_iso(start)
    except (ValueError, AttributeError):
        expected = 'expected a date and time with an offset, such as "2026-01-05T09:30:00-05:00"'
        raise ConfigError(f"start: found {start!r}, {expected}") from None
