"""SNIPER: shows nothing and takes liquidity when it is worth taking. The strategy only."""

from typing import ClassVar

from attrs import field, frozen
from attrs.validators import ge, instance_of

from smartexec.api import NANOS_PER_SECOND, Decision, ParentView, Slice, Wake
from smartexec_schedules.common import duration, lots, percent
from smartexec_schedules.finishing import Finishing
from smartexec_schedules.outlook import far_qty, in_bp, spread_of
from smartexec_schedules.shots import Shots, shot, slot
from smartexec_schedules.touch import admits


@frozen(kw_only=True)
class Sniper(Finishing):
    """Wait unseen; take when the spread is narrow, the far touch shows size, or the price is good."""

    name: ClassVar[str] = "SNIPER"
    wakes_on: ClassVar[frozenset[Wake]] = frozenset({Wake.FILL, Wake.TIMER, Wake.QUOTE})
    state_type: ClassVar[type | None] = Shots

    max_spread_ticks: int = field(default=1, validator=[instance_of(int), ge(0)])
    """Take when the spread is at most so many ticks; 0 = the spread in ticks is no reason."""
    max_spread_bps: int = field(default=0, validator=[instance_of(int), ge(0)])
    """Take when the spread is at most so many 1/10000 of the midpoint; 0 = the spread in bp is no reason."""
    min_size: int = lots(0)
    """Take when the far touch shows at least so many lots; 0 = size is no reason."""
    aggressiveness: int = percent(50)
    """How much of what the far touch shows one shot takes, percent; at a would-price it takes all there is up to it."""
    pause: int = duration(NANOS_PER_SECOND // 4)
    """Time between shots at the least, ns: the market must first have shown what the last one left."""
    rearm: int = duration(10 * NANOS_PER_SECOND)
    """Time between shots at a quote that has not changed since, ns: what it shows may be gone."""

    def decide(self, view: ParentView) -> Decision:
        """Fire a shot, wait for the one that is out, or wait for a reason."""
        memory = view.state if isinstance(view.state, Shots) else Shots()
        early = self.closed(view, memory)
        if early is not None:
            return early
        pause, out = view.now + self.pause, memory.out(view)
        if out is not None:
            return Decision((out,), self.wake_by(view, pause), note=f"shot {memory.fired} is out", state=memory)
        last = self.finishes(view, memory)
        if last is not None:
            return last
        aimed, why = self._aim(view, memory.fired + 1)
        ready = memory.ready(view, self.pause, max(self.pause, self.rearm))
        if aimed is None or view.now < ready:
            wake_at = self.wake_by(view, ready if aimed else None)
            return Decision((), wake_at, note=f"waits: {why}{self.progress(view)}", state=memory)
        fired = Shots(memory.fired + 1, view.now, view.market.far(view.side), far_qty(view))
        note = f"takes {aimed.qty:,}: {why}{self.progress(view)}"
        return Decision((aimed,), self.wake_by(view, pause), note=note, state=fired)

    def _aim(self, view: ParentView, number: int) -> tuple[Slice | None, str]:
        """The shot that is worth firing, or None; and why."""
        good = self.would(view)
        if good is not None:
            return shot(number, good.qty, good.price), "would-price"
        shown, why = far_qty(view), self._reason(view)
        px = self.price(view, crosses=True)
        if not why or not px or not admits(view.side, px, view.market.far(view.side) or px):
            return None, "held by the limit" if why else "no reason to take"
        qty = self.room(view, px, max(view.instrument.lot, shown * self.eagerness(view) // 100), slot(number))
        return (shot(number, qty, px), why) if qty else (None, f"{why}, but no room")

    def _reason(self, view: ParentView) -> str:
        """Why now is worth taking; "" if it is not."""
        spread, shown = spread_of(view.market), far_qty(view)
        bp = in_bp(spread, view.market.mid2 or 1)
        reasons = (
            (f"spread {spread // view.instrument.tick} ticks", spread <= self.max_spread_ticks * view.instrument.tick),
            (f"spread {bp:.1f} bp", bp <= self.max_spread_bps),
            (f"{shown:,} shown", 0 < self.min_size <= shown),
        )
        return next((why for why, met in reasons if met), "")
