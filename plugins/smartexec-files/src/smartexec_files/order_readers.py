"""Reading order files into rows of cells, by format. What a cell means is `order_rows`' business.

A row that cannot be taken apart arrives with `broken` set and whatever cells could be read. Every physical line is a
row of its own: a stray quote or bracket harms its line, never the ones after it.
"""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, cast

from attrs import define, field

from smartexec.api import ConfigError
from smartexec_files import arrow
from smartexec_files.faults import BadValueError, quote
from smartexec_files.order_columns import check_header, missing_columns

Cell = str | int | bool | Decimal | None


@define
class Row:
    """A row by column. Text formats without types give text only; an empty cell is not there."""

    number: int
    """Line in the file (from 1; in CSV the header is line 1), or row of a Parquet file."""
    cells: Mapping[str, Cell] = field(factory=dict[str, Cell])
    broken: BadValueError | None = None


def _decode(line: bytes) -> tuple[str, bool]:
    """Text of a line without its end, and whether all of it was UTF-8."""
    line = line.rstrip(b"\r\n")
    try:
        return line.decode("utf-8"), True
    except UnicodeDecodeError:
        return line.decode("utf-8", "replace"), False


def _split(text: str) -> list[str]:
    """Cells of a line of CSV without surrounding blanks. Raises csv.Error."""
    cells = next(csv.reader([text], strict=True), list[str]()) if '"' in text else text.split(",")
    return [cell.strip() for cell in cells]


class CsvOrders:
    """Comma-separated UTF-8 text; the first line names the columns."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as stream:
            text, good = _decode(stream.readline().removeprefix(b"\xef\xbb\xbf"))
        try:
            self.columns = _split(text)
        except csv.Error as error:
            raise ConfigError(f"{path.name} row 1: found {error}, expected column names") from None
        if not good or not text.strip():
            what = "bytes that are no UTF-8" if text.strip() else "nothing"
            raise ConfigError(f"{path.name} row 1: found {what}, expected column names")
        check_header(path.name, self.columns)

    def __iter__(self) -> Iterator[Row]:
        with self.path.open("rb") as stream:
            stream.readline()
            for number, line in enumerate(stream, 2):
                text, good = _decode(line)
                if text.strip():
                    yield self._row(number, text, good)

    def _row(self, number: int, text: str, good: bool) -> Row:
        broken = None if good else BadValueError("bytes that are no UTF-8", "UTF-8 text")
        try:
            cells = _split(text)
        except csv.Error as error:
            cells, broken = [cell.strip(' "') for cell in text.split(",")], BadValueError(str(error), "quoted text")
        if broken is None and len(cells) != len(self.columns):
            broken = BadValueError(f"{len(cells)} cells", f"{len(self.columns)}")
        return Row(number, {c: v for c, v in zip(self.columns, cells, strict=False) if v}, broken)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise ValueError(f"a key twice, {sorted(n for n in set(names) if names.count(n) > 1)[0]}")
    return dict(pairs)


def _constant(name: str) -> Any:
    raise ValueError(name)


_JSON: Final = json.JSONDecoder(object_pairs_hook=_unique, parse_float=Decimal, parse_constant=_constant)


class JsonlOrders:
    """One JSON object a line. Keys are columns; null is an empty cell. `price` may be absent."""

    def __init__(self, path: Path) -> None:
        self.path = path
        seen: set[str] = {"price"}
        objects = 0
        for row in self:
            objects += bool(row.cells)
            seen.update(row.cells)
            if not missing_columns(seen):
                return
        if objects:
            check_header(path.name, sorted(seen))

    def __iter__(self) -> Iterator[Row]:
        with self.path.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                text, good = _decode(line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line)
                if text.strip():
                    yield self._row(number, text, good)

    def _row(self, number: int, text: str, good: bool) -> Row:
        try:
            value = _JSON.decode(text)
        except json.JSONDecodeError as error:
            return Row(number, broken=BadValueError(f"{error.msg} at column {error.colno}", "a JSON object"))
        except (ValueError, RecursionError) as error:
            return Row(number, broken=BadValueError(str(error)[:60], "a JSON object"))
        if not isinstance(value, dict):
            return Row(number, broken=BadValueError(quote(value), "a JSON object"))
        row = cast(dict[str, Any], value)
        nested = next((k for k, v in row.items() if isinstance(v, dict | list)), None)
        broken = None if good else BadValueError("bytes that are no UTF-8", "UTF-8 text")
        if nested is not None:
            broken = BadValueError(quote(row[nested]), "text, a number, true, false or null", nested)
        return Row(number, {k: v for k, v in row.items() if v not in ("", None) and k != nested}, broken)


class ParquetOrders:
    """A Parquet file. Timestamps with a zone become ISO-8601 text, floating-point numbers their shortest decimal."""

    def __init__(self, path: Path) -> None:
        self._arrow, parquet = arrow.load(f"{path.name}")
        try:
            self._file = parquet.ParquetFile(path)
        except self._arrow.ArrowException as error:
            raise ConfigError(f"{path.name}: found {str(error)[:80]}, expected a Parquet file") from None
        self.columns = list(self._file.schema_arrow.names)
        check_header(path.name, self.columns)

    def __iter__(self) -> Iterator[Row]:
        number = 0
        for batch in self._file.iter_batches():
            columns = [self._values(column) for column in batch.columns]
            for values in zip(*columns, strict=True):
                number += 1
                yield self._row(number, values)

    def _values(self, column: Any) -> list[Any]:
        kind = column.type
        if self._arrow.types.is_timestamp(kind):
            nanos = column.cast(self._arrow.timestamp("ns", kind.tz)).cast(self._arrow.int64()).to_pylist()
            return [None if n is None else _iso(n, "Z" if kind.tz else "") for n in nanos]
        values: list[Any] = column.to_pylist()
        return [Decimal(repr(v)) if isinstance(v, float) else v for v in values]

    def _row(self, number: int, values: tuple[Any, ...]) -> Row:
        broken = None
        cells: dict[str, Cell] = {}
        for name, value in zip(self.columns, values, strict=True):
            if value is None or value == "":
                continue
            if isinstance(value, str | int | Decimal):
                cells[name] = value
            else:
                broken = BadValueError(quote(value), "text, a number, true, false or null", name)
        return Row(number, cells, broken)


def _iso(nanos: int, zone: str) -> str:
    seconds, fraction = divmod(nanos, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{fraction:09d}{zone}"


Reader = CsvOrders | JsonlOrders | ParquetOrders
READERS: Final[dict[str, Callable[[Path], Reader]]] = {
    ".csv": CsvOrders,
    ".jsonl": JsonlOrders,
    ".parquet": ParquetOrders,
}
"""By the file name's suffix."""


def open_orders(path: Path) -> Reader:
    """Open an order file and check its columns. Raises ConfigError."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise ConfigError(f'orders.path: found "{path.name}", expected a name in {", ".join(READERS)}')
    try:
        return reader(path)
    except OSError as error:
        raise ConfigError(f"orders.path: found {path} ({error.strerror}), expected a readable file") from None
