"""Desired against live: the fewest commands that bring a parent's children to what its slots want.

Legs with other terms than the slot's are repriced (where the venue replaces) or cancelled; what is too much is
reduced, newest leg first; what is missing is routed, as far as the demand curve has room. Live and in doubt never
exceed what may be live: quantity comes back only when a venue has confirmed it.
"""

from smartexec.kernel import demand
from smartexec.kernel.blotter import Blotter
from smartexec.kernel.curve import limit_key
from smartexec.kernel.orders import ChildOrder, ParentOrder, ParentState, Slot
from smartexec.kernel.route import Router
from smartexec.kernel.send import Sender
from smartexec.model.view import Slice


def terms(s: Slice) -> tuple[object, ...]:
    """What a slice asks for, quantity and price aside."""
    return s.time_in_force, s.min_qty, s.display_qty, s.peg, s.post_only, s.router


def going(child: ChildOrder) -> int:
    """Lots of a leg that will be gone once what has been asked of the venue is done."""
    if child.cancelling or child.over:
        return child.counted
    asked = [r.order_qty for r in child.requests or () if r.order_qty is not None]
    return max(0, child.counted - max(0, asked[-1] - child.cum_qty)) if asked else 0


class Reconciler:
    """Brings slots and legs together."""

    def __init__(self, blotter: Blotter, sender: Sender, router: Router) -> None:
        self.blotter = blotter
        self.sender = sender
        self.router = router

    def place(self, parent: ParentOrder) -> None:
        """Send the smallest difference between what the slots want and what is live."""
        if parent.state is not ParentState.WORKING:
            return
        for child in list(parent.children.values()):
            if child.frozen:
                self.sender.cancel(child)
        for slot in list(parent.slots.values()):
            self._reprice(slot)
            excess = sum(c.counted for c in slot.legs.values()) - slot.want
            if slot.over:
                excess = self._beyond_budget(parent, slot, excess)
            if excess > 0:
                self._reduce(slot, excess)
        for slot in list(parent.slots.values()):
            if parent.state is ParentState.WORKING:
                self._fill(parent, slot)

    @staticmethod
    def _beyond_budget(parent: ParentOrder, slot: Slot, excess: int) -> int:
        """What of a slot's excess its budget does not cover; the budget ends where nothing is beyond the order."""
        if excess <= 0 and parent.open_qty <= demand.target(parent).total:
            slot.over = 0
            return 0
        return excess - min(slot.over, slot.want, demand.tolerated(parent))

    def _reprice(self, slot: Slot) -> None:
        for child in list(slot.legs.values()):
            if child.terms is slot.slice or child.over:
                continue
            if child.terms.price == slot.slice.price and terms(child.terms) == terms(slot.slice):
                child.terms = slot.slice
            elif not child.cancelling and not self._replaced(child, slot):
                self.sender.cancel(child)

    def _replaced(self, child: ChildOrder, slot: Slot) -> bool:
        """Move a leg that stands at its slot's price to the slot's new price, if the venue and law 3 let it."""
        old, new, parent = child.terms, slot.slice, child.parent
        if new.price is None or child.price != old.price or terms(old) != terms(new):
            return False
        if not self.sender.can_replace(child) or child.leg is None or child.leg.peg is not None:
            return False
        price = self.router.on_tick(parent, new.price)
        k = limit_key(price, parent.sign)
        if self._meets(parent, k) and not self._meets(parent, child.key):
            return False  # what rested is to take: where, is for the routing logic to say
        if k > demand.target(parent).worst or (k > child.key and demand.room(parent, k) < child.counted):
            return False
        if self.router.opposing(parent, child.mic, k):
            return False
        if price == child.price:
            child.terms = new
            return True
        refusal = self.sender.replace(child, child.order_qty, price)
        if refusal:
            slot.clipped_by = refusal
            return False
        child.terms = new
        return True

    @staticmethod
    def _meets(parent: ParentOrder, k: int) -> bool:
        """Whether a price is as good as the far touch: an order there takes instead of resting."""
        touch = parent.market.best()
        far = touch.ask if parent.sign > 0 else touch.bid
        return far is not None and k >= far * parent.sign

    def _reduce(self, slot: Slot, excess: int) -> None:
        """Take lots out, newest leg first; what the venue has been asked to take out counts as gone."""
        excess -= sum(going(c) for c in slot.legs.values())
        for child in reversed(list(slot.legs.values())):
            if excess <= 0:
                return
            if child.cancelling or child.over:
                continue
            if child.counted > excess and self.sender.can_replace(child):
                self.sender.replace(child, child.order_qty - excess, child.price)
                return
            excess -= child.counted - going(child)
            self.sender.cancel(child)

    def _fill(self, parent: ParentOrder, slot: Slot) -> None:
        """Route what is missing."""
        missing = slot.want - sum(c.counted for c in slot.legs.values())
        if missing <= 0 or slot.spent or slot.hold_until > self.blotter.now:
            return
        price = slot.slice.price
        k = limit_key(price, parent.sign)
        worst = demand.target(parent).worst
        if k > worst:
            k = worst
        free = min(missing, demand.room(parent, k))
        free -= free % parent.instrument.lot
        if free < missing:
            slot.clipped_by = "in doubt" if parent.open_qty else "limit"
        if free > 0:
            self.router.route(parent, slot, free, k)
