"""Text of the border to the kernel's integers: durations, prices, instants. Pure functions; no files, no clock.

All faults are `ValueError` with the text `found ..., expected ...`.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from smartexec.model.ids import NANOS_PER_SECOND, PX_SCALE

_UNITS: Final = {
    "ns": 1,
    "us": 1_000,
    "ms": 1_000_000,
    "s": NANOS_PER_SECOND,
    "m": 60 * NANOS_PER_SECOND,
    "h": 3_600 * NANOS_PER_SECOND,
    "d": 86_400 * NANOS_PER_SECOND,
}
_PX_DIGITS: Final = 9
_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(ns|us|ms|s|m|h|d)", re.ASCII)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def duration(text: str) -> int:
    """Read "250us", "5s", "1.5m" as ns."""
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise ValueError(f'found {text!r}, expected a duration such as "250us", "5s", "10m"')
    return _whole(Decimal(match[1]) * _UNITS[match[2]], text, "a whole number of nanoseconds")


def decimal_px(text: str) -> int:
    """Read "100.25" as 1e-9 of the currency."""
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise ValueError(f'found {text!r}, expected a decimal number such as "100.25"')
    return _whole(value * PX_SCALE, text, "at most 9 decimals")


def instant(value: datetime) -> int:
    """Give ns UTC of a date-time that names its offset."""
    if value.tzinfo is None:
        raise ValueError(f"found {value.isoformat()}, expected a date and time with an offset, such as ...T09:30:00Z")
    return (value - _EPOCH) // _MICROSECOND * 1_000


def iso(ns: int) -> str:
    """Give ISO-8601 with nanoseconds, UTC."""
    seconds, rest = divmod(ns, NANOS_PER_SECOND)
    return f"{_EPOCH + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"


def from_iso(text: str) -> int:
    """Read ISO-8601 with an offset and up to nine decimals as ns."""
    match = re.fullmatch(r"(.*?)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)", text.strip(), re.ASCII)
    try:
        if match is None:
            raise ValueError
        whole = datetime.fromisoformat(match[1] + match[3])
    except ValueError:
        raise ValueError(f"found {text!r}, expected a date and time with an offset, such as ...T09:30:00Z") from None
    return instant(whole) + int((match[2] or "0").ljust(9, "0"))


def duration_text(ns: int) -> str:
    """Write ns as `duration` reads it, in the largest unit of whole ones: "20s", "250ms"."""
    name, size = next((one for one in reversed(_UNITS.items()) if ns % one[1] == 0), ("ns", 1))
    return f"{ns // size}{name}" if ns else "0"


def decimal(value: int, digits: int) -> str:
    """An integer in units of 10^-digits as decimal text without needless zeros."""
    if digits == 0:
        return str(value)
    whole, rest = divmod(abs(value), 10**digits)
    text = f"{whole}.{rest:0{digits}d}".rstrip("0").rstrip(".")
    return f"-{text}" if value < 0 else text


def decimal_text(px: int) -> str:
    """Write 1e-9 of the currency as `decimal_px` reads it: "100.25"."""
    return decimal(px, _PX_DIGITS)


WRITTEN: Final[Mapping[str, Callable[[int], str]]] = {
    "ns": duration_text,
    "px": decimal_text,
    "money": decimal_text,
    "time": iso,
}
"""How a file writes a value, by the unit of its field."""


def _whole(value: Decimal, text: str, expected: str) -> int:
    if value != value.to_integral_value():
        raise ValueError(f"found {text!r}, expected {expected}")
    return int(value)
