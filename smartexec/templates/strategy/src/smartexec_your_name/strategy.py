"""YOUR-NAME: an equal part of an order in each slice of its time.

Prices are in 1e-9 of the currency, quantities in lots, times in ns.
"""

from attrs import field, frozen
from attrs.validators import ge
from smartexec.api import NANOS_PER_SECOND, Decision, ParentView, Slice, Strategy


@frozen
class YourName(Strategy):
    """Trade evenly over the order's time: rest at the near touch, cross for what is late."""

    name = "YOUR-NAME"

    slices: int = field(default=20, validator=ge(1))
    """Equal parts of the order's time."""

    def decide(self, view: ParentView) -> Decision:
        """Say what should be live now. Executions, amendments and cancels in between are a new view, nothing else."""
        near, far = view.market.near(view.side), view.market.far(view.side)
        if near is None or far is None or not view.market.trading:
            return Decision(wake_at=view.now + NANOS_PER_SECOND, note="waits for a market")
        number, wake_at = self._slice(view)
        done = view.order_qty - view.leaves_qty
        late = self._due(view, self.slices if number >= self.slices else number - 1) - done
        take = _lots(view, min(late, view.leaves_at(far)))
        rest = _lots(view, min(self._due(view, number) - done, view.leaves_at(near)) - take)
        wanted = [Slice(take, far, slot="take"), Slice(rest, near, slot="rest")]
        return Decision(wanted, wake_at, note=f"slice {number} of {self.slices}: takes {take}, rests {rest}")

    def _slice(self, view: ParentView) -> tuple[int, int]:
        """Number of the slice that is going on, from 1, and its end, ns. They go on after the order's end."""
        span = max(self.slices, view.end - view.start)
        number = (view.now - view.start) * self.slices // span + 1
        return number, view.start - (-number * span // self.slices)

    def _due(self, view: ParentView, number: int) -> int:
        """Lots that should be done by the end of a slice."""
        return view.order_qty * min(max(0, number), self.slices) // self.slices


def _lots(view: ParentView, qty: int) -> int:
    """Cut a quantity to whole lots of the instrument."""
    return max(0, qty) // view.instrument.lot * view.instrument.lot
