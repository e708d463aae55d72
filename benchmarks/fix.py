"""FIX over loopback, each message made durable first: round trips a second, latencies, parsing, encoding.

    python benchmarks/fix.py [--messages 20000] [--window 64] [--sync normal] [--repeat 3]

A round trip is an order (NewOrderSingle) to another process and an ExecutionReport back, through sockets, framing,
checks, sessions and an archive on both sides. Latency is measured with one order under way, the rate with a window of
them. The baseline are the same bytes through the same sockets without FIX; parsing is compared with simplefix.
"""

import argparse
import asyncio
import json
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from time import perf_counter, perf_counter_ns, time_ns
from typing import Any, Final

from attrs import define, field
from simplefix import FixParser

from smartexec.api import Send, Tcp, TcpServer, WireInput
from smartexec.runtime.collector import gc_policy
from smartexec.runtime.live.event_loop import run
from smartexec.runtime.live.transport import Transport
from smartexec_fix.session.acceptor import Acceptor, Member
from smartexec_fix.session.initiator import Initiator
from smartexec_fix.session.outputs import App, Said, Up
from smartexec_fix.session.session import Session
from smartexec_fix.session.settings import SessionSettings
from smartexec_fix.session.store import Archive
from smartexec_fix.wire import built_in
from smartexec_fix.wire.checking import check
from smartexec_fix.wire.framing import Framer
from smartexec_fix.wire.message import Field, Message, encode, parse
from smartexec_fix.wire.stamps import stamp

VERSION: Final = "FIX.4.4"
ORDER: Final[list[Field]] = [
    (1, b"ACME"), (21, b"1"), (38, b"100"), (40, b"2"), (44, b"101.25"), (54, b"1"), (55, b"ABC"), (59, b"0"),
]  # fmt: skip
REPORT: Final[list[Field]] = [
    (6, b"0"), (14, b"0"), (38, b"100"), (39, b"0"), (54, b"1"), (55, b"ABC"), (150, b"0"), (151, b"100"),
]  # fmt: skip
WARM_UP: Final = 500
"""Round trips before the measurement."""


def order(name: bytes, now: int) -> list[Field]:
    """The body of an order."""
    return [*ORDER, (11, name), (60, stamp(now))]


def session(archive: Archive, us: str, them: str, *, initiator: bool) -> Session:
    """A session in an archive."""
    settings = SessionSettings(version=VERSION, sender_comp_id=us, target_comp_id=them)
    return Session(settings, built_in.of(VERSION), archive.session(them), initiator=initiator)


@define(eq=False)
class Loop:
    """The turns of a process: all that came in is taken, the archive commits, and only then anything leaves."""

    archive: Archive | None
    take: Callable[[WireInput, int], Iterable[Any]]
    transport: Transport = field(init=False)
    done: bool = False
    _news: deque[WireInput] = field(init=False, factory=deque)
    _more: asyncio.Event = field(init=False, factory=asyncio.Event)

    def __attrs_post_init__(self) -> None:
        self.transport = Transport(self._hear)

    def _hear(self, _: int, event: WireInput) -> None:
        self._news.append(event)
        self._more.set()

    async def run(self, channel: Tcp | TcpServer, at_once: Callable[[], Iterable[Send]] = tuple) -> None:
        """Serve until it is done."""
        await self.transport.open(0, [channel])
        while not self.done:
            await self._more.wait()
            self._more.clear()
            wanted: list[Any] = []
            while self._news:
                wanted += self.take(self._news.popleft(), time_ns())
            if self.archive is not None:
                self.archive.commit()
            for one in wanted:
                self.transport.act(0, one)
        await self.transport.close()


# -- the other process -------------------------------------------------------------------------------------------------


async def serve(port: int, folder: Path, sync: str) -> None:
    """Answer orders with reports, until the process is ended."""
    archive = Archive(folder / "server.sqlite", sync)
    members = {"CLIENT": Member("CLIENT", session(archive, "SERVER", "CLIENT", initiator=False))}
    acceptor = Acceptor("at", members, lambda line: print(line, file=sys.stderr))
    count = 0

    def take(event: WireInput, now: int) -> Iterable[Any]:
        nonlocal count
        for one in acceptor.handle(event, now):
            if not isinstance(one, Said):
                yield one
            elif isinstance(one.what, App):
                count += 1
                yield from acceptor.send("CLIENT", b"8", report(one.what.message, count, now), now)

    await Loop(archive, take).run(TcpServer("at", f"127.0.0.1:{port}"))


def report(asked: Message, number: int, now: int) -> list[Field]:
    """The body of the report on an order."""
    ids = [(11, asked.get(11) or b""), (17, b"E%d" % number), (37, b"O%d" % number), (60, stamp(now))]
    return [*REPORT, *ids]


async def reflect(port: int) -> None:
    """Send bytes back, until the process is ended."""
    await Loop(None, lambda event, _: [Send(event.channel, event.data)] if hasattr(event, "data") else []).run(
        TcpServer("at", f"127.0.0.1:{port}")
    )


# -- this process ------------------------------------------------------------------------------------------------------


