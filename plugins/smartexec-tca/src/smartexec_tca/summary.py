"""Costs of many orders as one line: by group, and of all. Exact sums; bp are of the sums.

Each benchmark's cost is of the orders that have it, in bp of what they came to at it. The shortfall is in bp of what
was ordered at the decision price, so that it is less than the cost of what was done where much was not done.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from attrs import frozen

from smartexec_tca.cells import NANO
from smartexec_tca.costs import BPS
from smartexec_tca.orders import BENCHMARKS, OrderCost

ALL = "all"


@frozen(kw_only=True)
class Cost:
    """Money, in 1e-18 of the currency, and what it is measured by."""

    money: Fraction
    weight: Fraction

    @property
    def bps(self) -> Fraction | None:
        return self.money * BPS / self.weight if self.weight else None


@frozen(kw_only=True)
class Summary:
    """A line of the report."""

    kind: str
    group: str
    orders: int
    executed: int
    """Orders of which something was done."""
    notional: int
    """Done, at its prices; 1e-18."""
    done: Fraction | None
    """Of what was ordered, at arrival prices, 0..1."""
    costs: Mapping[str, Cost]
    """Against each benchmark."""
    fees: Cost
    shortfall: Cost
    parts: Mapping[str, Cost]
    """Of the shortfall: delay, trading, opportunity; the fees are above."""


def summarise(costs: Iterable[OrderCost], kind: str) -> list[Summary]:
    """Give a line per group, in order of name, then one of all."""
    orders = [one for one in costs if one.kind == kind]
    groups: dict[str, list[OrderCost]] = {}
    for one in orders:
        groups.setdefault(one.group, []).append(one)
    return [*(_line(kind, name, groups[name]) for name in sorted(groups)), _line(kind, ALL, orders)]


def _line(kind: str, group: str, orders: list[OrderCost]) -> Summary:
    notional = sum(one.notional for one in orders)
    known = [one for one in orders if one.benchmarks["arrival"]]
    ordered = sum(one.order_qty * (one.benchmarks["arrival"] or 0) for one in known)
    fees = sum(one.fees for one in orders) * NANO
    total, parts = _shortfall(orders)
    return Summary(
        kind=kind,
        group=group,
        orders=len(orders),
        executed=sum(1 for one in orders if one.cum_qty),
        notional=notional,
        done=Fraction(sum(one.weight("arrival") for one in known), ordered) if ordered else None,
        costs={name: _against(orders, name) for name in BENCHMARKS},
        fees=Cost(money=Fraction(fees), weight=Fraction(notional)),
        shortfall=total,
        parts=parts,
    )


def _against(orders: list[OrderCost], benchmark: str) -> Cost:
    money = weight = 0
    for one in orders:
        cost = one.cost(benchmark)
        if cost is not None:
            money += cost
            weight += one.weight(benchmark)
    return Cost(money=Fraction(money), weight=Fraction(weight))


def _shortfall(orders: list[OrderCost]) -> tuple[Cost, dict[str, Cost]]:
    weight = Fraction()
    parts: dict[str, Fraction] = dict.fromkeys(("delay", "trading", "opportunity", "fees"), Fraction())
    for one in orders:
        shortfall = one.shortfall
        if shortfall is not None:
            weight += shortfall.paper
            for name, money in shortfall.kissell()._asdict().items():
                parts[name] += money
    total = Cost(money=sum(parts.values(), Fraction()), weight=weight)
    return total, {name: Cost(money=money, weight=weight) for name, money in parts.items() if name != "fees"}
