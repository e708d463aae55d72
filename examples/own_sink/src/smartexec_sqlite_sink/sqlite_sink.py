"""sqlite: the tables of a run in one SQLite database, a table each, every cell the text that the contract prints."""

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import ClassVar

from attrs import define, field
from attrs.validators import min_len

from smartexec.api import Sink, SmartexecError


@define(kw_only=True)
class SqliteSink(Sink):
    """Write the tables into a SQLite database, with a view that adds up what each account got."""

    name: ClassVar[str] = "sqlite"

    file: str = field(default="run.db", validator=min_len(1))
    """Name of the database, in the folder of the tables."""
    _db: sqlite3.Connection | None = field(init=False, default=None)

    def open(self, folder: Path) -> None:
        self.close()
        try:
            self._db = sqlite3.connect(folder / self.file, isolation_level=None)
            self._db.execute("PRAGMA user_version")
        except sqlite3.Error as error:
            raise SmartexecError(f"{folder / self.file}: found {error}, expected a file that can be written") from error

    def write(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        if self._db is None:
            raise SmartexecError(f"sink sqlite: found table {table} before a folder was opened, expected `open` first")
        names = ", ".join(_quoted(column) for column in columns)
        marks = ", ".join("?" for _ in columns)
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute(f"DROP TABLE IF EXISTS {_quoted(table)}")
            self._db.execute(f"CREATE TABLE {_quoted(table)} ({names})")
            self._db.executemany(f"INSERT INTO {_quoted(table)} VALUES ({marks})", rows)
            if table == "allocations":
                self._db.execute(_GOT)
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise SmartexecError(f"sink sqlite: table {table}: found {error}, expected it to be written") from error

    def close(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None


_GOT = """
CREATE VIEW IF NOT EXISTS accounts_got AS
SELECT account, side, sum(CAST(qty AS INTEGER)) AS qty, round(sum(CAST(money AS REAL)), 2) AS money
FROM allocations GROUP BY account, side
"""


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
