"""The reference world: a market that moves a little, two lit venues and a dark one, an engine that asks real plugins.

It is there to be the same for every plugin: seeded, half an hour long, kind. With `faults` the links lose, double and
reorder messages until it ends, and the laws must hold all the same. It is no simulator: for that see smartexec-sim.
"""

from random import Random
from typing import Any, Final

from attrs import Factory, define, frozen

from smartexec.interfaces.routing import RoutingLogic
from smartexec.interfaces.strategy import Strategy
from smartexec.kernel.settings import Netting, Routing, Settings
from smartexec.model.commands import Alert, Command, SendOrder, VenueCommand
from smartexec.model.enums import ExecType, OrdStatus, OrdType, Phase, ReplaceMode, Side, TimeInForce, VenueKind
from smartexec.model.events import EndOfDay, Event, Tick, VenueEvent, VenueStatus
from smartexec.model.ids import NANOS_PER_SECOND, Mic
from smartexec.model.instrument import Instrument
from smartexec.model.market import PhaseChange, Quote, Trade
from smartexec.model.orders import CancelRequest, NewOrder, ReplaceRequest
from smartexec.model.routing import Capabilities, Leg, Route, RouteRequest
from smartexec.model.statistics import CURVE_SCALE, Statistics
from smartexec.model.view import Decision, ParentView, Slice
from smartexec.runtime.plan.advisors import PluginAdvisor
from smartexec.runtime.plan.intake import Intake, Strategies
from smartexec.runtime.plan.setup import Setup, header_of, make_engine
from smartexec.runtime.reading.schema import params_of
from smartexec.runtime.report.outcome import breaches
from smartexec.testing.scripted_venue import OPEN, TrueOrder
from smartexec.testing.views import START
from smartexec.testing.worlds import World

