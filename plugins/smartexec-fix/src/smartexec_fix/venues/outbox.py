"""Commands on their way to a venue: refused at once while it is away, held back while it takes no more, else sent."""

from collections.abc import Callable, Iterator

from attrs import define, field

from smartexec.api import (
    CancelOrder,
    ExecType,
    ExecutionReport,
    OrderCancelReject,
    OrdStatus,
    QueryOrder,
    ReplaceOrder,
    SendOrder,
    VenueCommand,
)
from smartexec_fix.session.initiator import Done
from smartexec_fix.venues.dialect import Dialect
from smartexec_fix.venues.known_orders import KnownOrders
from smartexec_fix.venues.mass_status import MassStatus
from smartexec_fix.venues.orders_out import CANCEL, MASS, ORDER, QUERY, REPLACE, OrdersOut
from smartexec_fix.venues.pace import Pace
from smartexec_fix.wire.message import Field

Answer = ExecutionReport | OrderCancelReject
AWAY = "the session is down: never left"


@define(eq=False)
class VenueOutbox:
    """The way out."""

    mic: str
    dialect: Dialect
    orders: OrdersOut
    known: KnownOrders
    send: Callable[[bytes, list[Field], int], Iterator[Done]]
    free: Callable[[], bool]
    """Whether the session sends at once: while it sends again what the venue has asked for, all waits here."""
    up: bool = False
    """Whether both sides are logged on."""
    mass: MassStatus = field(init=False, factory=MassStatus)
    pace: Pace = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.pace = Pace(self.dialect)

    def take(self, command: VenueCommand, now: int) -> Iterator[Done | Answer]:
        """Take a command of the kernel."""
        self.known.asked(command)
        if not self.up:
            yield from self._refuse(command, AWAY)
        elif isinstance(command, CancelOrder) and (waiting := self._waiting_of(command)):
            yield from self._overtake(command, waiting, now)
        elif self.pace.full(command):
            yield from self._refuse(command, f"{self.dialect.waiting} messages wait already: never left")
        else:
            self.pace.add(command, now)
        yield from self.pump(now)

    def pump(self, now: int) -> Iterator[Done | Answer]:
        """Send what may leave now."""
        for command in self.pace.stale(now):
            yield from self._refuse(command, "waited too long for its turn: never left")
        if self.up and not self.free():
            return
        for command in self.pace.ready(now):
            yield from self._send(command, now)
        if ref := self.mass.request(now):
            yield from self.send(MASS, self.orders.mass_query(ref), now)

    def ask_all(self, now: int) -> Iterator[Done | Answer]:
        """Ask for the state of all orders that may be live."""
        for one in self.known.open:
            self.pace.add(QueryOrder(self.mic, one.cl_ord_id, one.sent.symbol, one.sent.side), now)
        yield from self.pump(now)

    def lost(self) -> Iterator[Answer]:
        """The session is lost: what waits never left, and nobody will answer."""
        self.up = False
        self.mass.clear()
        for one in self.known.open:
            one.asked = False
        for command in self.pace.clear():
            yield from self._refuse(command, AWAY)

    def next(self) -> int | None:
        """When something that waits may leave, or has waited too long, ns UTC; None = nothing waits."""
        return self.pace.next() if self.free() else None

    # -- parts ---------------------------------------------------------------------------------------------------------

    def _send(self, command: VenueCommand, now: int) -> Iterator[Done]:
        if isinstance(command, SendOrder):
            return self.send(ORDER, self.orders.order(command, now), now)
        if isinstance(command, QueryOrder):
            known = self.known.find(command.cl_ord_id)
            if self.dialect.status == "AF" and not (known is not None and known.over):
                self.mass.ask(command.cl_ord_id)  # one question is asked for all
                return iter(())
            # an answer to that lists what is open: it would seem not to know an order that is over
            return self.send(QUERY, self.orders.query(command, known, now), now)
        known = self.known.find(command.orig_cl_ord_id)
        if isinstance(command, CancelOrder):
            return self.send(CANCEL, self.orders.cancel(command, known, now), now)
        assert known is not None, f"found a replace of {command.orig_cl_ord_id}, expected an order of ours"
        return self.send(REPLACE, self.orders.replace(command, known, now), now)

    def _waiting_of(self, cancel: CancelOrder) -> list[VenueCommand]:
        """Take out what waits of the order that is to be cancelled: it need not leave any more."""
        known = self.known.find(cancel.orig_cl_ord_id)
        if known is None or not self.pace.waiting:
            return []
        return self.pace.drop({known.sent.cl_ord_id, *known.requests} - {cancel.cl_ord_id})

    def _overtake(self, cancel: CancelOrder, waiting: list[VenueCommand], now: int) -> Iterator[Answer]:
        """Cancel an order, something of which has not left: the order itself, or a replace of it."""
        order = next((one for one in waiting if isinstance(one, SendOrder)), None)
        for one in waiting:
            if one is not order:
                yield from self._refuse(one, "overtaken by a cancel: never left")
        if order is None:
            self.pace.add(cancel, now)
            return
        gone = ExecutionReport(self.mic, cancel.cl_ord_id, ExecType.CANCELED, OrdStatus.CANCELED)
        gone.orig_cl_ord_id, gone.order_qty, gone.cum_qty = cancel.orig_cl_ord_id, order.order_qty, 0
        gone.text = "cancelled while it waited for its turn: never left"
        self.known.heard(gone)
        yield gone

    def _refuse(self, command: VenueCommand, text: str) -> Iterator[Answer]:
        for answer in refusal(command, text):
            self.known.heard(answer)
            yield answer


def refusal(command: VenueCommand, text: str) -> Iterator[Answer]:
    """Say for the venue that an order or a request of ours is not taken; a query has no such answer."""
    if isinstance(command, SendOrder):
        report = ExecutionReport(command.mic, command.cl_ord_id, ExecType.REJECTED, OrdStatus.REJECTED, text=text)
        report.order_qty, report.cum_qty = command.order_qty, 0
        yield report
    elif isinstance(command, CancelOrder | ReplaceOrder):
        yield OrderCancelReject(command.mic, command.cl_ord_id, command.orig_cl_ord_id, OrdStatus.NEW, text)
