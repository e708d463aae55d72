"""The venue's side of the wire for the tests: an acceptor's session, and what it says of a scripted venue's events."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

import fix_messages as fix
from attrs import evolve

from smartexec.api import (
    PX_SCALE,
    CancelOrder,
    ExecType,
    ExecutionReport,
    Instrument,
    OrderCancelReject,
    OrdStatus,
    OrdType,
    Peg,
    Phase,
    PhaseChange,
    QueryOrder,
    Quote,
    Received,
    ReplaceOrder,
    Request,
    Send,
    SendOrder,
    Side,
    TimeInForce,
    VenueCommand,
    VenueEvent,
    WireInput,
)
from smartexec.testing import Counterparty
from smartexec_fix.session.application import Application
from smartexec_fix.session.outputs import App, HangUp, Output, Wire
from smartexec_fix.session.session import Session
from smartexec_fix.session.settings import SessionSettings
from smartexec_fix.session.store import MemoryStore
from smartexec_fix.wire.built_in import of
from smartexec_fix.wire.dictionary import Dictionary, Group
from smartexec_fix.wire.framing import Framer
from smartexec_fix.wire.message import Field, Message, encode
from smartexec_fix.wire.values import read_px, read_qty, stamp, write_px, write_qty

CHANNEL, MIC = "fix", "XFIX"
ONE = Instrument("TEST")
PEGS = {b"M": Peg.MID, b"R": Peg.PRIMARY, b"P": Peg.MARKET}


class Venue(Counterparty):
    """Speaks one version of FIX; its session goes on from connection to connection."""

    version: ClassVar[str] = "FIX.4.4"
    resets: ClassVar[bool] = False
    mass: ClassVar[bool] = False
    """It answers OrderMassStatusRequests(35=AF)."""

    def __init__(self) -> None:
        settings = fix.settings("VENUE", "US", version=self.version, reset_on_logon=self.resets)
        self.session = Session(settings, wide(self.version), MemoryStore(), initiator=False)
        self.framer = Framer()
        self.application = Application(self.version)
        self.got: list[Message] = []
        """Application messages, in order."""
        self.executions = 0
        self._resetting = False

    @property
    def settings(self) -> SessionSettings:
        return self.session.settings

    # -- the session ---------------------------------------------------------------------------------------------------

    def opened(self, channel: str, now: int) -> Iterable[WireInput]:
        return ()

    def closed(self, channel: str) -> None:
        self.session.lost(fix.START, "lost")
        self.framer = Framer()

    def read(self, wanted: Send | Request, now: int) -> Iterator[Any]:
        assert isinstance(wanted, Send)
        if not self.session.connected:
            yield from self._said(self.session.opened(now), now)
        for frame in self.framer.feed(wanted.data):
            if self._resetting and b"\x0135=A\x01" in frame:
                self._resetting, self.session.store.next_in = False, 2  # the answer to our own, which has none
                continue
            yield from self._said(self.session.received(frame, now), now)

    def _said(self, outputs: Iterable[Output], now: int) -> Iterator[Any]:
        for one in outputs:
            if isinstance(one, Wire):
                yield Received(CHANNEL, one.data)
            elif isinstance(one, App):
                self.got.append(one.message)
                yield from self._command(one.message, now)
            elif isinstance(one, HangUp):
                self.session.lost(fix.START, one.reason)

    def send(self, kind: str, fields: Sequence[tuple[int, str | bytes | int]], now: int) -> list[Received]:
        """Send an application message in the session."""
        body: list[Field] = [(tag, value if isinstance(value, bytes) else str(value).encode()) for tag, value in fields]
        return [
            one for one in self._said(self.session.send(kind.encode(), body, now), now) if isinstance(one, Received)
        ]

    def reset(self, now: int) -> Iterable[Received]:
        """A logon inside the session begins its numbers anew."""
        self.session.store.reset(now)
        self._resetting = True
        self.session._send(b"A", [(98, b"0"), (108, b"120"), (141, b"Y"), *self._applver()], now)
        return [one for one in self._said(self.session._done(), now) if isinstance(one, Received)]

    def _applver(self) -> list[Field]:
        return [(1137, self.settings.appl_ver_id)] if self.settings.fixt else []

    def silence(self) -> int:
        return 150 * fix.SECOND

    # -- commands ------------------------------------------------------------------------------------------------------

    def _command(self, message: Message, now: int) -> Iterator[VenueCommand | WireInput]:
        if message.msg_type == b"AF" and self.mass:
            yield from self._all(message.text(584), now)
        kinds = {b"D": self._new, b"F": self._cancel, b"G": self._replace, b"H": self._query}
        if message.msg_type in kinds:
            yield kinds[message.msg_type](message)

    def _all(self, ref: str, now: int) -> Iterator[Received]:
        """Status of all orders, one report each; one without an order, where there is none."""
        orders = [order for name, order in self.venue.orders.items() if name == order.first_id]
        for order in orders:
            told = ExecutionReport(MIC, order.cl_ord_id, ExecType.ORDER_STATUS, order.status)
            told.order_qty, told.cum_qty = order.qty, order.cum
            told.avg_px = order.money // order.cum if order.cum else 0
            yield from self._report(told, now, (584, ref), (911, str(len(orders))))
        if not orders:
            none = [(37, "NONE"), (17, "0"), (150, "I"), (39, "8"), (54, "1"), (14, "0"), (151, "0"), (6, "0")]
            yield from self.send("8", [*none, (584, ref), (912, "Y")], now)

    def _new(self, message: Message) -> SendOrder:
        inst = (message.get(18) or b"").split()
        peg = next((PEGS[one] for one in inst if one in PEGS), None)
        kind = OrdType(message.text(40))
        qty, price = read_qty(message.get(38) or b"", ONE), message.get(44)
        made = SendOrder(MIC, message.text(11), message.text(55), Side(message.text(54)), qty, kind,
                         None if price is None else read_px(price), TimeInForce(message.text(59)))  # fmt: skip
        made.min_qty, shown = int(message.get(110) or 0), message.get(111)
        made.display_qty, made.post_only, made.peg = None if shown is None else int(shown), b"6" in inst, peg
        return made

    def _cancel(self, message: Message) -> CancelOrder:
        return CancelOrder(MIC, message.text(11), message.text(41), message.text(55), Side(message.text(54)))

    def _replace(self, message: Message) -> ReplaceOrder:
        names, price = (message.text(11), message.text(41), message.text(55)), message.get(44)
        qty = read_qty(message.get(38) or b"", ONE)
        return ReplaceOrder(MIC, *names, Side(message.text(54)), qty, None if price is None else read_px(price))

    def _query(self, message: Message) -> QueryOrder:
        return QueryOrder(MIC, message.text(11), message.text(55), Side(message.text(54)))

    # -- reports -------------------------------------------------------------------------------------------------------

    def write(self, report: VenueEvent, now: int) -> list[Received]:
        return self._report(report, now)

    def resend(self, reports: Sequence[VenueEvent], now: int) -> list[Received]:
        """PossResend(97): new numbers, the same ExecIDs."""
        return [one for report in reports for one in self._report(report, now, (97, "Y"))]

    def _report(self, report: VenueEvent, now: int, *more: tuple[int, str]) -> list[Received]:
        if isinstance(report, OrderCancelReject):
            body = [(37, "NONE"), (11, report.cl_ord_id), (41, report.orig_cl_ord_id), (39, report.ord_status.value)]
            return self.send("9", [*body, (434, "1"), (102, "0"), (58, report.text or "too late"), *more], now)
        assert isinstance(report, ExecutionReport)
        return self.send("8", [*self.fields(report), *more], now)

    def fields(self, report: ExecutionReport) -> list[tuple[int, str | bytes]]:
        """ExecutionReport(8) of an event."""
        self.executions += 1
        order = self.venue.orders.get(report.orig_cl_ord_id or report.cl_ord_id)
        status, cum, qty = report.ord_status, report.cum_qty or 0, report.order_qty or 0
        open_ = status in (OrdStatus.NEW, OrdStatus.PARTIALLY_FILLED)
        body: list[tuple[int, str | bytes]] = [
            (37, "NONE" if order is None else f"O-{order.first_id}"), (11, report.cl_ord_id),
            (17, report.exec_id or f"N{self.executions}"), (39, status.value), (55, "TEST"), (54, "1"),
            (38, write_qty(qty, ONE)), (14, write_qty(cum, ONE)), (151, str(qty - cum if open_ else 0)),
            (6, write_px(report.avg_px or 0)), (60, "20260105-14:30:00.000"),
            *((tag, value.decode()) for tag, value in self.application.written(report.exec_type, status)),
        ]  # fmt: skip
        if report.orig_cl_ord_id:
            body.append((41, report.orig_cl_ord_id))
        if report.exec_ref_id:
            body.append((19, report.exec_ref_id))
        if report.text:
            body.append((58, report.text))
        if report.exec_type in (ExecType.TRADE, ExecType.TRADE_CANCEL, ExecType.TRADE_CORRECT):
            body += [(32, write_qty(report.last_qty, ONE)), (31, write_px(report.last_px))]
        return body

    def quote(self, quote: Quote, now: int) -> list[Received]:
        sides = (("0", quote.bid, quote.bid_qty), ("1", quote.ask, quote.ask_qty))
        entries: list[tuple[int, str | bytes]] = []
        for kind, px, qty in sides:
            if px is not None:
                entries += [(269, kind), (270, write_px(px)), (271, write_qty(qty, ONE))]
        count = sum(tag == 269 for tag, _ in entries)
        return self.send("W", [(55, quote.symbol), (268, str(count)), *entries], now)

    def phase(self, change: PhaseChange, now: int) -> list[Received]:
        codes = {Phase.HALTED: "2", Phase.CONTINUOUS: "17"}
        return self.send("f", [(55, change.symbol), (326, codes[change.phase])], now)


def wide(version: str) -> Dictionary:
    """What is built in, with more in the entries of market data."""
    made, messages = of(version), dict(of(version).messages)
    for kind in (b"W", b"X"):
        entries = messages[kind].groups[268]
        more = Group({**entries.members, **dict.fromkeys((278, 2446), False)}, entries.groups)
        messages[kind] = evolve(messages[kind], groups={**messages[kind].groups, 268: more})
    return evolve(made, messages=messages, quick={})


def frame(peer: Venue, kind: str, seq: int, *body: tuple[int, str], when: float = 0) -> bytes:
    """A frame of the venue, whatever its session says."""
    head: list[Field] = [(34, b"%d" % seq), (49, b"VENUE"), (52, stamp(fix.at(when))), (56, b"US")]
    fields = [(tag, value.encode()) for tag, value in body]
    return encode(peer.settings.begin_string, kind.encode(), [*head, *fields])


PRICE = 100 * PX_SCALE
