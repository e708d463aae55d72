"""Asking a strategy: the view it gets, the checks its answer must pass, and the slots that the answer fills.

An answer that breaks the rules of the interface is a fault of the plugin, which is quarantined (law 10).
"""

from collections.abc import Callable, Collection
from typing import cast

from smartexec.kernel import demand
from smartexec.kernel.advisor import Advisor, Fault
from smartexec.kernel.blotter import Blotter
from smartexec.kernel.curve import NO_LIMIT
from smartexec.kernel.orders import DecisionRow, ParentOrder, ParentState, Slot
from smartexec.kernel.timers import Timers
from smartexec.model.enums import Wake
from smartexec.model.ids import Nanos, Px, Qty
from smartexec.model.view import Decision, ParentView, PeerView, Slice, SlotView

MIN_WAIT = 1_000_000
"""A strategy that wants to be woken sooner than this, ns, is woken then: time must go on for the others."""


def price_of(key: int, sign: int) -> int | None:
    """The price behind a limit key."""
    return None if key >= NO_LIMIT else key * sign


def _lots(value: object) -> bool:
    return type(value) is int and value >= 0


def fault_in(decision: Decision, now: int, routers: Collection[str]) -> str:
    """What is wrong with a decision; "" if nothing is."""
    names: dict[str, None] = {}
    slices: tuple[object, ...] = decision.slices
    for s in slices:
        if not isinstance(s, Slice):
            return f"slices: found {type(s).__name__}, expected Slice"
        if type(s.qty) is not int or s.qty < 0:
            return f"slice {s.slot!r}: qty {s.qty!r}, expected a whole number of lots, not negative"
        if s.price is not None and (type(s.price) is not int or s.price <= 0):
            return f"slice {s.slot!r}: price {s.price!r}, expected a positive integer in 1e-9 or None"
        if not _lots(s.min_qty) or not (s.display_qty is None or _lots(s.display_qty)):
            return f"slice {s.slot!r}: min_qty {s.min_qty!r}, display_qty {s.display_qty!r}, expected whole lots"
        if s.slot in names:
            return f"slice {s.slot!r}: named twice, expected once"
        if s.router and s.router not in routers:
            return f"slice {s.slot!r}: router {s.router!r}, expected one of {', '.join(routers)}"
        names[s.slot] = None
    if decision.wake_at is not None and (type(decision.wake_at) is not int or decision.wake_at <= now):
        return f"wake_at {decision.wake_at!r}, expected later than now {now}"
    return ""


