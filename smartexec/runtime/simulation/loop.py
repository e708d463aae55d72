"""The simulated loop: takes inputs in order of time, folds them, commits, and lets commands out. Knows no files.

A turn is all that happens at one time, then `settle`, the record of it, the commit, and only then its commands. Nearly
all events of a run are market data that make nothing dirty: that path is `_market`, and it must stay cheap. A run can
be driven turn by turn (`turns_of_run`): nothing beyond a turn has happened then, and clients may still ask for more.
"""

import heapq
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final

from attrs import define

from smartexec.errors import JournalError, SmartexecError
from smartexec.interfaces.market_data import MarketDataFeed
from smartexec.interfaces.order_source import OrderSource
from smartexec.interfaces.venue import VenueAdapter
from smartexec.model.commands import Alert, Command
from smartexec.model.events import EndOfDay, Tick
from smartexec.model.ids import NANOS_PER_SECOND
from smartexec.model.orders import ClientEvent
from smartexec.runtime.feeding.adapters import Adapters
from smartexec.runtime.feeding.sequencer import KERNEL_MARKET, NEVER, Owner, merge_feeds, merge_sources, nobody
from smartexec.runtime.journal.turns import Turns
from smartexec.runtime.plan.intake import Intake
from smartexec.runtime.reading.checks import pull, told
from smartexec.runtime.reading.units import iso

MAX_TURNS_AT_ONCE: Final = 10_000
"""Turns at one and the same time: more is an adapter and the kernel answering each other for ever."""
DRAIN: Final = 60 * NANOS_PER_SECOND
"""After the end of the day, venues may answer for this long before what is in doubt is given up."""
PROGRESS_EVERY: Final = 8192
"""Market events between two calls of the progress callback."""

Progress = Callable[["Counts", int], None]
"""Is told how far the run is, and its time."""


@define
class Counts:
    """How much has passed."""

    market: int = 0
    orders: int = 0
    turns: int = 0
    commands: int = 0


