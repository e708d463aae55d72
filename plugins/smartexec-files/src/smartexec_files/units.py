"""Text to integers and back, exactly: prices in 1e-9, quantities in lots, times in ns UTC. No floats, no I/O."""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from smartexec.api import NANOS_PER_SECOND
from smartexec_files.faults import BadValueError, quote

MAX_INT: Final = 2**63 - 1
"""Integers beyond this do not fit the tables; no real quantity, price or time does exceed it."""
_DECIMAL: Final = re.compile(r"(-?)([0-9]{1,19})(?:\.([0-9]{1,30}))?")
_TIME: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?(Z|[+-][0-9]{2}:?[0-9]{2})"
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def scaled(text: str, decimals: int) -> int | None:
    """`text` x 10^decimals, None where that is no integer (or `text` no plain decimal number)."""
    match = _DECIMAL.fullmatch(text)
    if match is None:
        return None
    sign, whole, fraction = match[1], match[2], (match[3] or "").rstrip("0")
    if len(fraction) > decimals:
        return None
    value = int(whole + fraction.ljust(decimals, "0"))
    if value > MAX_INT:
        return None
    return -value if sign else value


def decimal_text(value: int, decimals: int) -> str:
    """`value` / 10^decimals, shortest: 585330000000, 9 -> "585.33"."""
    sign, digits = "-" if value < 0 else "", str(abs(value)).rjust(decimals + 1, "0")
    whole, fraction = (digits[:-decimals], digits[-decimals:].rstrip("0")) if decimals else (digits, "")
    return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"


@lru_cache(maxsize=65_536)
def _seconds(day: str, clock: str, zone: str) -> int:
    moment = datetime.fromisoformat(f"{day}T{clock}{'+00:00' if zone == 'Z' else zone}")
    return (moment - _EPOCH) // timedelta(seconds=1)


def parse_time(text: str) -> int:
    """ISO-8601 with a zone and up to nine digits of a second, as ns UTC. Raises BadValueError."""
    match = _TIME.fullmatch(text)
    try:
        if match is None:
            raise ValueError
        seconds = _seconds(match[1], match[2], match[4])
    except (ValueError, OverflowError):
        raise BadValueError(quote(text), "a time as 2012-06-21T09:30:00.000000000-04:00, with its zone") from None
    return seconds * NANOS_PER_SECOND + int((match[3] or "").ljust(9, "0"))


def midnight(day: date, zone: ZoneInfo) -> int:
    """ns UTC from which a market's "seconds after midnight" count on that day.

    Twelve hours before local noon: on a day on which clocks change they do so at night, and exchanges count wall time.
    """
    noon = datetime.combine(day, time(12), tzinfo=zone)
    return ((noon - _EPOCH) // timedelta(seconds=1) - 12 * 3600) * NANOS_PER_SECOND


def clock_nanos(text: str) -> int:
    """A time of day as HH:MM or HH:MM:SS, as ns after midnight. Raises BadValueError."""
    try:
        at = time.fromisoformat(text)
    except ValueError:
        raise BadValueError(quote(text), "a time of day as HH:MM:SS") from None
    if at.tzinfo is not None or at.microsecond:
        raise BadValueError(quote(text), "a time of day as HH:MM:SS")
    return (at.hour * 3600 + at.minute * 60 + at.second) * NANOS_PER_SECOND
