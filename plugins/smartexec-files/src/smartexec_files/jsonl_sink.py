"""Sink `jsonl`: one file per table, one JSON object a line, all values text, as the external contract has it."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import ClassVar

from attrs import define, field

from smartexec.api import Sink
from smartexec_files.table_file import whole


@define
class JsonlSink(Sink):
    """Writes TABLE.jsonl."""

    name: ClassVar[str] = "jsonl"

    _folder: Path = field(init=False, factory=Path)

    def open(self, folder: Path) -> None:
        """Write below `folder`."""
        self._folder = folder

    def write(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Write one table whole, in place of what it was."""
        dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
        with whole(self._folder / f"{table}.jsonl") as path, path.open("w", newline="", encoding="utf-8") as stream:
            stream.writelines(dumps(dict(zip(columns, row, strict=True))) + "\n" for row in rows)
