"""A thousand small orders over FIX, on real sockets: clients, `smartexec serve`, an exchange and a back office.

The exchange and `smartexec serve` are processes of their own; the client and the back office are here. It ends by
itself, and then compares what the client, the run's tables, the back office and the exchange have: exit code 1 if they
differ. `python run.py [--orders 1000] [--pace 1] [--out DIR]`
"""

import argparse
import asyncio
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from time import time_ns

from smartexec.api import NANOS_PER_SECOND, OrdStatus
from smartexec_fix.client import FixClient
from smartexec_fix_desk.back_office import BackOffice
from smartexec_fix_desk.desk import CLIENT, Ports, back_office_session, client_session, write
from smartexec_fix_desk.exchange_process import SYMBOLS
from smartexec_fix_desk.order_desk import OrderDesk
from smartexec_fix_desk.processes import Program, exchange, free_ports, serving
from smartexec_fix_desk.sums import Day
from smartexec_fix_desk.tickets import WAVES, draw

SENDING = 10
"""s in which all orders are sent."""
SESSION = WAVES[-1][1] + 12
"""s until the session ends by itself, if it is not ended before."""


async def trade(folder: Path, count: int, pace: float) -> int:
    """Begin all, trade, end all, compare."""
    ports = Ports(*free_ports(3))
    write(folder, ports, SESSION)
    market, server = exchange(folder, ports.exchange), serving(folder, ports.gateway)
    try:
        await market.begin()
        await server.begin()
        print(f"exchange at port {ports.exchange}, gateway at {ports.gateway}, post-trade at {ports.post_trade}")
        async with AsyncExitStack() as stack:
            client = await stack.enter_async_context(FixClient("127.0.0.1", ports.gateway, client_session()))
            back = await stack.enter_async_context(FixClient("127.0.0.1", ports.post_trade, back_office_session()))
            desk, office = OrderDesk(client), BackOffice(back, lambda line: print(f"          {line}"))
            hearing = [asyncio.create_task(desk.listen()), asyncio.create_task(office.listen())]
            await asyncio.gather(client.logon(), back.logon())
            await work(desk, server, count, pace)
            code = await server.end()
            await asyncio.wait(hearing, timeout=1)
    finally:
        await server.end()
        await market.end()
    return verdict(code, folder, desk, office)


async def work(desk: OrderDesk, server: Program, count: int, pace: float) -> None:
    """Send all orders, and tell how things stand until all are over."""
    start = time_ns()
    printed = 0
    for number, ticket in enumerate(draw(count, SYMBOLS, start, stretch=1 / pace), 1):
        desk.send(ticket)
        due = number * SENDING / count / pace
        await asyncio.sleep(max(0.0, due - (time_ns() - start) / NANOS_PER_SECOND))
        if (second := (time_ns() - start) // NANOS_PER_SECOND) > printed:
            printed = second
            print(desk.line(start, time_ns()), flush=True)
    while not desk.over and server.running:
        await asyncio.sleep(1)
        print(desk.line(start, time_ns()), flush=True)


def verdict(code: int, folder: Path, desk: OrderDesk, office: BackOffice) -> int:
    """Compare what each has, and say it; give the exit code."""
    if code:
        print(f"smartexec serve: exit {code}\n{(folder / 'serve.log').read_text(encoding='utf-8')[-4_000:]}")
        return 1
    day = Day.read(folder / "run" / "tables", folder / "books.json")
    faults = [*day.differences(desk.orders, CLIENT), *at_the_back_office(desk, office)]
    faults += [f"execution {one}: the client was told twice" for one in desk.doubled]
    faults += [f"found a message that belongs to no order: {one}" for one in desk.strays]
    totals, told = day.totals(), sum(one.filled for one in desk.orders.values())
    print(
        f"\n{len(desk.orders):,} orders: {desk.count(OrdStatus.FILLED):,} filled, {told:,} shares for the client"
        f"\nrun:         {totals['executed']:,} shares executed, {totals['crossed']:,} crossed inside (both sides)"
        f"\nexchange:    {totals['exchange']:,} shares executed"
        f"\nallocations: {totals['allocated']:,} shares in the run, {len(office.shares):,} messages at the back office"
        f"\ndrop copies: {office.copies:,} of {desk.reports:,} reports"
    )
    print("\n".join(faults[:20]) or "client, run, back office and exchange have the same")
    print(f"tables: {folder / 'run' / 'tables'}")
    return 1 if faults else 0


def at_the_back_office(desk: OrderDesk, office: BackOffice) -> list[str]:
    """Give what the back office has otherwise than the client."""
    ours: dict[str, int] = {}
    for one in desk.orders.values():
        ours[one.ticket.account] = ours.get(one.ticket.account, 0) + one.filled
    theirs: dict[str, int] = {}
    for shares in office.shares.values():
        for account, qty in shares.items():
            theirs[account] = theirs.get(account, 0) + qty
    accounts = sorted({*ours, *theirs})
    wrong = [
        f"account {one}: {ours.get(one, 0)} shares at the client, {theirs.get(one, 0)} allocated at the back office"
        for one in accounts
        if ours.get(one, 0) != theirs.get(one, 0)
    ]
    wrong += [f"{one}: came twice to the back office" for one in office.doubled]
    return [*wrong, *(f"allocation {one}: its shares do not add up" for one in office.refused)]


def main() -> int:
    """Read the arguments and trade."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=1_000, help="how many orders are sent (1000)")
    parser.add_argument("--pace", type=float, default=1.0, help="how many times faster all goes (1)")
    parser.add_argument("--out", type=Path, help="new folder for the run; a temporary one unless given")
    given = parser.parse_args()
    folder = (given.out or Path(tempfile.mkdtemp(prefix="fix-desk-"))).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        return asyncio.run(trade(folder, given.orders, given.pace))
    except KeyboardInterrupt:
        print("interrupted: what was live is cancelled")
        return 130
    except (RuntimeError, TimeoutError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
