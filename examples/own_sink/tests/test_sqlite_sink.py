"""sqlite: the conformance kit, and the view that is its own."""

import sqlite3
from pathlib import Path

from smartexec.testing import SinkKit
from smartexec_sqlite_sink.sqlite_sink import SqliteSink


class TestSqliteSink(SinkKit):
    sink = SqliteSink

    def read(self, folder: Path, table: str) -> tuple[list[str], list[list[str]]]:
        with sqlite3.connect(folder / "run.db") as db:
            found = db.execute(f'SELECT * FROM "{table}"')
            return [one[0] for one in found.description], [list(row) for row in found]


def test_view_adds_up_what_accounts_got(tmp_path: Path) -> None:
    sink = SqliteSink()
    sink.open(tmp_path)
    rows = [["ACME", "BUY", "100", "1000.50"], ["ACME", "BUY", "50", "501.25"], ["BIRCH", "SELL", "7", "70.00"]]
    sink.write("allocations", ["account", "side", "qty", "money"], rows)
    sink.close()
    with sqlite3.connect(tmp_path / "run.db") as db:
        got = db.execute("SELECT * FROM accounts_got ORDER BY account").fetchall()
    assert got == [("ACME", "BUY", 150, 1501.75), ("BIRCH", "SELL", 7, 70.0)]
