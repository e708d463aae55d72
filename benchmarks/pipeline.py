"""Small client orders per second: from the NewOrder event to the allocation at completion and the last client report.

    python benchmarks/pipeline.py --orders 100000 [--journal none|durable] [--mixed] [--flat]

Orders come in waves. A wave has `--members` orders for each parent it makes; they are pooled, the parents start, their
children are filled by a perfect venue in two executions, and everybody is booked and told. Nothing is let go.
"""

import argparse
import gc
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from desk import ASK, BID, ROUTER, STRATEGY, TICK, Desk, Now, PerfectVenue, open_desk
from meter import Meter, resident

from smartexec.kernel.settings import Aggregation, Routing, Settings
from smartexec.model.enums import OrdStatus, Side
from smartexec.model.orders import NewOrder
from smartexec.runtime.collector import gc_policy
from smartexec.runtime.journal.records import Writer
from smartexec_files.sqlite_journal import SqliteJournal

WAVE: Final = 10_000
"""Orders; the smallest size of `--flat` is one of them."""
WINDOW: Final = 250_000_000
PERIOD: Final = 1_000_000_000
"""From wave to wave, ns."""
FLAT: Final = (10_000, 100_000, 1_000_000)


def wave(
    first: int, size: int, symbols: Sequence[str], options: argparse.Namespace, rng: random.Random
) -> list[NewOrder]:
    """The orders of one wave, in random order of instruments. One side each, or both (`--mixed`)."""
    groups = -(-size // options.members)
    orders = []
    for n in range(size):
        group = n % groups + first // options.members
        number = group // 2 if options.mixed else group
        side = Side.BUY if group % 2 else Side.SELL
        ticks = rng.randrange(4) * TICK
        price = ASK + ticks if side is Side.BUY else BID - ticks
        account, qty = f"A{rng.randrange(200)}", rng.randrange(100, 1000)
        symbol = symbols[number % len(symbols)]
        orders.append(NewOrder("bench", f"C{first + n}", symbol, side, qty, STRATEGY, account, price))
    return orders


def trade(desk: Desk, venue: PerfectVenue, orders: list[NewOrder], per_turn: int, end: int) -> None:
    """Take the orders of a wave in turns, let the parents start and the venue fill them."""
    desk.market(dict.fromkeys(order.symbol for order in orders))
    for at in range(0, len(orders), per_turn):
        venue.take(desk.turn(orders[at : at + per_turn]))
        desk.now += 1_000_000
    desk.now += WINDOW
    venue.take(desk.turn(()))
    while said := venue.say():
        desk.now += 1_000_000
        venue.take(desk.turn(said))
    desk.now = end


def check(desk: Desk, n: int) -> None:
    """Nobody measures what was not done."""
    blotter = desk.engine.blotter
    undone = [o for o in blotter.orders if o.ord_status is not OrdStatus.FILLED and not o.offset_qty]
    if len(blotter.orders) != n or undone or blotter.working or desk.reports < 2 * n:
        found = f"{len(blotter.orders)} orders, {len(undone)} not filled, {desk.reports} reports"
        raise SystemExit(f"pipeline: found {found}; expected {n} orders, all filled, two reports each")


@contextmanager
def journal(kind: str) -> Iterator[Writer | None]:
    """A journal in a temporary folder, or none."""
    if kind == "none":
        yield None
        return
    with TemporaryDirectory() as folder:
        stored = SqliteJournal()
        stored.create(Path(folder), b"benchmark")
        yield Writer(stored)
        stored.close()


def run(n: int, options: argparse.Namespace) -> str:
    """One measurement; gives its line."""
    rng, symbols = random.Random(options.seed), [f"S{i:04}" for i in range(options.instruments)]
    settings = Settings(aggregation=Aggregation(window=WINDOW), routing=Routing(default=ROUTER))
    meter = Meter()
    with journal(options.journal) as writer, gc_policy(), meter.watching():
        desk, venue = open_desk(settings, symbols, Now(), writer=writer), PerfectVenue(2)
        before = resident()
        for first in range(0, n, WAVE):
            orders = wave(first, min(WAVE, n - first), symbols, options, rng)
            with meter.running():
                trade(desk, venue, orders, options.turn, desk.now + PERIOD)
        del orders
        kept = (resident() - before) // n
        check(desk, n)
    blotter = desk.engine.blotter
    return meter.line(
        n, us_per_order=round(meter.wall / n * 1e6, 2), bytes_per_order=kept,
        gc_pauses=meter.pauses, gc_longest_ms=round(meter.longest_pause * 1e3, 1),
        parents=len(blotter.parents), children=len(blotter.child_orders), crosses=len(blotter.crosses),
        client_reports=desk.reports, journal=options.journal, records=writer.count if writer else 0,
        instruments=options.instruments, members=options.members, turn=options.turn, mixed=options.mixed,
        seed=options.seed,
    )  # fmt: skip


def main() -> None:
    """Print one JSON line; with --flat, one per size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--journal", choices=("none", "durable"), default="none")
    parser.add_argument("--instruments", type=int, default=1000)
    parser.add_argument("--members", type=int, default=50, help="client orders per parent")
    parser.add_argument("--turn", type=int, default=500, help="client orders per turn of the loop (group commit)")
    parser.add_argument("--mixed", action="store_true", help="buyers and sellers of the same instruments: they cross")
    parser.add_argument("--flat", action="store_true", help="10,000, 100,000 and 1,000,000 orders")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for n in FLAT if options.flat else (options.orders,):
        print(run(n, options), flush=True)
        gc.collect()


if __name__ == "__main__":
    main()
