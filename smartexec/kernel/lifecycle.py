"""The order lifecycle: *confirmed life* x *pending requests*, as two small tables, and OrdStatus(39) derived from both.

Everything that decides what state an order is in lives here; who owns orders (duplicate identifiers, unknown orders,
reports, time) must not. The file does not know whether it serves the side that receives reports (a child order at a
venue) or the side that issues them (a client order): the same rules hold for both.

Theory of operation: there are two machines. `Life` is what has been confirmed; it moves by the table `LIFE`, from
which the docs draw the diagram. `requests` are cancels and replaces that have no answer yet, oldest first; each names
the one before it, or the last accepted ClOrdID(11), as its OrigClOrdID(41). One coupling: COMPLETE and REOPEN are
triggered by CumQty(14) against OrderQty(38), so a trade, a bust or a replace may move a life.

A fill is a fact: a trade is booked in every life. None of the methods raises; one that changes nothing gives False.
Sources: FIX 4.4 / 5.0 Appendix D (order state change matrices). Quantities in lots, prices in 1e-9 of the currency.
"""

from enum import IntEnum
from fractions import Fraction
from typing import Final

from attrs import define

from smartexec.model.enums import OrdStatus


class Life(IntEnum):
    """What has been confirmed of an order."""

    SENT = 0
    LIVE = 1
    FILLED = 2
    CANCELED = 3
    EXPIRED = 4
    REJECTED = 5
    DONE_FOR_DAY = 6
    SUSPENDED = 7


class Trigger(IntEnum):
    """What moves a life."""

    ACK = 0
    COMPLETE = 1
    """CumQty(14) has reached OrderQty(38)."""
    REOPEN = 2
    """CumQty(14) is below OrderQty(38) again: after a bust, a correction, or a quantity that went up."""
    CANCEL = 3
    EXPIRE = 4
    REJECT = 5
    DONE = 6
    SUSPEND = 7
    RESTATE = 8
    """The other side says that it works, or has changed: GTC renewal, resumption, unsolicited change."""


class RequestKind(IntEnum):
    """What a request asks for."""

    CANCEL = 0
    REPLACE = 1


LIFE: Final[dict[tuple[Life, Trigger], Life]] = {
    (Life.SENT, Trigger.ACK): Life.LIVE,
    (Life.SENT, Trigger.CANCEL): Life.CANCELED,
    (Life.SENT, Trigger.EXPIRE): Life.EXPIRED,
    (Life.SENT, Trigger.REJECT): Life.REJECTED,
    (Life.SENT, Trigger.DONE): Life.DONE_FOR_DAY,
    (Life.SENT, Trigger.SUSPEND): Life.SUSPENDED,
    (Life.SENT, Trigger.RESTATE): Life.LIVE,
    (Life.LIVE, Trigger.COMPLETE): Life.FILLED,
    (Life.LIVE, Trigger.CANCEL): Life.CANCELED,
    (Life.LIVE, Trigger.EXPIRE): Life.EXPIRED,
    (Life.LIVE, Trigger.REJECT): Life.REJECTED,
    (Life.LIVE, Trigger.DONE): Life.DONE_FOR_DAY,
    (Life.LIVE, Trigger.SUSPEND): Life.SUSPENDED,
    (Life.LIVE, Trigger.RESTATE): Life.LIVE,
    (Life.SUSPENDED, Trigger.COMPLETE): Life.FILLED,
    (Life.SUSPENDED, Trigger.CANCEL): Life.CANCELED,
    (Life.SUSPENDED, Trigger.EXPIRE): Life.EXPIRED,
    (Life.SUSPENDED, Trigger.REJECT): Life.REJECTED,
    (Life.SUSPENDED, Trigger.DONE): Life.DONE_FOR_DAY,
    (Life.SUSPENDED, Trigger.RESTATE): Life.LIVE,
    (Life.DONE_FOR_DAY, Trigger.CANCEL): Life.CANCELED,
    (Life.DONE_FOR_DAY, Trigger.EXPIRE): Life.EXPIRED,
    (Life.DONE_FOR_DAY, Trigger.RESTATE): Life.LIVE,
    (Life.FILLED, Trigger.REOPEN): Life.LIVE,
}
"""Confirmed life: what is not in the table changes nothing. CANCELED, EXPIRED and REJECTED are never left."""

