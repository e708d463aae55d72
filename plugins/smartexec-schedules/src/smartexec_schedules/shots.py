"""The shots of a sniper: what it remembers of them. Decides nothing."""

from attrs import frozen

from smartexec.api import ParentView, Slice, TimeInForce
from smartexec_schedules.outlook import far_qty


@frozen
class Shots:
    """What the strategy remembers between decisions."""

    fired: int = 0
    """Shots so far: each has a slot name of its own, since a spent one sends nothing."""
    at: int = 0
    """When the last was fired, ns UTC."""
    px: int | None = None
    """The far touch that it was fired at, 1e-9."""
    shown: int = 0
    """What was shown there, lots."""

    def ready(self, view: ParentView, pause: int, rearm: int) -> int:
        """Give when the next may be fired, ns UTC: after `pause` at a new quote, after `rearm` at the same one.

        What is shown may be gone long before a quote says so.
        """
        if not self.fired:
            return view.now
        same = (self.px, self.shown) == (view.market.far(view.side), far_qty(view))
        return self.at + (rearm if same else pause)

    def out(self, view: ParentView) -> Slice | None:
        """Give the last shot while it has not ended, as not to name it would cancel it; else None."""
        seen = view.slots.get(slot(self.fired))
        if seen is None or seen.spent or not (seen.leaves_qty or seen.last_outcome is None):
            return None
        return shot(self.fired, min(seen.want_qty, view.leaves_qty), seen.price)


def slot(number: int) -> str:
    """Name the slot of a shot."""
    return f"shot {number}"


def shot(number: int, qty: int, px: int | None) -> Slice:
    """Make a shot: it takes what is there and is gone."""
    return Slice(qty, px, slot=slot(number), time_in_force=TimeInForce.IOC)
