"""PULLBACK: evenly over the order's time, and ahead of that while the market is better than on arrival."""

from attrs import field, frozen
from attrs.validators import ge
from smartexec.api import NANOS_PER_SECOND, Decision, ParentView, Side, Slice, Strategy


@frozen
class Pullback(Strategy):
    """Trade evenly; while the market is better than on arrival, run ahead."""

    name = "PULLBACK"

    slices: int = field(default=20, validator=ge(1))
    """Equal parts of the order's time."""
    ahead: int = field(default=2, validator=ge(0))
    """Slices that are due early while the market is better than on arrival."""

    def decide(self, view: ParentView) -> Decision:
        """Say what should be live now."""
        near, far = view.market.near(view.side), view.market.far(view.side)
        if near is None or far is None or not view.market.trading:
            return Decision(wake_at=view.now + NANOS_PER_SECOND, note="waits for a market")
        number, wake_at = self._slice(view)
        early = self.ahead if self._better(view, far) else 0
        done = view.order_qty - view.leaves_qty
        late = self._due(view, self.slices if number >= self.slices else number - 1) - done
        take = _lots(view, min(late, view.leaves_at(far)))
        rest = _lots(view, min(self._due(view, number + early) - done, view.leaves_at(near)) - take)
        note = f"slice {number} of {self.slices}, {early} early: takes {take}, rests {rest}"
        return Decision((Slice(take, far, slot="take"), Slice(rest, near, slot="rest")), wake_at, note=note)

    def _better(self, view: ParentView, px: int) -> bool:
        """Whether a price is better than the midpoint was when the order came."""
        sign = 1 if view.side is Side.BUY else -1
        return view.arrival is not None and (view.arrival - px) * sign > 0

    def _slice(self, view: ParentView) -> tuple[int, int]:
        """Number of the slice that is going on, from 1, and its end, ns."""
        span = max(self.slices, view.end - view.start)
        number = (view.now - view.start) * self.slices // span + 1
        return number, view.start - (-number * span // self.slices)

    def _due(self, view: ParentView, number: int) -> int:
        """Lots that should be done by the end of a slice."""
        return view.order_qty * min(max(0, number), self.slices) // self.slices


def _lots(view: ParentView, qty: int) -> int:
    """Cut a quantity to whole lots of the instrument."""
    return max(0, qty) // view.instrument.lot * view.instrument.lot
