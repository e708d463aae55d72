"""The executions of a run that stand, added up by child and parent order: quantity, fees, liquidity.

An execution that was busted or corrected is left out; a correction stands in its place.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from attrs import define, field

from smartexec.api import Table
from smartexec_tca.cells import nano

Record = Mapping[str, str]
BUST: Final = "TRADE_CANCEL"
ADDED: Final = "ADDED"


@define
class Executed:
    """Sums in 1e-9 (quantity, fees) and 1e-18 (notional)."""

    fees: Counter[str] = field(factory=Counter)
    """By child order, and by parent order."""
    notional: Counter[str] = field(factory=Counter)
    """By parent order."""
    added: Counter[str] = field(factory=Counter)
    """Notional by parent order of what added liquidity."""


def executed(table: Table) -> Executed:
    """Add up what stands."""
    found = Executed()
    for row in standing(table):
        fee, notional = nano(row["fee"]), nano(row["last_qty"]) * nano(row["last_px"])
        found.fees[row["cl_ord_id"]] += fee
        found.fees[row["parent_id"]] += fee
        found.notional[row["parent_id"]] += notional
        if row["liquidity"] == ADDED:
            found.added[row["parent_id"]] += notional
    return found


def standing(table: Table) -> Iterator[Record]:
    """Give the executions that were neither busted nor corrected."""
    rows = table.records()
    gone = {_key(row, "exec_ref_id") for row in rows if row["exec_ref_id"]}
    return (row for row in rows if row["exec_type"] != BUST and _key(row, "exec_id") not in gone)


def _key(row: Record, column: str) -> tuple[str, str, str]:
    """An execution is known by venue, trade date and ExecID(17)."""
    return row["venue"], row["trade_date"], row[column]
