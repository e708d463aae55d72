"""A sink takes tables out, or rows as they come about, or what clients are told."""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import ClassVar

from attrs import frozen

from smartexec.interfaces.wired import Wired
from smartexec.model.commands import ClientCommand
from smartexec.model.events import Tick
from smartexec.model.wire import WireInput, WireOutput


@frozen
class Rows:
    """Rows of a table that have come about, and stay as they are. Cells are text, as the external contract has them."""

    table: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def records(self) -> list[dict[str, str]]:
        """Give each row by column name."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


class Sink(Wired):
    """Base of all sinks: an attrs class. Cells are text, as the external contract prints them; "" = no value."""

    name: ClassVar[str]
    follows: ClassVar[Sequence[str]] = ()
    """Tables whose rows it is handed as they come about, in live sessions: client_orders as they came, executions,
    crosses, allocations, and parent_orders once they have ended."""

    @abstractmethod
    def open(self, folder: Path) -> None:
        """Get ready to write below `folder`, which exists."""

    @abstractmethod
    def write(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Write one table whole. Written again, it replaces what it wrote before."""

    def handle(self, event: Rows | ClientCommand | WireInput | Tick, now: int) -> Iterable[WireOutput]:
        """Take, in live sessions, rows it follows, what a client was told, news of a channel, or the time; give what is
        to be done on the channels. Each is handed over once; after a restart `recall` has those from before."""
        return ()

    def close(self) -> None:
        """Let go."""
