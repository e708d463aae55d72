"""TWAP: equal quantity per unit of time. The strategy only; its arithmetic is in `schedule`."""

from typing import ClassVar

from attrs import field, frozen
from attrs.validators import ge, instance_of, le, optional

from smartexec.api import ParentView, Wake
from smartexec_schedules.common import Scheduled, Step, percent
from smartexec_schedules.draws import below, between
from smartexec_schedules.progress import Benchmark
from smartexec_schedules.schedule import cumulative_lots, slice_at


@frozen(kw_only=True)
class Twap(Scheduled):
    """Trade equal quantity per unit of time over the order's window: rest at the near touch, cross when late."""

    name: ClassVar[str] = "TWAP"
    benchmarks: ClassVar[tuple[Benchmark, ...]] = ("arrival", "TWAP")

    slices: int = field(default=20, validator=[instance_of(int), ge(1)])
    """Equal parts of the order's time."""
    cross_after: int | None = field(default=None, validator=optional([instance_of(int), ge(0), le(100)]))
    """Percentage of a slice after which it crosses the spread: 100 - `aggressiveness`, if given in place of it."""
    adapt: int = percent(0)
    """Points that aggressiveness gains for each whole slice it is behind."""
    randomize_pct: int = percent(0)
    """Vary each slice by up to so many percent of its quantity and of its time, so that it is harder to detect."""

    def step(self, view: ParentView) -> Step:
        """Say what is due by the end of this slice: order_qty x slice / slices, varied by `randomize_pct`."""
        number, begin, end = slice_at(view.now, view.start, view.end, self.slices)
        wait = (end - begin) * self.randomize_pct // 100 if number < self.slices else 0
        told = self.randomize_pct and view.woken_by is Wake.START
        return Step(
            where=f"slice {number} of {self.slices}",
            begin=begin,
            end=end,
            before=self._due(view, number - 1),
            due=self._due(view, number),
            last=number == self.slices,
            not_before=begin + below(view.seed, 2 * number, wait) if wait else begin,
            extra=f", varied by {self.randomize_pct} %, seed {view.seed}" if told else "",
        )

    def crossing(self) -> int:
        """Percentage of a slice after which it crosses."""
        return super().crossing() if self.cross_after is None else self.cross_after

    def _due(self, view: ParentView, number: int) -> int:
        """Lots due by the end of a slice: the line, off it by up to `randomize_pct` of half a slice.

        Two slices' ends can each be off by half, so that a slice is n (1 + rho U), U in -1..1, and never negative.
        """
        even = cumulative_lots(view.order_qty, number, self.slices, view.instrument.lot)
        if not self.randomize_pct or number in (0, self.slices):
            return even
        off = view.order_qty * self.randomize_pct // (200 * self.slices)
        lot = view.instrument.lot
        varied = even + between(view.seed, 2 * number + 1, -off, off)
        return (2 * varied + lot) // (2 * lot) * lot
