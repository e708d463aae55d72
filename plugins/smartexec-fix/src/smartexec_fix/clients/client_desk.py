"""What a client's session says and hears above the session: orders and requests in, questions answered, reports out.

Knows no connection: messages come as they were checked, and what is to be sent is given as (MsgType, body).
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from attrs import define, field

from smartexec.api import (
    CancelRequest,
    ClientCancelReject,
    ClientCommand,
    ClientEvent,
    ClientReport,
    CxlRejReason,
    ExecType,
    Instrument,
    OrdRejReason,
    OrdStatus,
    ReplaceRequest,
)
from smartexec_fix.clients import orders_in, reports_out
from smartexec_fix.clients.client_book import ClientBook, Order
from smartexec_fix.clients.client_session import ClientSession
from smartexec_fix.clients.orders_in import Desk
from smartexec_fix.clients.reports_out import Shown, Style
from smartexec_fix.session import admin
from smartexec_fix.session.application import Application
from smartexec_fix.wire.message import Field, Message

Reply = tuple[bytes, list[Field]]
"""MsgType(35), body."""
Answer = ClientEvent | Reply
ORDER, CANCEL, REPLACE, REPORT, REFUSAL, BUSINESS = b"D", b"F", b"G", b"8", b"9", b"j"
MOST_STATUSES: Final = 10_000
"""Orders that one OrderMassStatusRequest(AF) may be answered with."""
DEFAULT_VERSION: Final = 1137
"""DefaultApplVerID."""
OTHER_REASON: Final = b"0"
"""BusinessRejectReason(380)."""
BY_SYMBOL, ALL_STATUSES, ALL_CANCELS = b"1", b"7", b"7"
"""MassStatusReqType(585) and MassCancelRequestType(530)."""
NO_SUCH_SYMBOL, NOT_TAKEN = "1", "0"
"""MassCancelRejectReason(532): unknown security, not supported."""
CUT_OFF, MASS_CANCEL = "disconnected", "mass cancel"
"""Why we cancel in a client's place."""
_TEXTS: Final = frozenset({1, 11, 15, 37, 41, 55, 66, 790, 847, 848, 958, 960})
"""Fields that are read as text."""
_KINDS: Final[Mapping[type, bytes]] = {CancelRequest: CANCEL, ReplaceRequest: REPLACE}


