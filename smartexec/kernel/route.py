"""The routing step: ask the routing logic, check every leg, keep opposing children apart, send.

A leg that exceeds the quantity, breaks the limit or names a venue that is down is refused and said; the others go.
"""

from collections.abc import Callable, Collection

from attrs import evolve

from smartexec.kernel import demand
from smartexec.kernel.advisor import Advisor, Fault
from smartexec.kernel.blotter import Blotter
from smartexec.kernel.curve import NO_LIMIT, limit_key
from smartexec.kernel.decide import MIN_WAIT, price_of
from smartexec.kernel.netting import Netter
from smartexec.kernel.orders import ChildOrder, ParentOrder, Slot, Why
from smartexec.kernel.scorecard import Scorecard
from smartexec.kernel.send import Sender
from smartexec.kernel.settings import Routing
from smartexec.kernel.timers import Timers
from smartexec.model.enums import OrdType, Outcome, TimeInForce, Wake
from smartexec.model.ids import NANOS_PER_SECOND, Mic, Nanos, Px, Qty
from smartexec.model.routing import Attempt, Leg, Route, RouteRequest
from smartexec.model.view import MarketView

MAX_OUTCOMES = 256
"""Legs of one logic for one instrument whose outcome it is told; the oldest are forgotten first."""
RETRY = NANOS_PER_SECOND
"""How long a slot that a guard has clipped waits before it is tried again."""


SELF_MATCH = "self-match"
"""An everyday reason: opposing parents take turns. No alert."""


def _whole(*values: object) -> bool:
    return all(type(v) is int and v >= 0 for v in values)


