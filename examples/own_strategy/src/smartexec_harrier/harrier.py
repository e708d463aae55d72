"""HARRIER: evenly over time, faster while the price is better than at arrival. A firm's own idea."""

from typing import ClassVar

from attrs import field, frozen
from attrs.validators import ge, gt

from smartexec.api import NANOS_PER_SECOND, Decision, ParentView, Side, Slice, Strategy, TimeInForce

BPS = 10_000


@frozen
class Memory:
    """What it must know at the next decision."""

    shots: int = 0
    """Orders that crossed so far: each needs a slot of its own."""


@frozen
class Harrier(Strategy):
    """Trade evenly over time; while the price is better than at arrival, trade ahead of that by crossing."""

    name: ClassVar[str] = "HARRIER"
    state_type: ClassVar[type | None] = Memory

    every: int = field(default=30 * NANOS_PER_SECOND, validator=gt(0), metadata={"unit": "ns"})
    """How often it looks."""
    better_bps: int = field(default=5, validator=ge(0))
    """From this much better than the arrival price on, it trades ahead."""
    ahead_pct: int = field(default=20, validator=ge(0))
    """How far ahead of an even pace it may then be, in percent of the order."""

    def decide(self, view: ParentView) -> Decision:
        near, far = view.market.near(view.side), view.market.far(view.side)
        wake, memory = view.now + self.every, view.state if isinstance(view.state, Memory) else Memory()
        if near is None or far is None or not view.market.valid or not view.market.trading or not view.end:
            return Decision(wake_at=wake, note="no market", state=memory)
        even = self._even(view)
        gain = self._gain(view, far)
        ahead = view.order_qty * self.ahead_pct // 100 if gain >= self.better_bps else 0
        behind = max(0, even + ahead - view.cum_qty - view.crossed_qty)
        lot = view.instrument.lot
        last = view.now + self.every >= view.end
        cross = min(view.leaves_at(far), view.leaves_qty if last else behind) // lot * lot if ahead or last else 0
        rest = (min(view.leaves_at(near), behind, view.leaves_qty) - cross) // lot * lot if not last else 0
        slices = [Slice(cross, far, slot=f"cross {memory.shots}", time_in_force=TimeInForce.IOC)] if cross else []
        slices += [Slice(rest, near, slot="rest")] if rest > 0 else []
        note = f"{even} due by now, {view.cum_qty} done, {gain:+d} bp against arrival"
        return Decision(slices, wake, note=note, state=Memory(memory.shots + bool(cross)))

    def _even(self, view: ParentView) -> int:
        """Lots due by the next look at an even pace."""
        past = min(max(0, view.now + self.every - view.start), view.end - view.start)
        return view.order_qty * past // max(1, view.end - view.start)

    @staticmethod
    def _gain(view: ParentView, far: int) -> int:
        """How much better the far touch is than the price at arrival, in basis points; 0 if that is not known."""
        if not view.arrival:
            return 0
        sign = 1 if view.side is Side.BUY else -1
        return (view.arrival - far) * sign * BPS // view.arrival
