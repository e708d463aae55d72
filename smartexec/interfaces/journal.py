"""A journal keeps records durable before their commands leave."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from smartexec.errors import JournalError


class Journal(ABC):
    """Base of all journals: an attrs class. Payloads are opaque bytes; the runtime encodes and chains them.

    All errors are `JournalError`. After an error the journal must not be used: trading stops rather than go unrecorded.
    """

    name: ClassVar[str]

    @property
    def turns_per_commit(self) -> int:
        """Turns that one `commit` may make durable together; more than 1 lets commands leave unrecorded (law 7)."""
        return 1

    @property
    def pressed(self) -> str:
        """How hard `commit` presses to the disk (PRAGMA synchronous): full, normal, or off: nothing is promised."""
        return "full"

    @abstractmethod
    def create(self, run: Path, header: bytes) -> None:
        """Start a journal in folder `run`; one that is there already is an error."""

    @abstractmethod
    def open(self, run: Path) -> bytes:
        """Open the journal in folder `run` for reading; give its header."""

    def begun(self, run: Path) -> bool:
        """Whether folder `run` has a journal that can be opened; one whose header was never durable has not begun."""
        try:
            self.open(run)
        except JournalError:
            return False
        self.close()
        return True

    def resume(self, run: Path) -> bytes:
        """Open the journal in folder `run` to go on with it, alone; give its header."""
        raise JournalError(f"{run}: found a journal of {self.name}, expected one of a kind that can be gone on with")

    def cut(self, seq: int) -> None:
        """Take the records from `seq` on off a journal that is gone on with: they were torn."""
        raise JournalError(f"journal record {seq}: found it torn, expected a journal that can cut it off")

    @abstractmethod
    def append(self, seq: int, payload: bytes) -> None:
        """Take a record; durable only after `commit`."""

    @abstractmethod
    def commit(self) -> None:
        """Make appended records durable: those of `turns_per_commit` turns, before the last one's commands leave."""

    @abstractmethod
    def records(self) -> Iterator[tuple[int, bytes]]:
        """Yield the committed records in order of appending."""

    @abstractmethod
    def close(self) -> None:
        """Commit and let go."""
