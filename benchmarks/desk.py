"""An engine with everything around it that is trivial: strategy, router, venue, and a loop of turns. No measuring here.

The plugins do as little as plugins can, so that what is measured is the kernel (and, with a journal, the records).
"""

from collections.abc import Iterable, Sequence
from typing import ClassVar, Final

from attrs import define, field, frozen

from smartexec.interfaces.routing import RoutingLogic
from smartexec.interfaces.strategy import Strategy
from smartexec.kernel.advisor import Advisor, Fault
from smartexec.kernel.engine import Engine
from smartexec.kernel.settings import Settings
from smartexec.model.commands import ClientReport, Command, SendOrder
from smartexec.model.enums import ExecType, Liquidity, OrdStatus, Phase, Side, TimeInForce, Wake
from smartexec.model.events import Event, ExecutionReport, Tick
from smartexec.model.instrument import Instrument
from smartexec.model.market import PhaseChange, Quote
from smartexec.model.orders import Params
from smartexec.model.routing import Capabilities, Leg, Route, RouteRequest
from smartexec.model.view import Decision, ParentView, Slice
from smartexec.runtime.journal.records import CommandDigest, Settle, Writer
from smartexec.runtime.plan.advisors import PluginAdvisor
from smartexec.runtime.plan.intake import Strategies

TICK: Final = 10_000_000
"""0.01 of the currency, in 1e-9."""
BID: Final = 10_000 * TICK
ASK: Final = 10_002 * TICK
START: Final = 1_750_000_000 * 10**9
"""ns UTC."""
STRATEGY: Final = "NOW"
ROUTER: Final = "FIRST"


@frozen
class Now(Strategy):
    """Want a part of what is left live at the far touch."""

    name: ClassVar[str] = STRATEGY

    clip: int = 0
    """Lots at once; 0 = all."""

    def decide(self, view: ParentView) -> Decision:
        qty = min(view.leaves_qty, self.clip) if self.clip else view.leaves_qty
        return Decision((Slice(qty, view.market.far(view.side)),), note="all at the far touch")


@frozen
class Rest(Strategy):
    """Want everything live where it never trades, for ever."""

    name: ClassVar[str] = STRATEGY

    def decide(self, view: ParentView) -> Decision:
        return Decision((Slice(view.leaves_qty, TICK if view.side is Side.BUY else BID * 2),), note="rest")


@frozen
class First(RoutingLogic):
    """Everything to the first venue that is up."""

    name: ClassVar[str] = ROUTER

    def route(self, request: RouteRequest) -> Route:
        for mic, score in request.venues.items():
            if score.up:
                return Route((Leg(mic, request.qty, price=request.slice.price),), note="first that is up")
        return Route()


@frozen
class Direct(Advisor):
    """Asks one strategy and one router, and records nothing."""

    strategy: Strategy
    router: RoutingLogic

    def decide(self, strategy: str, params: Params, view: ParentView) -> Decision | Fault:
        return self.strategy.decide(view)

    def route(self, router: str, request: RouteRequest) -> Route | Fault:
        return self.router.route(request)


@define
class PerfectVenue:
    """Acknowledges at once and fills in `fills` executions, one per turn, at the order's own price."""

    fills: int = 1
    _executions: int = 0
    _open: list[SendOrder] = field(factory=list)
    _round: int = 0

    def take(self, commands: Iterable[Command]) -> None:
        """Take what the engine sent."""
        self._open += [c for c in commands if type(c) is SendOrder]

    def say(self) -> list[Event]:
        """What it has to say next; nothing once everything is filled."""
        if not self._open:
            return []
        self._round += 1
        last = self._round >= self.fills
        said: list[Event] = []
        for order in self._open:
            if self._round == 1:
                said.append(ExecutionReport(order.mic, order.cl_ord_id, ExecType.NEW, OrdStatus.NEW))
            said.append(self._fill(order, last))
        if last:
            self._open, self._round = [], 0
        return said

    def _fill(self, order: SendOrder, last: bool) -> ExecutionReport:
        part = order.order_qty // self.fills
        done = part * (self._round - 1)
        qty = order.order_qty - done if last else part
        self._executions += 1
        status = OrdStatus.FILLED if last else OrdStatus.PARTIALLY_FILLED
        return ExecutionReport(
            order.mic, order.cl_ord_id, ExecType.TRADE, status, f"E{self._executions}",
            cum_qty=done + qty, last_qty=qty, last_px=order.price or ASK, liquidity=Liquidity.REMOVED,
        )  # fmt: skip


@define
class Desk:
    """The loop: one turn is some events, `settle`, the record, the commit; then the commands leave."""

    engine: Engine
    advisor: Direct | PluginAdvisor
    writer: Writer | None
    now: int = START
    seq: int = 0
    reports: int = 0
    """Client reports that have left."""
    _digest: CommandDigest = field(factory=CommandDigest)

    def turn(self, events: Sequence[Event]) -> list[Command]:
        """Fold events, and what is due, in one turn; commands are given when the record is durable."""
        engine, writer, seq, now = self.engine, self.writer, self.seq, self.now
        due = engine.next_timer()
        if due is not None and due <= now:
            events = [*events, Tick()]
        for event in events:
            seq += 1
            if writer is not None:
                writer.event(seq, now, event)
            engine.handle(seq, now, event)
        self.seq = seq = seq + 1
        commands = engine.settle(seq, now)
        if writer is not None and isinstance(self.advisor, PluginAdvisor):
            self._digest.add(commands)
            writer.write(seq, now, "settle", Settle(self.advisor.drain(), self._digest.value()))
            writer.commit()
        self.reports += sum(type(c) is ClientReport for c in commands)
        return commands

    def market(self, symbols: Iterable[str], mic: str = "") -> None:
        """Quote the instruments. Market data are not stored, as in a simulation."""
        for symbol in symbols:
            self.seq += 1
            self.engine.handle(self.seq, self.now, Quote(symbol, mic, BID, 100_000, ASK, 100_000))


def open_desk(
    settings: Settings, symbols: Sequence[str], strategy: Strategy, venues: int = 4, writer: Writer | None = None
) -> Desk:
    """A desk on which trading may begin. With a writer, advice is recorded as the runtime records it."""
    router = First()
    kinds = frozenset({TimeInForce.DAY, TimeInForce.IOC})
    capabilities = {f"XV{n:02}": Capabilities(times_in_force=kinds) for n in range(venues)}
    instruments = {symbol: Instrument(symbol, tick=TICK) for symbol in symbols}
    advisor: Direct | PluginAdvisor = Direct(strategy, router)
    if writer is not None:
        advisor = PluginAdvisor(Strategies({STRATEGY: type(strategy)}), {ROUTER: router})
    wakes = {STRATEGY: frozenset({Wake.FILL, Wake.TIMER})}
    desk = Desk(Engine(settings, instruments, capabilities, wakes, [ROUTER], advisor), advisor, writer)
    for symbol in symbols:
        desk.seq += 1
        desk.engine.handle(desk.seq, desk.now, PhaseChange(symbol, "", Phase.CONTINUOUS))
    desk.market(symbols)
    return desk
