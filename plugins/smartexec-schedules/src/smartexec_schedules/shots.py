"""The shots of a sniper: what it remembers of them. Decides nothing."""

from attrs import frozen

from smartexec.api import ParentView, Slice, TimeInForce


@frozen
class Shots:
    """What the strategy remembers between decisions."""

    fired: int = 0
    """Shots so far: each has a slot name of its own, since a spent one sends nothing."""
    at: int = 0
    """When the last was fired, ns UTC."""

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
