"""Directive `fix-table`: the tables of the FIX page. Names and tags of fields are the glossary's.

What the kernel does is read from its own tables (`children`, `lifecycle`) where it has them; words are here.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import attrs
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from tabling import table

from smartexec.kernel.children import ENDS, OUTCOMES, UNDOING
from smartexec.kernel.lifecycle import STATUS
from smartexec.model import commands, events, market, orders
from smartexec.model.enums import CxlRejReason, ExecType, OrdRejReason

GLOSSARY = Path(__file__).parents[1] / "glossary.rst"
TO_US, TO_CLIENT, TO_VENUE, OF_VENUE = (
    "client to smartexec",
    "smartexec to client",
    "smartexec to venue",
    "venue to smartexec",
)
MESSAGES: Mapping[type, tuple[str, str]] = {
    orders.NewOrder: ("NewOrderSingle(35=D)", TO_US),
    orders.CancelRequest: ("OrderCancelRequest(35=F)", TO_US),
    orders.ReplaceRequest: ("OrderCancelReplaceRequest(35=G)", TO_US),
    orders.RejectedOrder: ("what could not be made a NewOrderSingle(35=D)", TO_US),
    commands.ClientReport: ("ExecutionReport(35=8)", TO_CLIENT),
    commands.ClientCancelReject: ("OrderCancelReject(35=9)", TO_CLIENT),
    commands.SendOrder: ("NewOrderSingle(35=D)", TO_VENUE),
    commands.CancelOrder: ("OrderCancelRequest(35=F)", TO_VENUE),
    commands.ReplaceOrder: ("OrderCancelReplaceRequest(35=G)", TO_VENUE),
    commands.QueryOrder: ("OrderStatusRequest(35=H)", TO_VENUE),
    events.ExecutionReport: ("ExecutionReport(35=8)", OF_VENUE),
    events.OrderCancelReject: ("OrderCancelReject(35=9)", OF_VENUE),
    events.OrderState: ("none: a running total, for venues without ExecID(17)", OF_VENUE),
    events.VenueStatus: ("Logon(35=A), Logout(35=5), a lost connection", OF_VENUE),
    market.Quote: ("MarketDataSnapshotFullRefresh(35=W), MarketDataIncrementalRefresh(35=X)", OF_VENUE),
    market.Trade: ("the same, MDEntryType(269) 2", OF_VENUE),
    market.PhaseChange: ("TradingSessionStatus(35=h), SecurityStatus(35=f)", OF_VENUE),
}
"""What an event or command corresponds to, and which way it goes."""
VENUE_REPORTS: Mapping[ExecType, str] = {
    ExecType.NEW: "acknowledges the order; does nothing if anything was heard of it before",
    ExecType.PENDING_NEW: "changes nothing",
    ExecType.TRADE: "books the execution, in every life; of an order just sent it is the acknowledgement too",
    ExecType.TRADE_CANCEL: "takes the execution that ExecRefID(19) names back",
    ExecType.TRADE_CORRECT: "puts LastQty(32) and LastPx(31) in the place of what ExecRefID(19) names",
    ExecType.CANCELED: "ends the order, whether it was asked for or not",
    ExecType.EXPIRED: "ends the order",
    ExecType.REJECTED: "ends the order, with an alert",
    ExecType.DONE_FOR_DAY: "ends the order",
    ExecType.REPLACED: "accepts the request; other terms than were asked for are taken, or the order is cancelled",
    ExecType.RESTATED: "takes the venue's quantity and price; more, or a worse price, is cancelled, with an alert",
    ExecType.PENDING_CANCEL: "notes that the venue has the request",
    ExecType.PENDING_REPLACE: "notes that the venue has the request",
    ExecType.SUSPENDED: "notes that the order is held; it keeps its leaves",
    ExecType.ORDER_STATUS: "answers a query: see the page on orders in doubt",
}
"""What a venue's report does to a child order."""
ORDER, REQUEST, EITHER = "the order's", "the request's", "the request's, else the order's"
REPORT_FIELDS: Mapping[ExecType, tuple[str, str, str]] = {
    ExecType.NEW: (ORDER, "", "cum_qty"),
    ExecType.PENDING_NEW: (ORDER, "", ""),
    ExecType.TRADE: (ORDER, "exec_id last_qty last_px", "cum_qty trade_date liquidity fee side"),
    ExecType.TRADE_CANCEL: (ORDER, "exec_id exec_ref_id", "last_qty last_px trade_date"),
    ExecType.TRADE_CORRECT: (ORDER, "exec_id exec_ref_id last_qty last_px", "trade_date fee"),
    ExecType.CANCELED: (EITHER, "", "orig_cl_ord_id cum_qty text"),
    ExecType.EXPIRED: (ORDER, "", "cum_qty text"),
    ExecType.REJECTED: (ORDER, "", "text"),
    ExecType.DONE_FOR_DAY: (ORDER, "", "cum_qty text"),
    ExecType.REPLACED: (REQUEST, "", "orig_cl_ord_id order_qty price cum_qty"),
    ExecType.RESTATED: (ORDER, "order_qty", "price cum_qty text"),
    ExecType.PENDING_CANCEL: (REQUEST, "", "orig_cl_ord_id"),
    ExecType.PENDING_REPLACE: (REQUEST, "", "orig_cl_ord_id"),
    ExecType.SUSPENDED: (ORDER, "", "text"),
    ExecType.ORDER_STATUS: ("as in the query", "cum_qty avg_px", "text"),
}
"""Of a venue's report: whose `cl_ord_id` is, what it must carry, what is taken if it is there."""
CLIENT_REPORTS: Mapping[ExecType, str] = {
    ExecType.NEW: "the order was accepted; it may still be pooled",
    ExecType.REJECTED: "the order was refused: OrdRejReason(103) and Text(58) say why",
    ExecType.PENDING_CANCEL: "a cancel waits until what is live fits without the order",
    ExecType.PENDING_REPLACE: "a reduction or a tighter limit waits likewise",
    ExecType.REPLACED: "a replace was done",
    ExecType.TRADE: "lots were booked: an execution, the average of an epoch, or a cross",
    ExecType.TRADE_CANCEL: "a booking was reversed: ExecRefID(19) names it; what stands instead follows as TRADE",
    ExecType.CANCELED: "the order is over: cancelled, done by an offset, or out of work after a late bust",
    ExecType.EXPIRED: "the order is over: its time, or its parent's, is",
}
"""When a client is sent a report."""
ORDER_REJECTS: Mapping[OrdRejReason, str] = {
    OrdRejReason.BROKER: "strategy in quarantine, price off the tick, or not an order at all",
    OrdRejReason.UNKNOWN_SYMBOL: "no such instrument in the configuration",
    OrdRejReason.CLOSED: "the day is over",
    OrdRejReason.EXCEEDS_LIMIT: "a client's limit, or a kill switch at the client's level",
    OrdRejReason.TOO_LATE: "ExpireTime(126), or the close, is not later than the start",
    OrdRejReason.DUPLICATE: "ClOrdID(11) used before, or empty",
    OrdRejReason.UNSUPPORTED: "unknown strategy, or TimeInForce(59) other than DAY",
    OrdRejReason.INCORRECT_QUANTITY: "OrderQty(38) is no positive multiple of the lot",
}
CANCEL_REJECTS: Mapping[CxlRejReason, str] = {
    CxlRejReason.TOO_LATE: "the order is over",
    CxlRejReason.UNKNOWN_ORDER: "OrigClOrdID(41) names no order of this source",
    CxlRejReason.ALREADY_PENDING: "another request waits; a cancel may follow a replace, nothing else may follow",
    CxlRejReason.DUPLICATE: "ClOrdID(11) used before",
    CxlRejReason.OTHER: "quantity off the lot, price off the tick, a client's limit: Text(58) says which",
}
REJECTS: Mapping[str, Mapping[OrdRejReason, str] | Mapping[CxlRejReason, str]] = {
    "orders": ORDER_REJECTS,
    "requests": CANCEL_REJECTS,
}
_ENTRY = re.compile(r"^   (\w+)[^\n]*\n      ([^\n]*)", re.MULTILINE)


