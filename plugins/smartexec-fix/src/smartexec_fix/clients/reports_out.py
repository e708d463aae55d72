"""What a client is told, as the bodies of messages: ExecutionReport(8), OrderCancelReject(9), OrderMassCancelReport(r).

What is said comes from the kernel; how it is written depends on the version of FIX. Pure functions.
"""

from collections.abc import Mapping
from typing import Final

from attrs import field, frozen

from smartexec.api import (
    ClientCancelReject,
    ClientReport,
    CxlRejReason,
    ExecType,
    Instrument,
    OrdRejReason,
    OrdStatus,
)
from smartexec_fix.clients.client_book import Order
from smartexec_fix.session.application import Application
from smartexec_fix.session.settings import VERSIONS
from smartexec_fix.wire.message import Field, Message
from smartexec_fix.wire.stamps import stamp
from smartexec_fix.wire.values import day, write_px, write_qty

NO_SYMBOL: Final = "[N/A]"
"""Symbol(55) of what has none."""
UNDISCLOSED: Final = "7"
"""Side(54) likewise."""
NO_EXECUTION: Final = "0"
"""ExecID(17) of a report that only tells the status."""
BY_BROKER: Final = b"4"
"""ExecRestatementReason(378) of what nobody asked for."""
_TRADES: Final = (ExecType.TRADE, ExecType.TRADE_CORRECT)
_UNASKED: Final = (ExecType.CANCELED, ExecType.RESTATED)
_REASON_OF: Final[Mapping[str, OrdRejReason]] = {
    "OrdType(40)": OrdRejReason.UNSUPPORTED,
    "OrderQty(38)": OrdRejReason.INCORRECT_QUANTITY,
    "Symbol(55)": OrdRejReason.UNKNOWN_SYMBOL,
    "TargetStrategy(847)": OrdRejReason.UNSUPPORTED,
    "TimeInForce(59)": OrdRejReason.UNSUPPORTED,
}
"""What a text on what is no order begins with -> OrdRejReason(103); it follows from the text alone, so that it is the
same after a restart."""
_SINCE_4_2, _SINCE_4_3, _SINCE_4_4 = (VERSIONS.index(version) for version in ("FIX.4.2", "FIX.4.3", "FIX.4.4"))
_OLD_REJ_REASONS: Final = frozenset("012345678")
"""OrdRejReason(103) before 4.4."""
_OLD_CXL_REASONS: Final[Mapping[int, frozenset[str]]] = {
    **dict.fromkeys(range(_SINCE_4_2), frozenset("01")),
    **dict.fromkeys(range(_SINCE_4_2, _SINCE_4_3), frozenset("0123")),
    **dict.fromkeys(range(_SINCE_4_3, _SINCE_4_4), frozenset("0123456")),
}
"""CxlRejReason(102) before 4.4, by version."""
_BROKER_OPTION: Final = "2"
"""CxlRejReason(102) in place of one that the version does not have."""


@frozen
class Style:
    """How a session's messages are written."""

    app: Application
    decimals: int
    """Of a second, in times."""

    @property
    def place(self) -> int:
        """Of its version among those of FIX."""
        return VERSIONS.index(self.app.version)

    def time(self, now: int) -> bytes:
        """Write ns UTC as a UTCTimestamp."""
        return stamp(now, self.decimals)


@frozen
class Shown:
    """What a report says besides the kernel's own."""

    now: int
    """TransactTime(60), ns UTC."""
    exec_id: str
    cl_ord_id: str
    orig_cl_ord_id: str = ""
    unasked: bool = False
    """Nobody at the client asked for it."""
    also: tuple[Field, ...] = field(default=())
    """Further fields, of the question that it answers."""


def execution_report(style: Style, order: Order, report: ClientReport, one: Instrument, shown: Shown) -> list[Field]:
    """Give the body of an ExecutionReport(8)."""
    exec_type, status = _spoken(style, report.exec_type, report.ord_status)
    body: list[Field] = [
        (37, _bytes(report.order_id)),
        (17, _bytes(shown.exec_id)),
        *style.app.written(exec_type, status),
        (39, status.value.encode()),
        (55, _bytes(order.symbol or NO_SYMBOL)),
        (54, _bytes(order.side or UNDISCLOSED)),
        (38, write_qty(report.order_qty, one)),
        (40, b"1" if order.price is None else b"2"),
        (14, write_qty(report.cum_qty, one)),
        (6, write_px(report.avg_px)),
        (60, style.time(shown.now)),
        *_sizes(style, report, one, shown.now),
    ]
    if order.price is not None:
        body.append((44, write_px(order.price)))
    if shown.unasked and exec_type in _UNASKED and style.place >= _SINCE_4_2:
        body.append((378, BY_BROKER))
    texts = {11: shown.cl_ord_id, 41: shown.orig_cl_ord_id, 1: order.account, 66: order.list_id}
    texts |= {19: report.exec_ref_id, 103: _rejection(style, report)}
    return [*body, *((tag, _bytes(text)) for tag, text in texts.items() if text), *said(report.text), *shown.also]


