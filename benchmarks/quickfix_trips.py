"""QuickFIX's Python binding over loopback, beside ours in one run: round trips a second, latencies.

    python benchmarks/quickfix_trips.py [--messages 20000] [--window 64] [--repeat 3]

It needs QuickFIX: `make quickfix` compiles and installs it. Both of its ends are Python, with its file store (which
waits for no disk, as `normal` does not) and its data dictionary. Order, report and counting are those of `fix.py`.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from time import time_ns
from typing import Any, Final

import quickfix
from fix import REPORT, Trips, free_port, order, round_trips

from smartexec_fix.wire.stamps import stamp

SPEC: Final = Path(sys.prefix) / "share" / "quickfix" / "FIX44.xml"
CONFIG: Final = """\
[DEFAULT]
ConnectionType={role}
FileStorePath={folder}/{role}
HeartBtInt=30
ReconnectInterval=1
NonStopSession=Y
SocketConnectHost=127.0.0.1
SocketConnectPort={port}
SocketAcceptPort={port}
SocketReuseAddress=Y
SocketNodelay=Y
UseDataDictionary=Y
DataDictionary={spec}

[SESSION]
BeginString=FIX.4.4
SenderCompID={us}
TargetCompID={them}
"""
ROLES: Final = {"acceptor": ("SERVER", "CLIENT"), "initiator": ("CLIENT", "SERVER")}
"""Role -> our CompID, the other's."""


def message(msg_type: str, fields: list[tuple[int, bytes]]) -> "quickfix.Message":
    """Make a message."""
    made = quickfix.Message()
    made.getHeader().setField(quickfix.MsgType(msg_type))
    for tag, value in fields:
        made.setField(quickfix.StringField(tag, value.decode()))
    return made


def name_of(asked: "quickfix.Message") -> bytes:
    """ClOrdID(11) of a message."""
    name = quickfix.ClOrdID()
    asked.getField(name)
    return str(name.getString()).encode()


class Quiet(quickfix.Application):
    """What QuickFIX calls, and what we have nothing to say to."""

    def onCreate(self, session: Any) -> None: ...  # noqa: N802
    def onLogon(self, session: Any) -> None: ...  # noqa: N802
    def onLogout(self, session: Any) -> None: ...  # noqa: N802
    def toAdmin(self, message: Any, session: Any) -> None: ...  # noqa: N802
    def fromAdmin(self, message: Any, session: Any) -> None: ...  # noqa: N802
    def toApp(self, message: Any, session: Any) -> None: ...  # noqa: N802


class Server(Quiet):
    """Answers orders with reports."""

    count = 0

    def fromApp(self, asked: Any, session: Any) -> None:  # noqa: N802
        """Answer."""
        self.count += 1
        ids = [(17, b"E%d" % self.count), (37, b"O%d" % self.count), (60, stamp(time_ns()))]
        quickfix.Session.sendToTarget(message("8", [*REPORT, (11, name_of(asked)), *ids]), session)


class Client(Quiet):
    """Sends orders, so many under way at once."""

    def __init__(self, trips: Trips) -> None:
        super().__init__()
        self.trips, self.over = trips, Event()

    def onLogon(self, session: Any) -> None:  # noqa: N802
        """Begin."""
        for _ in range(self.trips.window):
            self.send(session)

    def fromApp(self, report: Any, session: Any) -> None:  # noqa: N802
        """One is back: send another."""
        self.trips.back(name_of(report))
        self.send(session)
        if self.trips.over:
            self.over.set()

    def send(self, session: Any) -> None:
        """Send the next order, if there is one."""
        name = self.trips.next()
        if name is not None:
            quickfix.Session.sendToTarget(message("D", order(name, time_ns())), session)


def settings(role: str, folder: Path, port: int) -> tuple["quickfix.SessionSettings", "quickfix.FileStoreFactory"]:
    """What a side needs."""
    us, them = ROLES[role]
    path = folder / f"{role}.cfg"
    path.write_text(CONFIG.format(role=role, folder=folder, port=port, spec=SPEC, us=us, them=them), encoding="utf-8")
    made = quickfix.SessionSettings(str(path))
    return made, quickfix.FileStoreFactory(made)


def serve(folder: Path, port: int) -> None:
    """Answer, until the process is ended."""
    read, store = settings("acceptor", folder, port)
    acceptor = quickfix.SocketAcceptor(Server(), store, read)
    acceptor.start()
    Event().wait()


def quickfix_trips(messages: int, window: int) -> dict[str, Any]:
    """Measure round trips."""
    port, trips = free_port(), Trips(messages, window)
    with TemporaryDirectory() as name:
        command = [sys.executable, __file__, "--serve", "--port", str(port), "--folder", name]
        other = subprocess.Popen(command)
        try:
            client = Client(trips)
            read, store = settings("initiator", Path(name), port)
            initiator = quickfix.SocketInitiator(client, store, read)
            initiator.start()
            client.over.wait()
            figures = trips.figures()
            initiator.stop(True)
        finally:
            other.kill()
            other.wait()
    return figures


def main() -> None:
    """Measure, and print lines of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--window", type=int, default=64)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        serve(args.folder, args.port)
    for _ in range(args.repeat):
        for window in (1, args.window):
            theirs = quickfix_trips(args.messages, window)
            ours = round_trips("fix", "normal", args.messages, window)
            ratio = round(theirs["p50_us"] / ours["p50_us"], 2)
            line = {"what": "quickfix", "window": window, **theirs, "ours": ours, "p50_theirs_per_ours": ratio}
            print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