def tags() -> dict[str, str]:
    """Field -> `Name(tag)`, as the glossary has it; several are joined by "or"."""
    text = GLOSSARY.read_text(encoding="utf-8")
    section = text[text.index("Fields of messages") : text.index("Fields without a FIX name")]
    return {
        term: " or ".join(re.findall(r"\w+\(\d+\)", body.partition(". In ")[0]))
        for term, body in _ENTRY.findall(section)
    }


def messages() -> list[list[str]]:
    """Give value, direction and FIX message, after a head."""
    head = ["value", "direction", "FIX message"]
    return [head, *([f"`{cls.__name__}`", way, fix] for cls, (fix, way) in MESSAGES.items())]


def fields(name: str) -> list[list[str]]:
    """Give the fields of a message with their tags, after a head."""
    cls = next(one for one in MESSAGES if f"{one.__module__.rpartition('.')[2]}.{one.__name__}" == name)
    known = tags()
    return [[f"`{cls.__name__}`", "FIX"], *([f"`{f.name}`", known.get(f.name, "-")] for f in attrs.fields(cls))]


def venue_reports() -> list[list[str]]:
    """Give what each kind of report does, after a head."""
    rows = [[f"{kind.name} ({kind.value})", text, _ends(kind)] for kind, text in VENUE_REPORTS.items()]
    return [["ExecType(150)", "what it does to the child order", "ends as"], *rows]


