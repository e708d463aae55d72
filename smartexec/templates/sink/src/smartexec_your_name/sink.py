"""your-name: each table of a run as a file of JSON arrays, its columns in the first."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from attrs import define, field
from attrs.validators import matches_re
from smartexec.api import Sink


@define
class YourName(Sink):
    """Write a file for each table, a JSON array for each row."""

    name = "your-name"

    suffix: str = field(default="ndjson", validator=matches_re(r"[a-z0-9]+"))
    """What the files' names end in."""

    _folder: Path = field(init=False, factory=Path)

    def open(self, folder: Path) -> None:
        """Write below the folder from now on."""
        self._folder = folder

    def write(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Write a table whole. It takes the place of what it was only once all of it is there."""
        part = self._folder / f".{table}.part"
        try:
            with part.open("w", encoding="utf-8") as stream:
                for row in (columns, *rows):
                    stream.write(json.dumps(list(row)) + "\n")
            part.replace(self._folder / f"{table}.{self.suffix}")
        finally:
            part.unlink(missing_ok=True)
