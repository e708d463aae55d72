"""The sink against the conformance kit: `smartexec certify .` makes a certificate of it."""

import json
from collections.abc import Sequence
from pathlib import Path

from smartexec.testing import SinkKit

from smartexec_your_name.sink import YourName


class TestYourName(SinkKit):
    sink = YourName

    def read(self, folder: Path, table: str) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
        lines = (folder / f"{table}.ndjson").read_text(encoding="utf-8").splitlines()
        columns, *rows = (json.loads(line) for line in lines)
        return columns, rows
