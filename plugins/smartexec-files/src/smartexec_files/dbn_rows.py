"""The records of DBN files as values, and which of them belong to an instrument. No state, no events.

Source: Databento's DBN encoding: prices in 1e-9 of the currency as here, UNDEF_PRICE for none, times in ns UTC, `flags`
a bit field. Records are read by their attributes, so this needs no decoder.
"""

from typing import Any, Final, NamedTuple

from smartexec.api import Side
from smartexec_files.faults import BadValueError, quote
from smartexec_files.units import MAX_INT

UNDEF_PRICE: Final = MAX_INT
UNDEF_TIMESTAMP: Final = 2**64 - 1
F_LAST: Final = 0x80
"""The last record of an event: the book is whole only after it."""
F_SNAPSHOT: Final = 0x20
"""From a replay of the book, not from the market."""
SIDES: Final = {"B": Side.BUY, "A": Side.SELL}
"""Of the order, of a trade the aggressor's; "N" is none."""
ADD, CANCEL, MODIFY, CLEAR, TRADE, FILL, NONE = "ACMRTFN"
BOOK: Final = (ADD, MODIFY)
"""Actions that put an order at a price."""
Touch = tuple[int | None, int, int | None, int]
"""Bid, its quantity, ask, its quantity; (None, 0) where a side is empty."""


class Message(NamedTuple):
    """A record; `at` in ns UTC, `px` in 1e-9, `qty` in the file's units."""

    at: int
    action: str
    side: Side | None
    px: int
    qty: int
    ref: int
    last: bool
    snapshot: bool
    touch: Touch | None
    """The book's first level after the record (before it, of a trade); None where the schema has none."""


def parse(record: Any, ts: str) -> Message:
    """Read a record of the schemas mbo, mbp-1, tbbo and trades; `ts` names its time. Raises BadValueError."""
    at = int(record.ts_event if ts == "event" else record.ts_recv)
    action, side, px = str(record.action), str(record.side), int(record.price)
    flags, ref = int(record.flags), int(getattr(record, "order_id", 0))
    if at == UNDEF_TIMESTAMP:
        raise BadValueError(f"no ts_{ts}", "a time")
    if flags & F_SNAPSHOT:
        at = int(record.ts_recv)  # ts_event is when the order was entered, maybe days ago
    if action not in "ACMRTFN":
        raise BadValueError(f"action {quote(action)}", "one of A, C, M, R, T, F, N")
    levels = getattr(record, "levels", None)
    touch = _touch(levels[0]) if levels else None
    if touch is None and action in BOOK and side not in SIDES:
        raise BadValueError(f"side {quote(side)}", "A or B")
    if (action in BOOK and touch is None) or action == TRADE:
        _positive(px, int(record.size))
    last, snapshot = bool(flags & F_LAST), bool(flags & F_SNAPSHOT)
    return Message(at, action, SIDES.get(side), px, int(record.size), ref, last, snapshot, touch)


def _positive(px: int, qty: int) -> None:
    if px == UNDEF_PRICE or px <= 0 or qty <= 0:
        found = "no price" if px == UNDEF_PRICE else f"price {px} (1e-9)"
        raise BadValueError(f"{found}, size {qty}", "both positive")


def _touch(level: Any) -> Touch:
    return (*_half(int(level.bid_px), int(level.bid_sz)), *_half(int(level.ask_px), int(level.ask_sz)))


def _half(px: int, qty: int) -> tuple[int | None, int]:
    return (None, 0) if px == UNDEF_PRICE or px <= 0 or qty <= 0 else (px, qty)
