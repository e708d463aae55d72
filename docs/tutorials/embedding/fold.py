"""The recorded day in a database: every execution at the venue and every report to a client, turn by turn."""

import sqlite3
from pathlib import Path

from smartexec.api import ClientReport, ExecType, ExecutionReport
from smartexec.embed import Recording, breaches_of

from desk import DAY, setup

db = sqlite3.connect("day.db")
db.execute("CREATE TABLE fills (seq, mic, exec_id PRIMARY KEY, child, qty, px)")
db.execute("CREATE TABLE told (seq, cl_ord_id, qty)")
made, journal = setup()
with Recording.of(made, journal, Path(DAY)) as recording:
    for turn in recording:
        for _, event in turn.events:
            if isinstance(event, ExecutionReport) and event.exec_type is ExecType.TRADE:
                row = (turn.seq, event.mic, event.exec_id, event.cl_ord_id, event.last_qty, event.last_px)
                db.execute("INSERT OR IGNORE INTO fills VALUES (?, ?, ?, ?, ?, ?)", row)  # one may come twice
        for command in turn.commands:
            if isinstance(command, ClientReport) and command.exec_type is ExecType.TRADE:
                db.execute("INSERT INTO told VALUES (?, ?, ?)", (turn.seq, command.cl_ord_id, command.last_qty))
    print("laws broken:", breaches_of(recording.engine))
db.commit()
print("executed", *db.execute("SELECT sum(qty) FROM fills").fetchone())
for row in db.execute("SELECT cl_ord_id, sum(qty) FROM told GROUP BY cl_ord_id ORDER BY cl_ord_id"):
    print("told", *row)