STATUS: Final[dict[Life, OrdStatus]] = {
    Life.SENT: OrdStatus.PENDING_NEW,
    Life.LIVE: OrdStatus.NEW,
    Life.FILLED: OrdStatus.FILLED,
    Life.CANCELED: OrdStatus.CANCELED,
    Life.EXPIRED: OrdStatus.EXPIRED,
    Life.REJECTED: OrdStatus.REJECTED,
    Life.DONE_FOR_DAY: OrdStatus.DONE_FOR_DAY,
    Life.SUSPENDED: OrdStatus.SUSPENDED,
}
"""OrdStatus(39) without acknowledged requests; LIVE with fills is PARTIALLY_FILLED."""

PENDING: Final[dict[RequestKind, OrdStatus]] = {
    RequestKind.CANCEL: OrdStatus.PENDING_CANCEL,
    RequestKind.REPLACE: OrdStatus.PENDING_REPLACE,
}
"""OrdStatus(39) with an acknowledged request, the higher precedence first. It outranks every life that can have one."""

ENDS: Final[dict[Life, Trigger]] = {
    Life.CANCELED: Trigger.CANCEL,
    Life.EXPIRED: Trigger.EXPIRE,
    Life.REJECTED: Trigger.REJECT,
    Life.DONE_FOR_DAY: Trigger.DONE,
}
"""How an order is ended other than by its executions."""

# Indexed by life: a tuple lookup is several times cheaper than a set or comparisons of members. Members are bound once:
# on Python 3.11 each `Life.LIVE` costs four times what a global does.
_FINAL: Final = tuple(life in (Life.CANCELED, Life.EXPIRED, Life.REJECTED) for life in Life)
_STATUS: Final = tuple(STATUS[life] for life in Life)
_DONE: Final = Life.DONE_FOR_DAY
_FILLED: Final = Life.FILLED
_LIVE: Final = Life.LIVE
_SENT: Final = Life.SENT
_COMPLETE: Final = OrdStatus.FILLED
_PARTIAL: Final = OrdStatus.PARTIALLY_FILLED
_ZERO: Final = Fraction(0)


@define
class Request:
    """A cancel or replace that has no answer yet. None leaves the field as it is."""

    kind: RequestKind
    cl_ord_id: str
    order_qty: int | None = None
    price: int | None = None
    acknowledged: bool = False
    """The other side has said that it is pending."""
    orig: str = ""
    """OrigClOrdID(41) it was sent with: the last ClOrdID(11) that was not refused."""
    rejected: bool = False
    """The other side has refused it, and the order's state is in doubt all the same."""

    @property
    def is_cancel(self) -> bool:
        """Whether it asks to cancel."""
        return self.kind is RequestKind.CANCEL


