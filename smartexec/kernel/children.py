"""What venues say of child orders: each report moves one child through its life, and its parent's totals with it.

Order of arrival proves nothing: a report may be late, twice, or before the one it follows. Quantities go by executions
and by the highest CumQty(14) seen; what a venue has executed and not reported stays counted as open.
"""

from collections.abc import Callable

from smartexec.kernel.blotter import Blotter
from smartexec.kernel.curve import limit_key
from smartexec.kernel.executions import Ledger, count
from smartexec.kernel.lifecycle import Life, RequestKind
from smartexec.kernel.orders import ChildOrder, ParentState
from smartexec.kernel.scorecard import Scorecard
from smartexec.kernel.send import Sender
from smartexec.model.enums import ExecType, OrdStatus, Outcome, TimeInForce, Wake
from smartexec.model.events import ExecutionReport, OrderCancelReject, OrderState, Resolve

ENDS = {
    ExecType.CANCELED: Life.CANCELED,
    ExecType.EXPIRED: Life.EXPIRED,
    ExecType.REJECTED: Life.REJECTED,
    ExecType.DONE_FOR_DAY: Life.DONE_FOR_DAY,
}
STATUS_ENDS = {
    OrdStatus.CANCELED: Life.CANCELED,
    OrdStatus.EXPIRED: Life.EXPIRED,
    OrdStatus.DONE_FOR_DAY: Life.DONE_FOR_DAY,
}
"""What a status says is over. FILLED is not among them: the executions will say so, or the difference is booked."""
IN_HAND = (OrdStatus.PENDING_CANCEL, OrdStatus.PENDING_REPLACE)
"""A status under a request's identifier that says the venue has the request and has not decided."""
TAKEN = {
    RequestKind.CANCEL: (OrdStatus.CANCELED,),
    RequestKind.REPLACE: (OrdStatus.NEW, OrdStatus.PARTIALLY_FILLED, OrdStatus.FILLED),
}
"""A status under a request's identifier that proves that the venue did what it asks."""
UNDOING = (ExecType.TRADE_CANCEL, ExecType.TRADE_CORRECT)
OUTCOMES = {
    Life.FILLED: Outcome.FILLED,
    Life.CANCELED: Outcome.CANCELED,
    Life.EXPIRED: Outcome.EXPIRED,
    Life.REJECTED: Outcome.REJECTED,
    Life.DONE_FOR_DAY: Outcome.EXPIRED,
}

PATIENCE = 3
"""After so many queries an answer is believed even of an order with busts."""


