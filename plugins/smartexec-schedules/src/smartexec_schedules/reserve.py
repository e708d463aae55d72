"""Showing a part of an order: by venues that can, else one small order at a time. Knows no peg, no price of its own."""

from attrs import field, frozen
from attrs.validators import gt, instance_of

from smartexec.api import Outcome, ParentView, Peg, Slice
from smartexec_schedules.common import percent
from smartexec_schedules.finishing import Finishing
from smartexec_schedules.tip import Tip

NATIVE = "native"
"""Slot of an order that venues show in part or move themselves."""
FAILED = frozenset({Outcome.NO_ROUTE, Outcome.REJECTED})
"""No venue takes it as it is. (What a guard refused is tried again by the kernel.)"""


@frozen(kw_only=True)
class Reserve(Finishing):
    """Base of strategies that show only a part of the order."""

    display_qty: int = field(default=100, validator=[instance_of(int), gt(0)])
    """Lots shown at a time."""
    randomize_pct: int = percent(20)
    """Each refill is up to so many percent smaller or larger, drawn from the order's seed."""
    refill_pct: int = percent(20)
    """It is refilled when no more than so many percent of the last refill are left; 0 = when nothing is."""
    native_reserve: bool = field(default=False, validator=instance_of(bool))
    """Let venues that take MaxFloor(111) hold the whole order and show a part each; where none does, refill it here."""
    native_peg: bool = field(default=False, validator=instance_of(bool))
    """Let venues that can move the price, without an offset; where none can, move it here."""

    def slot(self, view: ParentView, native: bool) -> str:
        """Give the slot of a native order until no venue takes it; then, or without `native`, of one kept from here."""
        seen = view.slots.get(NATIVE)
        failed = seen is not None and not seen.leaves_qty and seen.last_outcome in FAILED
        return NATIVE if native and not failed else "main"

    def left_alone(self, view: ParentView) -> bool:
        """Whether a venue holds it, and no bound or would-price depends on where the market is."""
        seen = view.slots.get(NATIVE)
        bounded = self.max_participation_pct < 100 or self.would_price is not None
        return not bounded and seen is not None and seen.leaves_qty > 0

    def shown(self, view: ParentView, tip: Tip, slot: str, cap: int | None, peg: Peg | None) -> tuple[Slice, ...]:
        """Give the slice that shows the tip at its price, or as `peg` moves it up to `cap` (None = any price)."""
        px = tip.px if peg is None else cap
        if tip.px is None or (px is not None and px <= 0):
            return ()
        whole = slot == NATIVE and self.native_reserve
        qty = self.room(view, px, view.leaves_qty if whole else tip.left(view), slot)
        display = self.display_qty if whole else None
        return (Slice(qty, px, slot=slot, display_qty=display, peg=peg),) if qty else ()
