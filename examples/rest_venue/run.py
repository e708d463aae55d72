"""Trade for fifteen seconds at ACME, live: its exchange in a process of its own, real sockets, the wall clock.

Two clients' orders become one TWAP order; child orders leave over HTTP, executions come back over a WebSocket, and each
client gets its share. The exit code is that of `smartexec serve`: 1 if a law was broken or something lost.
"""

import csv
import os
import socket
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

HERE = Path(__file__).parent
SECONDS = 15
TOKEN = "open sesame"

CONFIG = """
[run]
name = "acme"
start = {start}
end = {end}

[plugins]
allow = ["smartexec-acme", "smartexec-files", "smartexec-schedules", "smartexec-routers"]

[instruments.TEST]
tick = "0.01"

[orders]
plugin = "file"
path = "orders.csv"

[[venues]]
plugin = "acme"
mic = "ACME"
rest = "http://127.0.0.1:{port}"
feed = "ws://127.0.0.1:{port}/feed"
token = "env:ACME_TOKEN"

[risk]
max_order_qty = 10_000
max_order_notional = "1000000"
collar_bps = 200
max_participation_pct = 100
participation_floor_qty = 100_000
max_msgs_per_s = 50
"""

ORDERS = """\
time,source,account,cl_ord_id,symbol,side,order_qty,ord_type,price,strategy,slices,expire_time
{start},DESK,ACME,D1,TEST,BUY,900,MARKET,,TWAP,4,{end}
{start},DESK,BIRCH,D2,TEST,BUY,300,LIMIT,101,TWAP,4,{end}
"""


def main() -> int:
    """Start the exchange, write orders and configuration, trade, show what came of it, stop the exchange."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    exchange = subprocess.Popen([sys.executable, str(HERE / "acme_exchange.py"), str(port)])
    try:
        wait_for(port)
        folder = Path(tempfile.mkdtemp(prefix="acme-"))
        write(folder, port)
        code = serve(folder)
        show(folder / "run" / "tables")
        return code
    finally:
        exchange.terminate()
        exchange.wait()


def wait_for(port: int) -> None:
    """Wait until somebody listens."""
    for _ in range(100):
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit(f"acme_exchange.py: found nobody at port {port}, expected the exchange")


def write(folder: Path, port: int) -> None:
    """Write orders for the next seconds, and the configuration that trades them."""
    now = datetime.now(UTC)
    text = {"start": now + timedelta(seconds=2), "end": now + timedelta(seconds=SECONDS - 1)}
    times = {name: f"{at:%Y-%m-%dT%H:%M:%S}Z" for name, at in text.items()}
    (folder / "orders.csv").write_text(ORDERS.format(**times), encoding="utf-8")
    times = {"start": f"{now:%Y-%m-%dT%H:%M:%S}Z", "end": f"{now + timedelta(seconds=SECONDS):%Y-%m-%dT%H:%M:%S}Z"}
    (folder / "config.toml").write_text(CONFIG.format(port=port, **times), encoding="utf-8")


def serve(folder: Path) -> int:
    """Trade; give the exit code. The token is in the environment, and nowhere in the run folder."""
    command = ["smartexec", "serve", str(folder / "config.toml"), "--out", str(folder / "run")]
    program = Path(sys.executable).with_name(command[0])
    env = {**os.environ, "ACME_TOKEN": TOKEN}
    return subprocess.run([str(program), *command[1:]], env=env, check=False).returncode


def show(tables: Path) -> None:
    """Say who got what."""
    with (tables / "allocations.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            print(f"{row['account'] or 'house'}: {row['side']} {row['qty']} at {row['px']}")


if __name__ == "__main__":
    sys.exit(main())