class Children:
    """Applies venue events to child orders."""

    def __init__(self, blotter: Blotter, ledger: Ledger, sender: Sender, scorecard: Scorecard) -> None:
        self.blotter = blotter
        self.ledger = ledger
        self.sender = sender
        self.scorecard = scorecard
        self._handlers: dict[ExecType, Callable[[ChildOrder, ExecutionReport], None]] = {
            ExecType.NEW: self._acknowledged,
            ExecType.PENDING_NEW: self._nothing,
            ExecType.REJECTED: self._ended,
            ExecType.CANCELED: self._ended,
            ExecType.EXPIRED: self._ended,
            ExecType.DONE_FOR_DAY: self._ended,
            ExecType.REPLACED: self._replaced,
            ExecType.PENDING_CANCEL: self._pending,
            ExecType.PENDING_REPLACE: self._pending,
            ExecType.SUSPENDED: self._suspended,
            ExecType.RESTATED: self._restated,
            ExecType.TRADE: self._traded,
            ExecType.TRADE_CANCEL: self._undone,
            ExecType.TRADE_CORRECT: self._undone,
            ExecType.ORDER_STATUS: self._status,
        }

    # -- entrances -------------------------------------------------------------------------------------------------

    def report(self, report: ExecutionReport) -> None:
        """Take an ExecutionReport(35=8)."""
        child = self._find(report.mic, report.cl_ord_id) or self._find(report.mic, report.orig_cl_ord_id)
        if child is None:
            self._stranger(report)
            return
        if report.cum_qty is not None and report.exec_type not in UNDOING and not self.ledger.knows(report, child):
            child.venue_cum = max(child.venue_cum, min(report.cum_qty, child.order_qty))
        self._handlers[report.exec_type](child, report)
        self.after(child)

    def _find(self, mic: str, cl_ord_id: str) -> ChildOrder | None:
        """The child of this ClOrdID(11) at this venue: another venue has nothing to say of it."""
        child = self.blotter.children.get(cl_ord_id)
        return child if child is not None and child.mic == mic else None

    def _stranger(self, report: ExecutionReport) -> None:
        if report.exec_type is ExecType.TRADE:
            self.ledger.trade(report, None)
        elif report.exec_type in UNDOING:
            self.ledger.undo(report)
        else:
            text = f"{report.exec_type.name} on an unknown order: ignored"
            self.blotter.alert("warning", text, f"{report.mic} ClOrdID(11) {report.cl_ord_id}")

    def cancel_reject(self, reject: OrderCancelReject) -> None:
        """Take an OrderCancelReject(35=9): the order goes on as it was, unless it is over: then how is asked."""
        child = self._find(reject.mic, reject.cl_ord_id)
        if child is None:
            text = "cancel reject on an unknown request: ignored"
            self.blotter.alert("warning", text, f"{reject.mic} ClOrdID(11) {reject.cl_ord_id}")
            return
        request = child.find(reject.cl_ord_id)
        if request is None:
            return
        if request.is_cancel and not child.over:
            request.rejected = True
            self.sender.doubt(child)  # it stays in doubt: another cancel at once would get the same answer
            return
        child.refuse(reject.cl_ord_id)
        if not request.is_cancel:
            child.frozen = True  # it is not at the price or size its slot wants, and asking again is no use
        self.after(child)

    def state(self, state: OrderState) -> None:
        """Take a running total from a venue without execution ids: book the difference."""
        child = self._find(state.mic, state.cl_ord_id)
        if child is None:
            text = f"state with CumQty(14) {state.cum_qty} of an unknown order: ignored"
            self.blotter.alert("error" if state.cum_qty else "warning", text, f"{state.mic} {state.cl_ord_id}")
            return
        child.unseen = False
        self._ack(child)
        if state.cum_qty < child.cum_qty or (state.cum_qty > child.cum_qty and state.avg_px <= 0):
            found = f"CumQty(14) {state.cum_qty} at AvgPx(6) {state.avg_px}"
            text = f"state cannot be booked: found {found}, expected at least {child.cum_qty} at a price"
            self.blotter.alert("error", text, f"{child.mic} {child.order_id}")
            return
        self.ledger.difference(child, state.cum_qty, state.avg_px)
        child.synthetic.clear()
        life = STATUS_ENDS.get(state.ord_status)
        if state.ord_status is OrdStatus.REJECTED:
            life = Life.REJECTED
        if life is not None and not child.over:
            child.end(life)
        self.after(child)

    def resolve(self, event: Resolve) -> None:
        """Take an operator's word for what became of a child: book it and end the child."""
        child = self.blotter.children.get(event.cl_ord_id)
        if child is None:
            self.blotter.alert("warning", "resolve of an unknown child order: ignored", event.cl_ord_id)
            return
        if event.cum_qty < child.cum_qty or (event.cum_qty > child.cum_qty and event.avg_px <= 0):
            found = f"CumQty(14) {event.cum_qty} at AvgPx(6) {event.avg_px}"
            text = f"resolve refused: found {found}, expected at least {child.cum_qty}, with a price if it is more"
            self.blotter.alert("error", text, child.order_id)
            return
        text = f"resolved by {event.user or 'unnamed'}: CumQty(14) {event.cum_qty}; {event.reason or 'no reason'}"
        self.blotter.alert("warning", text, child.order_id)
        self.give_up(child, event.cum_qty, event.avg_px)

    def give_up(self, child: ChildOrder, cum_qty: int, avg_px: int) -> None:
        """End a child in doubt with what is known of it; later executions are booked as they come."""
        self.ledger.difference(child, cum_qty, avg_px)
        for request in list(child.requests or ()):
            child.refuse(request.cl_ord_id)
        if not child.over:
            child.end(Life.CANCELED)
        child.venue_cum = child.cum_qty
        self.after(child)

    # -- one method per ExecType(150) -------------------------------------------------------------------------------

    def _nothing(self, child: ChildOrder, report: ExecutionReport) -> None:
        pass

    def _ack(self, child: ChildOrder) -> None:
        child.acknowledge()
        if not child.acked:
            child.acked = True
            self.scorecard.acked(child, self.blotter.now)

    def _acknowledged(self, child: ChildOrder, report: ExecutionReport) -> None:
        self._ack(child)

    def _ended(self, child: ChildOrder, report: ExecutionReport) -> None:
        if report.exec_type is not ExecType.REJECTED:
            self._ack(child)
        if not child.accept(report.cl_ord_id) or not child.over:
            child.end(ENDS[report.exec_type])
        if report.exec_type is ExecType.REJECTED:
            self.blotter.alert(
                "warning", f"rejected by the venue: {report.text or 'no text'}", f"{child.mic} {child.order_id}"
            )

    def _replaced(self, child: ChildOrder, report: ExecutionReport) -> None:
        self._ack(child)
        if child.accept(report.cl_ord_id):
            self._terms(child, report)

    def _pending(self, child: ChildOrder, report: ExecutionReport) -> None:
        child.pend(report.cl_ord_id)

    def _suspended(self, child: ChildOrder, report: ExecutionReport) -> None:
        child.suspend()

    def _restated(self, child: ChildOrder, report: ExecutionReport) -> None:
        self._terms(child, report)
        child.restate()

    def _terms(self, child: ChildOrder, report: ExecutionReport) -> None:
        """Take quantity and price as the venue has them; more, or a worse price, than was asked for is cancelled."""
        qty, price, sign = report.order_qty, report.price, child.parent.sign
        if (qty is None or qty == child.order_qty) and (price is None or price == child.price):
            return
        more = qty is not None and qty > max(child.order_qty, report.cum_qty or 0)
        worse = price is not None and limit_key(price, sign) > limit_key(child.price, sign)
        if more or worse:
            text = (
                f"{report.exec_type.name} from {child.order_qty} lots at {child.price} to {qty} at {price}: cancelled"
            )
            self.blotter.alert("error", text, f"{child.mic} {child.order_id}")
            child.frozen = True
        child.restate(qty, price)
        child.key = max(child.key, limit_key(child.price, sign))

    def _traded(self, child: ChildOrder, report: ExecutionReport) -> None:
        self._ack(child)
        if self.ledger.trade(report, child):
            self.blotter.executed(child.parent)
            if child.unverified and not child.query_at:  # its bust had come before it
                self.sender.doubt(child)

    def _undone(self, child: ChildOrder, report: ExecutionReport) -> None:
        if self.ledger.undo(report, child) is not None:
            # What the venue executed beside it may be lost, and CumQty(14) from before proves nothing any more.
            child.unverified = True
            self.sender.doubt(child)
            self.blotter.executed(child.parent)

    def _status(self, child: ChildOrder, report: ExecutionReport) -> None:
        """Take an answer to a query."""
        if report.ord_status is OrdStatus.REJECTED:
            self._unknown(child)
            return
        self._ack(child)
        request = child.find(report.cl_ord_id)
        if request is not None and report.ord_status in TAKEN[request.kind]:
            child.accept(request.cl_ord_id)
        elif request is not None and report.ord_status in IN_HAND:
            child.pend(request.cl_ord_id)
        if report.ord_status in STATUS_ENDS and not child.over:
            child.end(STATUS_ENDS[report.ord_status])
        if report.cum_qty is not None:
            self._cum(child, report.cum_qty, report.avg_px or 0)
        child.unseen = child.unseen and child.venue_cum > child.cum_qty  # executions may still be under way
        if (not child.over or child.requests) and child.queries > 1 and report.ord_status not in IN_HAND:
            self._ask_again(child)

    def _cum(self, child: ChildOrder, cum_qty: int, avg_px: int) -> None:
        """Believe an answer, not the first one: an answer from before a bust says more than there is."""
        if avg_px and child.queries > (PATIENCE if child.busted else 1):
            self.ledger.difference(child, cum_qty, avg_px)
        child.unverified = False
        if child.busted:
            self.ledger.retract(child, child.cum_qty - cum_qty)
            if not child.query_at:
                self.sender.doubt(child)
            if child.queries >= PATIENCE:
                child.venue_cum = max(child.cum_qty, cum_qty)

    def _ask_again(self, child: ChildOrder) -> None:
        """The venue has the order live (or filled), and has had time for every request: those unanswered are lost."""
        had_cancel, requests = child.cancelling, list(child.requests or ())
        for request in requests:
            if request.is_cancel or child.queries > 2:
                child.refuse(request.cl_ord_id)
        if requests and (had_cancel or child.queries > 2):
            child.key = limit_key(child.price, child.parent.sign)
            self.sender.cancel(child)

    def _unknown(self, child: ChildOrder) -> None:
        if child.over:
            return
        if self.sender.venues[child.mic].authoritative_unknown and not child.acked:
            child.end(Life.REJECTED)
            self.blotter.alert("warning", "the venue never had it: released", f"{child.mic} {child.order_id}")
        elif child.queries == 1:
            text = "unknown to the venue, whose word is no proof: still in doubt"
            self.blotter.alert("error", text, f"{child.mic} {child.order_id}")

    # -- after every report -----------------------------------------------------------------------------------------

    def after(self, child: ChildOrder) -> None:
        """Bring the totals up to date and let go of a child that is over."""
        parent, slot = child.parent, child.slot
        if not child.requests:
            child.key = limit_key(child.price, parent.sign)
        count(self.blotter, child)
        self.blotter.touch(parent)
        if not child.over:
            parent.children.setdefault(child.order_id, child)
            if child.order_id not in slot.legs:
                self._back(child)
            if parent.state is ParentState.ENDED:
                # A bust has reopened it: the parent stays over, but the order must not be met by others of ours.
                self.blotter.enter(parent)
                self.sender.cancel(child)
            return
        if child.counted and parent.state is ParentState.ENDED:
            text = f"CumQty(14) {child.venue_cum} where {child.cum_qty} is known, and its parent has ended"
            self.blotter.alert("error", text, f"{child.mic} {child.order_id}")
            child.venue_cum = child.cum_qty
            count(self.blotter, child)
        if child.counted:
            parent.children.setdefault(child.order_id, child)
            if not child.query_at:
                self.sender.doubt(child)
            return
        if child.ended is None:
            child.ended, child.mark1 = self.blotter.now, child.parent.market.mark()
            child.outcome = slot.last_outcome = OUTCOMES[child.life]
            self.scorecard.ended(child)
        if parent.children.pop(child.order_id, None) is None:
            return
        if parent.state is ParentState.ENDED and not parent.children:
            self.blotter.leave(parent)
        slot.legs.pop(child.order_id, None)
        if not slot.legs:
            slot.ended = self.blotter.now
            if slot.slice.time_in_force in (TimeInForce.IOC, TimeInForce.FOK):
                slot.spent = slot.want == 0 or slot.spent
            elif child.time_in_force.auction and child.outcome is Outcome.EXPIRED:
                self._auction_over(child)

    def _auction_over(self, child: ChildOrder) -> None:
        """Its auction is over: the slot is not tried again, there is none to take part in; the strategy is told."""
        parent, slot = child.parent, child.slot
        if slot.want and slot.slice.time_in_force.auction and parent.state is ParentState.WORKING:
            slot.spent, slot.want = True, 0
            self.blotter.wake(parent, Wake.UNFILLED)

    def _back(self, child: ChildOrder) -> None:
        """A bust has reopened a child that was let go of: its slot has it again, or nobody wants it any more."""
        slot = child.slot
        if child.parent.slots.get(slot.name) is slot:
            slot.legs[child.order_id] = child
        else:
            self.sender.cancel(child)
