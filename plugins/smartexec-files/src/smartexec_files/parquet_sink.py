"""Sink `parquet`: one Parquet file per table, all columns text. Needs the extra `parquet`."""

from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import ClassVar, Final

from attrs import define, field

from smartexec.api import Sink
from smartexec_files import arrow
from smartexec_files.table_file import whole

ROW_GROUP: Final = 50_000
"""Rows held in memory at a time."""


@define
class ParquetSink(Sink):
    """Writes TABLE.parquet."""

    name: ClassVar[str] = "parquet"

    _folder: Path = field(init=False, factory=Path)

    def open(self, folder: Path) -> None:
        """Write below `folder`; ConfigError if pyarrow is missing."""
        arrow.load('sink "parquet"')
        self._folder = folder

    def write(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Write one table whole, in place of what it was."""
        pa, parquet = arrow.load('sink "parquet"')
        schema = pa.schema([(column, pa.string()) for column in columns])
        remaining = iter(rows)
        with whole(self._folder / f"{table}.parquet") as path, parquet.ParquetWriter(path, schema) as writer:
            while batch := list(islice(remaining, ROW_GROUP)):
                cells = [list(column) for column in zip(*batch, strict=True)]
                writer.write_table(pa.table(cells, schema=schema))