@define(eq=False)
class OrderLife:
    """Where one order is. Hot state: changed in place, no validators."""

    cl_ord_id: str
    """ClOrdID(11) last accepted. A cancel's identifier never becomes the order's."""
    order_qty: int
    price: int | None
    life: Life = Life.SENT
    cum_qty: int = 0
    notional: int = 0
    """Sum of last_qty * last_px of the executions that stand."""
    requests: list[Request] | None = None
    """Open requests, oldest first; None when there are none."""
    good_till: bool = False
    """GTC, GTD: keeps its leaves when done for the day."""

    # -- what holds -------------------------------------------------------------------------------------------------

    @property
    def ord_status(self) -> OrdStatus:
        """OrdStatus(39). Only requests that were acknowledged count as pending, and none on an order that is complete
        but one that would make it larger. Complete beats canceled: a late execution may complete what was over."""
        life = self.life
        complete = self.cum_qty >= self.order_qty > 0 and life is not _DONE
        if self.requests is not None:
            open_ = [r.kind for r in self.requests if r.acknowledged and not (complete and self._moot(r))]
            if open_:
                return PENDING[min(open_)]
        if complete:
            return _COMPLETE
        return _PARTIAL if life is _LIVE and self.cum_qty > 0 else _STATUS[life]

    @property
    def over(self) -> bool:
        """Nothing is open. A bust or a larger quantity may reopen a filled order."""
        life = self.life
        return life is _FILLED or _FINAL[life] or (life is _DONE and not self.good_till)

    @property
    def leaves_qty(self) -> int:
        """LeavesQty(151)."""
        life = self.life
        if _FINAL[life] or (life is _DONE and not self.good_till):
            return 0
        left = self.order_qty - self.cum_qty
        return left if left > 0 else 0

    @property
    def reserved_qty(self) -> int:
        """The most that may still execute, whichever open replaces are accepted. A filled order may still go up."""
        life = self.life
        if _FINAL[life] or (life is _DONE and not self.good_till):
            return 0
        most = self.order_qty
        if self.requests is not None:
            for request in self.requests:
                if request.order_qty is not None and request.order_qty > most:
                    most = request.order_qty
        left = most - self.cum_qty
        return left if left > 0 else 0

    @property
    def pending(self) -> bool:
        """Some request has no answer."""
        return self.requests is not None

    @property
    def in_doubt(self) -> bool:
        """What it may still execute is not known for sure. Requests that are moot (it is filled) do not count."""
        if self.requests is None:
            return self.life is _SENT
        return not self.over or self.reserved_qty > 0

    @property
    def avg_px(self) -> Fraction:
        """AvgPx(6), exact; 0 without executions."""
        return Fraction(self.notional, self.cum_qty) if self.cum_qty else _ZERO

    def find(self, cl_ord_id: str) -> Request | None:
        """Give the open request of this identifier; None if there is none."""
        for request in self.requests or ():
            if request.cl_ord_id == cl_ord_id:
                return request
        return None

    def shown(self, request: Request) -> tuple[int, int]:
        """OrderQty(38) and LeavesQty(151) of a report that `request` is pending: as those ahead of it would leave it.

        OrigClOrdID(41) of such a report is `cl_ord_id`, the last one accepted.
        """
        order_qty = self.order_qty
        for ahead in self.requests or ():
            if ahead is request:
                break
            if ahead.order_qty is not None:
                order_qty = max(ahead.order_qty, self.cum_qty)
        if _FINAL[self.life] or (self.life is _DONE and not self.good_till):
            return order_qty, 0
        return order_qty, max(0, order_qty - self.cum_qty)

    # -- what the other side says of the order ------------------------------------------------------------------------

    def acknowledge(self) -> bool:
        """Note that the order was accepted. If anything has been heard of it before, does nothing."""
        return self.life is _SENT and self._move(Trigger.ACK)

    def trade(self, qty: int, px: int) -> bool:
        """Book an execution. It is booked in every life; of an order just sent it is the acknowledgement too."""
        self.cum_qty += qty
        self.notional += qty * px
        self.acknowledge()
        self._settle()
        return True

    def bust(self, qty: int, px: int) -> bool:
        """Undo an execution."""
        return self.correct(qty, px, 0, 0)

    def correct(self, qty: int, px: int, new_qty: int, new_px: int) -> bool:
        """Put an execution of other figures in place of one that was booked."""
        self.cum_qty += new_qty - qty
        self.notional += new_qty * new_px - qty * px
        self._move(Trigger.ACK)
        self._settle()
        return True

    def end(self, life: Life) -> bool:
        """End the order: CANCELED, EXPIRED, REJECTED or DONE_FOR_DAY. If it has ended before, does nothing.

        Open requests are moot then and are dropped, but not with DONE_FOR_DAY: a good-till order comes back.
        """
        moved = self._move(ENDS[life])
        if moved and _FINAL[self.life]:
            self.requests = None
        return moved

    def suspend(self) -> bool:
        """Note that the order is held: it keeps its leaves. If it is over, does nothing."""
        return self._move(Trigger.SUSPEND)

    def restate(self, order_qty: int | None = None, price: int | None = None) -> bool:
        """Take a change that nobody asked for, a GTC renewal or a resumption: the order is live again.

        If the order was canceled, rejected or has expired, does nothing.
        """
        if _FINAL[self.life]:
            return False
        changed = self._set(order_qty, price)
        moved = self._move(Trigger.RESTATE)
        return self._settle() or moved or changed

    # -- requests -----------------------------------------------------------------------------------------------------

    def request_cancel(self, cl_ord_id: str) -> bool:
        """Open a request to cancel. If the order cannot come back, or the identifier is in use, does nothing."""
        return self._request(Request(RequestKind.CANCEL, cl_ord_id))

    def request_replace(self, cl_ord_id: str, order_qty: int | None, price: int | None) -> bool:
        """Open a request to replace: `order_qty` is the new total. Idle as `request_cancel`."""
        return self._request(Request(RequestKind.REPLACE, cl_ord_id, order_qty, price))

    def pend(self, cl_ord_id: str) -> bool:
        """Note that the other side has the request and has not decided. If it is not open, does nothing."""
        request = self.find(cl_ord_id)
        if request is None or request.acknowledged:
            return False
        request.acknowledged = True
        return True

    def accept(self, cl_ord_id: str) -> bool:
        """Do what the request asks. If it is not open (unknown, refused, answered), does nothing.

        Requests ahead of it can have no answer any more: replaces it was chained to were accepted with it, cancels
        were not. Those after it stay open, chained to it.
        """
        request = self.find(cl_ord_id)
        if request is None or self.requests is None:
            return False
        at = self.requests.index(request)
        implied, rest = self.requests[: at + 1], self.requests[at + 1 :]
        self.requests = rest or None
        self._move(Trigger.ACK)
        if request.is_cancel:
            self.end(Life.CANCELED)
            return True
        for step in implied:
            if not step.is_cancel:
                self._set(step.order_qty, step.price)
        self.cl_ord_id = cl_ord_id
        self._settle()
        return True

    def refuse(self, cl_ord_id: str) -> bool:
        """Drop the request: its identifier is used up, and what was chained to it now names the one before.

        If it is not open, does nothing.
        """
        request = self.find(cl_ord_id)
        if request is None or self.requests is None:
            return False
        rest = [r for r in self.requests if r is not request]
        for later in rest:
            if later.orig == cl_ord_id:
                later.orig = request.orig
        self.requests = rest or None
        return True

    # -- helpers ------------------------------------------------------------------------------------------------------

    def _moot(self, request: Request) -> bool:
        return request.order_qty is None or request.order_qty <= self.order_qty

    def _move(self, trigger: Trigger) -> bool:
        life = LIFE.get((self.life, trigger))
        if life is None or life is self.life:
            return False
        self.life = life
        return True

    def _settle(self) -> bool:
        """The coupling: executions against quantity. An order that went down to nothing is cancelled, not filled."""
        if self.cum_qty < self.order_qty:
            return self._move(Trigger.REOPEN)
        return self._move(Trigger.COMPLETE) if self.cum_qty > 0 else self.end(Life.CANCELED)

    def _set(self, order_qty: int | None, price: int | None) -> bool:
        """Below what is done a quantity cannot go: it becomes CumQty(14) (C.3.b, C.3.c)."""
        was = self.order_qty, self.price
        if order_qty is not None:
            self.order_qty = max(order_qty, self.cum_qty)
        if price is not None:
            self.price = price
        return (self.order_qty, self.price) != was

    def _request(self, request: Request) -> bool:
        if _FINAL[self.life] or request.cl_ord_id == self.cl_ord_id or self.find(request.cl_ord_id) is not None:
            return False
        if self.requests is None:
            self.requests = []
        request.orig = self.requests[-1].cl_ord_id if self.requests else self.cl_ord_id
        self.requests.append(request)
        return True
