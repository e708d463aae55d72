"""QuickFIX as a venue: the adapter of `smartexec serve` opens a session with it; nothing is sent twice, no fill missed.

The venue's matching is here: an order is executed in halves, the second a little later; one far from the market rests.
"""

import asyncio
import csv
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from signal import SIGKILL
from time import time_ns

from attrs import define, field

from smartexec_fix.message import Message
from smartexec_fix.stamps import stamp
from smartexec_fix_desk.processes import PATIENCE, Program, free_ports
from tests.fix.proxy import Wire
from tests.quickfix.other import Other

PX = "100.01"
CONFIG = """\
[run]
name = "quickfix"
start = {start}
end = {end}

[plugins]
allow = ["smartexec-files", "smartexec-fix", "smartexec-routers", "smartexec-schedules"]

[instruments.AAA]
tick = "0.01"

[orders]
plugin = "file"
path = "orders.csv"

[[venues]]
plugin = "fix"
mic = "QFIX"
hosts = ["127.0.0.1:{port}"]

[venues.session]
sender_comp_id = "SMARTEXEC"
target_comp_id = "QFIX"
heartbeat = "2s"

[venues.market_data]
quotes = true
phases = true

[venues.dialect]
authoritative_unknown = true

[risk]
unlimited = "a check of the adapter"
"""
COLUMNS = (
    "time,source,account,cl_ord_id,symbol,side,order_qty,ord_type,price,strategy,slices,aggressiveness,expire_time"
)


