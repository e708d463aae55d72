"""`smartexec serve` killed (SIGKILL) again and again under load, with FIX on all its sides: `kill_serve.py N [SEED]`.

Client, exchange and back office live on; their connections are cut now and then. The kills are spread over days of a
few each; after a day what all parties have is compared, order by order. The exit code is 1 if they differ.
"""

import argparse
import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from random import Random
from signal import SIGKILL
from time import monotonic, time_ns
from typing import Final

from attrs import define, field

from smartexec.api import Side
from smartexec_fix.client import FixClient
from smartexec_fix_desk.back_office import BackOffice
from smartexec_fix_desk.desk import CLIENT, Ports, back_office_session, client_session, write
from smartexec_fix_desk.exchange_process import SYMBOLS
from smartexec_fix_desk.order_desk import OrderDesk
from smartexec_fix_desk.processes import Program, exchange, free_ports, serving
from smartexec_fix_desk.sums import Day
from smartexec_fix_desk.tickets import FAR, Ticket, draw
from tests.fix.proxy import Wire

KILLS_A_DAY: Final = 8
RATE: Final = 15
"""Orders a second."""
LONGEST: Final = 5.0
"""s between a beginning and a kill, at most."""
EARLY: Final = 0.3
"""Share of the kills that may come before the session is ready."""
BUCKET: Final = 3 * 10**9
"""ns: orders of one begin and end together, so that they share parents."""
LIFE: Final = 3
"""Buckets from an order's beginning to its end."""
CUT: Final = 0.8
"""Share of the lives in which a connection is cut too: the client's, the exchange's or the back office's."""
OFTEN: Final = tuple((("slices", count), ("aggressiveness", 100), ("cross_ticks", 2)) for count in (10, 14, 18))
"""Parameters with which TWAP sends often."""
SELLERS: Final = 10
"""One in so many orders sells: few are crossed inside, most go to the exchange."""
SETTLING: Final = 30.0
"""s in which all must be over after the last kill."""
CONFIGURED: Final = 600
"""s of a session."""


@define(eq=False)
class World:
    """A day: what lives through it."""

    folder: Path
    rng: Random
    kills: int
    near: Ports = field(init=False)
    """Where the wires listen: the exchange's is for the session, the others are for client and back office."""
    far: Ports = field(init=False)
    """Where the parties listen."""
    wires: list[Wire] = field(init=False)
    moments: list[float] = field(init=False, factory=list)
    """s from each beginning to its kill."""
    desk: OrderDesk = field(init=False)
    office: BackOffice = field(init=False)
    children: Counter[str] = field(init=False, factory=Counter)
    """Child orders by OrdStatus(39)."""

    def __attrs_post_init__(self) -> None:
        free = free_ports(6)
        self.near, self.far = Ports(*free[:3]), Ports(*free[3:])
        self.wires = [Wire(near, far) for near, far in zip(free[:3], free[3:], strict=True)]

    async def live(self) -> list[str]:
        """Live through it; give what is wrong at the end."""
        write(self.folder, Ports(self.near.exchange, self.far.gateway, self.far.post_trade), CONFIGURED)
        market, server = exchange(self.folder, self.far.exchange), serving(self.folder, self.far.gateway)
        try:
            await market.begin()
            async with AsyncExitStack() as stack:
                for wire in self.wires:
                    await stack.enter_async_context(wire)
                await self._connect(stack)
                hearing = [asyncio.create_task(self.desk.listen()), asyncio.create_task(self.office.listen())]
                sending = asyncio.create_task(self._send())
                try:
                    await self._kill(server)
                finally:
                    sending.cancel()
                    with suppress(asyncio.CancelledError):
                        await sending
                faults = await self._settle(server)
                code = await server.end()
                await asyncio.wait(hearing, timeout=2)
        finally:
            await server.end(SIGKILL)
            await market.end()
        return [*faults, *self._wrong(code)]

    async def _connect(self, stack: AsyncExitStack) -> None:
        client = FixClient("127.0.0.1", self.near.gateway, client_session(), log=self.folder / "client.log")
        back = FixClient("127.0.0.1", self.near.post_trade, back_office_session(), log=self.folder / "back.log")
        self.desk = OrderDesk(await stack.enter_async_context(client))
        self.office = BackOffice(await stack.enter_async_context(back), lambda _: None)

    async def _kill(self, server: Program) -> None:
        """Begin the session and kill it, again and again; then begin it once more."""
        for _ in range(self.kills):
            early = self.rng.random() < EARLY
            await (server.spawn() if early else server.begin())
            self.moments.append(self.rng.random() * LONGEST)
            await asyncio.sleep(self.moments[-1] / 2)
            if self.rng.random() < CUT:
                self.rng.choice(self.wires).cut()
            await asyncio.sleep(self.moments[-1] / 2)
            await server.end(SIGKILL)
        await server.begin()
        await self.desk.client.logon(30)

    async def _send(self) -> None:
        """Send orders, whether anybody is there or not."""
        first, number = monotonic(), 0
        while True:
            number += 1
            self.desk.send(self._ticket(number))
            self._change(number - RATE)
            await asyncio.sleep(max(0.0, first + number / RATE - monotonic()))

    def _change(self, number: int) -> None:
        """Cancel an order of a second ago, or ask for another quantity, or leave it."""
        if number > 0 and number % 5 == 0:
            self.desk.cancel(f"C{number}-X", f"C{number}")
        elif number > 0 and number % 5 == 2:
            self.desk.replace(f"C{number}-R", f"C{number}", self.rng.randint(1, 12) * 10)

    def _ticket(self, number: int) -> Ticket:
        """Draw an order of a few seconds; those of about one time share their end, so that they share a parent."""
        now = time_ns()
        begins = now - now % BUCKET
        one = next(draw(1, SYMBOLS, begins, seed=self.rng.getrandbits(32)))
        side = Side.SELL if number % SELLERS == 0 else Side.BUY
        price = None if one.price is None else FAR[side]
        return Ticket(
            f"C{number}", one.symbol, side, one.qty, price, one.account, "TWAP", OFTEN[number % len(OFTEN)],
            begins, begins + LIFE * BUCKET,
        )  # fmt: skip

    async def _settle(self, server: Program) -> list[str]:
        """Wait until all orders are over."""
        end = monotonic() + SETTLING
        while not self.desk.over and monotonic() < end and server.running:
            await asyncio.sleep(0.1)
        late = [name for name, one in self.desk.orders.items() if not one.over]
        late += [name for name, count in self.desk.answers.items() if not count]
        return [f"orders and requests that are not over {SETTLING} s after the last kill: {late[:5]}"] if late else []

    def _wrong(self, code: int) -> list[str]:
        """Give all that differs between client, run, exchange and back office."""
        if code:
            return [f"smartexec serve: exit {code}: {(self.folder / 'serve.log').read_text(encoding='utf-8')[-2_000:]}"]
        day = Day.read(self.folder / "run" / "tables", self.folder / "books.json")
        self.children = Counter(row["ord_status"] for row in day.tables["child_orders"])
        faults = day.differences(self.desk.orders, CLIENT)
        faults += [f"execution {one}: the client was told twice" for one in self.desk.doubled]
        twice = [name for name, count in self.desk.answers.items() if count > 1]
        faults += [f"request {one}: answered twice" for one in twice]
        faults += [f"the client got a message that belongs to no order: {one}" for one in self.desk.strays]
        faults += [f"{one}: came twice to the back office" for one in self.office.doubled]
        told = sum(one.filled for one in self.desk.orders.values())
        given = sum(sum(shares.values()) for shares in self.office.shares.values())
        if told != given:
            faults.append(f"{told} shares for the client, {given} allocated at the back office")
        return faults


