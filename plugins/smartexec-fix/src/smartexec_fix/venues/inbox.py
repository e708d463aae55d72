"""Application messages of a venue, by MsgType(35): what the kernel is told, and what is sent back for them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from attrs import define, field

from smartexec.api import (
    ExecType,
    ExecutionReport,
    OrderCancelReject,
    OrdStatus,
    PhaseChange,
    QueryOrder,
    Quote,
    Trade,
    VenueCommand,
)
from smartexec_fix.session.admin import unsupported
from smartexec_fix.session.initiator import Done
from smartexec_fix.venues import phases
from smartexec_fix.venues.dialect import Dialect
from smartexec_fix.venues.known_orders import Known
from smartexec_fix.venues.market_data import BookLost, MarketDataIn
from smartexec_fix.venues.orders_out import CANCEL, DONT_KNOW, ORDER, QUERY, REPLACE
from smartexec_fix.venues.outbox import VenueOutbox, refusal
from smartexec_fix.venues.reports_in import ReportsIn
from smartexec_fix.venues.symbology import Symbology
from smartexec_fix.venues.venue_session import VenueSession
from smartexec_fix.wire.message import Message

Told = ExecutionReport | OrderCancelReject | Quote | Trade | PhaseChange
Out = Told | Done
_UNKNOWN_ID: Final = b"1"
"""BusinessRejectReason(380)."""
_UNREADABLE: Final = b"0"
"""BusinessRejectReason(380): other."""


@define(eq=False)
class VenueInbox:
    """The way in."""

    dialect: Dialect
    reports: ReportsIn
    market: MarketDataIn
    symbology: Symbology
    session: VenueSession
    outbox: VenueOutbox
    fault: Callable[[str], None]
    _takers: Mapping[bytes, Callable[[Message, int], Iterator[Out]]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._takers = {
            b"8": self._report,
            b"9": self._cancel_reject,
            b"3": self._refused,
            b"j": self._refused,
            b"W": self._market_data,
            b"X": self._market_data,
            b"Y": self._no_market_data,
            phases.SECURITY: self._security,
            phases.SESSION: self._trading_session,
            b"r": self._ignored,
            b"B": self._ignored,
        }

    def take(self, message: Message, now: int) -> Iterator[Out]:
        """Take a message."""
        taker = self._takers.get(message.msg_type)
        if taker is not None:
            yield from taker(message, now)
        else:
            yield from self.outbox.send(*unsupported(self.session.settings, message), now)

    # -- orders --------------------------------------------------------------------------------------------------------

    def _report(self, message: Message, now: int) -> Iterator[Out]:
        known = self.reports.order_of(message)
        try:
            report = self.reports.report(message, now)
        except ValueError as error:
            yield from self._unreadable(message, known, str(error), now)
            return
        orders = self.reports.known
        if known is not None:
            orders.named(known, message.text(37))
        orders.heard(report)
        if known is None and report.exec_type is ExecType.TRADE and self.dialect.dont_know:
            yield from self.outbox.send(DONT_KNOW, self._stranger(message, report), now)
        names = (report.cl_ord_id, report.orig_cl_ord_id, *((known.cl_ord_id,) if known is not None else ()))
        if self._tells(message, report, known, names):
            yield report
        for name in self.outbox.mass.heard(message, names):
            yield self._not_there(name)

    def _tells(self, message: Message, report: ExecutionReport, known: Known | None, names: tuple[str, ...]) -> bool:
        """Whether a report says something: a status of no order at all, or of one that nobody asked about, does not."""
        if report.exec_type is not ExecType.ORDER_STATUS:
            return True
        return bool(report.cl_ord_id) and (known is None or self.outbox.mass.asks(message, names))

    def _stranger(self, message: Message, report: ExecutionReport) -> list[tuple[int, bytes]]:
        text = f"ClOrdID(11): found {report.cl_ord_id!r}, expected an order of ours"
        return self.outbox.orders.dont_know(message, text)

    def _not_there(self, cl_ord_id: str) -> ExecutionReport:
        mic = self.reports.mic
        return ExecutionReport(mic, cl_ord_id, ExecType.ORDER_STATUS, OrdStatus.REJECTED, text="not among open orders")

    def _unreadable(self, message: Message, known: Known | None, why: str, now: int) -> Iterator[Out]:
        """What cannot be read may be an execution: say so to people and to the venue, and ask how the order is."""
        self.fault(f"ExecutionReport(35=8) cannot be read: {why}: {message}")
        settings = self.session.settings
        if settings.rejects_have_reasons:
            body = [(45, message.get(34) or b"0"), (58, why.encode()), (372, b"8"), (380, _UNREADABLE)]
            yield from self.outbox.send(b"j", body, now)
        if known is not None and self.dialect.status != "none":
            query = QueryOrder(self.reports.mic, known.cl_ord_id, known.sent.symbol, known.sent.side)
            yield from self.outbox.take(query, now)

    def _cancel_reject(self, message: Message, now: int) -> Iterator[Out]:
        reject = self.reports.cancel_reject(message)
        self.reports.known.heard(reject)
        yield reject

    def _refused(self, message: Message, now: int) -> Iterator[Out]:
        """Reject(3) and BusinessMessageReject(j): of an order or a request of ours it is the venue's refusal."""
        sent = self.session.named(int(message.get(45) or 0))
        kind = message.get(372) or (sent.msg_type if sent is not None else b"")
        name = message.text(379) or (sent.text(11) if sent is not None else "")
        ours = self.reports.ids.ours(name)
        known, text = self.reports.known.find(ours), self._why(message)
        command = None if known is None else self._command(kind, ours, known)
        if kind == QUERY and message.get(380) == _UNKNOWN_ID and known is not None:
            yield self._not_there(ours)
        elif command is None:
            self.fault(f"{text}: {message}")
        else:
            for answer in refusal(command, text):
                self.reports.known.heard(answer)
                yield answer

    def _command(self, kind: bytes, ours: str, known: Known) -> VenueCommand | None:
        """Find the command that a refused message was; None if the venue has answered it already."""
        if kind == ORDER:
            return None if known.acked or known.over or known.sent.cl_ord_id != ours else known.sent
        return known.requests.get(ours) if kind in (CANCEL, REPLACE) else None

    def _why(self, message: Message) -> str:
        reason = "373" if message.msg_type == b"3" else "380"
        name = "Reject(35=3)" if message.msg_type == b"3" else "BusinessMessageReject(35=j)"
        tag = f", tag {message.text(371)}" if message.get(371) else ""
        return f"{name}: {message.text(58) or 'no text'} (reason {message.text(int(reason)) or 'none'}{tag})"

    # -- market data ---------------------------------------------------------------------------------------------------

    def _market_data(self, message: Message, now: int) -> Iterator[Out]:
        try:
            yield from (self.market.snapshot if message.msg_type == b"W" else self.market.update)(message)
        except BookLost as lost:
            symbol, why = lost.args
            self.fault(f"market data of {symbol}: {why}: its book is asked for anew")
            yield from self.outbox.send(*self.market.again(symbol), now)

    def _no_market_data(self, message: Message, now: int) -> Iterator[Out]:
        self.fault(
            f"no market data: MDReqRejReason(281) {message.text(281) or 'none'}: {message.text(58) or 'no text'}"
        )
        return iter(())

    def _security(self, message: Message, now: int) -> Iterator[Out]:
        symbol = self.symbology.of(message)
        return phases.phases(message, self.dialect, self.reports.mic, [symbol] if symbol else [])

    def _trading_session(self, message: Message, now: int) -> Iterator[Out]:
        return phases.phases(message, self.dialect, self.reports.mic, self.market.symbols)

    def _ignored(self, message: Message, now: int) -> Iterator[Any]:
        return iter(())
