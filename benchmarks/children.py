"""Microseconds per child order: decide, route, guard, send, acknowledge, fill, allocate.

    python benchmarks/children.py --children 20000 [--parents 20]

Each parent has one child of 100 lots at a time. Its fill wakes the strategy, which decides on the next: so each child
costs one decision, one route, two venue reports and its share of two turns.
"""

import argparse
from typing import Final

from desk import ASK, ROUTER, STRATEGY, Desk, Now, PerfectVenue, open_desk
from meter import Meter

from smartexec.kernel.settings import Limits, Netting, Risk, Routing, Settings
from smartexec.model.enums import OrdStatus, Side
from smartexec.model.orders import NewOrder
from smartexec.runtime.collector import gc_policy

CLIP: Final = 100
"""Lots per child."""


def check(desk: Desk, n: int) -> None:
    """Nobody measures what was not done."""
    blotter = desk.engine.blotter
    undone = [o for o in blotter.orders if o.ord_status is not OrdStatus.FILLED]
    if len(blotter.child_orders) != n or undone or blotter.working or blotter.alerts:
        found = f"{len(blotter.child_orders)} children, {len(undone)} orders not filled, {len(blotter.alerts)} alerts"
        raise SystemExit(f"children: found {found}; expected {n} children, all orders filled, no alerts")


def _orders(symbol: str, qty: int, members: int) -> list[NewOrder]:
    """The members of one parent: `qty` lots in all."""
    parts = [qty // members + (m < qty % members) for m in range(members)]
    return [
        NewOrder("bench", f"C{symbol}.{m}", symbol, Side.BUY, part, STRATEGY, f"A{m}", ASK)
        for m, part in enumerate(parts)
    ]


def run(n: int, options: argparse.Namespace) -> str:
    """One measurement; gives its line."""
    symbols = [f"S{i:04}" for i in range(options.parents)]
    each = n // options.parents
    n = each * options.parents
    firm = Limits(max_order_qty=10_000, max_order_notional=10**18, collar_bps=500, max_msgs_per_s=1_000_000)
    settings = Settings(netting=Netting(enabled=False), routing=Routing(default=ROUTER), risk=Risk(firm=firm))
    meter = Meter()
    with gc_policy(), meter.watching():
        desk, venue = open_desk(settings, symbols, Now(CLIP), options.venues), PerfectVenue(options.fills)
        orders = [order for symbol in symbols for order in _orders(symbol, each * CLIP, options.members)]
        with meter.running():
            venue.take(desk.turn(orders))
            while said := venue.say():
                desk.now += 1_000_000
                venue.take(desk.turn(said))
        check(desk, n)
    return meter.line(
        n, us_per_child=round(meter.wall / n * 1e6, 2), gc_longest_ms=round(meter.longest_pause * 1e3, 1),
        parents=options.parents, members=options.members, venues=options.venues, fills=options.fills,
    )  # fmt: skip


def main() -> None:
    """Print one JSON line per size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--children", type=int, nargs="+", default=[2_000, 20_000])
    parser.add_argument("--parents", type=int, default=20)
    parser.add_argument("--members", type=int, default=5, help="client orders per parent")
    parser.add_argument("--venues", type=int, default=4)
    parser.add_argument("--fills", type=int, default=1, help="executions per child, a turn each")
    options = parser.parse_args()
    for n in options.children:
        print(run(n, options), flush=True)


if __name__ == "__main__":
    main()
