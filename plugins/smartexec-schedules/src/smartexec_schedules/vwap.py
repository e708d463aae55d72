"""VWAP: quantity in proportion to the volume expected. The strategy only; its arithmetic is in `volume_slices`."""

from typing import ClassVar

from attrs import evolve, field, frozen
from attrs.validators import ge, instance_of

from smartexec.api import ParentView, VolumeCurve
from smartexec_schedules.anchor import Anchor, anchor
from smartexec_schedules.common import Scheduled, Step
from smartexec_schedules.schedule import cumulative, slice_at
from smartexec_schedules.volume_slices import due_by, next_slice


@frozen(kw_only=True)
class Vwap(Scheduled):
    """Trade in proportion to the volume of the market, as its curve of the day or a forecast of today has it."""

    name: ClassVar[str] = "VWAP"
    state_type: ClassVar[type | None] = Anchor

    slices: int = field(default=20, validator=[instance_of(int), ge(1)])
    """Equal parts of the order's time."""
    dynamic: bool = field(default=False, validator=instance_of(bool))
    """At each slice spread what is left over today's forecast instead of following the fixed curve of the day."""

    def step(self, view: ParentView) -> Step:
        """Say what is due by the end of this slice: as much of the order as of the volume from its start to its end."""
        number, begin, end = slice_at(view.now, view.start, view.end, self.slices)
        forecast = view.market.forecast if self.dynamic else None
        if forecast is not None and forecast.between(begin, view.end) > 0:
            now = anchor(view, number)
            left, next_ = forecast.between(begin, view.end), forecast.between(begin, end)
            due = now.done + next_slice(view.order_qty - now.done, (next_, left - next_))
            before, state, kind = now.before, evolve(now, due=due), ", dynamic"
        else:
            before, due, state = self._due(view, number - 1), self._due(view, number), None
            kind = ", even: no curve known" if _volume(view) is None else ", no forecast known" if self.dynamic else ""
        last = number == self.slices
        return Step(
            where=f"slice {number} of {self.slices}",
            begin=begin,
            end=end,
            before=before,
            due=view.order_qty if last else due,
            last=last,
            extra=kind,
            state=state,
        )

    def _due(self, view: ParentView, number: int) -> int:
        """Lots due by the end of a slice: on the curve of the day, or the straight line where none is known."""
        lot, curve = view.instrument.lot, _volume(view)
        if curve is None:
            return cumulative(view.order_qty // lot, number, self.slices) * lot
        past = curve.between(view.start, view.start + (view.end - view.start) * number // self.slices)
        return due_by(view.order_qty // lot, past, curve.between(view.start, view.end)) * lot


def _volume(view: ParentView) -> VolumeCurve | None:
    """The day's curve, where it has volume between the order's start and end."""
    curve = view.market.curve
    return curve if curve is not None and curve.between(view.start, view.end) > 0 else None
