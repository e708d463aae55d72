"""The exchange DESK, sans-IO: members' FIX sessions in front, the simulated venue behind, a market drawn in real time.

What it has of orders outlives its members' connections, and them. Order by order it is in its books.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from attrs import define, field

from smartexec.api import (
    NANOS_PER_SECOND,
    Close,
    Context,
    ExecutionReport,
    Instrument,
    MarketEvent,
    OrderCancelReject,
    OrdRejReason,
    OrdStatus,
    QueryOrder,
    ReplaceOrder,
    Send,
    Tick,
    VenueEvent,
    WireInput,
)
from smartexec_fix.session import admin
from smartexec_fix.session.acceptor import Acceptor, Done, Member
from smartexec_fix.session.outputs import App, Down, Said
from smartexec_fix.session.sessions import session_of
from smartexec_fix.session.settings import SessionSettings
from smartexec_fix.session.store import MemoryStore
from smartexec_fix.wire.message import Message
from smartexec_fix_desk import orders_in, reports_out
from smartexec_fix_desk.books import Books
from smartexec_fix_desk.quotes_out import QuotesOut
from smartexec_sim.lit import SimLit
from smartexec_sim.synthetic import SyntheticFeed

MIC: Final = "DESK"
PER_SECOND: Final = 8
"""How often something happens in a symbol's market."""
MEAN_PRINT: Final = 300
"""Lots."""


def listed(symbols: Iterable[str]) -> dict[str, Instrument]:
    """Give the instruments of the exchange: ticks of a cent, lots of one."""
    return {symbol: Instrument(symbol) for symbol in symbols}