@define(eq=False)
class ClientDesk:
    """The application behind one session."""

    client: ClientSession
    desk: Desk
    fault: Callable[[str], None]
    book: ClientBook = field(init=False, factory=ClientBook)
    closed: bool = field(init=False, default=False)
    """The day is over: nothing is taken any more."""
    _style: Style = field(init=False)
    _again: Counter[tuple[bytes, str]] = field(init=False, factory=Counter)
    """What was taken before a restart and is asked for again, since its number was not kept: (MsgType, ClOrdID)."""
    _takers: Mapping[bytes, Callable[[Message, int], Iterator[Answer]]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._style = Style(Application(self.client.version), self.client.decimals)
        self._takers = {
            ORDER: self._order,
            CANCEL: self._request,
            REPLACE: self._request,
            b"H": self._status,
            b"AF": self._mass_status,
            b"q": self._mass_cancel,
            b"Q": self._disputed,
            BUSINESS: self._disputed,
        }

    # -- what is told to us --------------------------------------------------------------------------------------------

    def take(self, message: Message, now: int) -> Iterator[Answer]:
        """Take a message; yield what the client asks for, and what is answered at once."""
        taker = self._takers.get(message.msg_type)
        if taker is None:
            kind, body = admin.unsupported(self.client, message)
            yield kind, [one for one in body if one[0] != DEFAULT_VERSION]  # the specification's j has no such field
        elif (bad := _undecodable(message)) is not None:
            yield self._business(message, f"tag {bad}: found bytes that are no UTF-8, expected text")
        else:
            yield from taker(message, now)

    def cut_off(self) -> Iterator[CancelRequest]:
        """The session is down: yield the cancels of what works, if the client wants that."""
        if self.client.cancel_on_disconnect and not self.closed:
            yield from self._cancels(list(self.book.working.values()), CUT_OFF)

    def report(self, command: ClientCommand, now: int) -> Reply | None:
        """Write a report; None if the client is not told of it."""
        if isinstance(command, ClientReport):
            return REPORT, self._execution(command, now)
        asked = self.book.refused(command)
        if (asked is None and command.order_id != "NONE") or (asked is not None and asked.ours):
            return None  # the client has not asked
        return REFUSAL, reports_out.cancel_reject(self._style, command, now, cancel=asked is None or asked.cancel)

    def recall(self, event: ClientEvent, *, again: bool) -> None:
        """Take once more what was asked for before a restart. `again`: its message will come again."""
        self.book.take(event)
        if again and not getattr(event, "origin", ""):
            self._again[_KINDS.get(type(event), ORDER), event.cl_ord_id] += 1

    @property
    def awaited(self) -> str:
        """What was taken and will come again, as text that outlives another death of the process; "" = nothing."""
        waiting = [(kind.decode(), name, count) for (kind, name), count in self._again.items()]
        return json.dumps(waiting) if waiting else ""

    def wait_for(self, awaited: str) -> None:
        """Expect again what was awaited when the process died."""
        for kind, name, count in json.loads(awaited or "[]"):
            self._again[kind.encode(), name] += count

    # -- orders --------------------------------------------------------------------------------------------------------

    def _order(self, message: Message, now: int) -> Iterator[Answer]:
        if self._came_before(message):
            return
        known = self.book.find(message.text(11))
        if self.closed:
            yield self._too_late_order(message, now)
        elif known is not None and message.get(97) == b"Y":
            yield self._standing(known, now)
        else:
            event = orders_in.new_order(self.desk, self.client, message)
            self.book.take(event)
            yield event

    def _request(self, message: Message, now: int) -> Iterator[Answer]:
        """An OrderCancelRequest(F) or OrderCancelReplaceRequest(G)."""
        if self._came_before(message):
            return
        known = self.book.named(message.text(11))
        if known is not None and message.get(97) == b"Y":
            yield self._standing(known, now)
            return
        order, cancel = self.book.named(message.text(41)), message.msg_type == CANCEL
        try:
            if self.closed:
                raise ValueError("the day is over")
            event = (
                orders_in.cancel(self.client, message, order)
                if cancel
                else orders_in.replace(self.desk, self.client, message, order)
            )
        except ValueError as error:
            yield self._refused(message, order, str(error), now)
            return
        self.book.take(event)
        yield event

    def _came_before(self, message: Message) -> bool:
        """Whether a message that is sent again was taken before a restart: what it asked for is under way."""
        key = (message.msg_type, message.text(11))
        if message.get(43) != b"Y" or key not in self._again:
            return False
        self._again[key] -= 1
        if not self._again[key]:
            del self._again[key]
        return True

    def _refused(self, message: Message, order: Order | None, text: str, now: int) -> Reply:
        """Refuse a request without asking the kernel."""
        status, order_id = (order.status, order.order_id) if order is not None else (OrdStatus.REJECTED, "NONE")
        reason = CxlRejReason.TOO_LATE if self.closed else CxlRejReason.OTHER
        said = ClientCancelReject("", order_id, message.text(11), message.text(41), status, reason, text)
        return REFUSAL, reports_out.cancel_reject(self._style, said, now, cancel=message.msg_type == CANCEL)

    def _too_late_order(self, message: Message, now: int) -> Reply:
        """Refuse an order that comes after everything is over."""
        order = Order(message.text(11), message.text(55), message.text(54), 0, None)
        report = ClientReport(
            "", "NONE", order.cl_ord_id, ExecType.REJECTED, OrdStatus.REJECTED, 0, 0, 0, 0,
            ord_rej_reason=OrdRejReason.CLOSED, text="the day is over",
        )  # fmt: skip
        shown = Shown(now, f"closed-{order.cl_ord_id}", order.cl_ord_id)
        return REPORT, reports_out.execution_report(self._style, order, report, Instrument(""), shown)

    def _execution(self, report: ClientReport, now: int) -> list[Field]:
        order, asked = self.book.told(report)
        exec_id = report.exec_id or f"{report.order_id}-{order.reports}"
        theirs = asked is not None and not asked.ours
        if report.orig_cl_ord_id and not theirs:  # a cancel of ours: its identifier means nothing to the client
            why = () if asked is None else tuple(reports_out.said(asked.ours))
            shown = Shown(now, exec_id, report.orig_cl_ord_id, unasked=True, also=why)
        else:
            shown = Shown(now, exec_id, report.cl_ord_id, report.orig_cl_ord_id, unasked=not theirs)
        return reports_out.execution_report(self._style, order, report, self._instrument(order), shown)

    # -- questions -----------------------------------------------------------------------------------------------------

    def _status(self, message: Message, now: int) -> Iterator[Answer]:
        """OrderStatusRequest(H): by ClOrdID(11), else by OrderID(37)."""
        order = self.book.named(message.text(11)) or self.book.of(message.text(37))
        also = _echo(message, 790)
        if order is None:
            text = f"ClOrdID(11): found {message.text(11)!r}, expected one of an order"
            yield REPORT, reports_out.unknown_order(self._style, message, now, text, also)
        else:
            yield self._standing(order, now, also)

    def _mass_status(self, message: Message, now: int) -> Iterator[Answer]:
        """OrderMassStatusRequest(AF): for all orders of the session, or those of a symbol, whether they work or not."""
        kind, symbol, also = message.get(585), message.text(55), _echo(message, 584)
        if kind not in (ALL_STATUSES, BY_SYMBOL):
            yield self._business(message, f"MassStatusReqType(585): found {message.text(585)!r}, expected '7' or '1'")
            return
        orders = [one for one in self.book.all() if kind == ALL_STATUSES or one.symbol == symbol]
        if len(orders) > MOST_STATUSES:
            yield self._business(
                message, f"found {len(orders)} orders, expected {MOST_STATUSES} at most: ask by symbol"
            )
        elif not orders:
            also += ((911, b"0"), (912, b"Y"))
            yield REPORT, reports_out.unknown_order(self._style, message, now, "found no order", also)
        for place, order in enumerate(orders if len(orders) <= MOST_STATUSES else (), 1):
            count: tuple[Field, ...] = ((911, b"%d" % len(orders)), (912, b"Y" if place == len(orders) else b"N"))
            yield self._standing(order, now, also + count)

    def _mass_cancel(self, message: Message, now: int) -> Iterator[Answer]:
        """OrderMassCancelRequest(q): all orders of the session that work, or those of a symbol."""
        kind, symbol = message.get(530), message.text(55)
        if kind == BY_SYMBOL and symbol not in self.desk.instruments:
            text = f"Symbol(55): found {symbol!r}, expected a configured instrument"
            yield self._mass_canceled(message, None, NO_SUCH_SYMBOL, text)
        elif kind not in (BY_SYMBOL, ALL_CANCELS) or self.closed:
            text = f"MassCancelRequestType(530): found {message.text(530)!r}, expected '7' or '1'"
            yield self._mass_canceled(message, None, NOT_TAKEN, "the day is over" if self.closed else text)
        else:
            orders = [one for one in self.book.working.values() if kind == ALL_CANCELS or one.symbol == symbol]
            yield self._mass_canceled(message, len(orders), "", "")
            yield from self._cancels(orders, MASS_CANCEL)

    def _disputed(self, message: Message, now: int) -> Iterator[Answer]:
        """DontKnowTrade(Q), BusinessMessageReject(j): a person must look into it."""
        self.fault(f"FIX session {self.client.name}: found {message}, expected the client to know what it was told")
        return iter(())

    # -- replies -------------------------------------------------------------------------------------------------------

    def _cancels(self, orders: list[Order], why: str) -> Iterator[CancelRequest]:
        """Yield cancels of what has none yet; their identifiers are the same whenever they are made again."""
        for order in orders:
            if not order.cancels:
                number = 0
                while self.book.named(name := f"{order.order_id}-{why.replace(' ', '-')}-{number}") is not None:
                    number += 1
                event = CancelRequest(self.client.name, name, order.cl_ord_id, why)
                self.book.take(event)
                yield event

    def _standing(self, order: Order, now: int, also: tuple[Field, ...] = ()) -> Reply:
        return REPORT, reports_out.status_report(self._style, order, self._instrument(order), now, also)

    def _mass_canceled(self, message: Message, affected: int | None, reason: str, text: str) -> Reply:
        return b"r", reports_out.mass_cancel_report(self._style, message, affected, reason, text)

    def _business(self, message: Message, text: str) -> Reply:
        """BusinessMessageReject(j), before 4.2 a Reject(3): a message that makes sense to FIX and not to us."""
        if not self.client.rejects_have_reasons:
            return b"3", [(45, message.get(34) or b"0"), *reports_out.said(text)]
        ref = message.get(584) or message.get(11)
        body: list[Field] = [(45, message.get(34) or b"0"), (372, message.msg_type), (380, OTHER_REASON)]
        return BUSINESS, [*body, *([(379, ref)] if ref else []), *reports_out.said(text)]

    def _instrument(self, order: Order) -> Instrument:
        return self.desk.instruments.get(order.symbol, Instrument(order.symbol))


def _echo(message: Message, tag: int) -> tuple[Field, ...]:
    value = message.get(tag)
    return ((tag, value),) if value else ()


def _undecodable(message: Message) -> int | None:
    """Give the first tag that is read here whose value is no text; None if all are."""
    for tag, value in message.fields:
        if tag in _TEXTS and not value.isascii():
            try:
                value.decode()
            except UnicodeDecodeError:
                return tag
    return None
