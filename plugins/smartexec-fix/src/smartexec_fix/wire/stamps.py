"""UTCTimestamp to ns and back, as FIX writes it: 20261128-09:30:00.000. Pure functions."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from smartexec.api import NANOS_PER_SECOND

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def stamp(now: int, decimals: int = 3) -> bytes:
    """Write ns UTC with so many decimals of a second, cut off."""
    seconds, rest = divmod(now, NANOS_PER_SECOND)
    text = _second(seconds)
    return text if decimals == 0 else b"%s.%0*d" % (text, decimals, rest // 10 ** (9 - decimals))


def read_stamp(value: bytes) -> int:
    """Read a UTCTimestamp as ns; ValueError if it is none."""
    text, dot, rest = value.partition(b".")
    if dot and not (rest.isdigit() and len(rest) <= 12):
        raise ValueError(f"found {value!r}, expected YYYYMMDD-HH:MM:SS with up to nine decimals")
    return _read_second(text) * NANOS_PER_SECOND + (int(rest[:9].ljust(9, b"0")) if dot else 0)


@lru_cache(maxsize=64)
def _second(seconds: int) -> bytes:
    return f"{_EPOCH + timedelta(seconds=seconds):%Y%m%d-%H:%M:%S}".encode()


@lru_cache(maxsize=1024)
def _read_second(text: bytes) -> int:
    plain = text.decode("ascii", "replace")
    leap = plain.endswith(":60")
    try:
        at = datetime.strptime(plain[:-2] + "59" if leap else plain, "%Y%m%d-%H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        raise ValueError(f"found {text!r}, expected YYYYMMDD-HH:MM:SS") from None
    return (at - _EPOCH) // timedelta(seconds=1) + leap
