"""Journal `none`: keeps nothing. For measurements and throw-away simulations; a run without a journal has no proof."""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from attrs import define

from smartexec.api import Journal, JournalError


@define
class NoneJournal(Journal):
    """Takes records and forgets them."""

    name: ClassVar[str] = "none"

    def create(self, run: Path, header: bytes) -> None:
        """Do nothing."""

    def open(self, run: Path) -> bytes:
        """Always a JournalError: nothing was kept."""
        raise JournalError(f'{run}: found a run with journal "none", expected one that keeps records')

    def resume(self, run: Path) -> bytes:
        """Always a JournalError: nothing was kept."""
        return self.open(run)

    def append(self, seq: int, payload: bytes) -> None:
        """Do nothing."""

    def commit(self) -> None:
        """Do nothing."""

    def records(self) -> Iterator[tuple[int, bytes]]:
        """Yield nothing."""
        return iter(())

    def close(self) -> None:
        """Do nothing."""
