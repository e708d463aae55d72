"""A journal that keeps nothing, for runs that leave no folder behind."""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from attrs import define

from smartexec.interfaces.journal import Journal


@define
class Forget(Journal):
    """Keeps nothing."""

    name: ClassVar[str] = "forget"

    def create(self, run: Path, header: bytes) -> None:
        """Do nothing."""

    def open(self, run: Path) -> bytes:
        return b""

    def append(self, seq: int, payload: bytes) -> None:
        """Do nothing."""

    def commit(self) -> None:
        """Do nothing."""

    def records(self) -> Iterator[tuple[int, bytes]]:
        return iter(())

    def close(self) -> None:
        """Do nothing."""
