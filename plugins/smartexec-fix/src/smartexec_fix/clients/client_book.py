"""What one client session has asked for and was told of it: its orders by every ClOrdID(11), and its open requests.

It is made anew after a restart of the events and reports that the journal has, so all of it follows from these alone.
"""

from collections import deque

from attrs import define, field

from smartexec.api import (
    CancelRequest,
    ClientCancelReject,
    ClientReport,
    CxlRejReason,
    ExecType,
    NewOrder,
    OrdStatus,
    Params,
    RejectedOrder,
    ReplaceRequest,
)
from smartexec_fix.wire.values import FINAL

BUY_SELL = {"BUY": "1", "SELL": "2"}


@define(eq=False)
class Order:
    """An order of the client's."""

    cl_ord_id: str
    """ClOrdID(11) last accepted."""
    symbol: str
    side: str
    """Side(54), as on the wire."""
    order_qty: int
    """OrderQty(38) in lots, as first asked for."""
    price: int | None
    """Price(44) in 1e-9; None = a market order."""
    account: str = ""
    strategy: str = ""
    params: Params = ()
    effective_time: int | None = None
    expire_time: int | None = None
    list_id: str = ""
    last: ClientReport | None = None
    """What the client was told last; None = nothing yet."""
    reports: int = 0
    """How many reports it was told."""
    cancels: int = 0
    """Requests to cancel it that are open."""

    @property
    def order_id(self) -> str:
        """OrderID(37); NONE while there is none."""
        return self.last.order_id if self.last is not None else "NONE"

    @property
    def status(self) -> OrdStatus:
        """OrdStatus(39)."""
        return self.last.ord_status if self.last is not None else OrdStatus.PENDING_NEW


@define(eq=False)
class Asked:
    """A cancel or a replace that has no answer yet."""

    order: Order | None
    """None = it is not known, and the request will be refused."""
    cancel: bool
    ours: str = ""
    """Why we asked ourselves; "" = the client did."""
    price: int | None = None
    """What a replace asked for; None = as it was."""


@define(eq=False)
class ClientBook:
    """The orders of a session."""

    orders: dict[str, Order] = field(init=False, factory=dict)
    """By every ClOrdID(11) that names them."""
    working: dict[str, Order] = field(init=False, factory=dict)
    """Those that are not over, by OrderID(37)."""
    _by_id: dict[str, Order] = field(init=False, factory=dict)
    _fresh: dict[str, deque[Order]] = field(init=False, factory=dict)
    """By ClOrdID(11), those that nothing was told of yet, oldest first."""
    _requests: dict[str, Order] = field(init=False, factory=dict)
    """By ClOrdID(11) of a request, answered or not, what it was for."""
    _open: dict[str, list[Asked]] = field(init=False, factory=dict)
    """By ClOrdID(11) of the request; one that was used twice has two until the second is refused."""

    def __len__(self) -> int:
        return len(self._by_id)

    def of(self, order_id: str) -> Order | None:
        """Give the order of an OrderID(37); None if there is none."""
        return self._by_id.get(order_id)

    def all(self) -> list[Order]:
        """Give all orders, oldest first."""
        return list(self._by_id.values())

    def find(self, cl_ord_id: str) -> Order | None:
        """Give the order that an identifier names; None if there is none."""
        order = self.orders.get(cl_ord_id)
        return order or next(iter(self._fresh.get(cl_ord_id, ())), None)

    def named(self, cl_ord_id: str) -> Order | None:
        """Give the order that an identifier names, its own or that of any request; None if there is none."""
        return self.find(cl_ord_id) or self._requests.get(cl_ord_id)

    def request(self, cl_ord_id: str) -> Asked | None:
        """Give the open request of an identifier."""
        return next(iter(self._open.get(cl_ord_id, ())), None)

    # -- what was asked for --------------------------------------------------------------------------------------------

    def take(self, event: NewOrder | CancelRequest | ReplaceRequest | RejectedOrder) -> None:
        """Remember what the client, or we in its place, asked for."""
        if isinstance(event, NewOrder | RejectedOrder):
            self._fresh.setdefault(event.cl_ord_id, deque()).append(_order_of(event))
            return
        order, cancel = self.named(event.orig_cl_ord_id), isinstance(event, CancelRequest)
        if order is not None:
            order.cancels += cancel
            self._requests.setdefault(event.cl_ord_id, order)
        price = event.price if isinstance(event, ReplaceRequest) else None
        self._open.setdefault(event.cl_ord_id, []).append(Asked(order, cancel, event.origin, price))

    # -- what was told -------------------------------------------------------------------------------------------------

    def told(self, report: ClientReport) -> tuple[Order, Asked | None]:
        """Remember a report; give its order, and the request that it answers."""
        order = self._by_id.get(report.order_id) or self._first(report)
        order.last, order.reports = report, order.reports + 1
        asked = self.request(report.cl_ord_id)
        if asked is not None and asked.order is not order:
            asked = None
        if asked is not None and report.exec_type in (ExecType.REPLACED, ExecType.CANCELED):
            self._answered(report.cl_ord_id, asked)
        if report.exec_type is ExecType.REPLACED:
            order.cl_ord_id = report.cl_ord_id
            order.price = order.price if asked is None or asked.price is None else asked.price
            self.orders[report.cl_ord_id] = order
        if report.ord_status in FINAL:
            self.working.pop(report.order_id, None)
        else:
            self.working[report.order_id] = order
        return order, asked

    def refused(self, reject: ClientCancelReject) -> Asked | None:
        """Remember that a request was refused; give it. None if it is not known."""
        entries = self._open.get(reject.cl_ord_id)
        if not entries:
            return None
        asked = entries[-1] if reject.cxl_rej_reason is CxlRejReason.DUPLICATE else entries[0]
        self._answered(reject.cl_ord_id, asked)
        return asked

    def _first(self, report: ClientReport) -> Order:
        """Give the order that is told of for the first time; one that nobody asked for is made up of the report."""
        waiting = self._fresh.get(report.cl_ord_id)
        if waiting:
            order = waiting.popleft()
            if not waiting:
                del self._fresh[report.cl_ord_id]
        else:
            order = Order(report.cl_ord_id, "", "", report.order_qty, None)
        self._by_id[report.order_id] = order
        known = self.orders.get(report.cl_ord_id)
        if known is None or known.status is OrdStatus.REJECTED:  # a duplicate does not take the first one's place
            self.orders[report.cl_ord_id] = order
        return order

    def _answered(self, cl_ord_id: str, asked: Asked) -> None:
        entries = self._open[cl_ord_id]
        entries.remove(asked)
        if asked.order is not None:
            asked.order.cancels -= asked.cancel
        if not entries:
            del self._open[cl_ord_id]


def _order_of(event: NewOrder | RejectedOrder) -> Order:
    if isinstance(event, RejectedOrder):
        side = BUY_SELL.get(event.side, event.side)
        return Order(event.cl_ord_id, event.symbol, side, event.order_qty, event.price, event.account, event.strategy)
    return Order(
        event.cl_ord_id, event.symbol, event.side.value, event.order_qty, event.price, event.account, event.strategy,
        event.params, event.effective_time, event.expire_time, event.list_id,
    )  # fmt: skip
