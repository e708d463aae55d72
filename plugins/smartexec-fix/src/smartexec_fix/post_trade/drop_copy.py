"""Drop copies: what clients are told, once more for somebody else. ExecutionReport(8) and OrderCancelReject(9).

They are written as those for the clients are; only the ids of executions and the mark of a copy are their own.
"""

from typing import Final

from attrs import evolve, frozen

from smartexec.api import ClientCancelReject, ClientReport, Instrument
from smartexec_fix.clients.client_book import Order as Shape
from smartexec_fix.clients.reports_out import UNDISCLOSED, Shown, Style, cancel_reject, execution_report
from smartexec_fix.post_trade.trade_book import Order
from smartexec_fix.session.application import Application
from smartexec_fix.session.settings import VERSIONS, SessionSettings
from smartexec_fix.wire.message import Field

_MARKED_SINCE: Final = VERSIONS.index("FIX.4.4")
_TERMS: Final = frozenset({40, 44})
"""OrdType and Price."""


@frozen
class Copied:
    """What a copy says besides the report."""

    order: Order
    instrument: Instrument
    exec_id: str
    """ExecID(17), unique for all time."""
    ref: str
    """ExecRefID(19), likewise; "" = none."""
    now: int
    """ns UTC."""


def copy_of(report: ClientReport, of: Copied, settings: SessionSettings) -> list[Field]:
    """Give the body of an ExecutionReport(8) that copies a report."""
    order, style = of.order, _style(settings)
    side = order.side.value if order.side is not None else UNDISCLOSED
    shape = Shape(report.cl_ord_id, order.symbol, side, report.order_qty, order.price, order.account)
    shown = Shown(of.now, of.exec_id, report.cl_ord_id, report.orig_cl_ord_id)
    body = execution_report(style, shape, evolve(report, exec_ref_id=of.ref), of.instrument, shown)
    if not order.priced:
        body = [one for one in body if one[0] not in _TERMS]
    return [*body, (797, b"Y")] if style.place >= _MARKED_SINCE else body


def refusal_of(reject: ClientCancelReject, now: int, settings: SessionSettings, *, cancel: bool) -> list[Field]:
    """Give the body of an OrderCancelReject(9) that copies one; `cancel`: what is refused is a cancel."""
    body = cancel_reject(_style(settings), reject, now, cancel=cancel)
    return [one for one in body if one[1]]


def _style(settings: SessionSettings) -> Style:
    return Style(Application(settings.version), settings.decimals)
