"""QuickFIX as a venue: the adapter of `smartexec serve` opens a session with it; nothing is sent twice, no fill missed.

The venue's matching is here: an order is executed in halves, the second a little later; one off the market rests.
"""

import asyncio
import csv
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from signal import SIGKILL
from time import time_ns

from attrs import define, field

from smartexec_fix.wire.message import Message
from smartexec_fix.wire.stamps import stamp
from smartexec_fix_desk.processes import PATIENCE, Program, free_ports
from tests.fix.proxy import Wire
from tests.quickfix.other import Other

TICK = Decimal("0.01")
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
class Held:
    """An order as the venue has it."""

    message: Message
    names: list[str]
    """Every ClOrdID(11) it has had."""
    qty: int
    price: Decimal | None
    filled: int = 0
    canceled: bool = False

    @property
    def left(self) -> int:
        return 0 if self.canceled else self.qty - self.filled

    @property
    def status(self) -> str:
        """OrdStatus(39)."""
        if self.canceled:
            return "4"
        return "2" if not self.left else "1" if self.filled else "0"

    def admits(self, bid: Decimal, ask: Decimal) -> bool:
        """Whether it can be executed now."""
        if self.price is None:
            return True
        return self.price >= ask if self.message.get(54) == b"1" else self.price <= bid


