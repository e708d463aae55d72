"""What a person writes, read as the kernel's integers: times from the start of the lab, prices in the currency."""

from decimal import Decimal
from typing import Final, TypeVar

from smartexec.errors import ConfigError
from smartexec.model.ids import NANOS_PER_SECOND, PX_SCALE
from smartexec.runtime.reading.checks import MAX_INT, clean, shown
from smartexec.runtime.reading.units import decimal_px, duration

T = TypeVar("T")
Money = str | int | float | Decimal
"""A price in the currency: "100.25", 100.25, 100."""
MAX_PX: Final = 1 << 62
"""Prices beyond it are most likely 1e-9 of the currency already."""


def offset(value: object, where: str) -> int:
    """Read "5m" as ns; ConfigError at `where` if it is no duration."""
    if type(value) is str:
        try:
            return duration(value)
        except ValueError as error:
            raise ConfigError(f"{where}: {error}") from None
    raise ConfigError(f'{where}: found {value!r}, expected a time since the start of the lab, such as "5m"')


def price(value: object, where: str) -> int:
    """Read a price in the currency as 1e-9 of it. A float counts as it is printed."""
    expected = 'expected a price in the currency, such as "100.25"'
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise ConfigError(f"{where}: found {value!r}, {expected}")
    try:
        px = decimal_px(str(value))
    except ValueError as error:
        raise ConfigError(f"{where}: {error}") from None
    if not 0 < px < MAX_PX:
        raise ConfigError(f"{where}: found {value!r}, {expected}")
    return px


def whole(value: object, where: str, least: int = 1, most: int = MAX_INT) -> int:
    """Take a whole number that is not less than `least`, nor more than `most`; a bool or a float is none."""
    if type(value) is not int or value < least:
        raise ConfigError(f"{where}: found {value!r}, expected a whole number of at least {least}")
    if value > most:
        raise ConfigError(f"{where}: found {value!r}, expected a whole number of at most {most}")
    return value


def share(value: object, where: str) -> float:
    """Take a number from 0 to 1."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ConfigError(f"{where}: found {value!r}, expected a number from 0 to 1")
    return float(value)


def name(value: object, where: str) -> str:
    """Take a name: text that is not empty."""
    if not text(value, where, "a name"):
        raise ConfigError(f"{where}: found {value!r}, expected a name")
    return str(value)


def text(value: object, where: str, expected: str = "text") -> str:
    """Take text, which may be empty, and can be written down."""
    if not isinstance(value, str) or clean(value) != value:
        raise ConfigError(f"{where}: found {value!r}, expected {expected}")
    return value


def one_of(kind: type[T], value: object, where: str) -> T:
    """Take an instance of a class."""
    if not isinstance(value, kind):
        raise ConfigError(f"{where}: found {shown(value)}, expected {kind.__name__}")
    return value


def clock(ns: int) -> str:
    """Print a time since the start of the lab: 00:12:30, with milliseconds where it is no whole second."""
    seconds, rest = divmod(ns, NANOS_PER_SECOND)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02}:{minute:02}:{second:02}" + (f".{rest // 1_000_000:03}" if rest else "")


def coin(px: int | None) -> str:
    """Print a price with as many decimals as it has, at least two; "-" for none."""
    if px is None:
        return "-"
    units, rest = divmod(px, PX_SCALE)
    return f"{units}.{f'{rest:09}'.rstrip('0').ljust(2, '0')}"


def mean_px(px: float | None) -> str:
    """Print an average price, in 1e-9, to four decimals; "-" for none."""
    return "-" if px is None else f"{px / PX_SCALE:.4f}"


def lots(qty: int, decimals: int) -> str:
    """Print a quantity, its thousands apart."""
    return f"{Decimal(qty).scaleb(-decimals).normalize():,f}" if decimals else f"{qty:,}"
