"""What a venue adapter knows of its orders: by every ClOrdID(11) and OrderID(37) they had. Filled by commands and
reports as they come, and by the same ones recalled after a restart.
"""

from typing import Final

from attrs import define, field

from smartexec.api import (
    CancelOrder,
    ExecType,
    ExecutionReport,
    OrderCancelReject,
    OrdStatus,
    QueryOrder,
    ReplaceOrder,
    SendOrder,
    VenueCommand,
)
from smartexec_fix.wire.values import FINAL

ENDS: Final = frozenset({ExecType.REJECTED, ExecType.CANCELED, ExecType.EXPIRED, ExecType.DONE_FOR_DAY})
RESIZED: Final = frozenset({ExecType.REPLACED, ExecType.RESTATED})
UNDONE: Final = frozenset({ExecType.TRADE_CANCEL, ExecType.TRADE_CORRECT})
PENDING: Final = frozenset({ExecType.PENDING_NEW, ExecType.PENDING_CANCEL, ExecType.PENDING_REPLACE})


@define(eq=False)
class Known:
    """An order."""

    sent: SendOrder
    order_qty: int
    price: int | None
    cl_ord_id: str
    """ClOrdID(11) last accepted."""
    order_id: str = ""
    """OrderID(37) of the venue; "" = not known."""
    acked: bool = False
    """The venue has said something of it."""
    over: bool = False
    asked: bool = False
    """A status request has no answer yet."""
    requests: dict[str, ReplaceOrder | CancelOrder] = field(factory=dict[str, ReplaceOrder | CancelOrder])
    """Those without an answer."""


@define(eq=False)
class KnownOrders:
    """All of a run."""

    _by_name: dict[str, Known] = field(init=False, factory=dict[str, Known])
    _by_order_id: dict[str, Known] = field(init=False, factory=dict[str, Known])
    _open: dict[str, Known] = field(init=False, factory=dict[str, Known])

    def find(self, cl_ord_id: str, orig: str = "", order_id: str = "") -> Known | None:
        """Give an order by what names it; None if nothing does."""
        by = self._by_name
        return by.get(cl_ord_id) or by.get(orig) or (self._by_order_id.get(order_id) if order_id else None)

    @property
    def open(self) -> list[Known]:
        """Those that may be live at the venue."""
        return list(self._open.values())

    def asked(self, command: VenueCommand) -> None:
        """Note what the venue is asked for."""
        if isinstance(command, SendOrder):
            made = Known(command, command.order_qty, command.price, command.cl_ord_id)
            self._by_name[command.cl_ord_id] = self._open[command.cl_ord_id] = made
            return
        known = self._by_name.get(command.cl_ord_id if isinstance(command, QueryOrder) else command.orig_cl_ord_id)
        if known is None:
            return
        if isinstance(command, QueryOrder):
            known.asked = True
        else:
            known.requests[command.cl_ord_id] = command
            self._by_name[command.cl_ord_id] = known

    def heard(self, event: ExecutionReport | OrderCancelReject) -> None:
        """Note what the venue has said."""
        known = self.find(event.cl_ord_id, event.orig_cl_ord_id)
        if known is None:
            return
        if isinstance(event, OrderCancelReject):
            known.requests.pop(event.cl_ord_id, None)
            return
        known.acked = known.acked or event.exec_type not in (ExecType.REJECTED, ExecType.ORDER_STATUS)
        if event.exec_type is ExecType.ORDER_STATUS:
            known.asked = False
        elif event.exec_type not in PENDING and event.cl_ord_id in known.requests:
            self._accepted(known, event)
        if event.exec_type in RESIZED and event.order_qty is not None:
            known.order_qty = event.order_qty
        self._ended(known, event)

    def named(self, known: Known, order_id: str) -> None:
        """Note the venue's own name of an order."""
        if order_id and known.order_id != order_id:
            known.order_id = order_id
            self._by_order_id[order_id] = known

    def _ended(self, known: Known, event: ExecutionReport) -> None:
        """Note whether anything of it may still be live: a filled order is over, until a bust undoes a fill."""
        unknown = event.exec_type is ExecType.ORDER_STATUS and event.ord_status is OrdStatus.REJECTED
        if event.exec_type in ENDS or (event.ord_status in FINAL and not unknown):
            known.over = True
            self._open.pop(known.sent.cl_ord_id, None)
        elif known.over and event.exec_type in UNDONE:
            known.over = False
            self._open[known.sent.cl_ord_id] = known

    def _accepted(self, known: Known, event: ExecutionReport) -> None:
        request = known.requests.pop(event.cl_ord_id)
        if isinstance(request, ReplaceOrder) and event.exec_type is ExecType.REPLACED:
            known.cl_ord_id, known.order_qty, known.price = request.cl_ord_id, request.order_qty, request.price
