"""POV: a share of the market's volume as it trades. The strategy only; its arithmetic is in `participation`."""

from typing import ClassVar

from attrs import field, frozen
from attrs.validators import ge, instance_of, le

from smartexec.api import ParentView
from smartexec_schedules.common import Scheduled, Step, duration, percent
from smartexec_schedules.outlook import expected_volume
from smartexec_schedules.participation import own_for, percent_for, volume_of_others


@frozen(kw_only=True)
class Pov(Scheduled):
    """Trade a share of the market's volume, own volume counted: follow it within a band, cross when below the band."""

    name: ClassVar[str] = "POV"
    needs_end: ClassVar[bool] = False

    max_participation_pct: int = percent(15)
    """Upper end of the band: never a larger share of the volume since the start, open lots counted; 100 = no bound."""
    min_participation_pct: int = percent(5)
    """Lower end of the band: below it, it crosses at once."""
    participation_pct: int = field(default=10, validator=[instance_of(int), ge(1), le(99)])
    """Share aimed at, ParticipationRate(849), of own and others' volume together."""
    check_every: int = duration(30_000_000_000)
    """How often it looks at the volume, ns; between that, executions wake it."""
    complete: bool = field(default=False, validator=instance_of(bool))
    """Raise the share towards the upper end when the volume expected until the end will not do otherwise."""

    def __attrs_post_init__(self) -> None:
        """Check that the share aimed at is within the band."""
        super().__attrs_post_init__()
        low, high = self.min_participation_pct, self.max_participation_pct
        if not low <= self.participation_pct <= high:
            raise ValueError(f"participation_pct: found {self.participation_pct}, expected within {low} .. {high}")

    def step(self, view: ParentView) -> Step:
        """Say what is due: p / (1 - p) of what others have traded since the start; crosses inside count as done."""
        begin = view.now - (view.now - view.start) % self.check_every
        end = begin + self.check_every
        last = bool(view.end) and view.end - end < self.check_every  # no stump of a period is left for the end
        others = volume_of_others(view.market.volume, view.cum_qty)
        share = self._share(view)
        target = min(view.order_qty, own_for(others, share))
        return Step(
            where=f"{share} % of {others + view.cum_qty:,}",
            begin=begin,
            end=view.end if last else end,
            before=target,
            due=view.order_qty if last and self.complete else target,
            slack=target - own_for(others, min(share, self.min_participation_pct)),
            last=last,
        )

    def _share(self, view: ParentView) -> int:
        """The percentage aimed at now: what is asked for, or what finishes in time within the band."""
        if not self.complete or not view.end:
            return self.participation_pct
        expected = int(expected_volume(view))
        if not expected and not view.market.volume:
            return self.participation_pct  # nothing has traded and nothing is known: no reason for another share
        needed = percent_for(view.leaves_qty, expected)
        return max(self.participation_pct, min(needed, self.max_participation_pct, 99))
