"""The rows of LOBSTER files as values: six columns of a message, the levels of an order-book row. No book, no events.

Source: LOBSTER sample files readme (1 Sept 2013), "Output Structure".
"""

from enum import IntEnum
from typing import Final, NamedTuple

from smartexec.api import PX_SCALE, Side
from smartexec_files.faults import BadValueError, quote
from smartexec_files.units import MAX_INT, scaled

PX_UNIT: Final = PX_SCALE // 10_000
"""LOBSTER prices are dollars x 10,000."""
_COLUMNS: Final = 6
_DUMMY_PX: Final = 9_999_999_999
"""Stands, with either sign and quantity 0, for a level that is not there."""
HALT_CODES: Final = (-1, 0, 1)
"""A halt row's price: trading halts, quoting resumes, trading resumes."""
_SIDES: Final = {1: Side.BUY, -1: Side.SELL}


class Kind(IntEnum):
    """Column 2, the type of an event."""

    ADD = 1
    REDUCE = 2
    DELETE = 3
    EXECUTE = 4
    EXECUTE_HIDDEN = 5
    CROSS = 6
    HALT = 7


_KINDS: Final = {int(kind): kind for kind in Kind}


class Message(NamedTuple):
    """One row of a message file. `px` in 1e-9 (of a HALT: the file's -1, 0 or 1), `at` ns after local midnight."""

    at: int
    kind: Kind
    ref: int
    qty: int
    px: int
    side: Side
    """Of the order that rests."""


def _integers(cells: list[str]) -> list[int]:
    values: list[int] = []
    for cell in cells:
        digits = cell.removeprefix("-")
        if not (digits.isascii() and digits.isdigit()) or len(digits) > 18:
            raise BadValueError(quote(cell), "a whole number")
        values.append(int(cell))
    return values


def parse_message(cells: list[str]) -> Message:
    """Read time, type, order id, size, price, direction. Raises BadValueError."""
    if len(cells) != _COLUMNS:
        raise BadValueError(f"{len(cells)} columns", f"{_COLUMNS}")
    seconds, _, fraction = cells[0].partition(".")
    at = scaled(f"{seconds}.{fraction[:9] or 0}", 9)  # files made with floats show digits beyond the nanosecond
    if at is None or at < 0 or not (fraction or "0").isdecimal():
        raise BadValueError(quote(cells[0]), "seconds after midnight")
    number, ref, qty, px, direction = _integers(cells[1:])
    kind = _KINDS.get(number)
    if kind is None:
        raise BadValueError(f"type {number}", f"one of {', '.join(map(str, _KINDS))}")
    if kind is Kind.HALT:
        if px not in HALT_CODES:
            raise BadValueError(f"halt code {px}", "-1, 0 or 1")
        return Message(at, kind, ref, qty, px, Side.SELL)
    side = _SIDES.get(direction)
    if side is None:
        raise BadValueError(f"direction {direction}", "1 or -1")
    if qty <= 0 or not 0 < px * PX_UNIT <= MAX_INT:
        raise BadValueError(f"size {qty} at price {px}", "both positive")
    return Message(at, kind, ref, qty, px * PX_UNIT, side)


def parse_levels(cells: list[str]) -> list[tuple[Side, int, int]]:
    """Read ask price, ask size, bid price, bid size per level as (side, px, qty). Raises BadValueError."""
    if len(cells) % 4:
        raise BadValueError(f"{len(cells)} columns", "a multiple of 4")
    values = _integers(cells)
    levels: list[tuple[Side, int, int]] = []
    for index in range(0, len(values), 2):
        px, qty = values[index], values[index + 1]
        if qty < 0 or (qty and not 0 < px < _DUMMY_PX):
            raise BadValueError(f"size {qty} at price {px}", "both positive")
        if qty:
            levels.append((Side.BUY if index % 4 else Side.SELL, px * PX_UNIT, qty))
    return levels
