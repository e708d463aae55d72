"""TRILEMMA: one policy between impact, risk and completion. The strategy only; its costs are in `terms`."""

from typing import ClassVar

from attrs import evolve, field, frozen
from attrs.validators import ge, gt, instance_of, le

from smartexec.api import NANOS_PER_SECOND, Decision, ParentView
from smartexec_schedules.common import duration, percent
from smartexec_schedules.finishing import Finishing
from smartexec_schedules.menu import Span, menu, order, reasons, span_of
from smartexec_schedules.outlook import situation
from smartexec_schedules.terms import Weights, costs


def weight(default: float) -> float:
    """Make a field of a weight, 0 and up; finite."""
    return field(default=default, validator=[instance_of((int, float)), ge(0), le(1_000_000)])


@frozen(kw_only=True)
class Trilemma(Finishing):
    """Do what costs least now, in weighted bp of what is left: wait, rest near, rest at the midpoint, or cross."""

    name: ClassVar[str] = "TRILEMMA"
    state_type: ClassVar[type | None] = Span

    impact: float = weight(1.0)
    """What a bp of spread and impact paid now counts, against the other two weights."""
    risk: float = weight(0.2)
    """What a bp of one standard deviation of the rest's price counts."""
    completion: float = weight(1.0)
    """What a bp of the cost of doing the rest at the pace then needed counts."""
    look_every: int = duration(30 * NANOS_PER_SECOND)
    """Time between decisions, ns; an execution asks at once."""
    near_fill_pct: int = percent(10)
    """What an order at the near touch is expected to get of the volume until the next decision; it shows no more."""
    mid_fill_pct: int = percent(20)
    """The same at the midpoint, where the tick leaves room for it."""
    reversion_pct: int = percent(2)
    """Part of the price's move since arrival that is expected to come back: a better price makes it faster."""
    assumed_sigma_bps: int = field(default=200, validator=[instance_of(int), gt(0)])
    """Volatility for a day, 1/10000, where none was fitted and none is measured yet."""
    aggressiveness: int = percent(0)
    """Takes so many percent off the weight of impact: 0 = weighs as given; 100 = what trading costs does not count."""

    def __attrs_post_init__(self) -> None:
        """Check what no field can check alone."""
        super().__attrs_post_init__()
        if not (self.impact or self.risk or self.completion):
            raise ValueError("completion: found 0 with impact 0 and risk 0, expected at least one weight above 0")

    def decide(self, view: ParentView) -> Decision:
        """Choose the cheapest of what can be done until the next look, and say which cost decided it."""
        if not view.end:
            return Decision(note="has no end to weigh against: waits")
        look = view.now + self.look_every
        early = self.closed(view, None, look) or self.takes(view, None, look) or self.finishes(view, None)
        if early is not None:
            return early
        if not view.leaves_qty:
            return Decision(note=f"nothing left{self.progress(view)}")
        span = span_of(view, self.look_every)
        so_far, sigma, reversion = span.so_far(view), self.assumed_sigma_bps, self.reversion_pct / 100
        seen = situation(view, step=self.look_every, assumed_sigma=sigma, reversion=reversion, so_far=so_far)
        weights = self.weights(view)
        priced = [(option, costs(option.action, seen, weights)) for option in menu(self, view, so_far)]
        best, _ = min(priced, key=lambda pair: pair[1].total)
        note = f"{reasons(best, priced)}{self.progress(view)}"
        return Decision(order(best, view), self.wake_by(view, span.until), note=note, state=span)

    def weights(self, view: ParentView) -> Weights:
        """The weights as shares of 1, with aggressiveness in them."""
        given = Weights(impact=self.impact, risk=self.risk, completion=self.completion).normalised()
        return evolve(given, impact=given.impact * (100 - self.eagerness(view)) / 100)