def market(instruments: Mapping[str, Instrument], first: int, seconds: int, seed: int) -> Iterator[tuple[int, Any]]:
    """Draw a market that begins at a time and lasts so long."""
    feed = SyntheticFeed(
        venues={MIC: 1.0},
        first=first,
        last=first + seconds * NANOS_PER_SECOND,
        events_per_symbol=max(10, seconds * PER_SECOND),
        daily_volume=max(1, seconds * PER_SECOND * MEAN_PRINT // 5),
        sigma=0.004,
    )
    feed.start(Context(instruments=instruments, seed=seed))
    return feed.events()


@define(eq=False)
class Exchange:
    """Sessions, books, and what the market says."""

    acceptor: Acceptor
    sim: SimLit
    instruments: Mapping[str, Instrument]
    events: Iterator[tuple[int, MarketEvent]]
    """Of the market, in order of time."""
    books: Books = field(init=False, factory=Books)
    _quotes: QuotesOut = field(init=False)
    _next: tuple[int, MarketEvent] | None = field(init=False)
    _replaces: set[str] = field(init=False, factory=set)
    """ClOrdIDs(11) of replaces asked for."""
    _reports: int = field(init=False, default=0)
    _takers: Mapping[bytes, Callable[[str, Message, int], Iterator[Done]]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._quotes = QuotesOut(self.instruments)
        self._next = next(self.events, None)
        self._takers = {
            b"D": self._new,
            b"F": self._cancel,
            b"G": self._replace,
            b"H": self._status,
            b"AF": self._all_statuses,
            b"V": self._subscribe,
            b"e": self._phase,
            b"g": self._session_status,
        }

    def handle(self, event: WireInput | Tick, now: int) -> Iterator[Send | Close]:
        """Take news of a connection, or the time; give what is to be done on connections."""
        yield from self._wire(self._market(now), now)
        yield from self._wire(self.acceptor.handle(event, now), now)

    def cut(self, now: int) -> Iterator[Send | Close]:
        """Cut all connections, as a fault of the network does."""
        for member in self.acceptor.members.values():
            if member.channel:
                yield Close(member.channel, "cut")

    def next_tick(self) -> int | None:
        """When the time is wanted, ns UTC."""
        due = [self.acceptor.next_tick(), self.sim.next_tick(), None if self._next is None else self._next[0]]
        return min((one for one in due if one is not None), default=None)

    def _wire(self, done: Iterable[Done], now: int) -> Iterator[Send | Close]:
        for one in done:
            if not isinstance(one, Said):
                yield one
            elif isinstance(one.what, App):
                yield from self._wire(self._app(one.session, one.what.message, now), now)
            elif isinstance(one.what, Down):
                self._quotes.forget(one.session)

    # -- the market ----------------------------------------------------------------------------------------------------

    def _market(self, now: int) -> Iterator[Done]:
        """Let happen what has happened by now, in the market and to orders."""
        while self._next is not None and self._next[0] <= now:
            at, event = self._next
            yield from self._tell(self.sim.handle(event, at), now)
            for name, msg_type, body in self._quotes.tell(event, now):
                yield from self.acceptor.send(name, msg_type, body, now)
            self._next = next(self.events, None)
        yield from self._tell(self.sim.handle(Tick(), now), now)

    def _tell(self, events: Iterable[VenueEvent], now: int) -> Iterator[Done]:
        """Book what happened to orders, and report it to whose they are."""
        for event in events:
            booked = self.books.find(reports_out.of_order(event))
            if isinstance(event, OrderCancelReject):
                yield from self._refused(event, now)
            elif isinstance(event, ExecutionReport) and booked is not None:
                self.books.take(event)
                version = self._version(booked.session)
                exec_id = event.exec_id or self._report_id()
                body = reports_out.execution(
                    version, event, booked, self.instruments[booked.order.symbol], exec_id, now
                )
                yield from self.acceptor.send(booked.session, b"8", body, now)

    # -- what members ask ----------------------------------------------------------------------------------------------

    def _app(self, name: str, message: Message, now: int) -> Iterator[Done]:
        taker = self._takers.get(message.msg_type)
        if taker is None:
            settings = self.acceptor.members[name].session.settings
            return self.acceptor.send(name, *admin.unsupported(settings, message), now)
        return taker(name, message, now)

    def _new(self, name: str, message: Message, now: int) -> Iterator[Done]:
        reason, text = OrdRejReason.UNSUPPORTED, ""
        try:
            order = orders_in.new_order(message, MIC, self.instruments)
        except ValueError as error:
            text = str(error)
        else:
            if self.books.open(name, order) is not None:
                yield from self._tell(self.sim.handle(order, now), now)
                return
            reason, text = OrdRejReason.DUPLICATE, f"ClOrdID(11): found {order.cl_ord_id!r} again"
        body = reports_out.refusal(self._version(name), message, reason, text, self._report_id(), now)
        yield from self.acceptor.send(name, b"8", body, now)

    def _cancel(self, name: str, message: Message, now: int) -> Iterator[Done]:
        yield from self._request(name, message, lambda: orders_in.cancel(message, MIC), now)

    def _replace(self, name: str, message: Message, now: int) -> Iterator[Done]:
        self._replaces.add(message.text(11))
        yield from self._request(name, message, lambda: orders_in.replace(message, MIC, self.instruments), now)

    def _request(self, name: str, message: Message, read: Callable[[], Any], now: int) -> Iterator[Done]:
        booked = self.books.find(message.text(41))
        refused = OrderCancelReject(MIC, message.text(11), message.text(41), OrdStatus.REJECTED)
        try:
            command = read()
        except ValueError as error:
            refused.text = str(error)
            yield from self._refused(refused, now, name)
            return
        if booked is None or booked.session != name:
            refused.text = "unknown order"
            yield from self._refused(refused, now, name)
        elif isinstance(command, ReplaceOrder) and self.books.find(command.cl_ord_id) is not None:
            refused.text, refused.ord_status = "duplicate ClOrdID(11)", booked.status
            yield from self._refused(refused, now, name)
        else:
            yield from self._tell(self.sim.handle(command, now), now)

    def _refused(self, event: OrderCancelReject, now: int, name: str = "") -> Iterator[Done]:
        booked = self.books.find(event.orig_cl_ord_id)
        owner = name or ("" if booked is None else booked.session)
        replace = event.cl_ord_id in self._replaces
        body = reports_out.cancel_refusal(event, booked, replace=replace, now=now)
        yield from self.acceptor.send(owner, b"9", body, now)

    def _status(self, name: str, message: Message, now: int) -> Iterator[Done]:
        booked = self.books.find(message.text(11))
        if booked is None or booked.session != name:
            body = reports_out.unknown(self._version(name), message, self._report_id(), now)
            yield from self.acceptor.send(name, b"8", body, now)
            return
        query = QueryOrder(MIC, message.text(11), booked.order.symbol, booked.order.side)
        extra = [] if message.get(790) is None else [(790, message.get(790) or b"")]
        yield from self._answers(name, query, extra, now)

    def _all_statuses(self, name: str, message: Message, now: int) -> Iterator[Done]:
        """Answer OrderMassStatusRequest(AF): a report for each order of the member."""
        own = [one for one in self.books.orders if one.session == name]
        for place, one in enumerate(own, 1):
            query = QueryOrder(MIC, one.names[-1], one.order.symbol, one.order.side)
            last = b"Y" if place == len(own) else b"N"
            extra = [(584, message.get(584) or b""), (911, b"%d" % len(own)), (912, last)]
            yield from self._answers(name, query, extra, now)

    def _answers(self, name: str, query: QueryOrder, extra: list[tuple[int, bytes]], now: int) -> Iterator[Done]:
        for event in self.sim.handle(query, now):
            booked = self.books.find(query.cl_ord_id)
            if isinstance(event, ExecutionReport) and booked is not None:
                one = self.instruments[query.symbol]
                body = reports_out.execution(self._version(name), event, booked, one, self._report_id(), now)
                yield from self.acceptor.send(name, b"8", [*body, *extra], now)

    def _subscribe(self, name: str, message: Message, now: int) -> Iterator[Done]:
        for session, msg_type, body in self._quotes.request(name, message, now):
            yield from self.acceptor.send(session, msg_type, body, now)

    def _phase(self, name: str, message: Message, now: int) -> Iterator[Done]:
        for session, msg_type, body in self._quotes.status(name, message, now):
            yield from self.acceptor.send(session, msg_type, body, now)

    def _session_status(self, name: str, message: Message, now: int) -> Iterator[Done]:
        session, msg_type, body = self._quotes.session_status(name, message)
        return self.acceptor.send(session, msg_type, body, now)

    def _version(self, name: str) -> str:
        return self.acceptor.members[name].session.settings.version

    def _report_id(self) -> str:
        """Give an ExecID(17) of a report that is no execution."""
        self._reports += 1
        return f"R{self._reports}"


def make(
    members: Iterable[SessionSettings],
    symbols: Iterable[str],
    first: int,
    seconds: int,
    *,
    seed: int = 1,
    fault: Callable[[str], None],
) -> Exchange:
    """Make the exchange: members by the TargetCompID(56) of their sessions; a market of so many seconds."""
    instruments = listed(symbols)
    sessions = {
        one.target_comp_id: Member(one.target_comp_id, session_of(one, MemoryStore(), initiator=False))
        for one in members
    }
    sim = SimLit(mic=MIC, self_match="cancel_oldest")
    sim.start(Context(instruments=instruments, seed=seed))
    return Exchange(Acceptor("desk", sessions, fault), sim, instruments, market(instruments, first, seconds, seed))