@define(eq=False)
class Venue:
    """The venue: its orders, and a price that goes up and down."""

    other: Other
    orders: list[Held] = field(init=False, factory=list)
    asked: Counter[str] = field(init=False, factory=Counter)
    """How often each ClOrdID(11) was a new order's."""
    replaced: int = field(init=False, default=0)
    refused: list[str] = field(init=False, factory=list)
    """Rejects(3) and business rejects(j) that the adapter sent."""
    bid: Decimal = field(init=False, default=Decimal("100.00"))
    _by_name: dict[str, Held] = field(init=False, factory=dict)
    _execs: int = field(init=False, default=0)
    _later: "set[asyncio.Task[None]]" = field(init=False, factory=set)

    @property
    def ask(self) -> Decimal:
        return self.bid + TICK

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
        elif kind == b"G":
            self._replace(message)
        elif kind == b"H":
            self._report(message.text(11), "I")
        elif kind == b"V":
            self._snapshot(message.text(262))
        elif kind == b"e":
            self.other.send("f", [(324, message.text(324)), (55, message.text(55)), (326, 17)])
        elif kind == b"g":
            self.other.send("h", [(335, message.text(335)), (336, 1), (340, 2)])
        elif kind in (b"3", b"j"):
            self.refused.append(str(message))

    # -- orders --------------------------------------------------------------------------------------------------------

    def _new(self, message: Message) -> None:
        name = message.text(11)
        self.asked[name] += 1
        if name in self._by_name:
            return
        price = None if message.get(44) is None else Decimal(message.text(44))
        held = Held(message, [name], int(message.text(38)), price)
        self.orders.append(held)
        self._by_name[name] = held
        self._report(name, "0")
        self._execute(held)

    def _cancel(self, message: Message) -> None:
        name, request = message.text(41), message.text(11)
        held = self._open(message, 1)
        if held is not None:
            held.canceled = True
            self._report(request, "4", [(41, name)], held)

    def _replace(self, message: Message) -> None:
        name, request = message.text(41), message.text(11)
        held = self._open(message, 2)
        if held is not None:
            self.replaced += 1
            held.qty, held.price = max(held.filled, int(message.text(38))), Decimal(message.text(44))
            held.names.append(request)
            self._by_name[request] = held
            self._report(request, "5", [(41, name), (44, held.price)])
            self._execute(held)

    def _open(self, message: Message, to: int) -> Held | None:
        """Give the order that a request is about; refuse the request if there is none that it could change."""
        held = self._by_name.get(message.text(41))
        if held is not None and held.left:
            return held
        status = "8" if held is None else held.status
        ids: list[tuple[int, object]] = [(11, message.text(11)), (41, message.text(41))]
        self.other.send("9", [(37, message.text(41)), *ids, (39, status), (434, to), (102, 0)])
        return None

    def _execute(self, held: Held) -> None:
        """Execute a half now and the rest a little later, if the price is right."""
        if held.left and held.admits(self.bid, self.ask):
            self._fill(held, held.left - held.left // 2)
            task = asyncio.create_task(self._rest(held))
            self._later.add(task)
            task.add_done_callback(self._later.discard)

    async def _rest(self, held: Held) -> None:
        await asyncio.sleep(0.4)
        self._fill(held, held.left)

    def _fill(self, held: Held, qty: int) -> None:
        if qty:
            held.filled += qty
            px = self.ask if held.price is None else held.price
            self._report(held.names[-1], "F", [(32, qty), (31, px)])

    def _report(self, name: str, kind: str, more: "Sequence[tuple[int, object]]" = (), of: Held | None = None) -> None:
        """Send ExecutionReport(8) on an order, or that there is none."""
        self._execs += 1
        held = of or self._by_name.get(name)
        body: list[tuple[int, object]] = [(17, f"E{self._execs}"), (150, kind), (11, name), (55, "AAA"), (6, self.ask)]
        if held is None:
            self.other.send("8", [(37, "NONE"), *body, (39, 8), (54, 1), (14, 0), (151, 0), (58, "unknown order")])
            return
        body += [(37, held.names[0]), (39, held.status), (54, held.message.text(54)), (38, held.qty)]
        body += [(14, held.filled), (151, held.left), *more, (60, stamp(time_ns()).decode())]
        self.other.send("8", body)

    # -- the market ----------------------------------------------------------------------------------------------------

    async def _quote(self) -> None:
        """Let the price go up and down, and what rests be executed when it comes there."""
        for step in count():
            await asyncio.sleep(0.5)
            self.bid = Decimal("100.00") + TICK * (step // 2 % 4)
            if self.other.up.is_set():
                self._snapshot("")
                for held in self.orders:
                    self._execute(held)

    def _snapshot(self, request: str) -> None:
        entries = [[(269, 0), (270, self.bid), (271, 5000)], [(269, 1), (270, self.ask), (271, 5000)]]
        self.other.send("W", [*([(262, request)] if request else []), (55, "AAA")], [(268, 269, entries)])


@define(eq=False)
class Floor:
    """All that a check needs."""

    venue: Venue
    wire: Wire
    server: Program


def write(folder: Path, port: int, seconds: int, haste: int) -> None:
    """Write orders for the next seconds, of so much aggressiveness, and the configuration."""
    now = datetime.now(UTC)
    begin, end = now + timedelta(seconds=3), now + timedelta(seconds=seconds - 3)
    rows = [
        f"{begin:%Y-%m-%dT%H:%M:%S}Z,DESK,A{number},D{number},AAA,{side},{qty},MARKET,,TWAP,{slices},{haste},{end:%Y-%m-%dT%H:%M:%S}Z"
        for number, (side, qty, slices) in enumerate(((("BUY", 1200, 8)), ("SELL", 900, 6), ("BUY", 700, 5)))
    ]
    (folder / "orders.csv").write_text("\n".join([COLUMNS, *rows, ""]), encoding="utf-8")
    times = {"start": now, "end": now + timedelta(seconds=seconds)}
    text = CONFIG.format(port=port, **{name: f"{at:%Y-%m-%dT%H:%M:%S}Z" for name, at in times.items()})
    (folder / "config.toml").write_text(text, encoding="utf-8")


@asynccontextmanager
async def floor(folder: Path, seconds: int, haste: int = 100) -> AsyncIterator[Floor]:
    """Begin all of it, and let the session come to its end; what both have must then be the same."""
    near, far = free_ports(2)
    write(folder, near, seconds, haste)
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
    assert {one.names[0]: sum(booked[name] for name in one.names) for one in venue.orders} == {
        one.names[0]: one.filled for one in venue.orders
    }
    assert sum(booked.values()) == sum(one.filled for one in venue.orders)
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


def test_orders_are_replaced_as_the_market_moves(tmp_path: Path) -> None:
    async def check() -> None:
        async with floor(tmp_path, 25, haste=30) as one:
            pass
        assert one.venue.replaced > 0
        assert any(len(held.names) > 1 and held.filled for held in one.venue.orders)

    asyncio.run(check())


def test_nothing_is_lost_or_doubled_when_the_connection_is_cut(tmp_path: Path) -> None:
    async def check() -> None:
        async with floor(tmp_path, 25, haste=50) as one:
            for _ in range(4):
                await asyncio.sleep(3.3)
                one.wire.cut()

    asyncio.run(check())


def test_nothing_is_lost_or_doubled_when_the_session_is_killed(tmp_path: Path) -> None:
    async def check() -> None:
        async with floor(tmp_path, 45, haste=50) as one:
            for _ in range(3):
                await asyncio.sleep(2.1)
                await one.server.end(SIGKILL)
                one.venue.other.up.clear()
                await one.server.spawn()
                await one.venue.other.logon(30)

    asyncio.run(check())


def test_nothing_is_lost_or_doubled_when_quickfix_is_killed(tmp_path: Path) -> None:
    async def check() -> None:
        async with floor(tmp_path, 45, haste=50) as one:
            for _ in range(3):
                await asyncio.sleep(3.1)
                await one.venue.other.kill()
                await asyncio.sleep(0.5)
                await one.venue.other.begin()
                await one.venue.other.logon(30)

    asyncio.run(check())
