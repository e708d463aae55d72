"""Sinks with one fault each, beside a healthy one, and their conformance classes."""

import csv
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from attrs import define, field

from smartexec.api import Sink
from smartexec.testing import SinkKit


@define
class Healthy(Sink):
    """Writes a CSV file for each table, beside it first."""

    name = "healthy"

    _folder: Path = field(init=False, factory=Path)

    def open(self, folder: Path) -> None:
        self._folder = folder

    def write(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        with self.file(self._folder / f"{table}.csv") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows(self.row(row) for row in rows)

    def row(self, row: Sequence[str]) -> Sequence[str]:
        return row

    @contextmanager
    def file(self, path: Path) -> Iterator[IO[str]]:
        part = path.with_suffix(".part")
        with part.open("w", newline="", encoding="utf-8") as stream:
            yield stream
        os.replace(part, path)


class Read(SinkKit):
    """How tables are read back."""

    def read(self, folder: Path, table: str) -> tuple[list[str], list[list[str]]]:
        with (folder / f"{table}.csv").open(newline="", encoding="utf-8") as stream:
            columns, *rows = csv.reader(stream)
        return columns, rows


class TestHealthy(Read):
    sink = Healthy


@define
class NamesNoColumns(Healthy):
    """Names the columns once there is a row: K-05 must catch it."""

    name = "names-no-columns"

    def write(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        whole = list(rows)
        super().write(table, columns if whole else ("nothing",), whole)


class TestNamesNoColumns(Read):
    sink = NamesNoColumns


@define
class TidiesUp(Healthy):
    """Takes blanks off the ends of cells: K-06 must catch it."""

    name = "tidies-up"

    def row(self, row: Sequence[str]) -> Sequence[str]:
        return [cell.strip() for cell in row]


class TestTidiesUp(Read):
    sink = TidiesUp


@define
class DropsEmptyRows(Healthy):
    """Passes over rows in which there is nothing: K-07 must catch it."""

    name = "drops-empty-rows"

    def write(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        super().write(table, columns, (row for row in rows if any(row)))


class TestDropsEmptyRows(Read):
    sink = DropsEmptyRows


@define
class CountsFirst(Healthy):
    """Goes through the rows once to count them: K-08 must catch it."""

    name = "counts-first"

    def write(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        count = sum(1 for _ in rows)
        super().write(table, columns, rows if count else ())


class TestCountsFirst(Read):
    sink = CountsFirst


@define
class Appends(Healthy):
    """Adds to what is there: K-11 must catch it."""

    name = "appends"

    def write(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        with (self._folder / f"{table}.csv").open("a", newline="", encoding="utf-8") as stream:
            csv.writer(stream).writerows([columns, *rows] if not stream.tell() else rows)


class TestAppends(Read):
    sink = Appends


@define
class SweepsTheFolder(Healthy):
    """Makes room in its folder when it is opened: K-13 must catch it."""

    name = "sweeps-the-folder"

    def open(self, folder: Path) -> None:
        super().open(folder)
        for path in folder.glob("*.csv"):
            path.unlink()


class TestSweepsTheFolder(Read):
    sink = SweepsTheFolder


@define
class WritesInPlace(Healthy):
    """Writes into the file that is to be replaced: K-14 must catch it."""

    name = "writes-in-place"

    @contextmanager
    def file(self, path: Path) -> Iterator[IO[str]]:
        with path.open("w", newline="", encoding="utf-8") as stream:
            yield stream


class TestWritesInPlace(Read):
    sink = WritesInPlace


@define
class SaysNothing(Healthy):
    """Keeps it to itself where nothing can be written: K-15 must catch it."""

    name = "says-nothing"

    def write(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        with suppress(OSError):
            super().write(table, columns, rows)


class TestSaysNothing(Read):
    sink = SaysNothing