class Router:
    """Turns unplaced quantity into child orders."""

    def __init__(
        self,
        blotter: Blotter,
        advisor: Advisor,
        sender: Sender,
        scorecard: Scorecard,
        netter: Netter,
        timers: Timers,
        settings: Routing,
        quarantined: Collection[str],
        quarantine: Callable[[str, str], None],
    ) -> None:
        self.blotter = blotter
        self.advisor = advisor
        self.sender = sender
        self.scorecard = scorecard
        self.netter = netter
        self.timers = timers
        self.settings = settings
        self.quarantined = quarantined
        self.quarantine = quarantine
        self._untold: dict[tuple[str, str], list[ChildOrder]] = {}
        """By (routing logic that learns, symbol): legs whose outcome it has not been told."""

    def route(self, parent: ParentOrder, slot: Slot, qty: int, worst: int) -> None:
        """Place `qty` lots of a slot at limit key `worst` or better."""
        name = slot.slice.router or self.settings.default
        if slot.rounds >= self.settings.max_rounds or slot.spent:
            self._unfilled(parent, slot)
            return
        if name in self.quarantined:
            self.quarantine(name, "still quarantined")
            return
        stop = self.sender.guards.stopped(parent, auction=slot.slice.time_in_force.auction)
        if stop:  # every leg would be refused: the routing logic need not be asked
            self._tell(parent, slot, stop, f"child orders not sent: {stop}")
            self._hold(parent, slot)
            return
        request = self._request(parent, slot, qty, worst, name)
        slot.rounds += 1
        answer = self.advisor.route(name, request)
        fault = answer.text if isinstance(answer, Fault) else self._fault(answer)
        if isinstance(answer, Fault) or fault:
            self.quarantine(name, fault)
            return
        slot.state = answer.state
        if answer.learned is not None:
            self.scorecard.learned[name, parent.instrument.symbol] = answer.learned
        if answer.wake_at is not None:
            slot.hold_until = max(answer.wake_at, self.blotter.now + MIN_WAIT)
            self.timers.at(slot.hold_until, lambda: self.blotter.touch(parent))
        before, sent = len(slot.legs), len(slot.attempts)
        self._send(parent, slot, request, answer, worst, name)
        if (name, parent.instrument.symbol) in self.scorecard.learned:
            untold = self._untold.setdefault((name, parent.instrument.symbol), [])
            untold += slot.attempts[sent:]
            del untold[:-MAX_OUTCOMES]
        if request.overbook_qty:
            slot.over += max(0, sum(c.order_qty for c in slot.attempts[sent:]) - request.qty)
            parent.overbooked = max(parent.overbooked, demand.beyond(parent))
        if len(slot.legs) == before and answer.wake_at is None:
            self._nothing_sent(parent, slot, answer)

    def _nothing_sent(self, parent: ParentOrder, slot: Slot, answer: Route) -> None:
        if not slot.legs:
            slot.last_outcome = Outcome.REFUSED if answer.legs else Outcome.NO_ROUTE
        if not answer.legs:
            slot.clipped_by = slot.clipped_by or "no route"
            slot.rounds = self.settings.max_rounds
            self._unfilled(parent, slot)
            return
        slot.rounds -= 1
        self._hold(parent, slot)

    def _hold(self, parent: ParentOrder, slot: Slot) -> None:
        slot.hold_until = self.blotter.now + RETRY
        self.timers.at(slot.hold_until, lambda: self.blotter.touch(parent))

    def _unfilled(self, parent: ParentOrder, slot: Slot) -> None:
        """The routing logic has no more to try under this decision: say so to the strategy, once."""
        if slot.legs:
            return
        if slot.slice.time_in_force in (TimeInForce.IOC, TimeInForce.FOK):
            slot.spent = True
        slot.want = 0
        if slot.attempts and parent.last_wake is not Wake.UNFILLED:
            self.blotter.wake(parent, Wake.UNFILLED)

    # -- the request -----------------------------------------------------------------------------------------------

    def _request(self, parent: ParentOrder, slot: Slot, qty: int, worst: int, name: str) -> RouteRequest:
        now, limit = self.blotter.now, price_of(worst, parent.sign)
        s = slot.slice
        return RouteRequest(
            Nanos(now),
            parent.parent_id,
            side=parent.side,
            instrument=parent.instrument,
            slice=s if s.qty == qty and s.price == limit else evolve(s, qty=qty, price=limit),
            qty=Qty(qty),
            limit=None if limit is None else Px(limit),
            market=self._market(parent),
            venues=self.scorecard.scores(parent.market, parent.sign > 0),
            attempts=tuple(self._attempt(c) for c in slot.attempts),
            outcomes=self._outcomes(name, parent.instrument.symbol),
            overbook_qty=Qty(self._budget(parent, slot, name)),
            woken_by=parent.last_wake,
            state=slot.state,
            learned=self.scorecard.learned.get((name, parent.instrument.symbol)),
            seed=parent.seed,
        )

    def _outcomes(self, name: str, symbol: str) -> tuple[Attempt, ...]:
        """Legs of a logic that learns which have ended since it was last asked about the instrument."""
        untold = self._untold.get((name, symbol))
        if not untold:
            return ()
        self._untold[name, symbol] = [child for child in untold if child.ended is None]
        return tuple(self._attempt(child) for child in untold if child.ended is not None)

    def _budget(self, parent: ParentOrder, slot: Slot, name: str) -> int:
        """Lots that the logic may have live beyond the parent's leaves: none while a member waits to leave."""
        granted = self.settings.overbook.get(name, 0)
        if not granted or parent.pending:
            return 0
        lot, leaves = parent.instrument.lot, demand.target(parent).total
        return max(0, min(leaves * granted // 100, slot.want) - demand.beyond(parent)) // lot * lot

    def _market(self, parent: ParentOrder) -> MarketView:
        """The market now: what the strategy has seen if it was asked in this same turn."""
        view, row, now = parent.view, parent.row, self.blotter.now
        if view is not None and row is not None and row.seq == self.blotter.seq and view.now == now:
            return view.market
        return parent.market.view(now, parent.start, parent.mark0)

    @staticmethod
    def _attempt(child: ChildOrder) -> Attempt:
        return Attempt(
            mic=Mic(child.mic),
            qty=Qty(child.order_qty),
            cum_qty=Qty(child.cum_qty),
            price=None if child.price is None else Px(child.price),
            sent=Nanos(child.sent),
            ended=None if child.ended is None else Nanos(child.ended),
            outcome=child.outcome,
        )

    def on_tick(self, parent: ParentOrder, price: int) -> int:
        """A price moved to the tick on the passive side of it."""
        tick = parent.instrument.tick
        return price - price % tick if parent.sign > 0 else price + -price % tick

    # -- the answer ------------------------------------------------------------------------------------------------

    def _fault(self, route: Route) -> str:
        """What is wrong with a route as such; "" if nothing is."""
        now = self.blotter.now
        legs: tuple[object, ...] = route.legs
        for leg in legs:
            if not isinstance(leg, Leg):
                return f"legs: found {type(leg).__name__}, expected Leg"
            if not _whole(leg.qty, leg.min_qty, leg.rest_for or 0, leg.price or 0, leg.display_qty or 0):
                return f"leg to {leg.mic!r}: qty {leg.qty!r}, price {leg.price!r}: expected whole numbers, not negative"
        if route.wake_at is not None and (type(route.wake_at) is not int or route.wake_at <= now):
            return f"wake_at {route.wake_at!r}, expected later than now {now}"
        return ""

    def _send(
        self, parent: ParentOrder, slot: Slot, request: RouteRequest, route: Route, worst: int, name: str
    ) -> None:
        if parent.view is None or parent.decision is None or parent.row is None:
            return
        why = Why(parent.view, parent.decision, request, name, route.note)
        left = request.qty + request.overbook_qty
        for leg in route.legs:
            leg = self._shape(parent, leg, request)
            refusal = self._refusal(parent, leg, worst, left)
            qty = leg.qty
            if not refusal:
                qty = self._apart(parent, leg)
                refusal = SELF_MATCH if qty < leg.qty else ""
            if qty > 0 and not (refusal and refusal != SELF_MATCH):
                left -= qty
                sent = self.sender.send(parent, slot, leg, qty, why)
                if isinstance(sent, ChildOrder):
                    parent.row.legs.append(sent)
                    slot.told = ""
                else:
                    refusal = sent
            if refusal:
                self._clip(parent, slot, leg, refusal)

    def _shape(self, parent: ParentOrder, leg: Leg, request: RouteRequest) -> Leg:
        """Whole lots, on the tick; a market leg under a limit or collar becomes a limit leg there."""
        lot = parent.instrument.lot
        price = request.limit if leg.price is None else leg.price
        if leg.price is None and leg.peg is None:
            collar = self.sender.guards.collared(parent, leg.mic)
            if collar is not None and (price is None or (collar - price) * parent.sign < 0):
                price = collar
        if price is not None:
            price = self.on_tick(parent, price)
        qty = leg.qty - leg.qty % lot
        return leg if qty == leg.qty and price == leg.price else evolve(leg, qty=qty, price=price)

    def _refusal(self, parent: ParentOrder, leg: Leg, worst: int, left: int) -> str:
        capabilities = self.scorecard.venues.get(leg.mic)
        if capabilities is None:
            return "unknown venue"
        kind = OrdType.MARKET if leg.price is None else OrdType.LIMIT
        known = leg.peg in capabilities.pegs if leg.peg else kind in capabilities.ord_types
        checks = (
            ("no quantity", leg.qty == 0),
            ("venue is down", not self.scorecard.up[leg.mic]),
            ("quantity exceeded", leg.qty > left),
            ("price is not positive", leg.price is not None and leg.price <= 0),
            ("limit broken", limit_key(leg.price, parent.sign) > worst),
            ("minimum quantity exceeds the quantity", leg.min_qty > leg.qty),
            ("display quantity is not within the quantity", not 0 < (leg.display_qty or leg.qty) <= leg.qty),
            ("time in force not supported", leg.time_in_force not in capabilities.times_in_force),
            ("order type not supported", not known),
            ("minimum quantity not supported", leg.min_qty > 0 and not capabilities.min_qty),
            ("display quantity not supported", leg.display_qty is not None and not capabilities.display_qty),
            ("post-only not supported", leg.post_only and not capabilities.post_only),
        )
        return next((name for name, broken in checks if broken), "")

    def _clip(self, parent: ParentOrder, slot: Slot, leg: Leg, refusal: str) -> None:
        """Note what kept a leg from going out."""
        text = f"{leg.mic} {leg.qty}: {refusal}"
        if parent.row is not None and text not in parent.row.refused[-1:]:
            parent.row.refused.append(text)
        self._tell(parent, slot, refusal, f"child order not sent: {refusal} ({leg.qty} lots to {leg.mic})")

    def _tell(self, parent: ParentOrder, slot: Slot, refusal: str, text: str) -> None:
        """Say what keeps a slot back: to the strategy always, to people once, until it is something else."""
        slot.clipped_by = refusal
        if refusal not in (slot.told, SELF_MATCH):
            slot.told = refusal
            self.blotter.alert("warning", text, f"{parent.parent_id} slot {slot.name}")

    # -- self-match prevention -------------------------------------------------------------------------------------

    def _apart(self, parent: ParentOrder, leg: Leg) -> int:
        """How many lots of a leg can meet no opposing child of ours at that venue.

        Where the parents could cross instead, the overlap of the resting side is cancelled so that they can.
        """
        met = self.opposing(parent, leg.mic, NO_LIMIT if leg.peg else limit_key(leg.price, parent.sign))
        if not met:
            return leg.qty
        overlap = leg.qty
        for child in met:
            if overlap > 0 and self.netter.crossable(parent, child.parent, min(overlap, child.counted)):
                overlap -= child.counted
                self.sender.cancel(child)
        return 0

    def opposing(self, parent: ParentOrder, mic: str, k: int) -> list[ChildOrder]:
        """Own children of the other side that an order at limit key `k` could meet at a venue."""
        live = self.blotter.live.get((parent.instrument.symbol, mic, -parent.sign), {})
        return [child for child in live.values() if self._can_meet(k, child)]

    @staticmethod
    def _can_meet(k: int, child: ChildOrder) -> bool:
        pegged = child.leg is not None and child.leg.peg is not None
        return k >= NO_LIMIT or pegged or child.key >= NO_LIMIT or k + child.key >= 0
