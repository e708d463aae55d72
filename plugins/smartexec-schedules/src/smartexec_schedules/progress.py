"""How an order has done so far, in words for the note: average price and cost against benchmarks. Decides nothing."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Literal

from smartexec.api import PX_SCALE, ParentView
from smartexec_tca.costs import cost_bps

Benchmark = Literal["arrival", "VWAP", "TWAP"]

_PRICES: Final[Mapping[Benchmark, Callable[[ParentView], int | None]]] = MappingProxyType(
    {
        "arrival": lambda view: view.arrival,
        "VWAP": lambda view: view.market.vwap,
        "TWAP": lambda view: view.market.twap,
    }
)


def average(view: ParentView) -> int | None:
    """Give the average price of the market executions, rounded to 1e-9, halves up; None before the first."""
    return (2 * view.notional + view.cum_qty) // (2 * view.cum_qty) if view.cum_qty and view.notional else None


def benchmark(view: ParentView, name: Benchmark) -> int | None:
    """Give a benchmark's price so far, in 1e-9; None where it is not known."""
    return _PRICES[name](view)


def progress(view: ParentView, benchmarks: tuple[Benchmark, ...]) -> str:
    """Say "; avg 100.0123, +1.2 bp to arrival, -0.3 bp to VWAP", positive = worse; "" before the first execution."""
    px = average(view)
    if px is None:
        return ""
    known = [(name, price) for name in benchmarks if (price := benchmark(view, name))]
    costs = [f", {cost_bps(view.side, px, price):+.1f} bp to {name}" for name, price in known]
    return f"; avg {px / PX_SCALE:.4f}{''.join(costs)}"
