"""A whole VWAP plugin in 60 lines: it follows the day's volume curve, rests first, and crosses for what is late."""

from attrs import field, frozen
from attrs.validators import ge
from smartexec.api import Decision, ParentView, Slice, Strategy, hookimpl


@frozen
class SmallVwap(Strategy):
    """Trade in proportion to the volume that is usual for the time of day, evenly where none was fitted.

    What is due by the end of a slice rests at the near touch; what was due before it crosses, in the last slice all.
    """

    name = "SMALL-VWAP"
    slices: int = field(default=20, validator=ge(1))
    """Equal parts of the order's time."""

    def decide(self, view: ParentView) -> Decision:
        """Want what is due by the end of this slice and has not been done."""
        near, far = view.market.near(view.side), view.market.far(view.side)
        if near is None or far is None or not view.market.trading:
            return Decision(wake_at=view.now + 1_000_000_000, note="waits for a market")
        begin, end = self._bounds(view)
        done = view.order_qty - view.leaves_qty
        late = self._due(view, end if end >= view.end else begin) - done
        take = _lots(view, min(late, view.leaves_at(far)))
        rest = _lots(view, min(self._due(view, end) - done, view.leaves_at(near)) - take)
        wanted = (Slice(take, far, slot="take"), Slice(rest, near, slot="rest"))
        return Decision((one for one in wanted if one.qty), end, note=f"{late} late: takes {take}, rests {rest}")

    def _bounds(self, view: ParentView) -> tuple[int, int]:
        """Start and end of the slice that is going on, ns; after the order's end slices go on."""
        span = max(self.slices, view.end - view.start)
        number = (view.now - view.start) * self.slices // span
        return view.start + number * span // self.slices, view.start - (-(number + 1) * span // self.slices)

    def _due(self, view: ParentView, time: int) -> int:
        """Lots that should be done by a time: by the curve, or evenly."""
        curve = view.market.curve
        whole = 0 if curve is None else curve.between(view.start, view.end)
        if curve is not None and whole > 0:
            return view.order_qty * curve.between(view.start, min(time, view.end)) // whole
        span = max(1, view.end - view.start)
        return view.order_qty * min(time - view.start, span) // span


def _lots(view: ParentView, qty: int) -> int:
    """Cut a quantity to whole lots of the instrument."""
    return max(0, qty) // view.instrument.lot * view.instrument.lot


@hookimpl.strategies
def smartexec_strategies() -> list[type[Strategy]]:
    return [SmallVwap]
