"""The exchange's books: each order as the exchange has it, every execution, and how often each order was asked for."""

import json
from pathlib import Path
from typing import Any

from attrs import define, field

from smartexec.api import ExecType, ExecutionReport, OrdStatus, SendOrder


@define(eq=False)
class Booked:
    """An order. Quantities in lots, prices in 1e-9 of the currency."""

    session: str
    """Whose it is."""
    order_id: str
    """OrderID(37)."""
    order: SendOrder
    """As it was asked for."""
    names: list[str]
    """Every ClOrdID(11) it has had, the first first."""
    order_qty: int
    price: int | None
    status: OrdStatus = OrdStatus.PENDING_NEW
    cum_qty: int = 0
    notional: int = 0
    """Sum of quantity x price of the executions."""
    asked: int = 1
    """How often a NewOrderSingle(D) with its ClOrdID came."""

    @property
    def avg_px(self) -> int:
        """AvgPx(6), rounded down; 0 without executions."""
        return self.notional // self.cum_qty if self.cum_qty else 0


@define(eq=False)
class Books:
    """All orders and executions since the exchange began."""

    orders: list[Booked] = field(init=False, factory=list)
    executions: list[ExecutionReport] = field(init=False, factory=list)
    _by_name: dict[str, Booked] = field(init=False, factory=dict)

    def find(self, cl_ord_id: str) -> Booked | None:
        """Give the order that has or had this ClOrdID(11)."""
        return self._by_name.get(cl_ord_id)

    def open(self, session: str, order: SendOrder) -> Booked | None:
        """Book a new order; None if its ClOrdID was used before, which is counted."""
        known = self._by_name.get(order.cl_ord_id)
        if known is not None:
            known.asked += 1
            return None
        order_id = f"{order.mic}{len(self.orders) + 1}"
        made = Booked(session, order_id, order, [order.cl_ord_id], order.order_qty, order.price)
        self.orders.append(made)
        self._by_name[order.cl_ord_id] = made
        return made

    def take(self, report: ExecutionReport) -> Booked | None:
        """Book what the market says of an order; None if it is not here."""
        booked = self._by_name.get(report.orig_cl_ord_id or report.cl_ord_id)
        if booked is None or report.exec_type is ExecType.ORDER_STATUS:
            return booked
        booked.status = report.ord_status
        if report.exec_type is ExecType.REPLACED:
            booked.names.append(report.cl_ord_id)
            self._by_name[report.cl_ord_id] = booked
            booked.price = report.price
        if report.order_qty is not None:
            booked.order_qty = report.order_qty
        if report.exec_type is ExecType.TRADE:
            booked.cum_qty += report.last_qty
            booked.notional += report.last_qty * report.last_px
            self.executions.append(report)
        return booked

    def write(self, path: Path) -> None:
        """Write all of it as JSON: a file that is there is replaced in one step."""
        orders = [_order(one) for one in self.orders]
        executions = [
            {"exec_id": one.exec_id, "cl_ord_id": one.cl_ord_id, "qty": one.last_qty, "px": one.last_px}
            for one in self.executions
        ]
        fresh = path.with_name(f"{path.name}.new")
        fresh.write_text(json.dumps({"orders": orders, "executions": executions}, indent=1), encoding="utf-8")
        fresh.replace(path)


def _order(one: Booked) -> dict[str, Any]:
    return {
        "cl_ord_ids": one.names,
        "symbol": one.order.symbol,
        "side": one.order.side.name,
        "order_qty": one.order_qty,
        "cum_qty": one.cum_qty,
        "notional": one.notional,
        "status": one.status.name,
        "asked": one.asked,
    }
