"""Journals and sinks with mistakes."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from attrs import define

from smartexec.api import Journal, Sink


@define
class Text(Journal):
    """Takes text for bytes, and yields no numbers."""

    name = "text"

    def create(self, run: Path, header: str) -> None:  # E: override / IncompatibleMethodOverride
        return None

    def open(self, run: Path) -> str:  # E: override / IncompatibleMethodOverride
        return "header"

    def append(self, seq: int, payload: bytes) -> None:
        return None

    def commit(self) -> None:
        return None

    def records(self) -> Iterator[bytes]:  # E: override / IncompatibleMethodOverride
        return iter(())

    def close(self) -> None:
        return None


@define
class Rows(Sink):
    """Wants its rows by column."""

    name = "rows"

    def open(self, folder: str) -> None:  # E: override / IncompatibleMethodOverride
        return None

    def write(self, table: str, rows: Sequence[Mapping[str, str]]) -> None:  # E: override / IncompatibleMethodOverride
        return None
