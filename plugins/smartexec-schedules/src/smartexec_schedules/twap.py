"""TWAP: equal quantity per unit of time. The strategy only; its arithmetic is in `schedule`."""

from typing import ClassVar

from attrs import field, frozen
from attrs.validators import ge, gt, instance_of, le

from smartexec.api import Decision, ParentView, Side, Slice, Strategy
from smartexec_schedules.schedule import boundary, cumulative_lots, position, to_tick

LOOKS = 10
"""Times per slice at which a crossing or waiting order looks at the market again."""


@frozen
class Twap(Strategy):
    """Trade equal quantity per unit of time over the order's window: rest at the near touch, cross when late."""

    name: ClassVar[str] = "TWAP"

    slices: int = field(default=20, validator=[instance_of(int), ge(1)])
    """Equal parts of the order's time."""
    cross_after: int = field(default=70, validator=[instance_of(int), ge(0), le(100)])
    """Percentage of a slice after which it crosses the spread; 100 = only when behind or in the last slice."""
    max_quote_age: int = field(default=60_000_000_000, validator=[instance_of(int), gt(0)], metadata={"unit": "ns"})
    """An older quote is no market to trade on, ns: the order is withdrawn until there is a new one."""

    def decide(self, view: ParentView) -> Decision:
        """Want what the schedule says is due by the end of this slice and has not been done."""
        if view.now >= view.end:
            return Decision(note="past its end" if view.end else "has no end to spread over: waits")
        if view.now < view.start:
            return Decision(wake_at=min(view.start, view.end), note="before its start")
        percent = position(view.now, view.start, view.end, 100 * self.slices)
        step = percent // 100 + 1
        done = view.order_qty - view.leaves_qty
        behind = self._due(view, step - 1) - done
        where = f"slice {step} of {self.slices}, {abs(behind):,} {'behind' if behind > 0 else 'ahead'}"
        stale = (view.market.age or 0) > self.max_quote_age
        if stale or not (view.market.trading and view.market.valid):
            return Decision(wake_at=self._wake(view, percent, LOOKS), note=f"{where}, waits for a market")
        late = behind > self._due(view, step) - self._due(view, step - 1)
        crosses = late or percent % 100 >= self.cross_after or step == self.slices
        px = _price(view, crosses)
        lot = view.instrument.lot
        qty = min(self._due(view, step) - done, view.leaves_qty, view.leaves_at(px)) // lot * lot
        wake_at = self._wake(view, percent, LOOKS if crosses else 1)
        note = f"{where}, {'crosses' if crosses else 'rests'}"
        return Decision((Slice(qty, px),) if qty > 0 else (), wake_at, note=note)

    def _due(self, view: ParentView, step: int) -> int:
        return cumulative_lots(view.order_qty, step, self.slices, view.instrument.lot)

    def _wake(self, view: ParentView, percent: int, looks: int) -> int:
        """Time of the next look: the next of `looks` equal parts of the slice, or when it begins to cross."""
        part = 100 // looks
        ahead = percent // part * part + part
        cross = percent // 100 * 100 + self.cross_after
        return boundary(min(ahead, cross) if cross > percent else ahead, view.start, view.end, 100 * self.slices)


def _price(view: ParentView, crosses: bool) -> int | None:
    """The far or the near touch, on a tick, no worse than the limit."""
    touch = view.market.far(view.side) if crosses else view.market.near(view.side)
    if touch is None or view.limit is None:
        return touch
    buys = view.side is Side.BUY
    limit = to_tick(view.limit, view.instrument.tick, up=not buys)
    return min(touch, limit) if buys else max(touch, limit)
