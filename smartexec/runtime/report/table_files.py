"""The CSV files of a run folder, read back and compared with tables. Formats no cells and writes nothing."""

import csv
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Final

SINK: Final = "csv"
"""The name of the sink that writes TABLE.csv."""


def read_table(path: Path) -> list[list[str]]:
    """Give the rows of a file, its header first."""
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.reader(stream))


def first_difference(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Say where a file first differs from its table (row 0 is the header); "" if nowhere."""
    try:
        found = read_table(path)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        return f"{path}: found {type(error).__name__}: {error}, expected a table"
    for number, (has, wants) in enumerate(zip_longest(found, (columns, *rows))):
        if has is None or wants is None or has != list(wants):
            return f"{path}: row {number}: found {_row(has)}, expected {_row(wants)}"
    return ""


def _row(row: Sequence[str] | None) -> str:
    return "no row" if row is None else ",".join(row)
