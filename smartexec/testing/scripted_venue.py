"""A venue by script: it knows the truth, which others can only learn from what it reports. Nothing here is random.

Orders that arrive are acknowledged, or refused while `refuses` says why; what else happens to them is said by calls.
Reports wait in `inbound` until somebody takes them.
"""

from collections.abc import Callable

from attrs import Factory, define, field

from smartexec.model.commands import CancelOrder, QueryOrder, ReplaceOrder, SendOrder, VenueCommand
from smartexec.model.enums import ExecType, OrdStatus, Side, TimeInForce
from smartexec.model.events import ExecutionReport, OrderCancelReject, VenueEvent

OPEN = (OrdStatus.NEW, OrdStatus.PARTIALLY_FILLED)


@define(eq=False)
class TrueOrder:
    """An order as its venue has it."""

    mic: str
    cl_ord_id: str
    side: Side
    qty: int
    price: int | None
    first_id: str
    cum: int = 0
    money: int = 0
    status: OrdStatus = OrdStatus.NEW

    @property
    def leaves(self) -> int:
        """What can still execute."""
        return self.qty - self.cum if self.status in OPEN else 0


@define(eq=False)
class TrueExecution:
    """An execution as its venue has it; `standing` until busted or corrected."""

    exec_id: str
    order: TrueOrder
    qty: int
    px: int
    standing: bool = True