@define(eq=False)
class Trips:
    """Round trips: so many under way at once."""

    messages: int
    window: int
    sent: dict[bytes, int] = field(factory=dict)
    taken: list[int] = field(factory=list)
    number: int = 0
    began: float = 0.0

    def next(self) -> bytes | None:
        """Name the next one; None if there are enough."""
        if self.number >= self.messages + WARM_UP:
            return None
        self.number += 1
        if self.number == WARM_UP:
            self.began = perf_counter()
        name = b"C%d" % self.number
        self.sent[name] = perf_counter_ns()
        return name

    def back(self, name: bytes) -> None:
        """One has come back."""
        self.taken.append(perf_counter_ns() - self.sent.pop(name))

    @property
    def over(self) -> bool:
        """Whether all have."""
        return len(self.taken) >= self.messages + WARM_UP

    def figures(self) -> dict[str, Any]:
        """What came of it."""
        cuts = quantiles(self.taken[WARM_UP:], n=1000)
        per_s = round(self.messages / (perf_counter() - self.began))
        return {"per_s": per_s, "p50_us": round(cuts[499] / 1e3), "p99_us": round(cuts[989] / 1e3)}


Body = Callable[[bytes, int], list[Field]]
"""Makes the body of an order of its name and the time, ns UTC."""


async def fix_trips(port: int, folder: Path, sync: str, trips: Trips, body: Body = order) -> None:
    """Make round trips through FIX."""
    archive = Archive(folder / "client.sqlite", sync)
    line = Initiator(session(archive, "CLIENT", "SERVER", initiator=True), "line", lambda text: print(text), name="S")

    def take(event: WireInput, now: int) -> Iterable[Any]:
        for one in line.handle(event, now):
            if not isinstance(one, Said):
                yield one
            elif isinstance(one.what, Up):
                for _ in range(trips.window):
                    yield from send(now)
            elif isinstance(one.what, App):
                trips.back(one.what.message.get(11) or b"")
                loop.done = trips.over
                yield from send(now)

    def send(now: int) -> Iterable[Any]:
        name = trips.next()
        return () if name is None else line.send("S", b"D", body(name, now), now)

    loop = Loop(archive, take)
    await loop.run(Tcp("line", (f"127.0.0.1:{port}",)))
    archive.close()


async def bare_trips(port: int, trips: Trips) -> None:
    """Make round trips with bytes of the same length, without FIX: one under way, or a window as one piece."""
    frame = encode(VERSION.encode(), b"D", order(b"C1", time_ns()))

    def take(event: WireInput, _: int) -> Iterable[Any]:
        nonlocal waiting
        if not hasattr(event, "data"):
            waiting = 0
        else:
            waiting -= len(event.data)
            if waiting > 0:
                return
            for name in list(trips.sent):
                trips.back(name)
        loop.done = trips.over
        names = [name for _ in range(trips.window) if (name := trips.next()) is not None]
        waiting = len(frame) * len(names)
        if names:
            yield Send("line", frame * len(names))

    waiting = 0
    loop = Loop(None, take)
    await loop.run(Tcp("line", (f"127.0.0.1:{port}",)))


def round_trips(kind: str, sync: str, messages: int, window: int) -> dict[str, Any]:
    """Measure round trips against another process."""
    port = free_port()
    with TemporaryDirectory() as name:
        command = [sys.executable, __file__, "--serve", kind, "--port", str(port), "--folder", name, "--sync", sync]
        other = subprocess.Popen(command)
        trips = Trips(messages, window)
        try:
            with gc_policy():
                run(fix_trips(port, Path(name), sync, trips) if kind == "fix" else bare_trips(port, trips))
        finally:
            other.kill()
            other.wait()
    return trips.figures()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# -- without sockets ---------------------------------------------------------------------------------------------------


def messages(count: int) -> dict[str, Any]:
    """Measure framing, parsing, checking and encoding, beside simplefix's parser."""
    header: list[Field] = [(34, b"12"), (49, b"CLIENT"), (52, stamp(time_ns())), (56, b"SERVER")]
    body = sorted(order(b"C7", time_ns()))
    frame = encode(VERSION.encode(), b"D", [*header, *body])
    dictionary = built_in.of(VERSION)
    framer, old = Framer(), FixParser()

    def simplefix() -> None:
        old.append_buffer(frame)
        assert old.get_message() is not None

    found = {
        "bytes": len(frame),
        "parse": rate(lambda: [parse(one) for one in framer.feed(frame)], count),
        "parse_and_check": rate(lambda: [check(parse(one), dictionary) for one in framer.feed(frame)], count),
        "encode": rate(lambda: encode(VERSION.encode(), b"D", [*header, *body]), count),
        "simplefix_parse": rate(simplefix, count // 10),
    }
    return {**found, "ratio": round(found["parse"] / found["simplefix_parse"], 1)}


def rate(act: Callable[[], object], count: int) -> int:
    """How often something can be done in a second."""
    began = perf_counter()
    for _ in range(count):
        act()
    return round(count / (perf_counter() - began))


def main() -> None:
    """Measure, and print lines of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--window", type=int, default=64)
    parser.add_argument("--sync", nargs="+", default=["off", "normal", "full"], choices=["off", "normal", "full"])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--serve", choices=["fix", "bare"], help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve is not None:
        run(serve(args.port, args.folder, args.sync[0]) if args.serve == "fix" else reflect(args.port))
        return
    for _ in range(args.repeat):
        print(json.dumps({"what": "messages", **messages(args.messages)}), flush=True)
        bare = {window: round_trips("bare", "off", args.messages, window) for window in (1, args.window)}
        for window, figures in bare.items():
            print(json.dumps({"what": "bytes", "window": window, **figures}), flush=True)
        for sync in args.sync:
            for window in (1, args.window):
                count = args.messages // (10 if sync == "full" and window == 1 else 1)
                figures = round_trips("fix", sync, count, window)
                ratio = round(bare[window]["per_s"] / figures["per_s"], 1)
                line = {"what": "fix", "sync": sync, "window": window, **figures, "bytes_per_fix": ratio}
                print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
