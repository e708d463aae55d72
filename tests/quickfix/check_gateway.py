"""QuickFIX as our client: it opens a session with the gateway of `smartexec serve`, and neither loses nor doubles.

Behind the gateway are the exchange and the back office's port of `examples/fix_desk`. What the client was told, the
tables of the run and the exchange's books are compared order by order.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from signal import SIGKILL
from time import time_ns
from typing import Any, cast

from attrs import define, field

from smartexec.api import Side
from smartexec_fix.wire.message import Message
from smartexec_fix.wire.stamps import stamp
from smartexec_fix_desk.desk import CLIENT, PASSWORD, US, Ports, write
from smartexec_fix_desk.order_desk import Account, OrderDesk
from smartexec_fix_desk.processes import Program, exchange, free_ports, serving
from smartexec_fix_desk.sums import Day
from smartexec_fix_desk.tickets import Ticket
from tests.fix.proxy import Wire
from tests.quickfix.other import Other

SECOND = 10**9
FILLED, CANCELED, REJECTED = "2", "4", "8"


@define(eq=False)
class Floor:
    """All that a check needs: a client made of QuickFIX, the wire to the gateway, the processes behind."""

    folder: Path
    other: Other
    wire: Wire
    server: Program
    market: Program
    desk: OrderDesk = field(init=False, factory=lambda: OrderDesk(cast(Any, None)))
    heard: list[Message] = field(init=False, factory=list)
    """All messages, in order."""

    def order(
        self, name: str, qty: int, *, price: int = 0, slices: int = 2, seconds: float = 4, symbol: str = "AAA"
    ) -> None:
        """Send a purchase: TWAP, of the next seconds; a limit order if it has a price."""
        now = time_ns()
        ends = now + int(seconds * SECOND)
        ticket = Ticket(name, symbol, Side.BUY, qty, None, "ACC1", "TWAP", (("slices", slices),), now, ends)
        self.desk.orders[name] = Account(ticket)
        terms = [(40, 2), (44, price)] if price else [(40, 1)]
        algorithm = [(847, 1001), (848, f"slices={slices};aggressiveness=100")]
        body = [
            (11, name),
            (1, "ACC1"),
            (55, symbol),
            (54, 1),
            (38, qty),
            *terms,
            (60, stamp(now).decode()),
            *algorithm,
        ]
        self.other.send("D", [*body, (126, stamp(ends).decode())])

    def change(self, name: str, number: int) -> None:
        """Cancel an order, or ask for another quantity, or leave it as it is."""
        account = self.desk.orders.get(name)
        if account is None or number % 4 not in (1, 3):
            return
        request, ticket, qty = f"{name}-X", account.ticket, account.ticket.qty + 10
        terms = [(55, ticket.symbol), (54, 1), (60, stamp(time_ns()).decode()), (38, qty)]
        self.desk.answers[request] = 0
        kind, more = ("F", []) if number % 4 == 1 else ("G", [(40, 1), (1, ticket.account)])
        self.other.send(kind, [(11, request), (41, name), *terms, *more])

    async def listen(self) -> None:
        """Keep account of all that QuickFIX hands out."""
        while True:
            message = await self.other.inbox.get()
            self.heard.append(message)
            if message.msg_type in (b"8", b"9"):
                self.desk.take(message)

    async def until(self, holds: Callable[[], bool], seconds: float = 15.0) -> None:
        """Wait until something holds."""
        end = time_ns() + int(seconds * SECOND)
        while not holds():
            assert time_ns() < end, "\n".join(str(one) for one in self.heard[-10:]) + "\n" + self.server.told()
            await asyncio.sleep(0.05)

    def last(self, name: str) -> str:
        """Give the last OrdStatus(39) of an order."""
        return self.desk.orders[name].status


@asynccontextmanager
async def floor(folder: Path) -> AsyncIterator[Floor]:
    """Begin all of it and end it; what all have must then be the same."""
    gateway, *rest = free_ports(4)
    ports = Ports(rest[0], gateway, rest[1])
    write(folder, ports, 120)
    market, server = exchange(folder, ports.exchange), serving(folder, ports.gateway)
    other = Other(folder / "quickfix", "initiator", rest[2], CLIENT, US)
    (other.folder / "login.json").write_text(json.dumps([[553, CLIENT], [554, PASSWORD]]), encoding="utf-8")
    try:
        await market.begin()
        await server.begin()
        async with Wire(rest[2], ports.gateway) as wire:
            made = Floor(folder, other, wire, server, market)
            await other.begin()
            await other.logon()
            hearing = asyncio.create_task(made.listen())
            yield made
            assert await server.end() == 0, server.told()
            await asyncio.sleep(0.2)
            hearing.cancel()
            with suppress(asyncio.CancelledError):
                await hearing
    finally:
        await other.end()
        await server.end(SIGKILL)
        await market.end()
    day = Day.read(folder / "run" / "tables", folder / "books.json")
    assert day.differences(made.desk.orders, CLIENT) == []
    assert made.desk.doubled == []
    assert made.desk.strays == []
    assert set(made.desk.answers.values()) <= {1}, made.desk.answers
    assert other.errors == []
    assert [one for one in made.heard if one.msg_type == b"3"] == []


def run(check: Awaitable[None]) -> None:
    """Run a check."""

    async def whole() -> None:
        await check

    asyncio.run(whole())


def test_orders_are_filled_replaced_cancelled_and_refused(tmp_path: Path) -> None:
    async def check() -> None:
        async with floor(tmp_path) as one:
            one.order("F1", 200)
            await one.until(lambda: one.last("F1") == FILLED)
            assert len(one.desk.orders["F1"].fills) > 1, "expected partial fills"
            one.order("R1", 300, price=50, seconds=60)
            await one.until(lambda: one.last("R1") == "0")
            terms = [(55, "AAA"), (54, 1), (60, stamp(time_ns()).decode())]
            one.other.send("G", [(11, "R2"), (41, "R1"), *terms, (38, 100), (40, 2), (44, 60)])
            await one.until(lambda: any(m.get(150) == b"5" and m.get(11) == b"R2" for m in one.heard))
            replaced = next(m for m in one.heard if m.get(150) == b"5")
            assert (replaced.text(41), replaced.text(38), replaced.text(44)) == ("R1", "100", "60")
            one.other.send("F", [(11, "R3"), (41, "R2"), *terms, (38, 100)])
            await one.until(lambda: any(m.get(39) == b"4" and m.get(11) == b"R3" for m in one.heard))
            one.other.send("F", [(11, "R4"), (41, "R2"), *terms, (38, 100)])
            await one.until(lambda: any(m.msg_type == b"9" and m.get(11) == b"R4" for m in one.heard))
            one.order("X1", 100, symbol="ZZZ")
            await one.until(lambda: one.last("X1") == REJECTED)

    run(check())


def test_nothing_is_lost_or_doubled_when_the_connection_is_cut(tmp_path: Path) -> None:
    async def check() -> None:
        async with floor(tmp_path) as one:
            for number in range(60):
                one.order(f"C{number}", 40 + number, symbol="ABCDE"[number % 5] * 3)
                one.change(f"C{number - 5}", number)
                if number % 15 == 7:
                    one.wire.cut()
                await asyncio.sleep(0.1)
            await one.until(lambda: one.desk.over, 30)
            assert one.wire.cuts >= 8, "expected both ends of four connections cut"

    run(check())


def test_nothing_is_lost_or_doubled_when_the_session_is_killed(tmp_path: Path) -> None:
    async def check() -> None:
        async with floor(tmp_path) as one:
            for number in range(60):
                one.order(f"K{number}", 40 + number, symbol="ABCDE"[number % 5] * 3, seconds=6)
                one.change(f"K{number - 5}", number)
                if number % 20 == 13:
                    await one.server.end(SIGKILL)
                    await one.server.begin()
                await asyncio.sleep(0.1)
            await one.until(lambda: one.desk.over, 40)

    run(check())


def test_nothing_is_lost_or_doubled_when_quickfix_is_killed(tmp_path: Path) -> None:
    async def check() -> None:
        async with floor(tmp_path) as one:
            for number in range(60):
                one.order(f"Q{number}", 40 + number, symbol="ABCDE"[number % 5] * 3, seconds=6)
                one.change(f"Q{number - 5}", number)
                if number % 20 == 13:
                    await one.other.kill()
                    await asyncio.sleep(0.3)
                    await one.other.begin()
                await asyncio.sleep(0.1)
            await one.other.logon()
            await one.until(lambda: one.desk.over, 40)

    run(check())
