"""What a simulated venue says of an order: reports made from it. No state, no delays."""

from smartexec.api import CancelOrder, ExecType, ExecutionReport, OrderCancelReject, OrdStatus, ReplaceOrder
from smartexec_sim.orders import OwnOrder


def report_of(mic: str, order: OwnOrder, exec_type: ExecType, text: str = "") -> ExecutionReport:
    """Say how an order stands, and why."""
    return ExecutionReport(
        mic,
        order.cl_ord_id,
        exec_type,
        order.status,
        order_qty=order.order_qty,
        cum_qty=order.cum_qty,
        avg_px=order.avg_px,
        price=order.price,
        text=text,
    )


def status_of(mic: str, cl_ord_id: str, order: OwnOrder | None) -> ExecutionReport:
    """Answer a status query; an order that is not known is REJECTED."""
    if order is None:
        return ExecutionReport(mic, cl_ord_id, ExecType.ORDER_STATUS, OrdStatus.REJECTED, text="unknown order")
    report = report_of(mic, order, ExecType.ORDER_STATUS)
    report.cl_ord_id = cl_ord_id
    return report


def refused(mic: str, command: CancelOrder | ReplaceOrder, order: OwnOrder | None, text: str) -> OrderCancelReject:
    """Refuse a cancel or a replace; without a text because there is no such order, or it is over."""
    status = OrdStatus.REJECTED if order is None else order.status
    why = text or ("unknown order" if order is None else f"too late: {status.name}")
    return OrderCancelReject(mic, command.cl_ord_id, command.orig_cl_ord_id, status, why)
