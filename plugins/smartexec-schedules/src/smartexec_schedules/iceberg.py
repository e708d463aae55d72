"""ICEBERG: shows a small part of the order, refilled as it trades, pegged to the market. The strategy only."""

from typing import ClassVar

from attrs import field, frozen
from attrs.validators import ge, in_, instance_of

from smartexec.api import NANOS_PER_SECOND, Decision, ParentView, Peg, Slice, Wake
from smartexec_schedules.common import duration, percent
from smartexec_schedules.pegging import LEVELS, pegged, worst
from smartexec_schedules.reserve import NATIVE, Reserve
from smartexec_schedules.schedule import boundary
from smartexec_schedules.tip import Tip, moved, refilled
from smartexec_schedules.touch import admits, within

PEGS = {"near": Peg.PRIMARY, "mid": Peg.MID, "far": Peg.MARKET}


@frozen(kw_only=True)
class Iceberg(Reserve):
    """Show `display_qty` of the order at a price that follows the market, and refill it as it trades."""

    name: ClassVar[str] = "ICEBERG"
    wakes_on: ClassVar[frozenset[Wake]] = frozenset({Wake.FILL, Wake.TIMER})
    state_type: ClassVar[type | None] = Tip

    peg: str = field(default="near", validator=in_(tuple(LEVELS)))
    """What its price follows: near = the own side's touch, mid = the midpoint, far = the other side's touch."""
    offset: int = field(default=0, validator=instance_of(int))
    """Ticks from there, positive = more aggressive; never beyond the far touch."""
    reprice_after: int = duration(NANOS_PER_SECOND)
    """How often it looks at the market, ns: it stays at a price for at least this long, unless the limit no longer
    admits it, and at most this much longer than the market does."""
    max_distance_bps: int = field(default=0, validator=[instance_of(int), ge(0)])
    """It follows the market no further than this beyond the arrival price, 1/10000; 0 = as far as the limit."""
    aggressiveness: int = percent(0)
    """In the last so many percent of its time the price follows one level further: mid for near, far for mid."""

    def decide(self, view: ParentView) -> Decision:
        """Keep what is left of the tip where the peg is."""
        tip = view.state if isinstance(view.state, Tip) else Tip()
        look = view.now + self.reprice_after
        early = self.closed(view, tip, look) or self.takes(view, tip, look) or self.finishes(view, tip)
        if early is not None:
            return early
        native = self.native_reserve or (self.native_peg and not self.offset)
        slot, level, bound = self.slot(view, native), self._level(view), worst(view, self.max_distance_bps)
        target = pegged(view, level, self.offset, bound, slot)
        tip = refilled(tip, view, self.display_qty, self.randomize_pct, self.refill_pct)
        tip = moved(tip, tip.px if self._stays(view, tip, bound, slot) else target, view.now)
        peg = PEGS[level] if slot == NATIVE and self.native_peg and not self.offset else None
        want = self.shown(view, tip, slot, None if bound is None else within(view, bound), peg)
        memo = (Slice(0, slot=NATIVE),) if native and slot != NATIVE else ()  # keeps the view that no venue takes it
        what = f"shows {tip.left(view):,}" if want else "is held"
        note = f"{level} {self.offset:+d}, tip {tip.number} {what}{self.progress(view)}"
        again = tip.at + self.reprice_after if tip.px != target else look
        wake_at = self.wake_by(view, view.now + self.max_quote_age if peg and self.left_alone(view) else again)
        return Decision((*want, *memo), wake_at, note=note, state=tip)

    def _level_at(self, view: ParentView, eagerness: int) -> int:
        """Time from which it follows one level further, ns UTC."""
        return boundary(100 - eagerness, view.start, view.end, 100)

    def _level(self, view: ParentView) -> str:
        names = tuple(LEVELS)
        late = view.end > 0 and view.now >= self._level_at(view, self.eagerness(view))
        return names[min(names.index(self.peg) + late, len(names) - 1)]

    def _stays(self, view: ParentView, tip: Tip, bound: int | None, slot: str) -> bool:
        """Whether it rests, and was moved to where it is too short a time ago."""
        seen = view.slots.get(slot)
        admitted = tip.px is not None and admits(view.side, bound, tip.px)
        return admitted and seen is not None and seen.leaves_qty > 0 and view.now < tip.at + self.reprice_after

    def wake_by(self, view: ParentView, at: int | None = None) -> int | None:
        """Give the earlier of `at` and the next time that the clock alone changes something."""
        times = (super().wake_by(view, at), self._level_at(view, self.aggressiveness) if view.end else None)
        return min((time for time in times if time is not None and time > view.now), default=None)
