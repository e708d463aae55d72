"""Slow and obvious: quantities, averages and cents, worked out from plain lists of executions and bookings.

Rows come as plain tuples; nothing here imports the kernel. Prices in 1e-9, money in cents.
"""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import NamedTuple


class Execution(NamedTuple):
    """A row of the executions: TRADE, TRADE_CANCEL or TRADE_CORRECT."""

    mic: str
    exec_id: str
    exec_type: str
    exec_ref_id: str
    qty: int
    px: int


class Booking(NamedTuple):
    """A row of the allocations."""

    number: int
    order: str
    qty: int
    px: int
    money: int
    limit: int | None
    cross: str
    ref: int


def standing(executions: Sequence[Execution]) -> list[Execution]:
    """Those that nothing has undone."""
    undone = {(e.mic, e.exec_ref_id) for e in executions if e.exec_type in ("TRADE_CANCEL", "TRADE_CORRECT")}
    return [e for e in executions if e.exec_type != "TRADE_CANCEL" and (e.mic, e.exec_id) not in undone]


def totals(executions: Sequence[Execution]) -> tuple[int, int]:
    """(quantity, sum of quantity * price) of what stands."""
    left = standing(executions)
    return sum(e.qty for e in left), sum(e.qty * e.px for e in left)


def average(quantities: Iterable[tuple[int, int]]) -> Fraction:
    """Average price of (quantity, price); 0 of nothing."""
    pairs = list(quantities)
    qty = sum(n for n, _ in pairs)
    return Fraction(sum(n * px for n, px in pairs), qty) if qty else Fraction(0)


def cents(notional: int, qty_decimals: int) -> int:
    """Cents of lots * px, rounded half to even by the decimal module."""
    exact = Decimal(notional).scaleb(-7 - qty_decimals)
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def nearest(value: Fraction) -> int:
    """The nearest integer, ties to even, as Python's own round does."""
    return round(value)


def odd_reversals(rows: Sequence[Booking]) -> list[int]:
    """Numbers of rows that reverse something else than exactly one row that was booked before and stood."""
    seen: dict[int, Booking] = {}
    odd = []
    for row in rows:
        if row.qty < 0 or row.ref:
            of = seen.pop(row.ref, None)
            if of is None or (of.order, of.qty, of.px, of.money) != (row.order, -row.qty, row.px, -row.money):
                odd.append(row.number)
        else:
            seen[row.number] = row
    return odd
