"""Records folded into an engine again, with the answers that were recorded: no strategy or routing logic runs.

Market data that the journal does not have come from the feed: gaps in `seq` say how many events came before a record.
Each turn's commands are compared with the recorded digest of all commands so far, so that the first difference has a
`seq`. Knows no storage.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from attrs import frozen

from smartexec.errors import JournalError
from smartexec.kernel.engine import Engine
from smartexec.model.commands import Command
from smartexec.model.events import Event
from smartexec.model.market import MarketEvent
from smartexec.runtime.feeding.sequencer import KERNEL_MARKET
from smartexec.runtime.journal.records import CommandDigest, End, Record
from smartexec.runtime.plan.advisors import RecordedAdvisor
from smartexec.runtime.simulation.loop import PROGRESS_EVERY, Counts, Progress

_END: Final = "end"
_SETTLE: Final = "settle"


@frozen
class Turn:
    """A turn of a recorded run: what happened since the one before, and what the engine wanted done then."""

    seq: int
    """Of its end: it rises from turn to turn."""
    now: int
    """When it ended, ns UTC."""
    events: tuple[tuple[int, Event], ...]
    """(ns UTC, event) in the order they were folded, market data and timers among them."""
    commands: tuple[Command, ...]
    """What left then."""


class Refold:
    """A fold in progress."""

    def __init__(
        self,
        engine: Engine,
        advisor: RecordedAdvisor,
        feed: Iterator[tuple[int, MarketEvent]] | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.engine = engine
        self.advisor = advisor
        self.feed = iter(()) if feed is None else feed
        self.digest = CommandDigest()
        self.seq = 0
        self.now = 0
        self.turn = Turn(0, 0, (), ())
        """The last one that ended."""
        self.events: list[tuple[int, Event]] = []
        """What happened since."""
        self.counts = Counts()
        self.chain = b""
        """Digest that binds the last record to all before it."""
        self.end: End | None = None
        """The trailer, once it was read."""
        self._progress = progress

    def turns(self, records: Iterable[Record], where: object) -> Iterator[Turn]:
        """Fold records; yield each turn when it has ended. JournalError, with `where`, at the first difference."""
        for record in records:
            before = self.turn
            difference = self.take(record)
            if difference:
                raise JournalError(f"{where}: seq {record.seq}: {difference}")
            if self.turn is not before:
                yield self.turn

    def take(self, record: Record) -> str:
        """Fold the feed up to a record, then the record; give the difference from what was recorded, "" if none."""
        self._market(record.seq)
        self.seq, self.now, self.chain = record.seq, record.now, record.chain
        if record.kind == _END:
            self.end = record.body
        elif record.kind == _SETTLE:
            return self._settle(record)
        else:
            self.counts.market += type(record.body) in KERNEL_MARKET  # a live session's journal has them
            self._fold(record.seq, record.now, record.body)
        return ""

    def _fold(self, seq: int, now: int, event: Event) -> None:
        self.events.append((now, event))
        self.engine.handle(seq, now, event)

    def _settle(self, record: Record) -> str:
        self.advisor.load(record.seq, record.body.advice)
        commands = self.engine.settle(record.seq, record.now)
        self.advisor.finish()
        self.digest.add(commands)
        self.turn = Turn(record.seq, record.now, tuple(self.events), tuple(commands))
        self.events.clear()
        self.counts.turns += 1
        self.counts.commands += len(commands)
        found, expected = self.digest.value(), record.body.commands
        return "" if found == expected else f"found commands {found.hex()}, expected {expected.hex()}"

    def _market(self, until: int) -> None:
        """Fold the feed's events that came before the record `until`."""
        seq, now, counts = self.seq + 1, self.now, self.counts
        while seq < until:
            time, event = self._next(seq)
            counts.market += 1
            if not counts.market % PROGRESS_EVERY and self._progress is not None:
                self._progress(counts, now)
            if type(event) not in KERNEL_MARKET:
                continue
            now = max(now, time)
            self._fold(seq, now, event)  # type: ignore[arg-type]
            seq += 1
        self.seq, self.now = seq - 1, now

    def _next(self, seq: int) -> tuple[int, MarketEvent]:
        found = next(self.feed, None)
        if found is None:
            raise JournalError(f"seq {seq}: found the end of the market data, expected another event")
        return found
