"""Fixture `desk`: the tables of a run, written by hand: two clients share a parent, worked in two child orders."""

from collections.abc import Callable, Sequence
from typing import Final

import pytest

from smartexec.api import Table

BENCHMARK_COLUMNS: Final = (
    "kind id parent_id symbol side start end arrival_bid arrival_ask arrival_px volume vwap twap end_bid end_ask "
    "end_px close"
)
T0, T1, T2 = "2026-01-05T14:30:00.000000000Z", "2026-01-05T14:31:00.000000000Z", "2026-01-05T14:40:00.000000000Z"


def table(columns: str, *rows: str) -> Table:
    """Make a table of cells that are parted by blanks; "-" is no value."""
    cells = [["" if cell == "-" else cell for cell in row.split()] for row in rows]
    return Table(tuple(columns.split()), cells)


def benchmark(kind: str, name: str, start: str, arrival: str, end: str, *, vwap: str = "100.02") -> str:
    """Make a row of the table benchmarks; the closing price is 101, the TWAP 100.03."""
    return f"{kind} {name} P1 ABC BUY {start} {T2} - - {arrival} 900 {vwap} 100.03 - - {end} 101"


@pytest.fixture
def desk() -> Callable[..., dict[str, Table]]:
    """Give a maker of the tables, with other executions if wanted."""
    return make_desk


def make_desk(executions: Sequence[str] = ()) -> dict[str, Table]:
    """Buy 1,000: O1 of 600 came before the parent began, O2 of 400 joined it; 700 are done, 60 of O2's crossed."""
    fills = executions or (
        "X1 C1 P1 V 20260105 300 100.01 ADDED 0.30 TRADE -",
        "X2 C2 P1 V 20260105 400 100.05 REMOVED 1.20 TRADE -",
        "X3 C2 P1 V 20260105 90 100.05 REMOVED 1.20 TRADE -",
        "X4 C2 P1 V 20260105 90 100.05 REMOVED 1.20 TRADE_CANCEL X3",
    )
    return {
        "client_orders": table(
            "order_id account order_qty offset_qty parent_id cum_qty avg_px",
            "O1 A 600 0 P1 420 100.04",
            "O2 B 450 50 P1 340 100.02",
        ),
        "parent_orders": table("parent_id symbol strategy crossed_qty cum_qty avg_px", "P1 ABC TWAP 60 700 100.03"),
        "child_orders": table("cl_ord_id venue order_qty cum_qty avg_px", "C1 V 300 300 100.01", "C2 V 500 400 100.05"),
        "executions": table(
            "exec_id cl_ord_id parent_id venue trade_date last_qty last_px liquidity fee exec_type exec_ref_id", *fills
        ),
        "allocations": table("order_id cross_id qty", "O1 - 420", "O2 X9 60", "O2 - 280"),
        "benchmarks": table(
            BENCHMARK_COLUMNS,
            benchmark("CLIENT", "O1", T0, "100", "100.1"),
            benchmark("CLIENT", "O2", T2, "100.04", "100.1"),
            benchmark("PARENT", "P1", T1, "100.01", "100.1"),
            benchmark("CHILD", "C1", T1, "100.01", "100.1", vwap="-"),
            benchmark("CHILD", "C2", T1, "100.01", "100.1"),
        ),
    }