@define
class Outcome:
    """What came of all days."""

    kills: int = 0
    orders: int = 0
    shares: int = 0
    children: Counter[str] = field(factory=Counter)
    faults: list[str] = field(factory=list)


async def run(kills: int, seed: int, folder: Path, say: Callable[[str], None]) -> Outcome:
    """Live through as many days as it takes."""
    outcome, rng = Outcome(), Random(seed)
    for day in range(1, -(-kills // KILLS_A_DAY) + 1):
        home = folder / f"day{day}"
        home.mkdir()
        world = World(home, Random(rng.getrandbits(32)), min(KILLS_A_DAY, kills - outcome.kills))
        faults = await world.live()
        shares = sum(one.filled for one in world.desk.orders.values())
        cuts = sum(wire.cuts for wire in world.wires) // 2
        done = f"{len(world.moments)} kills, {cuts} cuts, {len(world.desk.orders)} orders"
        children, verdict = world.children.total(), "; ".join(faults[:3]) or "all have the same"
        say(f"day {day}: {done}, {children} child orders, {shares} shares: {verdict}")
        outcome.children += world.children
        outcome.kills += len(world.moments)
        outcome.orders += len(world.desk.orders)
        outcome.shares += shares
        outcome.faults += [f"day {day}: {one}" for one in faults]
    return outcome


def main() -> int:
    """Read the arguments, kill, say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kills", type=int)
    parser.add_argument("seed", type=int, nargs="?", default=1)
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="kill-serve-"))
    outcome = asyncio.run(run(given.kills, given.seed, folder, lambda line: print(line, flush=True)))
    print(f"{outcome.kills} kills, {outcome.orders} orders, {outcome.shares} shares, {len(outcome.faults)} faults")
    print(f"child orders: {', '.join(f'{count} {name}' for name, count in outcome.children.items())}")
    print("\n".join(outcome.faults[:50]))
    print(f"seed {given.seed}; logs and books: {folder}")
    return 1 if outcome.faults else 0


if __name__ == "__main__":
    sys.exit(main())
