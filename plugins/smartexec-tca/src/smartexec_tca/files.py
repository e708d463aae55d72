"""Files of a report: CSV and text, byte for byte the same for the same values. Knows no columns."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from smartexec.api import SmartexecError


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a table; its folder is made if it is not there."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows(rows)
    except OSError as error:
        raise unwritable(path, error) from error


def write_text(path: Path, text: str) -> None:
    """Write a text; its folder is made if it is not there."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise unwritable(path, error) from error


def as_json(value: Mapping[str, Any]) -> str:
    """Give JSON text with a line end."""
    return json.dumps(value, indent=2) + "\n"


def unwritable(path: Path, error: OSError) -> SmartexecError:
    """Make the error that names a file that cannot be written."""
    return SmartexecError(f"{path}: found {error.strerror}, expected a file that can be written")
