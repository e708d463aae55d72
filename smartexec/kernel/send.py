"""The one door to venues: every new order and replace passes the guards here, cancels and queries always pass."""

from smartexec.kernel.blotter import Blotter
from smartexec.kernel.curve import limit_key
from smartexec.kernel.executions import count
from smartexec.kernel.guards import Guards
from smartexec.kernel.orders import ChildOrder, ParentOrder, Slot, Why
from smartexec.kernel.timers import Timers
from smartexec.model.commands import CancelOrder, QueryOrder, ReplaceOrder, SendOrder
from smartexec.model.enums import OrdType, ReplaceMode
from smartexec.model.routing import Capabilities, Leg

MAX_BACKOFF = 6
"""The wait between two queries doubles this often at most."""


class Sender:
    """Sends, replaces, cancels and queries child orders."""

    def __init__(
        self, blotter: Blotter, guards: Guards, timers: Timers, venues: dict[str, Capabilities], in_doubt_wait: int
    ) -> None:
        self.blotter = blotter
        self.guards = guards
        self.timers = timers
        self.venues = venues
        self.in_doubt_wait = in_doubt_wait

    def send(self, parent: ParentOrder, slot: Slot, leg: Leg, qty: int, why: Why) -> ChildOrder | str:
        """Send a child order; the name of the guard that refuses it, if one does."""
        refusal = self.guards.check(parent, leg.mic, qty, leg.price, auction=leg.time_in_force.auction)
        if refusal:
            return refusal
        parent.child_count += 1
        cl_ord_id = f"{parent.parent_id}.{parent.child_count}"
        child = ChildOrder(
            cl_ord_id, qty, leg.price, parent=parent, slot=slot, terms=slot.slice, mark0=parent.market.mark(),
            mic=leg.mic, order_id=cl_ord_id,
        )  # fmt: skip
        child.aliases.append(cl_ord_id)
        child.key = limit_key(leg.price, parent.sign)
        child.leg, child.time_in_force = leg, leg.time_in_force
        child.sent, child.why = self.blotter.now, why
        child.routing = why.routing
        parent.children[cl_ord_id] = child
        slot.legs[cl_ord_id] = child
        slot.attempts.append(child)
        slot.sent = self.blotter.now
        self.blotter.children[cl_ord_id] = child
        self.blotter.child_orders.append(child)
        count(self.blotter, child)
        ord_type = OrdType.PEGGED if leg.peg else OrdType.MARKET if leg.price is None else OrdType.LIMIT
        self.blotter.outbox.append(
            SendOrder(
                leg.mic,
                cl_ord_id,
                parent.instrument.symbol,
                parent.side,
                qty,
                ord_type,
                leg.price,
                leg.time_in_force,
                leg.min_qty,
                leg.display_qty,
                leg.post_only,
                leg.peg,
            )
        )
        self.doubt(child)
        if leg.rest_for is not None:
            self.timers.at(self.blotter.now + leg.rest_for, lambda: self.cancel(child))
        return child

    def can_replace(self, child: ChildOrder) -> bool:
        """Whether the venue replaces, and nothing else is under way with the order."""
        replace = self.venues[child.mic].replace is not ReplaceMode.NONE
        return replace and not child.in_doubt and not child.over and not child.frozen

    def replace(self, child: ChildOrder, qty: int, price: int | None) -> str:
        """Ask for another total quantity and price; the name of the guard that refuses, else ""."""
        parent = child.parent
        if qty > child.order_qty or price != child.price:
            auction = child.time_in_force.auction
            refusal = self.guards.check(parent, child.mic, qty - child.cum_qty, price, replaces=child, auction=auction)
            if refusal:
                return refusal
        if price != child.price:
            child.repriced = parent.market.mark()
        request = self._alias(child)
        child.request_replace(request, qty, price)
        child.key = max(child.key, limit_key(price, parent.sign))
        count(self.blotter, child)
        symbol = parent.instrument.symbol
        command = ReplaceOrder(child.mic, request, child.cl_ord_id, symbol, parent.side, qty, price)
        self.blotter.outbox.append(command)
        self.doubt(child)
        return ""

    def cancel(self, child: ChildOrder, *, insist: bool = False) -> None:
        """Ask for the cancel of a child; does nothing if it is over or being cancelled.

        A cancel that the venue has refused stays open in doubt, so that trimming waits until the venue has been asked.
        Who must have the order gone says `insist`: a fresh cancel takes the refused one's place at once.
        """
        if insist:
            for old in [r for r in child.requests or () if r.rejected]:
                child.refuse(old.cl_ord_id)
        if child.over or child.cancelling:
            return
        parent = child.parent
        request = self._alias(child)
        child.request_cancel(request)
        count(self.blotter, child)
        symbol = parent.instrument.symbol
        self.blotter.outbox.append(CancelOrder(child.mic, request, child.cl_ord_id, symbol, parent.side))
        self.doubt(child)

    def cancel_all(self, parent: ParentOrder, *, insist: bool = False) -> None:
        """Cancel everything live of a parent; with `insist` also where a cancel was refused."""
        for child in list(parent.children.values()):
            self.cancel(child, insist=insist)

    def _alias(self, child: ChildOrder) -> str:
        request = f"{child.order_id}-{len(child.aliases)}"
        child.aliases.append(request)
        self.blotter.children[request] = child
        return request

    # -- in doubt --------------------------------------------------------------------------------------------------

    def doubt(self, child: ChildOrder) -> None:
        """Ask the venue for the state of a child if it is still in doubt when `in_doubt_wait` is over."""
        wait = self.in_doubt_wait << min(child.queries, MAX_BACKOFF)
        child.query_at = at = self.blotter.now + wait
        self.timers.at(at, lambda: self._query(child, at))

    def unsure(self, child: ChildOrder) -> bool:
        """Whether something the venue was asked, or has done, is not known to the end.

        After a bust the venue is asked what stands; what was booked on an answer's word alone is asked for again. So is
        a venue that was away, of all it has: executions and cancels in between may be lost.
        """
        if child.unseen and not child.over and self.venues[child.mic].order_status:
            return True
        open_question = child.busted and (child.unverified or child.synthetic)
        if open_question and child.queries < MAX_BACKOFF and self.venues[child.mic].order_status:
            return True
        return child.in_doubt if not child.over else child.counted > 0

    def _query(self, child: ChildOrder, at: int) -> None:
        if child.query_at != at:
            return
        if not self.unsure(child):
            child.query_at = 0
            return
        child.queries += 1
        venue = self.venues[child.mic]
        if venue.order_status:
            parent = child.parent
            self.blotter.outbox.append(QueryOrder(child.mic, child.cl_ord_id, parent.instrument.symbol, parent.side))
        if (child.in_doubt or not child.unseen) and child.queries in (1, MAX_BACKOFF):
            text = "no answer from the venue: state in doubt, " + ("asked" if venue.order_status else "cannot be asked")
            self.blotter.alert("warning", text, f"{child.mic} {child.order_id}")
        self.doubt(child)
