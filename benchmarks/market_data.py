"""Quotes per second through `Engine.handle`, with parents at work on the quoted instruments.

    python benchmarks/market_data.py --quotes 1000000 [--parents 20] [--instruments 10]

As in a simulation: quotes are folded and not stored, and after each the loop asks whether a turn has to be settled.
The parents rest; their strategy does not ask to be woken by quotes.
"""

import argparse
from typing import Final

from desk import ASK, BID, ROUTER, STRATEGY, TICK, Rest, open_desk
from meter import Meter

from smartexec.kernel.settings import Routing, Settings
from smartexec.model.enums import Side
from smartexec.model.market import Quote
from smartexec.model.orders import NewOrder
from smartexec.runtime.collector import gc_policy

RING: Final = 10_000
"""Quotes that are made beforehand and come again: making them is the feed's cost."""


def run(n: int, options: argparse.Namespace) -> str:
    """One measurement; gives its line."""
    symbols = [f"S{i:04}" for i in range(options.instruments)]
    mics = [f"XV{i:02}" for i in range(options.venues)]
    meter = Meter()
    with gc_policy(), meter.watching():
        desk = open_desk(Settings(routing=Routing(default=ROUTER)), symbols, Rest(), options.venues)
        orders = [
            NewOrder("bench", f"C{i}", symbols[i % len(symbols)], Side.BUY, 1_000, STRATEGY, "A1", list_id=f"L{i}")
            for i in range(options.parents)
        ]
        desk.turn(orders)
        quotes = [
            Quote(symbols[i % len(symbols)], mics[i % len(mics)], BID - i % 5 * TICK, 100, ASK + i % 3 * TICK, 200)
            for i in range(RING)
        ]
        engine, handle, now, seq = desk.engine, desk.engine.handle, desk.now, desk.seq
        settled = 0
        with meter.running():
            for start in range(0, n, RING):
                for quote in quotes[: n - start]:
                    seq += 1
                    now += 1_000
                    handle(seq, now, quote)
                    if engine.dirty:
                        engine.settle(seq, now)
                        settled += 1
    working = len(engine.blotter.working)
    if working != options.parents or len(engine.blotter.children) != working:
        raise SystemExit(f"market_data: found {working} parents at work, expected {options.parents} with a child each")
    return meter.line(n, parents=options.parents, instruments=options.instruments, venues=options.venues, turns=settled)


def main() -> None:
    """Print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--quotes", type=int, default=1_000_000)
    parser.add_argument("--parents", type=int, default=20)
    parser.add_argument("--instruments", type=int, default=10)
    parser.add_argument("--venues", type=int, default=4)
    print(run((options := parser.parse_args()).quotes, options))


if __name__ == "__main__":
    main()
