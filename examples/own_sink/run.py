"""Run two simulated hours whose tables go into a SQLite database, and ask it who got what, and where."""

import sqlite3
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))  # what the examples share is beside them

from program import new_folder, smartexec  # noqa: E402

QUESTIONS = {
    "who got what": "SELECT account, side, qty, money FROM accounts_got ORDER BY qty DESC LIMIT 8",
    "where it was executed": """
        SELECT venue, count(*) AS executions, sum(CAST(last_qty AS INTEGER)) AS lots,
               round(sum(CAST(fee AS REAL)), 2) AS fees
        FROM executions GROUP BY venue ORDER BY lots DESC""",
    "whether all that was executed was given to somebody": """
        SELECT (SELECT sum(CAST(last_qty AS INTEGER)) FROM executions) AS executed,
               (SELECT sum(CAST(qty AS INTEGER)) FROM allocations WHERE cross_id = '') AS allocated""",
}

if __name__ == "__main__":
    run = new_folder("own-sink")
    smartexec("run", HERE / "config.toml", "--out", run)
    with sqlite3.connect(run / "tables" / "run.db") as db:
        for what, question in QUESTIONS.items():
            found = db.execute(question)
            print(f"\n{what}:\n  " + "  ".join(f"{one[0]:>12}" for one in found.description))
            rows = found.fetchall()
            for row in rows:
                print("  " + "  ".join(f"{cell!s:>12}" for cell in row))
    executed, allocated = rows[0]
    sys.exit(0 if executed == allocated else 1)
