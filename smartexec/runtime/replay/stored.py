"""The tables of a finished run: read from RUN/tables/*.csv where their digests prove them, else folded again.

Nothing here formats cells: a table is names and rows of text, as the external contract prints them.
"""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from attrs import frozen

from smartexec.errors import SmartexecError
from smartexec.interfaces.sink import Sink
from smartexec.registry import Registry
from smartexec.runtime.journal.records import End
from smartexec.runtime.plan.setup import fair_lot
from smartexec.runtime.replay.replay import open_run, replay
from smartexec.runtime.report.tables import COLUMNS, table_digest, tables
from smartexec.runtime.simulation.loop import Progress
from smartexec.runtime.simulation.run import TABLES


@frozen
class Table:
    """A table, whole."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


def stored_tables(run: Path, progress: Progress | None = None, registry: Registry | None = None) -> list[Table]:
    """Give the tables of a run; SmartexecError if they can be neither proved nor folded again."""
    return _proved(run, registry) or _folded(run, progress, registry)


def write_sink(sink: Sink, found: Sequence[Table], folder: Path) -> None:
    """Write tables below `folder`, which is made if it is not there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        sink.open(folder)
        for table in found:
            sink.write(table.name, table.columns, table.rows)
        sink.close()
    except OSError as error:
        raise SmartexecError(f"{folder}: found {error.strerror}, expected a folder that can be written") from error


def _proved(run: Path, registry: Registry | None) -> list[Table]:
    """Read the CSV files, if all are there and have the recorded digests."""
    paths = {name: run / TABLES / f"{name}.csv" for name in COLUMNS}
    if not all(path.is_file() for path in paths.values()):
        return []
    opened = open_run(run, registry)
    try:
        end: Any = None
        for record in opened.records():
            end = record.body
    finally:
        opened.plan.journal.close()
    found = [_read(name, path) for name, path in paths.items()]
    same = isinstance(end, End) and all(end.tables.get(t.name) == table_digest(t.columns, t.rows) for t in found)
    return found if same else []


def _read(name: str, path: Path) -> Table:
    with path.open(newline="", encoding="utf-8") as stream:
        columns, *rows = csv.reader(stream)
    return Table(name, columns, rows)


def _folded(run: Path, progress: Progress | None, registry: Registry | None) -> list[Table]:
    again = replay(run, progress, registry=registry, files=False)
    if again.difference:
        raise SmartexecError(f"{run}: {again.difference}: tables cannot be trusted")
    lot = fair_lot(again.plan.config.settings.allocation)
    return [Table(name, columns, list(rows)) for name, columns, rows in tables(again.blotter, lot)]
