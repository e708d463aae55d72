"""Cells of tables: text to exact integers in 1e-9, exact numbers to rounded text. No float ever comes between."""

from fractions import Fraction
from typing import Final

from smartexec.api import SmartexecError

NANO: Final = 10**9
"""Prices, quantities and fees are integers in 1e-9; money, their product, in 1e-18."""
_DIGITS: Final = 9


def nano(text: str) -> int:
    """Read decimal text of at most nine decimals as 1e-9; "" is 0. SmartexecError if it has more."""
    whole, _, rest = text.partition(".")
    if len(rest) > _DIGITS:
        raise SmartexecError(f"tables: found {text!r}, expected at most {_DIGITS} decimals")
    return int((whole or "0") + rest.ljust(_DIGITS, "0"))


def price(text: str) -> int | None:
    """Read a price in 1e-9; None where the cell is empty."""
    return nano(text) if text else None


def fixed(value: int | Fraction | None, digits: int) -> str:
    """Print with so many decimals, half to even; "" is no value, and nothing is "-0"."""
    if value is None:
        return ""
    scaled = round(Fraction(value) * 10**digits)
    whole, rest = divmod(abs(scaled), 10**digits)
    sign = "-" if scaled < 0 else ""
    return f"{sign}{whole}.{rest:0{digits}d}" if digits else f"{sign}{whole}"


def currency(money: int | Fraction | None) -> Fraction | None:
    """Give money, which is in 1e-18, in the currency."""
    return None if money is None else Fraction(money) / NANO**2
