"""IS: the least expected cost against the arrival price for the risk taken. The strategy; maths in `almgren_chriss`."""

from math import acosh, cosh
from typing import ClassVar

from attrs import evolve, field, frozen
from attrs.validators import ge, gt, instance_of, le, optional

from smartexec.api import ParentView
from smartexec_schedules.almgren_chriss import growth, left_after_step
from smartexec_schedules.anchor import Anchor, anchor
from smartexec_schedules.common import Scheduled, Step
from smartexec_schedules.market_impact import day_of, impact_of, rise
from smartexec_schedules.schedule import slice_at

MINUTE = 60_000_000_000
"""In ns."""
FLAT = 1e-12
"""Below this the trajectory is a straight line."""


@frozen(kw_only=True)
class Shortfall(Scheduled):
    """Trade off impact against the risk of waiting (Almgren & Chriss 2000); solved anew at each slice."""

    name: ClassVar[str] = "IS"
    state_type: ClassVar[type | None] = Anchor

    slices: int = field(default=20, validator=[instance_of(int), ge(1), le(10_000)])
    """Equal parts of the order's time; the work of each decision grows with them."""
    risk_aversion: float = field(default=1e-6, validator=ge(0))
    """lambda, 1 / currency: cost that one unit of variance is worth; 0 = evenly, like TWAP."""
    half_life: int | None = field(default=None, validator=optional([instance_of(int), gt(0)]), metadata={"unit": "ns"})
    """Time in which an order without an end falls to 1/e, ns; in place of `risk_aversion`, and needs no statistics."""
    eta: float | None = field(default=None, validator=optional(gt(0)))
    """Temporary impact, currency a share for each share per day; without it, one spread for each 1 % of the average
    daily volume (paper, section 3.4)."""
    gamma: float | None = field(default=None, validator=optional(ge(0)))
    """Permanent impact, currency a share for each share; without it, one spread for each 10 % of that volume."""

    def step(self, view: ParentView) -> Step:
        """Say what is due: the first trade of the optimal trajectory from where this slice began."""
        number, begin, end = slice_at(view.now, view.start, view.end, self.slices)
        now = anchor(view, number)
        faster, why = self._growth(view, (view.end - view.start) / self.slices)
        keep = left_after_step(faster, self.slices - number + 1)
        due = view.order_qty - round((view.order_qty - now.done) * keep)
        return Step(
            where=f"slice {number} of {self.slices}",
            begin=begin,
            end=end,
            before=now.before,
            due=due,
            last=number == self.slices,
            extra=f", {why}",
            state=evolve(now, due=due),
        )

    def _growth(self, view: ParentView, step: float) -> tuple[float, str]:
        """2 cosh(kappa tau) - 2 for steps of `step` ns, and where it comes from."""
        if self.half_life is not None:
            theta = self.half_life / rise(view.market)
            return 2 * cosh(min(step / theta, 500.0)) - 2, f"half-life {theta / MINUTE:.0f} min as asked"
        impact, why = impact_of(view, self.eta, self.gamma)
        tau = step / day_of(view.market)
        if impact is None:
            return 0.0, f"even: {why}"
        if impact.eta <= impact.gamma * tau / 2:
            return 0.0, "even: gamma is too large for eta"
        faster = growth(impact, self.risk_aversion, tau)
        return (
            faster,
            f"half-life {step / acosh(1 + faster / 2) / MINUTE:.0f} min by {why}" if faster > FLAT else "even",
        )