SECOND: Final = NANOS_PER_SECOND
MINUTE: Final = 60 * SECOND
SECONDS: Final = 1_800
"""Of the world; the last two minutes are the closing auction."""
AUCTION: Final = 120
TICK: Final = 10_000_000
SYMBOL: Final = "TEST"
LIT: Final = "XREF"
"""The main venue: most trades are there, and the auction."""
ALT: Final = "XALT"
DARK: Final = "XDRK"
LITS: Final = (LIT, ALT)
SHOWN: Final = 300
"""Lots at each touch of a lit venue, and what trades in the market each second."""
RESTING: Final = 40
"""Lots that a resting order at the touch gets each second."""
HIDDEN: Final = 50
"""Lots that meet an order in the dark every ten seconds."""
VENUES: Final = {
    LIT: Capabilities(
        times_in_force=frozenset(TimeInForce), replace=ReplaceMode.KEEPS_PRIORITY, authoritative_unknown=True
    ),
    ALT: Capabilities(
        times_in_force=frozenset({TimeInForce.DAY, TimeInForce.IOC, TimeInForce.FOK}), authoritative_unknown=True
    ),
    DARK: Capabilities(kind=VenueKind.DARK, min_qty=True, authoritative_unknown=True),
}
_BINS: Final = 6
STATISTICS: Final = Statistics(
    adv=SHOWN * SECONDS,
    sigma=0.02,
    spread=2 * TICK,
    bin=SECONDS * SECOND // _BINS,
    curve=(CURVE_SCALE // _BINS,) * (_BINS - 1) + (CURVE_SCALE - CURVE_SCALE // _BINS * (_BINS - 1),),
)


@frozen
class ToLit(RoutingLogic):
    """Send every slice whole to the lit venue: the logic where none is under test."""

    name = "to-lit"

    def route(self, request: RouteRequest) -> Route:
        if not request.venues[Mic(LIT)].up:
            return Route(note="the venue is down")
        one = request.slice
        return Route((Leg(LIT, request.qty, price=one.price, time_in_force=one.time_in_force),), note="to the venue")


@frozen
class Steady(Strategy):
    """Rest with a twentieth of the order each minute; cross with what is overdue, in turn at once or until filled.

    The strategy where none is under test.
    """

    name = "STEADY"

    def decide(self, view: ParentView) -> Decision:
        minute = (view.now - view.start) // MINUTE
        wake, far, near = view.start + (minute + 1) * MINUTE, view.market.far(view.side), view.market.near(view.side)
        if far is None or not view.market.trading:
            return Decision(wake_at=wake, note="waits")
        overdue, due = (min(view.order_qty, view.order_qty * part // 20) for part in (minute, minute + 1))
        take = min(max(0, overdue - view.cum_qty), view.leaves_at(far))
        rest = min(max(0, due - view.cum_qty - take), view.leaves_at(near) - take)
        slot, tif = (f"take {minute}", TimeInForce.IOC) if minute % 2 else ("take", TimeInForce.DAY)
        wanted = (Slice(take, far, slot=slot, time_in_force=tif), Slice(rest, near, slot="rest"))
        return Decision([one for one in wanted if one.qty > 0], wake, note=f"takes {take}, rests {rest}")


@define(eq=False)
class Reference(World):
    """The world. `orders_` and `executions` of `World` are the truth that venues know."""

    seed: int = 0
    faults: bool = False
    mid: int = 100 * 1_000_000_000
    phase: Phase = Phase.CONTINUOUS
    told: int = 0
    """Client events so far."""
    intake: Intake = Factory(lambda: Intake(Strategies({}), {}))
    params: tuple[tuple[str, Any], ...] = ()
    """Of the strategy under test, as its orders have them."""
    strategy: str = ""
    down: list[str] = Factory(list)
    """Venues whose session is down: they do not trade, and no message goes either way."""
    held_out: list[VenueCommand] = Factory(list)
    held_in: list[VenueEvent] = Factory(list)
    rng: Random = Factory(lambda self: Random(self.seed), takes_self=True)

    # -- clients -----------------------------------------------------------------------------------------------------

    def order(
        self,
        qty: int,
        side: Side = Side.BUY,
        *,
        limit: int | None = None,
        account: str = "ACME",
        until: int = SECONDS,
        in_list: str = "",
    ) -> str:
        """Let a client send an order for the strategy under test, to end at second `until`; give its ClOrdID(11).

        `in_list`: ListID(66); "" = it is in none.
        """
        self.told += 1
        new = NewOrder(
            "OMS", f"C{self.told}", SYMBOL, side, qty, self.strategy, account, limit, self.params,
            expire_time=START + until * SECOND, list_id=in_list,
        )  # fmt: skip
        self.tell(self.intake.take(new))
        return f"C{self.told}"

    def cancel(self, name: str) -> None:
        """Let a client cancel its order."""
        self.told += 1
        self.tell(CancelRequest("OMS", f"C{self.told}", name))

    def amend(self, name: str, qty: int) -> str:
        """Let a client change its order's quantity; give the new ClOrdID(11)."""
        self.told += 1
        self.tell(ReplaceRequest("OMS", f"C{self.told}", name, order_qty=qty))
        return f"C{self.told}"

    # -- time --------------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Open the market."""
        self.now = START
        self.tell(PhaseChange(SYMBOL, "", Phase.CONTINUOUS), *self._quotes())

    def run(self, seconds: int) -> None:
        """Let time pass: quotes, prints, timers, executions, messages."""
        for _ in range(seconds):
            self._pass(SECOND)
            self._second()
            self._links()

    def end(self) -> None:
        """Run to the end of the day, heal the links, and end it."""
        self.run(SECONDS - (self.now - START) // SECOND)
        self.faults = False
        self.rise()
        self.calm()
        self._pass(30 * SECOND)
        self.tell(EndOfDay())
        self.calm()
        self._pass(60 * SECOND)
        self.tell(EndOfDay(final=True))

    def _pass(self, ns: int) -> None:
        until = self.now + ns
        while (due := self.engine.next_timer()) is not None and due <= until:
            self.now = max(self.now, due)
            self.tell(Tick())
            self._links()
        self.now = until

    def _second(self) -> None:
        second = (self.now - START) // SECOND
        if second == SECONDS - AUCTION:
            self.phase = Phase.AUCTION
            self.tell(PhaseChange(SYMBOL, "", Phase.AUCTION))
        elif second == SECONDS:
            self._uncross()
        elif self.phase is Phase.CONTINUOUS:
            self.mid += self.rng.choice((-1, 0, 0, 1)) * TICK
            self._prints()
            if second % 10 == 0:
                self._dark()

    def _quotes(self) -> list[Quote]:
        bid, ask = self.mid - TICK, self.mid + TICK
        shown = {"": SHOWN * len(LITS), **dict.fromkeys(LITS, SHOWN)}
        return [Quote(SYMBOL, mic, bid, qty, ask, qty) for mic, qty in shown.items()]

    def _prints(self) -> None:
        """A trade at one touch: those that rest there get their part."""
        side = self.rng.choice((Side.BUY, Side.SELL))
        px = self.mid + TICK if side is Side.BUY else self.mid - TICK
        where = self.rng.choice((LIT, LIT, ALT))
        self.tell(*self._quotes(), Trade(SYMBOL, where, px, SHOWN, side))
        for order in self._trading(LITS):
            if order.side is not side and order.price is not None and _admits(order, px):
                self.execute(order, RESTING, order.price)

    def _dark(self) -> None:
        for order in self._trading((DARK,)):
            if _admits(order, self.mid):
                self.execute(order, HIDDEN, self.mid)

    def _trading(self, mics: tuple[str, ...]) -> list[TrueOrder]:
        """Orders at some venues, those that are down left out."""
        return [order for order in self.live() if order.mic in mics and order.mic not in self.down]

    def _uncross(self) -> None:
        """The closing auction: who admits the price is executed, all else expires."""
        for order in self._trading((LIT,)):
            if _admits(order, self.mid):
                self.execute(order, order.leaves, self.mid)
        for order in self.live():
            order.status = OrdStatus.EXPIRED
            self._say(order, ExecType.EXPIRED)
        self.phase = Phase.CLOSED
        self.tell(Trade(SYMBOL, LIT, self.mid, SHOWN, auction=True), PhaseChange(SYMBOL, "", Phase.CLOSED))

    # -- links and venues ----------------------------------------------------------------------------------------------

    def fall(self, mic: str) -> None:
        """Let a venue's session go down."""
        self.down.append(mic)
        self.tell(VenueStatus(mic, False, "no heartbeat"))

    def rise(self) -> None:
        """Let all sessions come up again: what was held back goes now."""
        self.outbound[:0], self.inbound[:0] = self.held_out, self.held_in
        self.down, self.held_out, self.held_in = [], [], []
        self.tell(*(VenueStatus(mic, True) for mic in VENUES))

    def tell(self, *events: Event) -> list[Command]:
        """Give the engine events of one turn; hold messages to and from venues that are down."""
        out = super().tell(*events)
        if self.down:
            self.held_out += [one for one in self.outbound if one.mic in self.down]
            self.held_in += [one for one in self.inbound if one.mic in self.down]
            self.outbound = [one for one in self.outbound if one.mic not in self.down]
            self.inbound = [one for one in self.inbound if one.mic not in self.down]
        return out

    def _links(self) -> None:
        if not self.faults:
            self.calm()
            return
        rng = self.rng
        for _ in range(rng.randrange(8)):
            draw, index = rng.random(), rng.randrange(64)
            if draw < 0.45:
                self.arrive(index)
            elif draw < 0.85:
                self.deliver(index)
            elif draw < 0.92:
                self.deliver(index, again=True)
            elif draw < 0.96:
                self.lose_report(index)
            else:
                self.lose_command(index)

    def _new(self, c: SendOrder) -> None:
        """Take an order: what crosses the touch is executed up to what is shown, what may not rest is cancelled."""
        if c.cl_ord_id in self.orders:
            return
        order = TrueOrder(c.mic, c.cl_ord_id, c.side, c.order_qty, c.price, c.cl_ord_id)
        self.orders[c.cl_ord_id] = order
        auction = c.time_in_force.auction
        if self.phase is not Phase.CONTINUOUS and not (auction and self.phase is Phase.AUCTION):
            order.status = OrdStatus.REJECTED
            self._say(order, ExecType.REJECTED, text="no trading now")
            return
        self._say(order, ExecType.NEW)
        touch = self.mid + TICK if c.side is Side.BUY else self.mid - TICK
        if (
            c.mic in LITS
            and not auction
            and _admits(order, touch)
            and (c.time_in_force is not TimeInForce.FOK or c.order_qty <= SHOWN)
        ):
            self.execute(order, SHOWN, touch)
        stays = auction or (c.time_in_force is TimeInForce.DAY and c.ord_type is not OrdType.MARKET)
        if not stays and order.status in OPEN:
            order.status = OrdStatus.CANCELED
            self._say(order, ExecType.CANCELED)

    # -- what came of it -----------------------------------------------------------------------------------------------

    def faults_found(self) -> list[str]:
        """Say what is wrong once the day is over: quarantines, laws broken, executions that only venues know of."""
        blotter = self.engine.blotter
        found = [f"{name} was quarantined: {why}" for name, why in self.engine.quarantined.items()]
        found += breaches(blotter)
        true = sum(one.qty for one in self.executions if one.standing)
        booked = sum(parent.cum_qty for parent in blotter.parents)
        if true != booked:
            found.append(f"executions: found {booked} lots booked, expected {true}, as the venues have it")
        return found

    def alerts(self, level: str) -> list[str]:
        """Give what was raised at a level."""
        return [f"{c.where}: {c.what}" for c in self.commands if isinstance(c, Alert) and c.level == level]


def _admits(order: TrueOrder, px: int) -> bool:
    sign = 1 if order.side is Side.BUY else -1
    return order.price is None or (order.price - px) * sign >= 0


def reference(
    strategy: Strategy | None = None,
    router: RoutingLogic | None = None,
    *,
    seed: int = 0,
    faults: bool = False,
    overbook: int = 0,
) -> Reference:
    """Make a world around a strategy or a routing logic, with its market open.

    `overbook`: percentage of a parent's leaves that the logic may have live beyond them.
    """
    tried = strategy or Steady()
    logic = router or ToLit()
    routing = Routing(default=logic.name, overbook={logic.name: overbook} if overbook else {})
    setup = Setup(
        instruments=[Instrument(SYMBOL, tick=TICK, open=START, close=START + SECONDS * SECOND)],
        venues=VENUES,
        strategies=[type(tried)],
        routers=[logic],
        settings=Settings(seed=seed, routing=routing, netting=Netting(enabled=False)),
        unlimited="the reference world",
        statistics={SYMBOL: STATISTICS},
    )
    strategies = Strategies(setup.strategies)
    engine = make_engine(header_of(setup), setup, PluginAdvisor(strategies, setup.routers))
    world = Reference(
        engine,
        seed=seed,
        faults=faults,
        intake=Intake(strategies, {}),
        params=params_of(tried),
        strategy=tried.name,
    )
    world.begin()
    return world
