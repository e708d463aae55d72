"""What each order of a run cost, from the run's tables: `benchmarks` joined with the orders and their executions.

A client order's decision price is the market when it arrived, and its work begins with its parent's, so that its
delay is the time it was pooled. A parent order is what had to be done in the market: crosses and offsets are its
clients'. A parent's fees are shared by its clients in proportion to what they got of its executions. What a client
cancelled counts as not done. A child order has no shortfall: what is left of one goes into the next.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

from attrs import frozen

from smartexec.api import Side, SmartexecError, Table
from smartexec_tca.cells import NANO, nano, price
from smartexec_tca.costs import SIGN
from smartexec_tca.executions import Executed, Record, executed
from smartexec_tca.shortfall import Shortfall

BENCHMARKS: Final = ("arrival", "vwap", "twap", "close")
"""Arrival: the midpoint when the order came. VWAP and TWAP: of the market while it lived. Close: the last print."""
NEEDED: Final = ("client_orders", "parent_orders", "child_orders", "executions", "allocations", "benchmarks")


@frozen(kw_only=True)
class OrderCost:
    """An order and what it is measured by. Prices, quantities and fees in 1e-9, money in 1e-18; None = no price."""

    kind: str
    """CLIENT, PARENT or CHILD."""
    order_id: str
    parent_id: str
    group: str
    """Client order: its account. Parent order: strategy and symbol. Child order: venue."""
    symbol: str
    side: Side
    order_qty: int
    """Asked for, without what was offset inside; of a parent order without what was crossed."""
    cum_qty: int
    avg_px: int | None
    fees: int
    benchmarks: Mapping[str, int | None]
    start: int | None
    """The market when work began; the arrival price but for client orders."""
    end: int | None
    """The market when the order ended."""

    @property
    def notional(self) -> int:
        """What was done, at its prices."""
        return self.cum_qty * (self.avg_px or 0)

    def weight(self, benchmark: str) -> int:
        """Give what was done at the benchmark's price; 0 where there is none."""
        return self.cum_qty * (self.benchmarks[benchmark] or 0)

    def cost(self, benchmark: str) -> int | None:
        """Give what was lost against a benchmark; positive = worse; None where nothing can be said."""
        reference = self.benchmarks[benchmark]
        if reference is None or self.avg_px is None or not self.cum_qty:
            return None
        return SIGN[self.side] * (self.avg_px - reference) * self.cum_qty

    @property
    def shortfall(self) -> Shortfall | None:
        """The order as a shortfall; None where a price is missing, and of a child order."""
        decision = self.benchmarks["arrival"]
        if self.kind == "CHILD" or not decision or self.start is None or self.end is None or not self.order_qty:
            return None
        return Shortfall(
            side=self.side,
            order_qty=self.order_qty,
            cum_qty=self.cum_qty,
            notional=self.notional,
            decision=decision,
            start=self.start,
            end=self.end,
            fees=self.fees * NANO,
        )


def order_costs(tables: Mapping[str, Table]) -> list[OrderCost]:
    """Give the orders of a run that reached the market, client orders first, then parent and child orders."""
    missing = [name for name in NEEDED if name not in tables]
    if missing:
        raise SmartexecError(f"tables: found no {', '.join(missing)}, expected the tables of a run")
    reader = _Reader(tables)
    return [reader.cost(row) for row in reader.benchmarks.values()]


class _Reader:
    """Joins the tables."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        self.benchmarks = {(r["kind"], r["id"]): r for r in tables["benchmarks"].records()}
        self.clients = {r["order_id"]: r for r in tables["client_orders"].records()}
        self.parents = {r["parent_id"]: r for r in tables["parent_orders"].records()}
        self.children = {r["cl_ord_id"]: r for r in tables["child_orders"].records()}
        self.executed: Executed = executed(tables["executions"])
        self.got = _got_of_executions(tables["allocations"])
        self.asked: Counter[str] = Counter()
        for row in self.clients.values():
            self.asked[row["parent_id"]] += _asked(row)
        self.makers: Mapping[str, Callable[[Record], OrderCost]] = {
            "CLIENT": self._client,
            "PARENT": self._parent,
            "CHILD": self._child,
        }

    def cost(self, row: Record) -> OrderCost:
        return self.makers[row["kind"]](row)

    def _client(self, row: Record) -> OrderCost:
        order, parent = self.clients[row["id"]], self.benchmarks["PARENT", row["parent_id"]]
        early = row["start"] < parent["start"]  # ISO-8601 of one width: in order as text
        begun = parent if early else row
        return _cost(
            row, order, group=order["account"], order_qty=_asked(order), fees=self._share(row),
            start=price(begun["arrival_px"]),
        )  # fmt: skip

    def _parent(self, row: Record) -> OrderCost:
        order = self.parents[row["id"]]
        asked = self.asked[row["id"]] - nano(order["crossed_qty"])
        group = f"{order['strategy']} {order['symbol']}"
        return _cost(row, order, group=group, order_qty=asked, fees=self.executed.fees[row["id"]])

    def _child(self, row: Record) -> OrderCost:
        order = self.children[row["id"]]
        fees = self.executed.fees[row["id"]]
        return _cost(row, order, group=order["venue"], order_qty=nano(order["order_qty"]), fees=fees)

    def _share(self, row: Record) -> int:
        """Give a client order's part of its parent's fees, in whole 1e-9."""
        done = nano(self.parents[row["parent_id"]]["cum_qty"])
        return round(self.executed.fees[row["parent_id"]] * self.got[row["id"]] / done) if done else 0


def _cost(row: Record, order: Record, *, group: str, order_qty: int, fees: int, start: int | None = None) -> OrderCost:
    done, arrival = nano(order["cum_qty"]), price(row["arrival_px"])
    return OrderCost(
        kind=row["kind"],
        order_id=row["id"],
        parent_id=row["parent_id"],
        group=group,
        symbol=row["symbol"],
        side=Side[row["side"]],
        order_qty=max(order_qty, done),  # what was filled beyond an order was not asked for
        cum_qty=done,
        avg_px=price(order["avg_px"]),
        fees=fees,
        benchmarks={
            "arrival": arrival,
            "vwap": price(row["vwap"]),
            "twap": price(row["twap"]),
            "close": price(row["close"]),
        },
        start=start or arrival,
        end=price(row["end_px"]),
    )


def _asked(order: Record) -> int:
    return nano(order["order_qty"]) - nano(order["offset_qty"])


def _got_of_executions(allocations: Table) -> Counter[str]:
    """Give by client order what it was allocated of executions; crosses are free of fees."""
    got: Counter[str] = Counter()
    for row in allocations.records():
        if not row["cross_id"]:
            got[row["order_id"]] += nano(row["qty"])
    return got
