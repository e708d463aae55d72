"""Sink `csv`: one comma-separated file per table, UTF-8, a header line, lines that end in a newline."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import ClassVar

from attrs import define, field

from smartexec.api import Sink
from smartexec_files.table_file import whole


@define
class CsvSink(Sink):
    """Writes TABLE.csv."""

    name: ClassVar[str] = "csv"

    _folder: Path = field(init=False, factory=Path)

    def open(self, folder: Path) -> None:
        """Write below `folder`."""
        self._folder = folder

    def write(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Write one table whole, in place of what it was."""
        with whole(self._folder / f"{table}.csv") as path, path.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows(rows)
