"""The engine: the pure fold. `handle` takes one event, `settle` ends a turn and gives the commands.

Here the rooms are wired together and events find their way; what is done is in the rooms. The data flow one way:

    intake, members -> aggregate -> netting -> decide -> reconcile -> route -> send (guards) -> venues
    venues -> children -> executions -> allocate -> booking -> clients
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from smartexec.errors import OrderError
from smartexec.kernel.advisor import QUARANTINED, Advisor
from smartexec.kernel.aggregate import Aggregator
from smartexec.kernel.allocate import Allocator
from smartexec.kernel.blotter import Blotter
from smartexec.kernel.booking import Books
from smartexec.kernel.children import Children
from smartexec.kernel.decide import Decider
from smartexec.kernel.executions import Ledger
from smartexec.kernel.guards import Guards
from smartexec.kernel.intake import Intake
from smartexec.kernel.market import Market
from smartexec.kernel.members import Members
from smartexec.kernel.netting import Netter
from smartexec.kernel.orders import ParentOrder, ParentState
from smartexec.kernel.reconcile import Reconciler
from smartexec.kernel.route import Router
from smartexec.kernel.scorecard import Scorecard
from smartexec.kernel.send import Sender
from smartexec.kernel.settings import NettingScope, Settings
from smartexec.kernel.tally import Tally
from smartexec.kernel.timers import Timers
from smartexec.model.commands import Command
from smartexec.model.enums import KillLevel, Wake
from smartexec.model.events import (
    EndOfDay,
    Event,
    ExecutionReport,
    KillSwitch,
    OrderCancelReject,
    OrderState,
    Resolve,
    Tick,
    VenueStatus,
)
from smartexec.model.instrument import Instrument
from smartexec.model.market import PhaseChange, Quote, Trade
from smartexec.model.orders import CancelRequest, NewOrder, RejectedOrder, ReplaceRequest
from smartexec.model.routing import Capabilities
from smartexec.model.statistics import NO_STATISTICS, Statistics

MAX_PASSES = 8
"""Crosses wake strategies and decisions free quantity to cross: a turn goes round this often at most."""


def _markets(instruments: Mapping[str, Instrument], known: Mapping[str, Statistics]) -> dict[str, Market]:
    return {s: Market(one, statistics=known.get(s, NO_STATISTICS)) for s, one in instruments.items()}


def _wakers(strategies: Mapping[str, frozenset[Wake]]) -> dict[Wake, frozenset[str]]:
    """The strategies that events of the market wake."""
    asked = (Wake.QUOTE, Wake.TRADE)
    return {wake: frozenset(name for name, wakes in strategies.items() if wake in wakes) for wake in asked}


class Engine:
    """Folds events into commands. Same events and advice, same commands: nothing else comes in."""

    def __init__(
        self,
        settings: Settings,
        instruments: Mapping[str, Instrument],
        venues: Mapping[str, Capabilities],
        strategies: Mapping[str, frozenset[Wake]],
        routers: Collection[str],
        advisor: Advisor,
        statistics: Mapping[str, Statistics] | None = None,
        tallies: Mapping[str, Mapping[str, Tally]] | None = None,
        learned: Mapping[str, Mapping[str, object]] | None = None,
    ) -> None:
        """`strategies` gives for each plugin name the events that wake it, `statistics` by symbol what is known.

        `tallies` (by symbol and MIC) and `learned` (by routing logic and symbol) are what the scorecard begins with.
        """
        self.settings = settings
        self.blotter = blotter = Blotter(wakes=dict(strategies))
        """All orders, executions, crosses and alerts: to be read, not changed."""
        self.markets = _markets(instruments, statistics or {})
        self.strategies = dict(strategies)
        self.quarantined: dict[str, str] = {}
        """Plugin name -> why."""
        self.timers = Timers()
        self.scorecard = Scorecard(venues := dict(venues), settings.scorecard, tallies, learned)
        self.markouts = self.scorecard.markouts
        self.guards = Guards(blotter, settings.risk)
        self.books = Books(blotter, settings.allocation.remainder_account)
        self.allocator = Allocator(blotter, self.books, settings.allocation)
        self.sender = Sender(blotter, self.guards, self.timers, venues, settings.routing.in_doubt_wait)
        self.ledger = Ledger(blotter, self.books, self.allocator, self.scorecard)
        self.children = Children(blotter, self.ledger, self.sender, self.scorecard)
        self.members = Members(blotter, self.books, self.allocator, self.sender)
        self.aggregator = Aggregator(
            blotter, self.books, self.allocator, self.sender, self.timers, self.markets,
            settings.aggregation, settings.seed,
        )  # fmt: skip
        self.intake = Intake(
            blotter, self.books, self.guards, self.markets, self.strategies, self.quarantined, self.aggregator.file
        )
        self.netter = Netter(blotter, self.books, self.allocator, self.guards, settings.netting)
        self.decider = Decider(blotter, advisor, self.timers, routers, self.quarantined, self._quarantine)
        self.router = Router(
            blotter, advisor, self.sender, self.scorecard, self.netter, self.timers, settings.routing,
            self.quarantined, self._quarantine,
        )  # fmt: skip
        self.reconciler = Reconciler(blotter, self.sender, self.router)
        self._wakers = _wakers(self.strategies)
        self._handlers = self._by_type()

    def _by_type(self) -> dict[type, Callable[[Any], None]]:
        """What takes each kind of event."""
        return {
            Quote: self._quote,
            Trade: self._trade,
            PhaseChange: self._phase,
            Tick: self._tick,
            NewOrder: self.intake.new,
            RejectedOrder: self.intake.rejected,
            CancelRequest: self.members.cancel,
            ReplaceRequest: self.members.replace,
            ExecutionReport: self.children.report,
            OrderCancelReject: self.children.cancel_reject,
            OrderState: self.children.state,
            Resolve: self.children.resolve,
            VenueStatus: self._venue,
            KillSwitch: self._kill,
            EndOfDay: self._end_of_day,
        }

    # -- the fold --------------------------------------------------------------------------------------------------

    def handle(self, seq: int, now: int, event: Event) -> None:
        """Fold one event. `seq` rises, `now` (ns UTC) does not fall; else OrderError, and nothing is changed."""
        blotter = self.blotter
        if seq <= blotter.seq or now < blotter.now:
            found = f"seq {seq} at {now} after seq {blotter.seq} at {blotter.now}"
            raise OrderError(f"event out of sequence: {found}; expected seq to rise and time not to fall")
        if now > self.markouts.due:
            self.scorecard.look(now)
        blotter.seq, blotter.now = seq, now
        self._handlers[type(event)](event)

    @property
    def dirty(self) -> bool:
        """Whether `settle` would do something."""
        return bool(self.blotter.touched or self.blotter.outbox)

    def next_timer(self) -> int | None:
        """When a `Tick` is wanted, ns UTC."""
        return self.timers.next()

    def settle(self, seq: int, now: int) -> list[Command]:
        """End the turn: confirm, net, decide, place, finish what was touched; give the commands since the last time."""
        blotter = self.blotter
        blotter.seq, blotter.now = max(blotter.seq, seq), max(blotter.now, now)
        for _ in range(MAX_PASSES):
            if not blotter.touched:
                break
            self._pass()
        out, blotter.outbox = blotter.outbox, []
        return out

    def _pass(self) -> None:
        blotter = self.blotter
        touched = list(blotter.touched.values())
        blotter.touched = {}
        for parent in touched:
            if parent.state is not ParentState.ENDED:
                self.members.confirm(parent)
                if parent.state is ParentState.CLOSING or parent.state is ParentState.SAFE:
                    self.sender.cancel_all(parent)
        symbols = dict.fromkeys(p.instrument.symbol for p in touched)
        due = self.settings.netting.scope is NettingScope.DUE
        if not due:
            self._net(symbols)
        for parent in touched:
            self.aggregator.finish(parent)
        self._decide()
        if due:
            self._net(symbols)
            self._decide()
        for parent in touched:
            self.reconciler.place(parent)
            self.aggregator.finish(parent)

    def _net(self, symbols: Collection[str]) -> None:
        for symbol in symbols:
            market = self.markets[symbol]
            market.opposed = self.settings.netting.enabled and all(self.blotter.sides.get(symbol, {0: 0}).values())
            if market.opposed:
                parents = list(self.blotter.by_symbol[symbol].values())
                touch = market.best()
                market.tried = (touch.bid, touch.ask) if self.netter.fresh(market) else None
                self.netter.net(market, parents)

    def _decide(self) -> None:
        woken, self.blotter.woken = self.blotter.woken, {}
        for parent, why in woken.values():
            self.decider.decide(parent, why)

    # -- events that concern many ------------------------------------------------------------------------------------

    def _quote(self, quote: Quote) -> None:
        market = self.markets.get(quote.symbol)
        if market is None:
            return
        market.on_quote(quote, self.blotter.now)
        if self._wakers[Wake.QUOTE]:
            self._wake(market, Wake.QUOTE)
        if market.opposed:
            touch = market.best()
            if (touch.bid, touch.ask) != market.tried:
                self._touch(market)

    def _trade(self, trade: Trade) -> None:
        market = self.markets.get(trade.symbol)
        if market is not None:
            market.on_trade(trade, self.blotter.now)
            if self._wakers[Wake.TRADE]:
                self._wake(market, Wake.TRADE)

    def _phase(self, change: PhaseChange) -> None:
        market = self.markets.get(change.symbol)
        if market is not None:
            market.on_phase(change, self.blotter.now)
            for parent in self.blotter.by_symbol.get(change.symbol, {}).values():
                self.blotter.wake(parent, Wake.PHASE)

    def _wake(self, market: Market, why: Wake) -> None:
        names = self._wakers[why]
        for parent in self.blotter.by_symbol.get(market.instrument.symbol, {}).values():
            if parent.strategy in names:
                self.blotter.wake(parent, why)

    def _touch(self, market: Market) -> None:
        """Look at the netting of an instrument at the end of the turn: one parent stands for all."""
        for parent in self.blotter.by_symbol.get(market.instrument.symbol, {}).values():
            self.blotter.touch(parent)
            return

    def _tick(self, _: Tick) -> None:
        self.timers.fire(self.blotter.now)

    def _venue(self, status: VenueStatus) -> None:
        if status.mic not in self.scorecard.up:
            self.blotter.alert("warning", "status of an unknown venue: ignored", status.mic)
            return
        if not status.up and not self.scorecard.up[status.mic]:
            return  # an adapter may say so at each attempt to connect
        self.scorecard.up[status.mic] = status.up
        for market in self.markets.values():
            market.on_venue(status.mic, status.up, self.blotter.now)
        text = f"venue is {'up' if status.up else 'down'}: {status.text or 'no text'}"
        self.blotter.alert("info" if status.up else "warning", text, status.mic)
        for parent in self.blotter.working.values():
            for child in parent.children.values():
                if child.mic == status.mic and status.up:
                    child.queries, child.unseen = 0, True
                    self.sender.doubt(child)
            self.blotter.wake(parent, Wake.PHASE)

    # -- stopping ----------------------------------------------------------------------------------------------------

    def _kill(self, event: KillSwitch) -> None:
        self.guards.kill(event)
        if not (event.on and event.cancel):
            return
        if event.level is KillLevel.CLIENT:
            for order in self.blotter.orders:
                if order.account == event.name and not order.over:
                    self.members.withdraw(order)
            return
        for parents in self.blotter.by_symbol.values():  # also those that are over and have an order back by a bust
            for parent in parents.values():
                for child in list(parent.children.values()):
                    if self._hit(event, parent, child.mic):
                        self.sender.cancel(child, insist=True)

    @staticmethod
    def _hit(event: KillSwitch, parent: ParentOrder, mic: str) -> bool:
        names = {
            KillLevel.FIRM: event.name,
            KillLevel.STRATEGY: parent.strategy,
            KillLevel.VENUE: mic,
            KillLevel.INSTRUMENT: parent.instrument.symbol,
        }
        return names.get(event.level) == event.name

    def _quarantine(self, plugin: str, why: str) -> None:
        """Put every parent of a plugin into its safe state: cancel what is live, send nothing more (law 10)."""
        again = plugin in self.quarantined
        if not again:
            self.quarantined[plugin] = why
            self.blotter.alert("error", f"{QUARANTINED}{why}", plugin)
        default = self.settings.routing.default
        for parent in list(self.blotter.working.values()):
            routers = {s.slice.router or default for s in parent.slots.values()}
            if parent.state is ParentState.WORKING and (parent.strategy == plugin or plugin in routers):
                parent.state = ParentState.SAFE
                if again:
                    text = f"{parent.leaves_qty} lots wait for the end: plugin {plugin} is quarantined"
                    self.blotter.alert("error", text, parent.parent_id)
                self.blotter.woken.pop(id(parent), None)
                for slot in parent.slots.values():
                    slot.want = 0
                self.sender.cancel_all(parent, insist=True)
                self.blotter.touch(parent)

    def _end_of_day(self, event: EndOfDay) -> None:
        """Stop everything; `final` also gives up what is still in doubt, with an alert for each."""
        for parent in list(self.blotter.open_parents.values()) + list(self.blotter.working.values()):
            if parent.state is not ParentState.ENDED:
                self.aggregator.stop(parent)
        self.intake.closed = True
        if not event.final:
            return
        self.ledger.close()
        for parent in list(self.blotter.working.values()):
            for child in list(parent.children.values()):
                text = f"in doubt at the end of the day: {child.counted} lots given up at CumQty(14) {child.cum_qty}"
                self.blotter.alert("error", text, f"{child.mic} {child.order_id}")
                self.children.give_up(child, child.cum_qty, 0)
            self.aggregator.finish(parent)
