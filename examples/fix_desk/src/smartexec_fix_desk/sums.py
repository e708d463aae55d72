"""What three parties have of one day, compared: the client, the tables of the run, the exchange's books.

Every difference is a line; none = they agree.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from attrs import frozen

from smartexec.api import PX_SCALE
from smartexec_fix_desk.order_desk import Account

Row = dict[str, str]
UNDONE = ("TRADE_CANCEL", "TRADE_CORRECT")


@frozen
class Day:
    """What each has."""

    tables: Mapping[str, list[Row]]
    books: Mapping[str, Any]

    @classmethod
    def read(cls, tables: Path, books: Path) -> "Day":
        """Read the tables that a run has written and the exchange's books."""
        names = ("client_orders", "child_orders", "executions", "allocations", "crosses")
        read = {name: _rows(tables / f"{name}.csv") for name in names}
        return cls(read, json.loads(books.read_text(encoding="utf-8")))

    def differences(self, orders: Mapping[str, Account], source: str) -> list[str]:
        """Give every difference; `orders`: the client's own accounts, of the session `source`."""
        return [*self.at_the_exchange(), *self.at_the_client(orders, source)]

    def at_the_exchange(self) -> Iterator[str]:
        """Yield differences between the run and the exchange's books."""
        booked = {one["cl_ord_ids"][0]: one for one in self.books["orders"]}
        chains = {name: first for first, one in booked.items() for name in one["cl_ord_ids"]}
        ours: Counter[str] = Counter()
        for row in self.fills():
            ours[chains.get(row["cl_ord_id"], row["cl_ord_id"])] += int(row["last_qty"])
        for name in sorted({*ours, *booked}):
            theirs = booked[name]["cum_qty"] if name in booked else 0
            if ours[name] != theirs:
                yield f"child order {name}: executed {ours[name]}, at the exchange {theirs}"
        for name, one in booked.items():
            if one["asked"] != 1:
                yield f"child order {name}: asked for {one['asked']} times at the exchange, expected once"
        yield from self._statuses(booked, chains)
        have = Counter(row["exec_id"] for row in self.tables["executions"])
        want = Counter(one["exec_id"] for one in self.books["executions"])
        yield from (f"execution {name}: booked {have[name]} times, executed {want[name]}" for name in have | want
                    if have[name] != want[name])  # fmt: skip

    def _statuses(self, booked: Mapping[str, Any], chains: Mapping[str, str]) -> Iterator[str]:
        """Yield orders that ended otherwise here than at the exchange; one that never got there has been rejected."""
        last: dict[str, str] = {}
        for row in self.tables["child_orders"]:
            last[chains.get(row["cl_ord_id"], row["cl_ord_id"])] = row["ord_status"]
        for name, one in booked.items():
            if name not in last:
                yield f"child order {name}: found at the exchange alone"
            elif last[name] != one["status"]:
                yield f"child order {name}: {last[name]}, at the exchange {one['status']}"
        for name, status in last.items():
            if name not in booked and status != "REJECTED":
                yield f"child order {name}: {status}, and the exchange has never heard of it"

    def at_the_client(self, orders: Mapping[str, Account], source: str) -> Iterator[str]:
        """Yield differences between the run and what the client was told."""
        rows = {row["cl_ord_id"]: row for row in self.tables["client_orders"] if row["source"] == source}
        shares, money = self.allocated()
        for name in sorted({*rows, *orders}):
            row, account = rows.get(name), orders.get(name)
            if row is None or account is None:
                yield f"client order {name}: known to {'the client' if row is None else 'the run'} alone"
                continue
            found = (account.filled, account.cum_qty, int(row["cum_qty"]), shares[row["order_id"]])
            if len(set(found)) != 1:
                told = f"CumQty {found[1]}, in the run {found[2]}, allocated {found[3]}"
                yield f"client order {name}: executions add up to {found[0]}, {told}"
            if account.over and abs(Decimal(account.notional) / PX_SCALE - money[row["order_id"]]) > Decimal("0.01"):
                paid = Decimal(account.notional) / PX_SCALE
                yield f"client order {name}: paid {paid}, allocated {money[row['order_id']]}"

    def fills(self) -> list[Row]:
        """Give the executions that stand."""
        gone = {row["exec_ref_id"] for row in self.tables["executions"] if row["exec_type"] in UNDONE}
        rows = self.tables["executions"]
        return [row for row in rows if row["exec_type"] != "TRADE_CANCEL" and row["exec_id"] not in gone]

    def allocated(self) -> tuple[Counter[str], dict[str, Decimal]]:
        """Give, by order id, shares allocated and what was paid for them."""
        shares: Counter[str] = Counter()
        money: dict[str, Decimal] = {row["order_id"]: Decimal(0) for row in self.tables["client_orders"]}
        for row in self.tables["allocations"]:
            if row["order_id"]:
                shares[row["order_id"]] += int(row["qty"])
                money[row["order_id"]] += Decimal(row["qty"]) * Decimal(row["px"])
        return shares, money

    def totals(self) -> dict[str, int]:
        """Give shares executed at the exchange, in the run, crossed inside (both sides), and allocated."""
        return {
            "exchange": sum(one["qty"] for one in self.books["executions"]),
            "executed": sum(int(row["last_qty"]) for row in self.fills()),
            "crossed": 2 * sum(int(row["qty"]) for row in self.tables["crosses"]),
            "allocated": sum(self.allocated()[0].values()),
        }


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