@define(eq=False)
class ScriptedVenue:
    """What venues know of their orders."""

    orders: dict[str, TrueOrder] = field(init=False, default=Factory(dict))
    """By every ClOrdID(11) the venue knows the order under."""
    executions: list[TrueExecution] = field(init=False, default=Factory(list))
    inbound: list[VenueEvent] = field(init=False, default=Factory(list))
    """Reports that have left the venue and reached nobody yet."""
    refuses: str = field(init=False, default="")
    """Why new orders are rejected; "" = they are not."""

    def _say(self, order: TrueOrder, exec_type: ExecType, **more: object) -> None:
        report = ExecutionReport(order.mic, order.cl_ord_id, exec_type, order.status)
        report.order_qty, report.cum_qty = order.qty, order.cum
        report.avg_px = order.money // order.cum if order.cum else 0
        for name, value in more.items():
            setattr(report, name, value)
        self.inbound.append(report)

    def _take(self, command: VenueCommand) -> None:
        takers: dict[type, Callable[..., None]] = {
            SendOrder: self._new,
            CancelOrder: self._cancel,
            ReplaceOrder: self._replace,
            QueryOrder: self._query,
        }
        takers[type(command)](command)

    def _new(self, c: SendOrder) -> None:
        if c.cl_ord_id in self.orders:
            return
        order = TrueOrder(c.mic, c.cl_ord_id, c.side, c.order_qty, c.price, c.cl_ord_id)
        self.orders[c.cl_ord_id] = order
        if self.refuses:
            order.status = OrdStatus.REJECTED
            self._say(order, ExecType.REJECTED, text=self.refuses)
            return
        self._say(order, ExecType.NEW)
        if c.time_in_force is TimeInForce.IOC:
            order.status = OrdStatus.CANCELED
            self._say(order, ExecType.CANCELED)

    def _cancel(self, c: CancelOrder) -> None:
        order = self.orders.get(c.orig_cl_ord_id)
        if order is None or order.status not in OPEN:
            status = order.status if order else OrdStatus.REJECTED
            self.inbound.append(OrderCancelReject(c.mic, c.cl_ord_id, c.orig_cl_ord_id, status))
            return
        order.status = OrdStatus.CANCELED
        self._say(order, ExecType.CANCELED, cl_ord_id=c.cl_ord_id, orig_cl_ord_id=order.cl_ord_id)

    def _replace(self, c: ReplaceOrder) -> None:
        order = self.orders.get(c.orig_cl_ord_id)
        if order is None or order.status not in OPEN or c.orig_cl_ord_id != order.cl_ord_id:
            status = order.status if order else OrdStatus.REJECTED
            self.inbound.append(OrderCancelReject(c.mic, c.cl_ord_id, c.orig_cl_ord_id, status))
            return
        order.qty, order.price = max(c.order_qty, order.cum), c.price
        old, order.cl_ord_id = order.cl_ord_id, c.cl_ord_id
        self.orders[c.cl_ord_id] = order
        if order.qty == order.cum:
            order.status = OrdStatus.FILLED if order.cum else OrdStatus.CANCELED
        self._say(order, ExecType.REPLACED, orig_cl_ord_id=old)

    def _query(self, c: QueryOrder) -> None:
        order = self.orders.get(c.cl_ord_id)
        if order is None:
            unknown = ExecutionReport(c.mic, c.cl_ord_id, ExecType.ORDER_STATUS, OrdStatus.REJECTED)
            self.inbound.append(unknown)
        else:
            self._say(order, ExecType.ORDER_STATUS)

    def live(self) -> list[TrueOrder]:
        """Orders that can execute, oldest first."""
        return [o for k, o in self.orders.items() if k == o.first_id and o.leaves > 0]

    def execute(self, order: TrueOrder, qty: int, px: int) -> None:
        """Let an order execute at its venue."""
        qty = min(qty, order.leaves)
        if qty <= 0:
            return
        order.cum += qty
        order.money += qty * px
        order.status = OrdStatus.FILLED if order.cum == order.qty else OrdStatus.PARTIALLY_FILLED
        execution = TrueExecution(f"E{len(self.executions)}", order, qty, px)
        self.executions.append(execution)
        self._say(order, ExecType.TRADE, exec_id=execution.exec_id, last_qty=qty, last_px=px)

    def bust(self, execution: TrueExecution) -> None:
        """Let a venue take an execution back. Its order gets no quantity back (it stays as done as it was)."""
        if not execution.standing:
            return
        execution.standing = False
        order = execution.order
        order.qty -= execution.qty if order.status in OPEN else 0
        order.cum -= execution.qty
        order.money -= execution.qty * execution.px
        if order.status is OrdStatus.FILLED:
            order.status = OrdStatus.CANCELED
            self._say(order, ExecType.TRADE_CANCEL, exec_id=execution.exec_id + "b", exec_ref_id=execution.exec_id,
                      last_qty=execution.qty, last_px=execution.px)  # fmt: skip
            self._say(order, ExecType.CANCELED)
            return
        self._say(order, ExecType.TRADE_CANCEL, exec_id=execution.exec_id + "b", exec_ref_id=execution.exec_id,
                  last_qty=execution.qty, last_px=execution.px)  # fmt: skip
        self._say(order, ExecType.RESTATED)
        if order.qty == order.cum:
            order.status = OrdStatus.CANCELED
            self._say(order, ExecType.CANCELED)

    def correct_and_bust(self, execution: TrueExecution, px: int) -> None:
        """Let a venue correct an execution and take the correction back, without saying how much that was."""
        if not execution.standing:
            return
        self.correct(execution, px)
        before = len(self.inbound)
        self.bust(self.executions[-1])
        bust = self.inbound[before]
        assert isinstance(bust, ExecutionReport)
        bust.last_qty = bust.last_px = 0

    def correct(self, execution: TrueExecution, px: int) -> None:
        """Let a venue correct the price of an execution."""
        if not execution.standing:
            return
        execution.standing = False
        order = execution.order
        order.money += execution.qty * (px - execution.px)
        new = TrueExecution(execution.exec_id + "c", order, execution.qty, px)
        self.executions.append(new)
        self._say(order, ExecType.TRADE_CORRECT, exec_id=new.exec_id, exec_ref_id=execution.exec_id,
                  last_qty=new.qty, last_px=px)  # fmt: skip

    def finish(self, order: TrueOrder, exec_type: ExecType, text: str = "") -> None:
        """Let a venue end an order without being asked: CANCELED, EXPIRED or DONE_FOR_DAY."""
        if order.status in OPEN:
            order.status = OrdStatus(exec_type.value)
            self._say(order, exec_type, text=text)

    def restate(self, order: TrueOrder, qty: int, text: str = "") -> None:
        """Let a venue make an order smaller without being asked."""
        if order.status in OPEN and order.cum < qty < order.qty:
            order.qty = qty
            self._say(order, ExecType.RESTATED, text=text)
