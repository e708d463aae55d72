"""Records folded into an engine again, with the answers that were recorded: no strategy or routing logic runs.

Each turn's commands are compared with the recorded digest of all commands so far, so that the first difference has a
`seq`. Knows no storage and no market data.
"""

from typing import Final

from smartexec.kernel.engine import Engine
from smartexec.model.commands import Command
from smartexec.runtime.advisors import RecordedAdvisor
from smartexec.runtime.records import CommandDigest, End, Record

_END: Final = "end"
_SETTLE: Final = "settle"


class Refold:
    """A fold in progress."""

    def __init__(self, engine: Engine, advisor: RecordedAdvisor) -> None:
        self.engine = engine
        self.advisor = advisor
        self.digest = CommandDigest()
        self.seq = 0
        self.now = 0
        self.turns = 0
        self.count = 0
        """Commands so far."""
        self.commands: list[Command] = []
        """Those of the last turn."""
        self.chain = b""
        """Digest that binds the last record to all before it."""
        self.end: End | None = None
        """The trailer, once it was read."""

    def take(self, record: Record) -> str:
        """Fold a record; give the difference from what was recorded, "" if there is none."""
        self.seq, self.now, self.chain = record.seq, record.now, record.chain
        if record.kind == _END:
            self.end = record.body
        elif record.kind == _SETTLE:
            return self._settle(record)
        else:
            self.engine.handle(record.seq, record.now, record.body)
        return ""

    def _settle(self, record: Record) -> str:
        self.advisor.load(record.seq, record.body.advice)
        commands = self.commands = self.engine.settle(record.seq, record.now)
        self.advisor.finish()
        self.digest.add(commands)
        self.turns += 1
        self.count += len(commands)
        found, expected = self.digest.value(), record.body.commands
        return "" if found == expected else f"found commands {found.hex()}, expected {expected.hex()}"
