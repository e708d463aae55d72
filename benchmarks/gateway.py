"""A desk's gateway over loopback: `smartexec serve` takes orders over FIX and tells that it has them.

    python benchmarks/gateway.py [--messages 20000] [--window 64] [--sync normal] [--repeat 3]

A round trip is an order to `smartexec serve` and its acknowledgement: the session, the checks, the kernel's guards, the
journal and the sessions' archive, each committed before anything leaves. The orders wait for a later time, so nothing
is traded. The baseline is FIX alone, as `fix.py` measures it: the same order, the same sockets, an archive, no desk.
"""

import argparse
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep
from typing import Any, Final

from fix import ORDER, Trips, fix_trips, free_port, round_trips
from meter import resident

from smartexec.runtime.collector import gc_policy
from smartexec.runtime.live.event_loop import run
from smartexec_fix.wire.message import Field
from smartexec_fix.wire.stamps import stamp

CONFIG: Final = """\
[run]
name = "gateway"
start = {start}
end = {end}

[plugins]
allow = ["smartexec-files", "smartexec-fix", "smartexec-routers", "smartexec-schedules"]

[journal]
plugin = "sqlite"
sync = "{sync}"

[instruments.ABC]
tick = "0.01"

[orders]
plugin = "fix"
address = "127.0.0.1:{port}"

[[orders.sessions]]
name = "CLIENT"
sender_comp_id = "SERVER"
target_comp_id = "CLIENT"

[[venues]]
plugin = "fix"
mic = "AWAY"
hosts = ["127.0.0.1:1"]

[venues.session]
sender_comp_id = "SERVER"
target_comp_id = "AWAY"

[risk]
unlimited = "nothing is traded"
"""


def order(name: bytes, now: int) -> list[Field]:
    """The body of an order that waits for an hour."""
    return [*ORDER, (11, name), (60, stamp(now)), (168, stamp(now + 3_600 * 10**9)), (847, b"TWAP")]


def gateway_trips(sync: str, messages: int, window: int) -> dict[str, Any]:
    """Measure round trips against a desk."""
    port, start = free_port(), datetime.now(UTC)
    with TemporaryDirectory() as name:
        folder = Path(name)
        times = {"start": start, "end": start + timedelta(hours=2)}
        text = CONFIG.format(port=port, sync=sync, **{key: f"{at:%Y-%m-%dT%H:%M:%S}Z" for key, at in times.items()})
        (folder / "config.toml").write_text(text, encoding="utf-8")
        words = [sys.executable, "-m", "smartexec", "serve", str(folder / "config.toml"), "--out", str(folder / "run")]
        desk = subprocess.Popen([*words, "--quiet"])
        trips = Trips(messages, window)
        try:
            sleep(1.5)  # it has begun
            before = resident(desk.pid)
            with gc_policy():
                run(fix_trips(port, folder, sync, trips, order))
            grown = (resident(desk.pid) - before) // len(trips.taken)
        finally:
            desk.kill()
            desk.wait()
    return {**trips.figures(), "bytes_per_order": grown}


def main() -> None:
    """Measure, and print lines of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--window", type=int, default=64)
    parser.add_argument("--sync", nargs="+", default=["normal", "full"], choices=["off", "normal", "full"])
    parser.add_argument("--repeat", type=int, default=3)
    args = parser.parse_args()
    for _ in range(args.repeat):
        for sync in args.sync:
            for window in (1, args.window):
                count = args.messages // (10 if sync == "full" and window == 1 else 1)
                alone = round_trips("fix", sync, count, window)
                figures = gateway_trips(sync, count, window)
                ratio = round(alone["per_s"] / figures["per_s"], 1)
                line = {"what": "gateway", "sync": sync, "window": window, **figures, "fix_per_gateway": ratio}
                print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
