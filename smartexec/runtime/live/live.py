"""A live session: news of channels, clients, feeds and timers are folded in turns. No socket and no clock here.

All that is due is taken at once and is one turn: committed first, then its commands go to adapters and sources, these
commit what they keep, and what they want on the wire leaves last. Quotes that nobody saw between two other events are
not folded: the latest stands for them. Recorded feeds and order files are let in when their time has come.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from smartexec.errors import JournalError, SmartexecError
from smartexec.interfaces.market_data import MarketDataFeed
from smartexec.interfaces.order_source import OrderSource
from smartexec.interfaces.sink import Sink
from smartexec.interfaces.venue import VenueAdapter
from smartexec.interfaces.wired import Wired
from smartexec.model.commands import Alert, CancelOrder, ClientCancelReject, ClientReport, Command
from smartexec.model.events import EndOfDay, Event, OperatorEvent, Tick
from smartexec.model.ids import NANOS_PER_SECOND
from smartexec.model.market import KernelMarketEvent, Quote
from smartexec.model.orders import ClientEvent, NewOrder
from smartexec.model.wire import WireInput, WireOutput
from smartexec.runtime.feeding.adapters import Adapters
from smartexec.runtime.feeding.gateways import Gateways
from smartexec.runtime.feeding.sequencer import KERNEL_MARKET, NEVER, Owner, merge_feeds, merge_sources, nobody
from smartexec.runtime.live.session import Session
from smartexec.runtime.reading.checks import shown
from smartexec.runtime.report.followed import Followed

DRAIN: Final = 10 * NANOS_PER_SECOND
"""After the end, venues may answer for this long before what is in doubt is given up."""
MAX_TURNS_AT_ONCE: Final = 1_000
"""Turns in one step: more is an adapter and the kernel answering each other for ever."""


class Live:
    """The state between steps. `act` does on the wire what the plugin of a number wants: venues first, then sources,
    then sinks, each in the order of the configuration."""

    def __init__(
        self,
        session: Session,
        venues: Mapping[str, VenueAdapter],
        sources: Sequence[OrderSource],
        feeds: Sequence[MarketDataFeed],
        end: int,
        act: Callable[[int, WireOutput], None],
        fault: Callable[[str], None],
        owner: Owner = nobody,
        told: Callable[[Command], None] | None = None,
        sinks: Sequence[Sink] = (),
    ) -> None:
        """`told` is told each command once it has left."""
        self.session = session
        self.end = end
        """When the session is over, ns UTC."""
        self.over = False
        """Whether it is over and all is booked."""
        self.adapters = Adapters(venues, self._fold, fault, owner, self._want)
        self._engine, self._turns = session.engine, session.turns
        self._sources, self._owners = sources, dict[str, int | None]()
        self._orders = merge_sources(sources, fault, owner)
        self._feed = merge_feeds(feeds, fault, owner)
        self._order = next(self._orders, None)
        self._event = next(self._feed, None)
        self._act, self._fault, self._told = act, fault, told
        self._keeping = {n: one for n, one in enumerate(venues.values()) if type(one).commit is not Wired.commit}
        parts: tuple[Wired, ...] = (*venues.values(), *sources, *sinks)
        self._says_goodbye = [type(one).leave is not Wired.leave for one in parts]
        self._touched: dict[int, Wired] = {}
        self._followed = Followed(self._engine, {table for sink in sinks for table in sink.follows})
        self._news: deque[tuple[int, WireInput]] = deque()
        self._operator: deque[tuple[OperatorEvent, Callable[[], None]]] = deque()
        self._wanted: list[tuple[int, WireOutput]] = []
        self._quotes: dict[tuple[str, str], Quote] = {}
        self._sent = 0
        self._kept = self._turns.seq
        """Last turn that is in the journal."""
        self.market_events = 0
        """Heard in this process, each quote too."""
        self._ended: int | None = None
        for number in range(len(venues)):
            self.adapters.refresh(number, self._turns.now)
        self.gateways = Gateways(sources, sinks, len(venues), self._asked, self._want, fault, owner)

    # -- driven from outside -------------------------------------------------------------------------------------------

    def hear(self, number: int, event: WireInput) -> None:
        """Take news of a channel of the plugin of that number, for the next step."""
        self._news.append((number, event))

    def ask(self, event: OperatorEvent, done: Callable[[], None]) -> None:
        """Take what an operator wants, for the next step; `done` is called once it is durable and was acted on."""
        self._operator.append((event, done))

    def stop(self, now: int) -> None:
        """End the session now: what is live is cancelled."""
        self.end = min(self.end, now)

    def leave(self, now: int) -> None:
        """Let everybody say goodbye once it is over; `step` goes on with the channels alone then."""
        for number, venue in enumerate(self.adapters.venues):
            self._touched[number] = venue
            self.adapters.leave(number, now)
        self.gateways.leave(now)
        self.step(now)

    @property
    def left(self) -> bool:
        """Whether nobody who says goodbye wants the time any more."""
        ticks = (*self.adapters.ticks, *self.gateways.ticks)
        return all(due == NEVER or not says for due, says in zip(ticks, self._says_goodbye, strict=True))

    def next_due(self) -> int:
        """When the next step is wanted even if nothing is heard, ns UTC."""
        if self.over:
            return min(*self.adapters.ticks, *self.gateways.ticks, NEVER)
        if self._news or self._operator or self._engine.dirty or self._ready_to_end():
            return self._turns.now
        due = [*self.adapters.ticks, *self.gateways.ticks, self._engine.next_timer() or NEVER]
        if self._ended is not None:
            return min(*due, self._ended + DRAIN)
        due += [item[0] for item in (self._order, self._event) if item is not None]
        return min(*due, self.end)

    def step(self, now: int) -> None:
        """Do all that is due; once it is over, on the channels only. JournalError if it could not be recorded: what is
        live has been cancelled then."""
        now = max(now, self._turns.now)
        try:
            if self.over:
                self._outside(now)
            else:
                self._step(now)
            self._commit(self._turns.seq)
            while self._operator:
                self._operator.popleft()[1]()
        except JournalError as error:
            cancels = self._stop(now)
            raise JournalError(f"{error}; stopped: no new order left after it, {len(cancels)} cancels did") from error
        finally:
            wanted, self._wanted = self._wanted, []
            for number, one in wanted:
                self._act(number, one)

    # -- a step --------------------------------------------------------------------------------------------------------

    def _outside(self, now: int) -> None:
        """Hand over what came in on channels, and the time."""
        while self._news:
            number, event = self._news.popleft()
            self._tell(number, event, now)
        for number, due in enumerate(self.adapters.ticks):
            if due <= now:
                self._tell(number, Tick(), now)
        self.gateways.due(now)

    def _step(self, now: int) -> None:
        self._outside(now)
        for event, _ in self._operator:
            self._fold(now, event)
        self._market(now)
        while self._order is not None and self._order[0] <= now:
            self._client(now)
        timer = self._engine.next_timer()
        if timer is not None and timer <= now:
            self._fold(now, Tick())
        if now >= self.end and self._ended is None:
            self._ended = now
            self._fold(now, EndOfDay())
        self._settle(now)
        if self._ended is not None and (self._ready_to_end() or now >= self._ended + DRAIN):
            self._sent = 0
            last = self.session.finish(now)
            self._kept = self._turns.seq
            for command in last:
                self._sent += 1
                self._leave(command, now)
            self._rows(now)
            self.over = True

    def _tell(self, number: int, event: Any, now: int) -> None:
        """Hand something over, to a venue or to a gateway."""
        if number >= len(self.adapters.venues):
            self.gateways.tell(number, event, now)
            return
        if number in self._keeping:
            self._touched[number] = self._keeping[number]
        self.adapters.tell(number, event, now)

    def _commit(self, seq: int) -> None:
        """Let those who were told something make durable what they keep; what one wants that cannot is forgotten."""
        touched = {**self._touched, **self.gateways.touched}
        self._touched.clear()
        self.gateways.touched.clear()
        failed: JournalError | None = None
        for number, plugin in touched.items():
            try:
                plugin.commit(seq)
            except JournalError as error:
                failed = error
                self._wanted = [one for one in self._wanted if one[0] != number]
        if failed is not None:
            raise failed

    def _stop(self, now: int) -> list[CancelOrder]:
        """Nothing more can be recorded: cancel what is live.

        What sources and sinks took since they committed may not be in the journal: they keep none of it, and nothing of
        it leaves, so that it comes again. Venues keep the numbers of what leaves, but no turn that is not recorded.
        """
        undone = set(self.gateways.touched)
        self.gateways.touched.clear()
        self._wanted = [one for one in self._wanted if one[0] not in undone]
        with suppress(JournalError):
            self._commit(self._kept)
        cancels = self._turns.stop(self._sent)
        for cancel in cancels:
            self._tell(self.adapters.index[cancel.mic], cancel, now)
        wanted = self._wanted
        with suppress(JournalError):
            self._commit(self._kept)
        self._wanted = wanted  # cancels leave whether their numbers can be kept or not
        return cancels

    def _settle(self, now: int) -> None:
        """End turns, and let out what they want, until the kernel is done."""
        self._flush(now)
        for _ in range(MAX_TURNS_AT_ONCE):
            if not self._engine.dirty:
                return
            self._sent = 0
            commands = self._turns.settle(now)
            self._kept = self._turns.seq
            for command in commands:
                self._sent += 1
                self._leave(command, now)
            self._rows(now)
            self._flush(now)
        raise SmartexecError(f"live: found {MAX_TURNS_AT_ONCE} turns at {now} ns, expected time to go on")

    def _leave(self, command: Command, now: int) -> None:
        """Let a command out."""
        if isinstance(command, ClientReport | ClientCancelReject):
            self.gateways.report(self._source_of(command.source), command, now)
        elif not isinstance(command, Alert):
            self._tell(self.adapters.index[command.mic], command, now)
        if self._told is not None:
            self._told(command)

    def _rows(self, now: int) -> None:
        for rows in self._followed.new():
            self.gateways.rows(rows, now)

    def _source_of(self, source: str) -> int | None:
        """Find the place of the source that a client's orders come from; None if none is known."""
        if source not in self._owners:
            places = (place for place, one in enumerate(self._sources) if one.owns(source))
            self._owners[source] = next(places, None)
        return self._owners[source]

    # -- inputs --------------------------------------------------------------------------------------------------------

    def _fold(self, now: int, event: Event) -> None:
        """Fold an event; a quote waits for what comes next, or for a later one of its own."""
        if self.over:
            if not isinstance(event, KernelMarketEvent):  # nothing is lost with a quote that nobody waits for
                self._fault(f"after the end: {shown(event)}")
            return
        self.market_events += isinstance(event, KernelMarketEvent)
        if type(event) is Quote:
            key = (event.symbol, event.mic)
            self._quotes.pop(key, None)
            self._quotes[key] = event
            return
        self._flush(now)
        self._turns.fold(now, event)

    def _flush(self, now: int) -> None:
        if self._quotes:
            quotes, self._quotes = self._quotes, {}
            for quote in quotes.values():
                self._turns.fold(now, quote)

    def _market(self, now: int) -> None:
        while self._event is not None and self._event[0] <= now:
            _, event = self._event
            if type(event) in KERNEL_MARKET:
                self._fold(now, event)  # type: ignore[arg-type]
            for number, _, _ in self.adapters.hears(event.mic, now):
                self._tell(number, event, now)
            self._event = next(self._feed, None)

    def _client(self, now: int) -> None:
        assert self._order is not None
        _, (place, event) = self._order
        known = self.session.knows(event.source, event.cl_ord_id)
        if not (self.session.resumed and type(event) is NewOrder and known):
            self._asked(place, event, now)
        self._order = next(self._orders, None)

    def _asked(self, place: int, event: ClientEvent, now: int) -> None:
        """Fold what a client asked for, of the source of that place."""
        self._owners[event.source] = place
        self._fold(now, self.session.intake.take(event))

    def _want(self, number: int, wanted: WireOutput) -> None:
        self._wanted.append((number, wanted))

    def _ready_to_end(self) -> bool:
        """Whether the end has come and nothing is left that a venue could still say."""
        return self._ended is not None and not self._engine.blotter.working