def _sizes(style: Style, report: ClientReport, one: Instrument, now: int) -> list[Field]:
    """LeavesQty(151), and of an execution its quantity, price and day. Before 4.2 every report has the two."""
    fields: list[Field] = [] if style.app.oldest else [(151, write_qty(report.leaves_qty, one))]
    if report.exec_type in _TRADES:
        fields += [(32, write_qty(report.last_qty, one)), (31, write_px(report.last_px)), (75, day(now))]
    elif report.exec_type is ExecType.TRADE_CANCEL:  # nothing was traded: what is undone is named by ExecRefID(19)
        fields += [(32, b"0"), (31, b"0"), (75, day(now))]
    elif style.place < _SINCE_4_2:
        fields += [(32, b"0"), (31, b"0")]
    return fields


def status_report(style: Style, order: Order, one: Instrument, now: int, also: tuple[Field, ...]) -> list[Field]:
    """Give the body of an ExecutionReport(8) on how an order stands, with ExecType(150) I."""
    last = order.last or ClientReport(
        "", order.order_id, order.cl_ord_id, ExecType.ORDER_STATUS, order.status, order.order_qty, 0, order.order_qty, 0
    )
    report = ClientReport(
        last.source, last.order_id, order.cl_ord_id, ExecType.ORDER_STATUS, last.ord_status, last.order_qty,
        last.cum_qty, last.leaves_qty, last.avg_px, ord_rej_reason=last.ord_rej_reason, text=last.text,
    )  # fmt: skip
    return execution_report(style, order, report, one, Shown(now, NO_EXECUTION, order.cl_ord_id, also=also))


def unknown_order(style: Style, asked: Message, now: int, text: str, also: tuple[Field, ...]) -> list[Field]:
    """Give the body of an ExecutionReport(8) that says that an order, or any order, is not known."""
    order = Order(asked.text(11), asked.text(55), asked.text(54), 0, None)
    report = ClientReport(
        "", "NONE", order.cl_ord_id, ExecType.ORDER_STATUS, OrdStatus.REJECTED, 0, 0, 0, 0,
        ord_rej_reason=OrdRejReason.UNKNOWN_ORDER, text=text,
    )  # fmt: skip
    shown = Shown(now, NO_EXECUTION, order.cl_ord_id, also=also)
    return [one for one in execution_report(style, order, report, Instrument(""), shown) if one[0] not in (38, 40)]


def cancel_reject(style: Style, reject: ClientCancelReject, now: int, *, cancel: bool) -> list[Field]:
    """Give the body of an OrderCancelReject(9); `cancel`: what is refused is an OrderCancelRequest(F)."""
    _, status = _spoken(style, ExecType.ORDER_STATUS, reject.ord_status)
    body: list[Field] = [
        (37, _bytes(reject.order_id)),
        (11, _bytes(reject.cl_ord_id)),
        (41, _bytes(reject.orig_cl_ord_id)),
        (39, status.value.encode()),
        (102, _cxl_reason(style, reject.cxl_rej_reason).encode()),
    ]
    if style.place >= _SINCE_4_2:
        body += [(434, b"1" if cancel else b"2"), (60, style.time(now))]
    return [*body, *said(reject.text)]


def mass_cancel_report(style: Style, request: Message, affected: int | None, reason: str, text: str) -> list[Field]:
    """Give the body of an OrderMassCancelReport(r); `affected` None = refused, because of `reason` (532)."""
    identity, wanted = request.get(11) or b"", request.get(530) or b""
    body: list[Field] = [(11, identity), (37, identity), (530, wanted), (531, wanted if affected is not None else b"0")]
    body += [(532, reason.encode())] if affected is None else [(533, b"%d" % affected)]
    body += [(1369, identity)] if style.app.strategy_parameters else []
    body += [(55, request.get(55) or b"")] if request.get(55) else []
    return [*body, (60, request.get(60) or b""), *said(text)]


def said(text: str) -> list[Field]:
    """Text(58) on one line; none if there is none."""
    line = " ".join(text.replace("\x01", " ").split())
    return [(58, _bytes(line))] if line else []


def _spoken(style: Style, exec_type: ExecType, status: OrdStatus) -> tuple[ExecType, OrdStatus]:
    """Before 4.2 a pending replace is a pending cancel/replace, which 4.2 calls a pending cancel."""
    if style.place >= _SINCE_4_2:
        return exec_type, status
    return (
        ExecType.PENDING_CANCEL if exec_type is ExecType.PENDING_REPLACE else exec_type,
        OrdStatus.PENDING_CANCEL if status is OrdStatus.PENDING_REPLACE else status,
    )


def _rejection(style: Style, report: ClientReport) -> str:
    """OrdRejReason(103)."""
    reason = report.ord_rej_reason
    if reason is None:
        return ""
    if reason is OrdRejReason.BROKER:
        reason = _REASON_OF.get(report.text.partition(":")[0], reason)
    old = style.place < _SINCE_4_4 and reason.value not in _OLD_REJ_REASONS
    return OrdRejReason.BROKER.value if old else reason.value


def _cxl_reason(style: Style, reason: CxlRejReason) -> str:
    known = _OLD_CXL_REASONS.get(style.place)
    if known is None or reason.value in known:
        return reason.value
    return _BROKER_OPTION if _BROKER_OPTION in known else CxlRejReason.TOO_LATE.value


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace").replace(b"\x01", b" ")
