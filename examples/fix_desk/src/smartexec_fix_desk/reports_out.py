"""What the exchange says of orders: ExecutionReport(8) and OrderCancelReject(9), field by field."""

from collections.abc import Iterator

from smartexec.api import (
    ExecType,
    ExecutionReport,
    Instrument,
    Liquidity,
    OrderCancelReject,
    OrdRejReason,
    OrdStatus,
    VenueEvent,
)
from smartexec_fix.session.application import Application
from smartexec_fix.wire.message import Field, Message
from smartexec_fix.wire.values import FINAL, day, write_px, write_qty, write_time
from smartexec_fix_desk.books import Booked

UNKNOWN = "NONE"
"""OrderID(37) of an order that there is not."""
TOO_LATE, NO_SUCH_ORDER, DUPLICATE, OTHER = 0, 1, 6, 99
"""CxlRejReason(102)."""
_REASONS = (("too late", TOO_LATE), ("unknown", NO_SUCH_ORDER), ("duplicate", DUPLICATE))
_ABSOLUTE = b"3"
"""CommType(13)."""


def execution(
    version: str, report: ExecutionReport, booked: Booked, instrument: Instrument, exec_id: str, now: int
) -> list[Field]:
    """Give the fields of ExecutionReport(8) on an order that the exchange has."""
    order, status = booked.order, report.ord_status
    total, cum = report.order_qty or booked.order_qty, booked.cum_qty if report.cum_qty is None else report.cum_qty
    fields: list[Field] = [
        (37, booked.order_id.encode()),
        (17, exec_id.encode()),
        *Application(version).written(report.exec_type, status),
        (39, status.value.encode()),
        (11, report.cl_ord_id.encode()),
        (55, order.symbol.encode()),
        (54, order.side.value.encode()),
        (38, write_qty(total, instrument)),
        (40, order.ord_type.value.encode()),
        (59, order.time_in_force.value.encode()),
        (151, b"0" if status in FINAL else write_qty(total - cum, instrument)),
        (14, write_qty(cum, instrument)),
        (6, write_px(booked.avg_px)),
        (60, write_time(now)),
    ]
    if report.orig_cl_ord_id:
        fields.append((41, report.orig_cl_ord_id.encode()))
    if report.price is not None:
        fields.append((44, write_px(report.price)))
    if report.text:
        fields.append((58, report.text.encode()))
    if status is OrdStatus.REJECTED and report.exec_type is ExecType.REJECTED:
        fields.append((103, OrdRejReason.BROKER.value.encode()))
    return [*fields, *(_fill(report, instrument, now) if report.exec_type is ExecType.TRADE else ())]


def _fill(report: ExecutionReport, instrument: Instrument, now: int) -> Iterator[Field]:
    yield 32, write_qty(report.last_qty, instrument)
    yield 31, write_px(report.last_px)
    yield 30, report.mic.encode()
    yield 75, day(now)
    if report.fee:
        yield 12, write_px(report.fee)
        yield 13, _ABSOLUTE
    if report.liquidity is not Liquidity.NONE:
        yield 851, report.liquidity.value.encode()


def refusal(version: str, message: Message, reason: OrdRejReason, text: str, exec_id: str, now: int) -> list[Field]:
    """Refuse NewOrderSingle(D) that is not booked: what it said is said back."""
    said = [(tag, value) for tag in (11, 55, 54, 38, 40, 44, 59) if (value := message.get(tag)) is not None]
    return [
        (37, UNKNOWN.encode()),
        (17, exec_id.encode()),
        *Application(version).written(ExecType.REJECTED, OrdStatus.REJECTED),
        (39, OrdStatus.REJECTED.value.encode()),
        *said,
        *((tag, b"0") for tag in (151, 14, 6)),
        (60, write_time(now)),
        (103, reason.value.encode()),
        (58, text.encode()),
    ]


def unknown(version: str, message: Message, exec_id: str, now: int) -> list[Field]:
    """Answer OrderStatusRequest(H) for an order that there is not."""
    said = [(tag, value) for tag in (11, 55, 54, 790) if (value := message.get(tag)) is not None]
    return [
        (37, UNKNOWN.encode()),
        (17, exec_id.encode()),
        *Application(version).written(ExecType.ORDER_STATUS, OrdStatus.REJECTED),
        (39, OrdStatus.REJECTED.value.encode()),
        *said,
        *((tag, b"0") for tag in (38, 151, 14, 6)),
        (60, write_time(now)),
        (58, b"unknown order"),
    ]


def cancel_refusal(event: OrderCancelReject, booked: Booked | None, *, replace: bool, now: int) -> list[Field]:
    """Give the fields of OrderCancelReject(9)."""
    reason = next((code for word, code in _REASONS if event.text.startswith(word)), OTHER)
    return [
        (37, (UNKNOWN if booked is None else booked.order_id).encode()),
        (11, event.cl_ord_id.encode()),
        (41, event.orig_cl_ord_id.encode()),
        (39, event.ord_status.value.encode()),
        (434, b"2" if replace else b"1"),
        (102, b"%d" % reason),
        (60, write_time(now)),
        (58, event.text.encode()),
    ]


def of_order(event: VenueEvent) -> str:
    """Give the ClOrdID(11) by which the exchange finds the order an event is about; "" if it is about none."""
    if isinstance(event, OrderCancelReject):
        return event.orig_cl_ord_id
    return event.orig_cl_ord_id or event.cl_ord_id if isinstance(event, ExecutionReport) else ""
