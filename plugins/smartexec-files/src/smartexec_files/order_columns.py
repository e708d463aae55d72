"""The columns of an order file: which must be there, which may, and that every other one is a strategy parameter."""

from collections.abc import Iterable, Sequence
from typing import Final

from smartexec.api import ConfigError

COMPULSORY: Final = (
    "time",
    "source",
    "account",
    "cl_ord_id",
    "symbol",
    "side",
    "order_qty",
    "ord_type",
    "price",
    "strategy",
)
OPTIONAL: Final = (
    "effective_time",
    "expire_time",
    "owner",
    "currency",
    "time_in_force",
    "no_cross",
    "list_id",
    "action",
    "orig_cl_ord_id",
)
KNOWN: Final = frozenset(COMPULSORY + OPTIONAL)


def check_header(file: str, columns: Sequence[str]) -> None:
    """Raise ConfigError for missing, nameless or repeated columns, one line each."""
    faults = [_missing(file, missing, columns)] if (missing := missing_columns(columns)) else []
    if "" in columns:
        faults.append(f"{file}: found a column without a name, expected names")
    twice = sorted({c for c in columns if c and columns.count(c) > 1})
    if twice:
        faults.append(f"{file}: found {', '.join(twice)} more than once, expected every column once")
    if faults:
        raise ConfigError(faults)


def missing_columns(columns: Iterable[str]) -> list[str]:
    """Compulsory columns that are not among `columns`."""
    there = set(columns)
    return [c for c in COMPULSORY if c not in there]


def _missing(file: str, missing: Sequence[str], columns: Sequence[str]) -> str:
    shown = ", ".join(columns[:30]) or "no columns"
    return f"{file}: found {shown}, expected also {', '.join(missing)}"
