"""How bad input is said: what is wrong with a value (`BadValueError`), and a capped count of bad rows (`Faults`).

Text: file, row, what was found, what was expected. Nothing here decides what is bad.
"""

import json
from collections.abc import Callable
from typing import Final

from attrs import define, field

MAX_FAULTS: Final = 100
"""Rows said one by one; the rest is counted."""
MAX_QUOTED: Final = 60
"""Characters of a bad value that are shown."""


class BadValueError(Exception):
    """A value that cannot be used. Caught by the reader of the row it stands in; never leaves this package."""

    def __init__(self, found: str, expected: str, column: str = "") -> None:
        super().__init__(f"found {found}, expected {expected}")
        self.found, self.expected, self.column = found, expected, column


def quote(value: object) -> str:
    """Show a value on one line: text in quotes, everything else as JSON would write it, cut to MAX_QUOTED."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    text = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
    return text if len(text) <= MAX_QUOTED else text[: MAX_QUOTED - 3] + "..."


@define
class Faults:
    """Says bad rows through `say`, at most MAX_FAULTS of them; `close` says how many more there were."""

    say: Callable[[str], None]
    file: str
    count: int = field(init=False, default=0)

    def row(self, number: int, error: BadValueError) -> None:
        """Say that row `number` (from 1) was left out."""
        self.count += 1
        if self.count <= MAX_FAULTS:
            where = f", {error.column}" if error.column else ""
            self.say(f"{self.file} row {number}{where}: {error}")

    def line(self, text: str) -> None:
        """Say something about the file as a whole: never held back."""
        self.say(f"{self.file} {text}")

    def close(self) -> None:
        """Say how many were not said. Does nothing if all were."""
        if self.count > MAX_FAULTS:
            self.say(f"{self.file}: and {self.count - MAX_FAULTS} more")
