"""A recorded run, folded again into a database: `python examples/embed_replay/run.py [--out FOLDER]`.

Runs the configuration beside this file (with `smartexec run`), folds the run folder again turn by turn, and writes what
passes into SQLite. Then SQL asks: what was executed where and when, and whether each client got what was executed.
Exit code 1 if something is missing.
"""

import argparse
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from smartexec.api import ClientReport, ExecType, ExecutionReport
from smartexec.embed import Recording, Table, Turn, breaches_of

HERE: Final = Path(__file__).parent
SCHEMA: Final = """
CREATE TABLE turns (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, events INTEGER NOT NULL, commands INTEGER NOT NULL);
CREATE TABLE fills (
    mic TEXT NOT NULL, exec_id TEXT NOT NULL, at INTEGER NOT NULL, cl_ord_id TEXT NOT NULL, qty INTEGER NOT NULL,
    px INTEGER NOT NULL, seq INTEGER NOT NULL REFERENCES turns, PRIMARY KEY (mic, exec_id)
) WITHOUT ROWID;
CREATE INDEX fills_when ON fills (at, mic);
CREATE TABLE told (
    order_id TEXT NOT NULL, at INTEGER NOT NULL, qty INTEGER NOT NULL, px INTEGER NOT NULL, seq INTEGER NOT NULL
);
CREATE INDEX told_whom ON told (order_id);
"""
WHOLE: Final = ("client_orders", "executions", "allocations")
"""Tables of the run that are written once it has passed."""
PER_MINUTE: Final = """
SELECT strftime('%H:%M', at / 1000000000, 'unixepoch'), mic, count(*), sum(qty), round(sum(qty * px) / 1e9, 2)
FROM fills GROUP BY 1, 2 ORDER BY 1, 2 LIMIT 12
"""
PER_ACCOUNT: Final = """
SELECT account, side, count(DISTINCT order_id), sum(qty), round(sum(money), 2)
FROM allocations WHERE order_id <> '' GROUP BY 1, 2 ORDER BY 4 DESC LIMIT 8
"""
CHECKS: Final = {
    "executions that passed and are not in the run's table, or the other way round": """
        SELECT mic, exec_id FROM fills EXCEPT SELECT venue, exec_id FROM executions
        UNION ALL SELECT * FROM (SELECT venue, exec_id FROM executions EXCEPT SELECT mic, exec_id FROM fills)""",
    "parents of which something else was allocated than was executed": """
        SELECT parent_id, sum(executed), sum(allocated) FROM (
            SELECT e.parent_id, f.qty AS executed, 0 AS allocated FROM fills f
            JOIN executions e ON e.venue = f.mic AND e.exec_id = f.exec_id
            UNION ALL SELECT parent_id, 0, qty FROM allocations WHERE cross_id = ''
        ) GROUP BY 1 HAVING sum(executed) <> sum(allocated)""",
    "client orders that were told something else than was allocated": """
        SELECT o.order_id, o.cum_qty, ifnull(t.qty, 0), ifnull(a.qty, 0) FROM client_orders o
        LEFT JOIN (SELECT order_id, sum(qty) AS qty FROM told GROUP BY 1) t USING (order_id)
        LEFT JOIN (SELECT order_id, sum(qty) AS qty FROM allocations GROUP BY 1) a USING (order_id)
        WHERE o.cum_qty <> ifnull(t.qty, 0) OR o.cum_qty <> ifnull(a.qty, 0)""",
    "clients whose price is outside their limit": """
        SELECT alloc_id, px, limit_px FROM allocations
        WHERE limit_px <> '' AND qty > 0 AND (CASE side WHEN 'BUY' THEN px - limit_px ELSE limit_px - px END) > 1e-9""",
}
"""What must not be there, as SQL."""


def write_turn(db: sqlite3.Connection, turn: Turn) -> None:
    """Write a turn: how much passed, each execution at a venue, each that a client was told of."""
    db.execute("INSERT INTO turns VALUES (?, ?, ?, ?)", (turn.seq, turn.now, len(turn.events), len(turn.commands)))
    for at, event in turn.events:
        if isinstance(event, ExecutionReport) and event.exec_type is ExecType.TRADE:
            fill = (event.mic, event.exec_id, at, event.cl_ord_id, event.last_qty, event.last_px, turn.seq)
            db.execute("INSERT OR IGNORE INTO fills VALUES (?, ?, ?, ?, ?, ?, ?)", fill)  # one may be reported twice
    for command in turn.commands:
        if isinstance(command, ClientReport) and command.exec_type is ExecType.TRADE:
            told = (command.order_id, turn.now, command.last_qty, command.last_px, turn.seq)
            db.execute("INSERT INTO told VALUES (?, ?, ?, ?, ?)", told)


def write_table(db: sqlite3.Connection, name: str, table: Table) -> None:
    """Write a table of the run. NUMERIC makes numbers of the cells that look like some."""
    columns = ", ".join(f"{column} NUMERIC" for column in table.columns)
    db.execute(f"CREATE TABLE {name} ({columns})")
    db.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(table.columns))})", table.rows)


def fold(run: Path, db: sqlite3.Connection) -> list[str]:
    """Fold the run into the database; give the laws it broke."""
    with Recording.open(run) as recording:
        with db:
            for turn in recording:
                write_turn(db, turn)
        with db:
            for name in WHOLE:
                write_table(db, name, recording.tables()[name])
        return breaches_of(recording.engine)


def faults(db: sqlite3.Connection) -> Iterator[str]:
    """What SQL finds wrong."""
    for what, query in CHECKS.items():
        rows = db.execute(query).fetchall()
        print(f"{len(rows)} {what}")
        yield from (f"{what}: {row}" for row in rows)


def show(db: sqlite3.Connection, title: str, query: str) -> None:
    """Print what a query gives."""
    print(f"\n{title}")
    for row in db.execute(query):
        print("  " + "  ".join(f"{cell:>8}" for cell in row))


def main() -> int:
    """Run, fold, ask."""
    parser = argparse.ArgumentParser(description="Fold a recorded run into a database.")
    parser.add_argument("--out", type=Path, default=Path("runs") / HERE.name, help="a new folder")
    out: Path = parser.parse_args().out
    code = subprocess.call(["smartexec", "run", str(HERE / "config.toml"), "--out", str(out / "run")])
    if code:
        return code
    db = sqlite3.connect(out / "run.db")
    db.executescript(SCHEMA)
    broken = fold(out / "run", db)
    turns, events, commands = db.execute("SELECT count(*), sum(events), sum(commands) FROM turns").fetchone()
    print(f"\n{turns:,} turns with {events:,} events and {commands:,} commands folded into {out / 'run.db'}")
    show(db, "executions by minute and venue: number, lots, money (the first 12)", PER_MINUTE)
    show(db, "who got most: account, side, orders, lots, money", PER_ACCOUNT)
    print()
    wrong = [*broken, *faults(db)]
    print("\n".join(wrong) or "every client got what was executed; no law is broken")
    db.close()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
