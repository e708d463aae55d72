"""What a comparison keeps of a run: its parent orders in figures, small enough to be sent between processes.

Money in the currency, as floats: from here on it is statistics.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from attrs import define, frozen

from smartexec.api import Table
from smartexec_tca.cells import NANO, nano
from smartexec_tca.executions import Executed, executed
from smartexec_tca.orders import OrderCost, order_costs

METRICS: Final = ("arrival", "vwap", "close", "shortfall")
"""Costs compared: of what was done against three prices, and the implementation shortfall of what was ordered."""


@frozen(kw_only=True)
class Worked:
    """A parent order of a run."""

    parent_id: str
    symbol: str
    side: str
    clients: tuple[str, ...]
    """Its client orders, by source and ClOrdID(11): the same in every run on the same inputs."""
    money: Mapping[str, float]
    """By metric; 0 where nothing can be said."""
    weight: Mapping[str, float]
    """By metric, what the money is measured by; 0 where nothing can be said."""
    ordered: float
    """Of the market, at the arrival price, as are the next four."""
    crossed: float
    """Inside, and so not ordered of the market."""
    done: float
    sent: float
    """In child orders."""
    filled: float
    """Of these."""
    notional: float
    """Done, at its prices."""
    added: float
    """Of this, what added liquidity."""
    fees: float
    children: int
    seconds: float
    """From the order's start to its end."""

    def bps(self, metric: str) -> float | None:
        """Give a cost in bp; None where nothing can be said."""
        weight = self.weight[metric]
        return self.money[metric] / weight * 1e4 if weight else None


@define
class _Children:
    count: int = 0
    sent: int = 0
    filled: int = 0


def worked(tables: Mapping[str, Table]) -> tuple[Worked, ...]:
    """Give the parent orders of a run, in the order of its tables."""
    costs = order_costs(tables)
    clients: dict[str, list[str]] = defaultdict(list)
    for row in tables["client_orders"].records():
        clients[row["parent_id"]].append(f"{row['source']} {row['cl_ord_id']}")
    children: dict[str, _Children] = defaultdict(_Children)
    for one in costs:
        if one.kind == "CHILD":
            counted, arrival = children[one.parent_id], one.benchmarks["arrival"] or 0
            counted.count += 1
            counted.sent += one.order_qty * arrival
            counted.filled += one.cum_qty * arrival
    crossed = {r["parent_id"]: nano(r["crossed_qty"]) for r in tables["parent_orders"].records()}
    times = {r["id"]: _seconds(r["start"], r["end"]) for r in tables["benchmarks"].records() if r["kind"] == "PARENT"}
    fills = executed(tables["executions"])
    parents = [(one, one.order_id) for one in costs if one.kind == "PARENT"]
    return tuple(
        _worked(one, tuple(clients[name]) or (name,), crossed[name], children[name], fills, times[name])
        for one, name in parents
    )


def _worked(
    one: OrderCost, clients: tuple[str, ...], crossed: int, children: _Children, fills: Executed, seconds: float
) -> Worked:
    arrival, shortfall = one.benchmarks["arrival"] or 0, one.shortfall
    against = [name for name in METRICS if name in one.benchmarks]
    money = {name: _currency(one.cost(name) or 0) for name in against}
    weight = {name: 0.0 if one.cost(name) is None else _currency(one.weight(name)) for name in against}
    money["shortfall"] = 0.0 if shortfall is None else float(shortfall.total() / NANO**2)
    weight["shortfall"] = 0.0 if shortfall is None else float(shortfall.paper / NANO**2)
    return Worked(
        parent_id=one.order_id,
        symbol=one.symbol,
        side=one.side.name,
        clients=clients,
        money=money,
        weight=weight,
        ordered=_currency(one.order_qty * arrival),
        crossed=_currency(crossed * arrival),
        done=_currency(one.cum_qty * arrival),
        sent=_currency(children.sent),
        filled=_currency(children.filled),
        notional=_currency(fills.notional[one.order_id]),
        added=_currency(fills.added[one.order_id]),
        fees=one.fees / NANO,
        children=children.count,
        seconds=seconds,
    )


def _currency(money: int) -> float:
    return money / NANO**2


def _seconds(start: str, end: str) -> float:
    """Give the time between two cells; an order that has no end lived for no time that is known."""
    if not end:
        return 0.0
    whole = datetime.fromisoformat(end[:19]) - datetime.fromisoformat(start[:19])
    return whole.total_seconds() + (int(end[20:29]) - int(start[20:29])) / NANO