@define(eq=False)
class Venue:
    """Orders by ClOrdID(11), as the venue has them."""

    other: Other
    orders: dict[str, Message] = field(init=False, factory=dict)
    filled: Counter[str] = field(init=False, factory=Counter)
    canceled: set[str] = field(init=False, factory=set)
    asked: Counter[str] = field(init=False, factory=Counter)
    refused: list[str] = field(init=False, factory=list)
    """Rejects(3) and business rejects(j) that the adapter sent."""
    _execs: int = field(init=False, default=0)
    _later: "set[asyncio.Task[None]]" = field(init=False, factory=set)

    async def live(self) -> None:
        """Take what members say; quote."""
        quoting = asyncio.create_task(self._quote())
        try:
            while True:
                self._take(await self.other.inbox.get())
        finally:
            quoting.cancel()

    def _take(self, message: Message) -> None:
        kind = message.msg_type
        if kind == b"D":
            self._new(message)
        elif kind == b"F":
            self._cancel(message)
        elif kind == b"H":
            self._state(message.text(11), "I")
        elif kind == b"V":
            self._snapshot(message.text(262))
        elif kind == b"e":
            self.other.send("f", [(324, message.text(324)), (55, message.text(55)), (326, 17)])
        elif kind == b"g":
            self.other.send("h", [(335, message.text(335)), (336, 1), (340, 2)])
        elif kind in (b"3", b"j"):
            self.refused.append(str(message))

    def _new(self, message: Message) -> None:
        name = message.text(11)
        self.asked[name] += 1
        if name in self.orders:
            return
        self.orders[name] = message
        self._state(name, "0")
        qty = int(message.text(38))
        if message.get(44) is None or float(message.text(44)) >= float(PX):
            self._fill(name, qty - qty // 2)
            task = asyncio.create_task(self._rest(name))
            self._later.add(task)
            task.add_done_callback(self._later.discard)

    async def _rest(self, name: str) -> None:
        await asyncio.sleep(0.4)
        if name not in self.canceled:
            self._fill(name, int(self.orders[name].text(38)) - self.filled[name])

    def _fill(self, name: str, qty: int) -> None:
        if qty:
            self.filled[name] += qty
            self._execs += 1
            self._state(name, "F", [(32, qty), (31, PX)], f"E{self._execs}")

    def _cancel(self, message: Message) -> None:
        name, request = message.text(41), message.text(11)
        order = self.orders.get(name)
        if order is None or name in self.canceled or self.filled[name] == int(order.text(38)):
            status = "8" if order is None else self._status(name)
            self.other.send("9", [(37, name), (11, request), (41, name), (39, status), (434, 1), (102, 0)])
            return
        self.canceled.add(name)
        self._state(name, "4", [(41, name)], request=request)

    def _status(self, name: str) -> str:
        if name in self.canceled:
            return "4"
        left = int(self.orders[name].text(38)) - self.filled[name]
        return "2" if not left else "1" if self.filled[name] else "0"

    def _state(
        self, name: str, kind: str, more: "list[tuple[int, object]] | None" = None, exec_id: str = "", request: str = ""
    ) -> None:
        """Send ExecutionReport(8) on an order, or that there is none."""
        self._execs += not exec_id
        order = self.orders.get(name)
        body: list[tuple[int, object]] = [(37, name), (17, exec_id or f"S{self._execs}-{time_ns()}"), (150, kind)]
        body += [(11, request or name), (55, "AAA"), (6, PX if self.filled[name] else 0), (14, self.filled[name])]
        if order is None:
            self.other.send("8", [*body, (39, 8), (54, 1), (151, 0), (58, "unknown order")])
            return
        status = self._status(name)
        left = int(order.text(38)) - self.filled[name]
        body += [(39, status), (54, order.text(54)), (38, order.text(38)), (151, 0 if status == "4" else left)]
        self.other.send("8", [*body, *(more or []), (60, stamp(time_ns()).decode())])

    async def _quote(self) -> None:
        while True:
            await asyncio.sleep(0.5)
            if self.other.up.is_set():
                self._snapshot("")

    def _snapshot(self, request: str) -> None:
        entries = [[(269, 0), (270, "100.00"), (271, 5000)], [(269, 1), (270, PX), (271, 5000)]]
        self.other.send("W", [*([(262, request)] if request else []), (55, "AAA")], [(268, 269, entries)])


@define(eq=False)
class Floor:
    """All that a check needs."""

    venue: Venue
    wire: Wire
    server: Program


def write(folder: Path, port: int, seconds: int) -> None:
    """Write orders for the next seconds, and the configuration."""
    now = datetime.now(UTC)
    begin, end = now + timedelta(seconds=3), now + timedelta(seconds=seconds - 3)
    rows = [
        f"{begin:%Y-%m-%dT%H:%M:%S}Z,DESK,A{number},D{number},AAA,{side},{qty},MARKET,,TWAP,{slices},100,{end:%Y-%m-%dT%H:%M:%S}Z"
        for number, (side, qty, slices) in enumerate(((("BUY", 1200, 8)), ("SELL", 900, 6), ("BUY", 700, 5)))
    ]
    (folder / "orders.csv").write_text("\n".join([COLUMNS, *rows, ""]), encoding="utf-8")
    times = {"start": now, "end": now + timedelta(seconds=seconds)}
    text = CONFIG.format(port=port, **{name: f"{at:%Y-%m-%dT%H:%M:%S}Z" for name, at in times.items()})
    (folder / "config.toml").write_text(text, encoding="utf-8")


@asynccontextmanager
async def floor(folder: Path, seconds: int) -> AsyncIterator[Floor]:
    """Begin all of it, and let the session come to its end; what both have must then be the same."""
    near, far = free_ports(2)
    write(folder, near, seconds)
    other = Other(folder / "quickfix", "acceptor", far, "QFIX", "SMARTEXEC")
    words = ["-m", "smartexec", "serve", str(folder / "config.toml"), "--out", str(folder / "run"), "--quiet"]
    server, venue = Program(words, 0, folder, "serve"), Venue(other)
    try:
        await other.begin()
        async with Wire(near, far) as wire:
            living = asyncio.create_task(venue.live())
            await server.spawn()
            await other.logon()
            yield Floor(venue, wire, server)
            code = await server.wait(seconds + PATIENCE)
            assert code == 0, server.told()
            living.cancel()
            with suppress(asyncio.CancelledError):
                await living
    finally:
        await server.end(SIGKILL)
        await other.end()
    same(folder, venue)


def same(folder: Path, venue: Venue) -> None:
    """The run's tables and the venue have the same orders and executions."""
    booked: Counter[str] = Counter()
    for row in rows(folder, "executions"):
        booked[row["cl_ord_id"]] += int(row["last_qty"])
    assert booked == +venue.filled
    assert max(venue.asked.values()) == 1, venue.asked.most_common(3)
    assert venue.refused == []
    assert venue.other.errors == []
    clients = sum(int(row["cum_qty"]) for row in rows(folder, "client_orders"))
    crossed = sum(2 * int(row["qty"]) for row in rows(folder, "crosses"))
    assert clients == sum(booked.values()) + crossed
    assert sum(booked.values()) > 500, "expected trading"


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / "run" / "tables" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_orders_are_executed_and_cancelled(tmp_path: Path) -> None:
    async def check() -> None:
        async with floor(tmp_path, 18):
            pass

    asyncio.run(check())


def test_nothing_is_lost_or_doubled_when_the_connection_is_cut(tmp_path: Path) -> None:
    async def check() -> None:
        async with floor(tmp_path, 25) as one:
            for _ in range(4):
                await asyncio.sleep(3.3)
                one.wire.cut()

    asyncio.run(check())


def test_nothing_is_lost_or_doubled_when_the_session_is_killed(tmp_path: Path) -> None:
    async def check() -> None:
        async with floor(tmp_path, 45) as one:
            for _ in range(3):
                await asyncio.sleep(2.1)
                await one.server.end(SIGKILL)
                one.venue.other.up.clear()
                await one.server.spawn()
                await one.venue.other.logon(30)

    asyncio.run(check())


def test_nothing_is_lost_or_doubled_when_quickfix_is_killed(tmp_path: Path) -> None:
    async def check() -> None:
        async with floor(tmp_path, 45) as one:
            for _ in range(3):
                await asyncio.sleep(3.1)
                await one.venue.other.kill()
                await asyncio.sleep(0.5)
                await one.venue.other.begin()
                await one.venue.other.logon(30)

    asyncio.run(check())