def report_fields() -> list[list[str]]:
    """Give what each kind of report carries, after a head."""
    head = ["ExecType(150)", "`cl_ord_id` is", "needs", "takes too"]
    return [
        head,
        *([kind.name, whose, _code(needs), _code(more)] for kind, (whose, needs, more) in REPORT_FIELDS.items()),
    ]


def _code(names: str) -> str:
    return ", ".join(f"`{name}`" for name in names.split()) or "-"


def _ends(kind: ExecType) -> str:
    life = ENDS.get(kind)
    if life is None:
        return "-" if kind not in UNDOING else "may reopen it"
    return f"{STATUS[life].name}, outcome {OUTCOMES[life].name}"


def client_reports() -> list[list[str]]:
    """Give when a client is sent each kind of report, after a head."""
    return [["ExecType(150)", "sent when"], *([f"{k.name} ({k.value})", text] for k, text in CLIENT_REPORTS.items())]


def rejects(which: str) -> list[list[str]]:
    """Give the reasons of rejections, after a head."""
    return [["reason", "value", "when"], *([k.name, k.value, text] for k, text in REJECTS[which].items())]


TABLES: Mapping[str, tuple[Callable[[], list[list[str]]], tuple[int, ...]]] = {
    "messages": (messages, (22, 24, 54)),
    "venue-reports": (venue_reports, (24, 52, 24)),
    "report-fields": (report_fields, (20, 20, 28, 32)),
    "client-reports": (client_reports, (26, 74)),
}


class FixTable(SphinxDirective):
    """Insert a table: one of `TABLES`, fields NAME, rejects orders, rejects requests."""

    required_arguments = 1
    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        what, *more = self.arguments
        self.env.note_dependency(str(GLOSSARY))
        if what == "fields":
            return [table(fields(more[0]), (40, 60))]
        if what == "rejects":
            return [table(rejects(more[0]), (24, 10, 66))]
        maker, widths = TABLES[what]
        return [table(maker(), widths)]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive with Sphinx."""
    app.add_directive("fix-table", FixTable)
    return {"parallel_read_safe": True}
