"""The exchange in a process of its own: `python -m smartexec_fix_desk.exchange_process PORT BOOKS [SECONDS] [SEED]`.

It writes its books as JSON to the file BOOKS when it is sent SIGUSR1, and at its end (SIGTERM or SIGINT); SIGUSR2 cuts
all connections.
"""

import asyncio
import signal
import sys
from pathlib import Path
from time import time_ns
from typing import Final

from smartexec_fix.session.settings import SECOND, SessionSettings
from smartexec_fix_desk.exchange import MIC, Exchange, make
from smartexec_fix_desk.sockets import Sockets

SYMBOLS: Final = ("AAA", "BBB", "CCC", "DDD", "EEE")
MEMBER: Final = "SMARTEXEC"
"""SenderCompID(49) of its member."""
DAY: Final = 3600
"""Seconds that the market is open, unless told."""


async def run(exchange: Exchange, port: int, books: Path) -> None:
    """Accept members until the process is to end."""
    sockets = Sockets(exchange)
    over, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    loop.add_signal_handler(signal.SIGUSR1, exchange.books.write, books)
    loop.add_signal_handler(signal.SIGUSR2, lambda: sockets.do(exchange.cut(time_ns())))
    server = await asyncio.start_server(sockets.serve, "127.0.0.1", port)
    ticking = asyncio.create_task(sockets.tick())
    ending = asyncio.create_task(over.wait())
    try:
        done, _ = await asyncio.wait({ticking, ending}, return_when=asyncio.FIRST_COMPLETED)
        for one in done:
            one.result()
    finally:
        ticking.cancel()
        server.close()
        exchange.books.write(books)


def main(port: int, books: Path, seconds: int = DAY, seed: int = 1) -> None:
    """Make the exchange, whose market opens now, and run it."""
    member = SessionSettings(sender_comp_id=MIC, target_comp_id=MEMBER, heartbeat=5 * SECOND)

    def fault(line: str) -> None:
        print(f"exchange: {line}", file=sys.stderr, flush=True)

    exchange = make([member], SYMBOLS, time_ns(), seconds, seed=seed, fault=fault)
    asyncio.run(run(exchange, port, books))


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4, 5) or not all(one.isdecimal() for one in (sys.argv[1], *sys.argv[3:])):
        sys.exit("usage: python -m smartexec_fix_desk.exchange_process PORT BOOKS [SECONDS] [SEED]")
    main(int(sys.argv[1]), Path(sys.argv[2]), *(int(one) for one in sys.argv[3:]))
