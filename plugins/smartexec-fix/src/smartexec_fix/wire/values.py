"""Quantities, prices and times between their integers and FIX's text, exactly."""

from typing import Final

from smartexec.api import Instrument, OrdStatus
from smartexec_fix.wire.stamps import read_stamp, stamp

PX_DIGITS: Final = 9
"""Prices are integers in 1e-9."""
MAX_DIGITS: Final = 30
"""Of a number that is read: more is no number of this world."""


def read_decimal(value: bytes, digits: int) -> int:
    """Read a decimal as an integer in 10^-digits; ValueError if it is none, or finer than that."""
    text = value[1:] if value[:1] == b"-" else value
    whole, _, part = text.partition(b".")
    rest = part.rstrip(b"0")
    if not (whole + part).isdigit() or len(value) > MAX_DIGITS:
        raise ValueError(f"found {_shown(value)}, expected a decimal")
    if len(rest) > digits:
        raise ValueError(f"found {_shown(value)}, expected at most {digits} decimals")
    number: int = int(whole or b"0") * 10**digits + int(rest.ljust(digits, b"0") or b"0")
    return -number if text is not value else number


def write_decimal(value: int, digits: int) -> bytes:
    """Write an integer in 10^-digits as a decimal without needless zeros."""
    whole, rest = divmod(abs(value), 10**digits)
    text = b"%d.%0*d" % (whole, digits, rest) if rest else b"%d" % whole
    text = text.rstrip(b"0") if rest else text
    return b"-" + text if value < 0 else text


def read_qty(value: bytes, instrument: Instrument) -> int:
    """Read a quantity in lots."""
    return read_decimal(value, instrument.qty_decimals)


def write_qty(lots: int, instrument: Instrument) -> bytes:
    """Write lots as a quantity."""
    return write_decimal(lots, instrument.qty_decimals)


def read_px(value: bytes) -> int:
    """Read a price in 1e-9."""
    return read_decimal(value, PX_DIGITS)


def write_px(px: int) -> bytes:
    """Write a price in 1e-9."""
    return write_decimal(px, PX_DIGITS)


def read_time(value: bytes) -> int:
    """Read a UTCTimestamp in ns UTC."""
    return read_stamp(value)


def write_time(now: int) -> bytes:
    """Write ns UTC as a UTCTimestamp with milliseconds."""
    return stamp(now)


def day(now: int) -> bytes:
    """Write the UTC date of a time, YYYYMMDD."""
    return stamp(now, 0)[:8]


FINAL: Final = frozenset(
    {OrdStatus.FILLED, OrdStatus.CANCELED, OrdStatus.REJECTED, OrdStatus.EXPIRED, OrdStatus.DONE_FOR_DAY}
)
"""Nothing is left of an order with these, LeavesQty(151) is 0."""


def _shown(value: bytes) -> str:
    return repr(value[:MAX_DIGITS].decode("latin-1"))
