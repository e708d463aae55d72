"""Turns of an engine, recorded: events are folded and written down, and commands given out once they are durable.

A turn is any number of events, then `settle`, the record of what it decided, the commit, and only then its commands
(law 7). Knows no plugin, no clock and no file.
"""

from collections.abc import Callable
from typing import Protocol

from smartexec.model.commands import CancelOrder, Command, SendOrder
from smartexec.model.enums import KillLevel
from smartexec.model.events import Event, KillSwitch
from smartexec.runtime.journal.records import Advice, CommandDigest, Settle, Writer


class EngineLike(Protocol):
    """What a turn needs of the engine."""

    @property
    def dirty(self) -> bool: ...

    def handle(self, seq: int, now: int, event: Event) -> None: ...

    def settle(self, seq: int, now: int) -> list[Command]: ...

    def next_timer(self) -> int | None: ...


class Turns:
    """An engine and the writer of its journal."""

    def __init__(self, engine: EngineLike, drain_advice: Callable[[], tuple[Advice, ...]], writer: Writer) -> None:
        self.engine = engine
        self.writer = writer
        self._drain_advice = drain_advice
        self.digest = CommandDigest()
        self.seq = 0
        self.now = 0
        self.count = 0
        """Turns so far."""
        self.commands = 0
        """Commands so far."""
        self.unsent: list[Command] = []
        """Those of the last turn."""

    def fold(self, now: int, event: Event) -> None:
        """Write an event down and hand it to the engine."""
        self.seq += 1
        self.now = now
        self.writer.event(self.seq, now, event)
        self.engine.handle(self.seq, now, event)

    def settle(self, now: int) -> list[Command]:
        """End the turn; give its commands, which may leave now. JournalError if they could not be recorded."""
        self.seq += 1
        self.now = now
        commands = self.unsent = self.engine.settle(self.seq, now)
        self.digest.add(commands)
        self.writer.write(self.seq, now, "settle", Settle(self._drain_advice(), self.digest.value()))
        self.writer.turn()
        self.count += 1
        self.commands += len(commands)
        return commands

    def stop(self, sent: int) -> list[CancelOrder]:
        """Give the cancels for all that is live, now that nothing can be recorded. `sent`: of the last turn's commands,
        those that have left.

        The commands of the turn that was not recorded stay here, but for its cancels: they only take risk away.
        """
        unsent = self.unsent[sent:]
        self.engine.handle(self.seq + 1, self.now, KillSwitch(KillLevel.FIRM, reason="journal failed"))
        wanted = [*unsent, *self.engine.settle(self.seq + 2, self.now)]
        never_left = {c.cl_ord_id for c in unsent if isinstance(c, SendOrder)}
        return [c for c in wanted if isinstance(c, CancelOrder) and c.orig_cl_ord_id not in never_left]