class Loop:
    """One simulated run."""

    def __init__(
        self,
        turns: Turns,
        intake: Intake,
        feeds: Sequence[MarketDataFeed],
        sources: Sequence[OrderSource],
        venues: Mapping[str, VenueAdapter],
        end: int,
        fault: Callable[[str], None],
        progress: Progress | None = None,
        owner: Owner = nobody,
    ) -> None:
        self.turns = turns
        self._engine = turns.engine
        self._intake = intake
        self._adapters = Adapters(venues, turns.fold, fault, owner)
        self._sources = sources
        self._owners: dict[str, OrderSource] = {}
        self._feed = merge_feeds(feeds, fault, owner)
        self._orders = merge_sources(sources, fault, owner)
        self._owner = owner
        self._end = end
        self._fault = fault
        self._progress = progress
        self._order: tuple[int, Any] | None = None
        self._sent = 0
        """Of the last turn's commands, those that have left."""
        self.market = 0
        """Market events so far."""
        self.orders = 0
        """Client events so far."""

    @property
    def counts(self) -> Counts:
        """How much has passed."""
        return Counts(self.market, self.orders, self.turns.count, self.turns.commands)

    # -- the run -----------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Run to the end of the day and a little beyond, until nothing is left to be heard.

        If the journal fails, nothing new leaves: what is live is cancelled, and the JournalError goes on.
        """
        for _ in self.turns_of_run():
            pass

    def turns_of_run(self) -> Iterator[int]:
        """Do the same turn by turn: yield the time of each once its commands have left."""
        try:
            yield from self._run()
        except JournalError as error:
            cancels = self._stop()
            stopped = f"stopped at {iso(self.turns.now)}: no new order left after it, {cancels} cancels did"
            raise JournalError(f"{error}; {stopped}") from error

    def submit(self, time: int, number: int, event: ClientEvent) -> None:
        """Let in, between two turns, what the order source of that number did not yield: at `time`, not before now."""
        waiting = [] if self._order is None else [self._order]
        self._orders = heapq.merge(waiting, self._orders, [(time, (number, event))], key=itemgetter(0))
        self._next_order()

    def _run(self) -> Iterator[int]:
        if self._order is None:
            self._next_order()
        for number in range(len(self._adapters.venues)):
            self._adapters.refresh(number, self.turns.now)
        yield from self._market()
        yield from self._advance(self._end + 1)
        yield from self._finish()

    def _market(self) -> Iterator[int]:
        """Fold market data, letting everything else that is due before come first."""
        engine, turns, adapters = self._engine, self.turns, self._adapters
        handle, end, ticks = engine.handle, self._end, adapters.ticks
        horizon = -1  # nothing but market data is due up to and including this time
        now, seq, count = turns.now, turns.seq, 0
        for time, event in self._feed:
            if time > horizon:
                turns.seq, self.market = seq, count
                if time > end:
                    break
                horizon = yield from self._advance(time)
                seq, now = turns.seq, turns.now
            if time > now:
                now = time
            count += 1
            if type(event) in KERNEL_MARKET:
                seq += 1
                handle(seq, now, event)  # type: ignore[arg-type]
            turns.seq, turns.now = seq, now
            for number, hear, next_tick in adapters.hears(event.mic, now):
                said: Sequence[Any] = ()
                due, broke = None, None
                try:
                    said = hear(event, now)
                    if type(said) is not tuple:
                        said, broke = pull(said)
                    due = next_tick()
                except KeyboardInterrupt:
                    raise
                except BaseException as error:
                    broke = broke or error
                if said or broke is not None or (due is not None and type(due) is not int):
                    due = adapters.hear(number, said, due, broke, now)
                due = ticks[number] = NEVER if due is None else due
                if due < horizon:
                    horizon = due
            seq = turns.seq
            if engine.dirty and now < horizon:
                horizon = now
            if not count % PROGRESS_EVERY and self._progress is not None:
                self.market = count
                self._progress(self.counts, now)
        turns.seq, turns.now, self.market = seq, now, count

    def _advance(self, limit: int) -> Generator[int, None, int]:
        """Do all that is due before `limit`; give the time up to which nothing else will be due."""
        engine, turns, adapters, stuck, last = self._engine, self.turns, self._adapters, 0, -1
        while True:
            timer = engine.next_timer()
            due = min(adapters.ticks, default=NEVER)
            if self._order is not None and self._order[0] < due:
                due = self._order[0]
            if timer is not None and timer < due:
                due = timer
            if engine.dirty and turns.now < due:
                due = turns.now
            if due >= limit:
                return min(due, self._end)
            turns.now = max(turns.now, due)
            if turns.now != last:
                stuck, last, adapters.said = 0, turns.now, [0] * len(adapters.said)
            stuck += 1
            if stuck > MAX_TURNS_AT_ONCE:
                self._unstick(stuck, turns.now)
                stuck = 0
            self._turn(turns.now)
            yield turns.now

    def _unstick(self, turns: int, now: int) -> None:
        """Take down the adapter that keeps time from going on; SmartexecError if it is none."""
        adapters = self._adapters
        found = f"found {turns} turns at {now} ns, expected time to go on"
        live = [n for n in range(len(adapters.venues)) if n not in adapters.dead]
        busy = [n for n in live if adapters.ticks[n] <= now or adapters.said[n] >= turns // 2]
        if busy:
            adapters.down(max(busy, key=adapters.said.__getitem__), now, found)
            return
        timer = self._engine.next_timer()
        what = (
            "a timer of the kernel is always due" if timer is not None and timer <= now else "the kernel is never done"
        )
        raise SmartexecError(f"loop: {found}: {what}")

    def _turn(self, now: int) -> None:
        for number, due in enumerate(self._adapters.ticks):
            if due <= now:
                self._adapters.tell(number, Tick(), now)
        while self._order is not None and self._order[0] <= now:
            self._client(now)
        timer = self._engine.next_timer()
        if timer is not None and timer <= now:
            self.turns.fold(now, Tick())
        if self._engine.dirty:
            self._settle(now)

    def _finish(self) -> Iterator[int]:
        """Close the day: ask for an end, hear the answers, book what is known, refuse what comes too late."""
        turns = self.turns
        now = turns.now = max(turns.now, self._end)
        turns.fold(now, EndOfDay())
        self._settle(now)
        yield now
        yield from self._advance(now + DRAIN)
        turns.fold(turns.now, EndOfDay(final=True))
        self._settle(turns.now)
        self._calm()
        yield turns.now
        while self._order is not None:  # the kernel refuses each by name: nothing that a client sent is lost
            turns.now = max(turns.now, self._order[0])
            self._client(turns.now)
            self._calm()
            yield turns.now
        turns.writer.commit()

    def _calm(self) -> None:
        """Settle until the kernel has nothing left to say at this time."""
        turns = 0
        while self._engine.dirty:
            turns += 1
            if turns > MAX_TURNS_AT_ONCE:
                self._unstick(turns, self.turns.now)
                turns = 0
            self._settle(self.turns.now)

    def _stop(self) -> int:
        """Cancel at venues what is live, now that nothing can be recorded; give how many cancels went."""
        adapters, cancels = self._adapters, self.turns.stop(self._sent)
        for cancel in cancels:
            try:
                list(adapters.venues[adapters.index[cancel.mic]].handle(cancel, self.turns.now))
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                self._fault(f"venue {cancel.mic}: cancel {cancel.cl_ord_id}: found {told(error)}, expected no error")
        return len(cancels)

    # -- one input, one turn -------------------------------------------------------------------------------------------

    def _client(self, now: int) -> None:
        assert self._order is not None
        _, (number, event) = self._order
        self._owners[event.source] = self._sources[number]
        self.orders += 1
        self.turns.fold(now, self._intake.take(event))
        self._next_order()

    def _next_order(self) -> None:
        self._order = next(self._orders, None)

    def _settle(self, now: int) -> None:
        self._sent = 0
        for command in self.turns.settle(now):
            self._sent += 1
            self._send(command, now)

    def _send(self, command: Command, now: int) -> None:
        if isinstance(command, Alert):
            return  # kept in the blotter
        mic = getattr(command, "mic", None)
        if mic is not None:
            self._adapters.tell(self._adapters.index[mic], command, now)
            return
        source = self._owners.get(command.source)  # type: ignore[union-attr]
        if source is not None:
            try:
                source.report(command, now)  # type: ignore[arg-type]
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                who = f"order source {source.name}{self._owner('order source', source.name)}"
                self._fault(f"{who}: report: found {told(error)}, expected none")