class Decider:
    """Asks strategies."""

    def __init__(
        self,
        blotter: Blotter,
        advisor: Advisor,
        timers: Timers,
        routers: Collection[str],
        quarantined: Collection[str],
        quarantine: Callable[[str, str], None],
    ) -> None:
        self.blotter = blotter
        self.advisor = advisor
        self.timers = timers
        self.routers = routers
        self.quarantined = quarantined
        self.quarantine = quarantine
        """Told (plugin, why) when a plugin is at fault."""

    def decide(self, parent: ParentOrder, why: Wake) -> None:
        """Ask the parent's strategy and note what it wants; does nothing unless the parent is working."""
        if parent.state is not ParentState.WORKING:
            return
        if parent.strategy in self.quarantined:  # the parent was still pooling then
            self.quarantine(parent.strategy, "still quarantined")
            return
        view = self.view(parent, why)
        answer = self.advisor.decide(parent.strategy, parent.params, view)
        if isinstance(answer, Fault):
            self.quarantine(parent.strategy, answer.text)
            return
        fault = fault_in(answer, self.blotter.now, self.routers)
        if fault:
            self.quarantine(parent.strategy, fault)
            return
        self._take(parent, view, answer, why)

    def _take(self, parent: ParentOrder, view: ParentView, decision: Decision, why: Wake) -> None:
        parent.view, parent.decision, parent.last_wake = view, decision, why
        parent.state_value = decision.state
        blotter = self.blotter
        parent.row = DecisionRow(blotter.seq, blotter.now, parent, parent.strategy, why, decision)
        blotter.decisions.append(parent.row)
        named = {s.slot: s for s in decision.slices}
        for name, slot in list(parent.slots.items()):
            if name not in named:
                slot.want = 0
                if not slot.legs:
                    del parent.slots[name]
        for s in decision.slices:
            self._fill_slot(parent, s)
        parent.wake_at = decision.wake_at
        if parent.wake_at is not None:
            parent.wake_at = max(parent.wake_at, blotter.now + MIN_WAIT)
            self._arm(parent)
        blotter.touch(parent)

    def _arm(self, parent: ParentOrder) -> None:
        """Have a timer no later than the strategy wants to be woken; one that fires early arms itself again."""
        at = parent.wake_at
        if at is not None and (parent.timer_at is None or at < parent.timer_at):
            parent.timer_at = at
            self.timers.at(at, lambda: self._timer(parent, at))

    def _fill_slot(self, parent: ParentOrder, s: Slice) -> None:
        slot = parent.slots.get(s.slot)
        if slot is None:
            slot = parent.slots[s.slot] = Slot(s.slot, s)
        if slot.slice.time_in_force.auction and not s.time_in_force.auction:
            slot.spent = False  # by an auction that is over: what comes now takes part in none
        slot.slice = s
        lot = parent.instrument.lot
        slot.want = 0 if slot.spent else s.qty - s.qty % lot
        slot.attempts = list(slot.legs.values())
        slot.rounds, slot.hold_until, slot.clipped_by = 0, 0, ""

    def _timer(self, parent: ParentOrder, at: int) -> None:
        if parent.timer_at != at:
            return
        parent.timer_at = None
        if parent.wake_at is not None and parent.wake_at <= self.blotter.now:
            parent.wake_at = None
            self.blotter.wake(parent, Wake.TIMER)
        else:
            self._arm(parent)

    # -- the view --------------------------------------------------------------------------------------------------

    def view(self, parent: ParentOrder, why: Wake) -> ParentView:
        """The parent as its strategy sees it."""
        now, curve = self.blotter.now, demand.target(parent)
        arrival = parent.mark0.price
        leaves = curve.total
        limit = price_of(curve.worst, parent.sign) if curve.keys else None
        return ParentView(
            parent.parent_id,
            Nanos(now),
            start=Nanos(parent.start),
            end=Nanos(parent.end),
            side=parent.side,
            instrument=parent.instrument,
            order_qty=Qty(leaves + parent.cum_qty - parent.house_qty + parent.crossed_qty + parent.offset_qty),
            cum_qty=Qty(parent.cum_qty),
            crossed_qty=Qty(parent.crossed_qty + parent.offset_qty),
            in_doubt_qty=Qty(sum(c.counted for c in parent.children.values() if c.over or c.in_doubt)),
            leaves_qty=Qty(leaves),
            notional=parent.notional,
            arrival=None if arrival is None else Px(arrival),
            limit=None if limit is None else Px(limit),
            demand=tuple((cast("Px | None", price_of(k, parent.sign)), Qty(n)) for k, n in curve.classes()),
            slots={name: self._slot(slot) for name, slot in parent.slots.items()},
            market=parent.market.view(now, parent.start, parent.mark0),
            peers=self._peers(parent) if parent.list_id else (),
            woken_by=why,
            state=parent.state_value,
            seed=parent.seed,
        )

    def _slot(self, slot: Slot) -> SlotView:
        legs = slot.legs.values()
        return SlotView(
            want_qty=Qty(slot.want),
            leaves_qty=Qty(sum(c.counted for c in legs)),
            in_doubt_qty=Qty(sum(c.counted for c in legs if c.over or c.in_doubt)),
            cum_qty=Qty(slot.cum_qty),
            price=None if slot.slice.price is None else Px(slot.slice.price),
            sent=None if slot.sent is None else Nanos(slot.sent),
            ended=None if slot.ended is None or legs else Nanos(slot.ended),
            spent=slot.spent,
            last_outcome=slot.last_outcome,
            clipped_by=slot.clipped_by,
        )

    def _peers(self, parent: ParentOrder) -> tuple[PeerView, ...]:
        return tuple(
            PeerView(
                parent_id=p.parent_id,
                symbol=p.instrument.symbol,
                side=p.side,
                order_qty=Qty(p.leaves_qty + p.cum_qty - p.house_qty + p.crossed_qty + p.offset_qty),
                cum_qty=Qty(p.cum_qty),
                leaves_qty=Qty(p.leaves_qty),
            )
            for p in self.blotter.lists.get(parent.list_id, ())
            if p is not parent
        )
