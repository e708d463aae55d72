"""The tip of an iceberg: the part that is shown, refilled in random sizes, moved not too often. Integers only."""

from attrs import evolve, frozen

from smartexec.api import ParentView
from smartexec_schedules.draws import between


@frozen
class Tip:
    """The part that is shown; what the strategy remembers."""

    number: int = 0
    """How many were shown so far, this one included."""
    size: int = 0
    """Lots of this one when it was new."""
    base: int = 0
    """Lots of the order that were done when it was new, crosses included."""
    px: int | None = None
    """Where it was placed last, 1e-9; None = nowhere yet."""
    at: int = 0
    """Since when it is there, ns UTC."""

    def left(self, view: ParentView) -> int:
        """Lots of it that are not done: what crossed inside counts, or two icebergs would cross a lot at a time."""
        return max(0, self.size - max(0, done(view) - self.base))


def done(view: ParentView) -> int:
    """Lots of the order that are done, crosses included."""
    return view.order_qty - view.leaves_qty


def refilled(tip: Tip, view: ParentView, size: int, spread_pct: int, refill_pct: int) -> Tip:
    """The same tip until `refill_pct` percent of it or less is left; then the next.

    That is up to `spread_pct` percent smaller or larger than `size`, and what was left of the last is part of it.

    A bust (less is done than before) leaves it as it is.
    """
    lot = view.instrument.lot
    if tip.left(view) >= lot and tip.left(view) * 100 > tip.size * refill_pct:
        return tip
    spread = size * spread_pct // 100
    drawn = between(view.seed, tip.number, size - spread, size + spread)
    return Tip(tip.number + 1, max(lot, drawn // lot * lot), done(view), tip.px, tip.at)


def moved(tip: Tip, px: int | None, now: int) -> Tip:
    """The tip at another price."""
    return tip if px == tip.px else evolve(tip, px=px, at=now)
