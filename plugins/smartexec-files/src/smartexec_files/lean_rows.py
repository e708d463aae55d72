"""The rows of LEAN tick files as values: trades and one-sided quotes. No state, no events.

Source: LEAN equity data readme, "Tick File Format": times in milliseconds since local midnight (maybe with decimals),
prices x `scale`, the sale condition a bit field in hexadecimal, the last column a flag for suspicious ticks.
"""

from typing import Final, NamedTuple

from smartexec.api import PX_SCALE
from smartexec_files.faults import BadValueError, quote
from smartexec_files.units import MAX_INT, scaled
from smartexec_files.us_venues import MICS

_DAY_NS: Final = 86_400_000_000_000
_TRADE_COLUMNS: Final = 6
_QUOTE_COLUMNS: Final = 8
AUCTION: Final = 0x40 | 0x80 | 0x100
"""Sale conditions of a market center's single-priced opening, closing and reopening transaction. Its "official" open
(4000000) and close (1000000) are no auction prints: they restate a price, maybe one that the tape has already."""


class TradeRow(NamedTuple):
    """A print; `at` in ns after local midnight, `px` in 1e-9."""

    at: int
    px: int
    qty: int
    mic: str
    suspicious: bool
    auction: bool
    """The print of an opening, closing or reopening auction."""


class QuoteRow(NamedTuple):
    """Usually one side only: the other is (0, 0)."""

    at: int
    bid: int
    bid_qty: int
    ask: int
    ask_qty: int
    suspicious: bool


def _whole(cell: str) -> int:
    if not (cell.isascii() and cell.isdigit()) or len(cell) > 18:
        raise BadValueError(quote(cell), "a whole number")
    return int(cell)


def _time(cell: str) -> int:
    at = scaled(cell, 6)
    if at is None or not 0 <= at < _DAY_NS:
        raise BadValueError(quote(cell), "milliseconds after midnight")
    return at


def _mic(cell: str) -> str:
    mic = MICS.get(cell)
    if mic is None:
        raise BadValueError(f"exchange {quote(cell)}", f"one of {''.join(MICS)}")
    return mic


def _flag(cell: str) -> bool:
    if cell not in ("0", "1"):
        raise BadValueError(f"suspicious flag {quote(cell)}", "0 or 1")
    return cell == "1"


def _auction(cell: str) -> bool:
    """Whether a sale condition tells of an auction. Letters, as before 2007, tell of nothing."""
    try:
        return bool(int(cell, 16) & AUCTION)
    except ValueError:
        return False


def _width(cells: list[str], columns: int) -> None:
    if len(cells) != columns:
        raise BadValueError(f"{len(cells)} columns", f"{columns}")


def _px(cell: str, scale: int) -> int:
    px = _whole(cell) * (PX_SCALE // scale)
    if px > MAX_INT:
        raise BadValueError(f"price {quote(cell)}", f"at most {MAX_INT // (PX_SCALE // scale)}")
    return px


def parse_trade(cells: list[str], scale: int) -> TradeRow:
    """Read time, price, size, exchange, condition, suspicious. Raises BadValueError."""
    _width(cells, _TRADE_COLUMNS)
    at, px, qty = _time(cells[0]), _px(cells[1], scale), _whole(cells[2])
    if not (px and qty):
        raise BadValueError(f"size {qty} at price {cells[1]}", "both positive")
    return TradeRow(at, px, qty, _mic(cells[3]), _flag(cells[5]), _auction(cells[4]))


def parse_quote(cells: list[str], scale: int) -> QuoteRow:
    """Read time, bid, bid size, ask, ask size, exchange, condition, suspicious. Raises BadValueError."""
    _width(cells, _QUOTE_COLUMNS)
    at, bid, bid_qty = _time(cells[0]), _px(cells[1], scale), _whole(cells[2])
    ask, ask_qty = _px(cells[3], scale), _whole(cells[4])
    _mic(cells[5])
    if not (bid or ask):
        raise BadValueError("neither bid nor ask", "one of them")
    if bool(bid) != bool(bid_qty) or bool(ask) != bool(ask_qty):
        raise BadValueError(f"bid {cells[1]} x {bid_qty}, ask {cells[3]} x {ask_qty}", "a size with every price")
    return QuoteRow(at, bid, bid_qty, ask, ask_qty, _flag(cells[7]))
