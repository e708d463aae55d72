"""The forms that values of FIX data types have."""

import re
from collections.abc import Callable, Mapping
from typing import Final


def any_form(_: bytes) -> bool:
    """Take everything."""
    return True


def _like(pattern: bytes) -> Callable[[bytes], object]:
    return re.compile(pattern).fullmatch


_NUMBER: Final = _like(rb"-?(\d+(\.\d*)?|\.\d+)")
_WHOLE: Final = _like(rb"-?\d{1,18}")
_DATE: Final = rb"(\d{4})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])"
_TIME: Final = rb"([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d{1,12})?"
_DAY: Final = _like(_DATE)
FORMATS: Final[Mapping[str, Callable[[bytes], object]]] = {
    **dict.fromkeys(("PRICE", "PRICEOFFSET", "QTY", "AMT", "FLOAT", "PERCENTAGE"), _NUMBER),
    **dict.fromkeys(("INT", "DAYOFMONTH"), _WHOLE),
    **dict.fromkeys(("SEQNUM", "LENGTH", "NUMINGROUP", "TAGNUM"), _like(rb"\d{1,10}")),
    **dict.fromkeys(("DATE", "UTCDATE", "UTCDATEONLY", "LOCALMKTDATE"), _DAY),
    "BOOLEAN": _like(rb"[YN]"),
    "CHAR": _like(rb"[^\x01]"),
    "UTCTIMESTAMP": _like(_DATE + rb"-" + _TIME),
    "TIME": _like(_DATE + rb"-" + _TIME),
    "UTCTIMEONLY": _like(_TIME),
    "MONTHYEAR": _like(rb"\d{4}(0[1-9]|1[0-2])(([0-3]\d)|w[1-5])?"),
    "COUNTRY": _like(rb".{2}"),
    "CURRENCY": _like(rb".{3}"),
}
"""Data type -> whether a value has its form; others may be anything."""
