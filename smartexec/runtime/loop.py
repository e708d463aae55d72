"""The simulated loop: takes inputs in order of time, folds them, commits, and lets commands out. Knows no files.

A turn is all that happens at one time, then `settle`, the record of it, the commit, and only then its commands. Nearly
all events of a run are market data that make nothing dirty: that path is `_market`, and it must stay cheap.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol

from attrs import define

from smartexec.errors import JournalError, SmartexecError
from smartexec.interfaces.market_data import MarketDataFeed
from smartexec.interfaces.order_source import OrderSource
from smartexec.interfaces.venue import VenueAdapter
from smartexec.model.commands import Alert, CancelOrder, Command, SendOrder
from smartexec.model.enums import KillLevel
from smartexec.model.events import EndOfDay, Event, KillSwitch, Tick, VenueStatus
from smartexec.model.ids import NANOS_PER_SECOND
from smartexec.runtime.checks import VENUE, pull, shown, told, wrong
from smartexec.runtime.intake import Intake
from smartexec.runtime.records import Advice, CommandDigest, Settle, Writer
from smartexec.runtime.sequencer import KERNEL_MARKET, NEVER, Owner, merge_feeds, merge_sources, nobody
from smartexec.runtime.units import iso

MAX_TURNS_AT_ONCE: Final = 10_000
"""Turns at one and the same time: more is an adapter and the kernel answering each other for ever."""
DRAIN: Final = 60 * NANOS_PER_SECOND
"""After the end of the day, venues may answer for this long before what is in doubt is given up."""
PROGRESS_EVERY: Final = 8192
"""Market events between two calls of the progress callback."""

_Hearer = tuple[int, Callable[..., Any], Callable[[], Any]]
"""A simulated venue: its number, `handle` and `next_tick`."""
Progress = Callable[["Counts", int], None]
"""Is told how far the run is, and its time."""


class EngineLike(Protocol):
    """What the loop needs of the engine."""

    @property
    def dirty(self) -> bool: ...

    def handle(self, seq: int, now: int, event: Event) -> None: ...

    def settle(self, seq: int, now: int) -> list[Command]: ...

    def next_timer(self) -> int | None: ...


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
        engine: EngineLike,
        drain_advice: Callable[[], tuple[Advice, ...]],
        writer: Writer,
        intake: Intake,
        feeds: Sequence[MarketDataFeed],
        sources: Sequence[OrderSource],
        venues: Mapping[str, VenueAdapter],
        end: int,
        fault: Callable[[str], None],
        progress: Progress | None = None,
        owner: Owner = nobody,
    ) -> None:
        self._engine = engine
        self._drain_advice = drain_advice
        self.writer = writer
        self._intake = intake
        self._venues = list(venues.values())
        self._index = {mic: number for number, mic in enumerate(venues)}
        self._sources = sources
        self._owners: dict[str, OrderSource] = {}
        self._feed = merge_feeds(feeds, fault, owner)
        self._orders = merge_sources(sources, fault, owner)
        self._owner = owner
        self._end = end
        self._fault = fault
        self._progress = progress
        self.counts = Counts()
        self.digest = CommandDigest()
        self.seq = 0
        self.now = 0
        self._unsent: deque[Command] = deque()
        self._order: tuple[int, Any] | None = None
        self._ticks = [NEVER] * len(self._venues)
        self._dead: set[int] = set()
        self._said = [0] * len(self._venues)
        """Events that each venue has said at this time."""
        self._hearers: dict[str, list[_Hearer]] = {}

    # -- the run -----------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Run to the end of the day and a little beyond, until nothing is left to be heard.

        If the journal fails, nothing new leaves: what is live is cancelled, and the JournalError goes on.
        """
        try:
            self._run()
        except JournalError as error:
            cancels = self._stop()
            stopped = f"stopped at {iso(self.now)}: no new order left after it, {cancels} cancels did"
            raise JournalError(f"{error}; {stopped}") from error

    def _run(self) -> None:
        self._next_order()
        for number in range(len(self._venues)):
            self._refresh(number)
        self._market()
        self._advance(self._end + 1)
        self._finish()

    def _market(self) -> None:
        """Fold market data, letting everything else that is due before come first."""
        engine, counts, hearers = self._engine, self.counts, self._hearers
        handle, end, ticks = engine.handle, self._end, self._ticks
        horizon = -1  # nothing but market data is due up to and including this time
        now, seq, count = self.now, self.seq, 0
        for time, event in self._feed:
            if time > horizon:
                self.seq, counts.market = seq, count
                if time > end:
                    break
                horizon = self._advance(time)
                seq, now = self.seq, self.now
            if time > now:
                now = time
            count += 1
            if type(event) in KERNEL_MARKET:
                seq += 1
                handle(seq, now, event)  # type: ignore[arg-type]
            heard = hearers.get(event.mic)
            if heard is None:
                self.seq, self.now = seq, now
                heard = self._hears(event.mic)
                seq = self.seq
            for number, hear, next_tick in heard:
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
                    self.seq = seq
                    due = self._hear(number, said, due, broke, now)
                    seq = self.seq
                due = ticks[number] = NEVER if due is None else due
                if due < horizon:
                    horizon = due
            if engine.dirty and now < horizon:
                horizon = now
            if not count % PROGRESS_EVERY and self._progress is not None:
                counts.market = count
                self._progress(counts, now)
            self.now = now
        self.seq, self.now, counts.market = seq, now, count

    def _advance(self, limit: int) -> int:
        """Do all that is due before `limit`; give the time up to which nothing else will be due."""
        engine, stuck, last = self._engine, 0, -1
        while True:
            timer = engine.next_timer()
            due = min(self._ticks, default=NEVER)
            if self._order is not None and self._order[0] < due:
                due = self._order[0]
            if timer is not None and timer < due:
                due = timer
            if engine.dirty and self.now < due:
                due = self.now
            if due >= limit:
                return min(due, self._end)
            self.now = max(self.now, due)
            if self.now != last:
                stuck, last, self._said = 0, self.now, [0] * len(self._venues)
            stuck += 1
            if stuck > MAX_TURNS_AT_ONCE:
                self._unstick(stuck, self.now)
                stuck = 0
            self._turn(self.now)

    def _unstick(self, turns: int, now: int) -> None:
        """Take down the adapter that keeps time from going on; SmartexecError if it is none."""
        found = f"found {turns} turns at {now} ns, expected time to go on"
        live = [n for n in range(len(self._venues)) if n not in self._dead]
        busy = [n for n in live if self._ticks[n] <= now or self._said[n] >= turns // 2]
        if busy:
            self._down(max(busy, key=self._said.__getitem__), now, found)
            return
        timer = self._engine.next_timer()
        what = (
            "a timer of the kernel is always due" if timer is not None and timer <= now else "the kernel is never done"
        )
        raise SmartexecError(f"loop: {found}: {what}")

    def _turn(self, now: int) -> None:
        for number, due in enumerate(self._ticks):
            if due <= now:
                self._tell(number, Tick(), now)
        while self._order is not None and self._order[0] <= now:
            self._client(now)
        timer = self._engine.next_timer()
        if timer is not None and timer <= now:
            self._fold(now, Tick())
        if self._engine.dirty:
            self._settle(now)

    def _finish(self) -> None:
        """Close the day: ask for an end, hear the answers, book what is known, refuse what comes too late."""
        self.now = max(self.now, self._end)
        self._fold(self.now, EndOfDay())
        self._settle(self.now)
        self._advance(self.now + DRAIN)
        self._fold(self.now, EndOfDay(final=True))
        self._settle(self.now)
        self._calm()
        while self._order is not None:  # the kernel refuses each by name: nothing that a client sent is lost
            self.now = max(self.now, self._order[0])
            self._client(self.now)
            self._calm()
        self.writer.commit()

    def _calm(self) -> None:
        """Settle until the kernel has nothing left to say at this time."""
        turns = 0
        while self._engine.dirty:
            turns += 1
            if turns > MAX_TURNS_AT_ONCE:
                self._unstick(turns, self.now)
                turns = 0
            self._settle(self.now)

    def _stop(self) -> int:
        """Cancel at venues what is live, now that nothing can be recorded; give how many cancels went.

        The commands of the turn that was not recorded stay here, but for its cancels: they only take risk away.
        """
        unsent, self._unsent = list(self._unsent), deque()
        self._engine.handle(self.seq + 1, self.now, KillSwitch(KillLevel.FIRM, reason="journal failed"))
        wanted = [*unsent, *self._engine.settle(self.seq + 2, self.now)]
        never_left = {c.cl_ord_id for c in unsent if isinstance(c, SendOrder)}
        cancels = [c for c in wanted if isinstance(c, CancelOrder) and c.orig_cl_ord_id not in never_left]
        for cancel in cancels:
            try:
                list(self._venues[self._index[cancel.mic]].handle(cancel, self.now))
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                self._fault(f"venue {cancel.mic}: cancel {cancel.cl_ord_id}: found {told(error)}, expected no error")
        return len(cancels)

    # -- one input, one turn -------------------------------------------------------------------------------------------

    def _fold(self, now: int, event: Event) -> None:
        self.seq += 1
        self._take(self.seq, now, event)

    def _take(self, seq: int, now: int, event: Event) -> None:
        self.seq, self.now = seq, now
        self.writer.event(seq, now, event)
        self._engine.handle(seq, now, event)

    def _client(self, now: int) -> None:
        assert self._order is not None
        _, (number, event) = self._order
        self._owners[event.source] = self._sources[number]
        self.counts.orders += 1
        self._fold(now, self._intake.take(event))
        self._next_order()

    def _next_order(self) -> None:
        self._order = next(self._orders, None)

    def _settle(self, now: int) -> None:
        self.seq += 1
        seq = self.seq
        commands = self._engine.settle(seq, now)
        unsent = self._unsent = deque(commands)
        self.digest.add(commands)
        self.writer.write(seq, now, "settle", Settle(self._drain_advice(), self.digest.value()))
        self.writer.turn()
        self.counts.turns += 1
        self.counts.commands += len(commands)
        while unsent:
            self._send(unsent.popleft(), now)

    def _send(self, command: Command, now: int) -> None:
        if isinstance(command, Alert):
            return  # kept in the blotter
        mic = getattr(command, "mic", None)
        if mic is not None:
            self._tell(self._index[mic], command, now)
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

    # -- venues --------------------------------------------------------------------------------------------------------

    def _tell(self, number: int, event: Any, now: int) -> None:
        """Hand an adapter a command or the time, and fold what it says. One that is down hears nothing."""
        if number in self._dead:
            return
        said: Sequence[Any] = ()
        due, broke = None, None
        try:
            said, broke = pull(self._venues[number].handle(event, now))
            due = self._venues[number].next_tick()
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            broke = broke or error
        due = self._hear(number, said, due, broke, now)
        self._ticks[number] = NEVER if due is None else due

    def _hear(
        self, number: int, said: Sequence[Any], due: int | None, broke: BaseException | None, now: int
    ) -> int | None:
        """Fold what an adapter said; give when it wants the time. One that spoke nonsense or raised is taken down.

        What is sound is folded first, wherever it stands: it may be fills, which are facts.
        """
        nonsense = ""
        for one in said:
            fault = wrong(one, VENUE)
            nonsense = nonsense or fault
            if not fault:
                self._fold(now, one)
        self._said[number] += len(said)
        if broke is None and due is not None and type(due) is not int:
            nonsense = nonsense or f"next_tick: found {shown(due)}, expected ns or None"
        if nonsense or broke is not None:
            self._down(number, now, nonsense or f"found {told(broke)}, expected events")  # type: ignore[arg-type]
            return None
        return due

    def _refresh(self, number: int) -> None:
        due, broke = None, None
        try:
            due = self._venues[number].next_tick()
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            broke = error
        due = self._hear(number, (), due, broke, self.now)
        self._ticks[number] = NEVER if due is None else due

    def _down(self, number: int, now: int, what: str) -> None:
        """Take a venue whose adapter is at fault out of the run; what is live there stays in doubt."""
        venue = self._venues[number]
        text = f"adapter {venue.name}{self._owner('venue', venue.name)}: {what}"
        self._fault(f"venue {venue.mic}: {text}")
        self._dead.add(number)
        self._ticks[number] = NEVER
        self._hearers.clear()
        self._fold(now, VenueStatus(venue.mic, False, text))

    def _hears(self, mic: str) -> list[_Hearer]:
        """Find out, once per market, which simulated venues hear it."""
        heard: list[_Hearer] = []
        for number, venue in enumerate(self._venues):
            try:
                if venue.simulated and number not in self._dead and venue.hears(mic):
                    heard.append((number, venue.handle, venue.next_tick))
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                self._down(number, self.now, f"found {told(error)}, expected whether it hears {mic!r}")
        self._hearers[mic] = heard
        return heard
