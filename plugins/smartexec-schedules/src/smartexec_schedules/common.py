"""What all working strategies share: their parameters, what they may ask for, and the step "what is due" -> Decision.

Two bases: `Working` has the parameters and says what the market, the limits and the caps admit; `Scheduled` adds the
step for strategies that can say how much should be done by when. No schedule of any strategy lives here.
"""

from abc import abstractmethod
from typing import ClassVar

from attrs import field, frozen
from attrs.validators import ge, gt, instance_of, le, optional

from smartexec.api import Decision, ParentView, Slice, Strategy
from smartexec_schedules.participation import own_for, volume_of_others
from smartexec_schedules.progress import Benchmark, progress
from smartexec_schedules.schedule import boundary, position
from smartexec_schedules.touch import admits, no_market, touch, within

LOOKS = 10
"""Times per step at which an order that crosses, or waits for something, looks at the market again."""


def percent(default: int) -> int:
    """Make a field of whole percent, 0..100."""
    return field(default=default, validator=[instance_of(int), ge(0), le(100)])


def lots(default: int) -> int:
    """Make a field of lots, 0 and up."""
    return field(default=default, validator=[instance_of(int), ge(0)])


def duration(default: int) -> int:
    """Make a field of a time above 0, ns; written as "5s"."""
    return field(default=default, validator=[instance_of(int), gt(0)], metadata={"unit": "ns"})


@frozen(kw_only=True)
class Working(Strategy):
    """Base: parameters that every working strategy has, and the bounds they set."""

    max_participation_pct: int = percent(100)
    """Never be more than this share of the market's volume since the start, open lots and own executions counted;
    100 = no bound. It also holds at the end: what it does not admit is left over."""
    min_slice: int = lots(0)
    """Lots: nothing smaller is sent, unless it is the rest."""
    max_slice: int = lots(0)
    """Lots: no more than this is open at once, but always one lot of the instrument; 0 = no bound."""
    aggressiveness: int = percent(30)
    """How soon it crosses the spread: in the last so many percent of each slice. 0 = only when behind or at the end;
    100 = at once."""
    adapt: int = percent(50)
    """Points that aggressiveness gains for each whole slice it is behind, worked out anew after every execution."""
    cross_ticks: int = field(default=0, validator=[instance_of(int), ge(0)])
    """How far it crosses: ticks beyond the far touch, within the limit; more reaches further into the book."""
    would_price: int | None = field(
        default=None, validator=optional([instance_of(int), gt(0)]), metadata={"unit": "px"}
    )
    """Where the far touch is this good or better, all that is left may be done at once, in 1e-9 of the currency."""
    complete: bool = field(default=True, validator=instance_of(bool))
    """Cross in the last slice for all that is left; false = leave it over rather than pay the spread to be done."""
    max_quote_age: int = duration(60_000_000_000)
    """An older quote is no market to trade on, ns: the order is withdrawn until there is a new one."""

    benchmarks: ClassVar[tuple[Benchmark, ...]] = ("arrival", "VWAP")
    """What its note compares its average price with."""

    def __attrs_post_init__(self) -> None:
        """Check what no field can check alone."""
        if self.max_slice and self.max_slice < self.min_slice:
            raise ValueError(f"max_slice: found {self.max_slice}, expected 0 or at least min_slice {self.min_slice}")

    # -- what the market, the limits and the caps admit -------------------------------------------------------------

    def no_market(self, view: ParentView) -> str:
        """Say why this is no market to trade on (halted, stale, one-sided ...); "" if it is one."""
        return no_market(view.market, self.max_quote_age)

    def price(self, view: ParentView, *, crosses: bool) -> int | None:
        """Give the far touch and `cross_ticks` beyond, or the near one: on a tick, no worse than the limit."""
        return touch(view, crosses=crosses, ticks=self.cross_ticks if crosses else 0)

    def room(self, view: ParentView, px: int | None, want: int, slot: str = "main") -> int:
        """Give how many of `want` lots may be open at `px` (None = market): whole, within leaves, limits and caps.

        0 where that is less than `min_slice`, except for all that is left at that price and for a slice that is open.
        """
        lot = view.instrument.lot
        left = min(view.leaves_qty, view.leaves_at(px)) // lot * lot
        bounds = [want, left, self.participation_room(view)]
        if self.max_slice:
            bounds.append(max(self.max_slice, lot))
        qty = max(0, min(bounds)) // lot * lot
        seen = view.slots.get(slot)
        small = qty < min(self.min_slice, left) and (seen is None or qty > seen.leaves_qty)
        return 0 if small else qty

    def participation_room(self, view: ParentView) -> int:
        """Give the lots that `max_participation_pct` admits beyond those executed."""
        if self.max_participation_pct >= 100:
            return view.leaves_qty
        others = volume_of_others(view.market.volume, view.cum_qty)
        return max(0, own_for(others, self.max_participation_pct) - view.cum_qty)

    def would(self, view: ParentView) -> Slice | None:
        """Give a slice for all that is left where the far touch is as good as `would_price`; else None."""
        far = view.market.far(view.side)
        if self.would_price is None or far is None or not admits(view.side, self.would_price, far):
            return None
        px = within(view, self.would_price)
        qty = self.room(view, px, view.leaves_qty) if px > 0 else 0
        return Slice(qty, px) if qty else None

    def progress(self, view: ParentView) -> str:
        """Say the average so far and what it cost against the benchmarks: "; avg 100.0123, +1.2 bp to arrival"."""
        return progress(view, self.benchmarks)

    def over(self, view: ParentView) -> Decision | None:
        """Give the decision before the order's start and after its end; None in between."""
        if view.end and view.now >= view.end:
            return Decision(note="past its end", state=view.state)
        if view.now < view.start:
            return Decision(wake_at=min(view.start, view.end or view.start), note="before its start", state=view.state)
        return None


@frozen(kw_only=True)
class Step:
    """What a schedule says of the present: a stretch of time, and how much should be done by its ends."""

    where: str
    """Name of the step for the note: "slice 3 of 20"."""
    begin: int
    """Its start, ns UTC; not later than now."""
    end: int
    """Its end, ns UTC; later than now."""
    before: int
    """Lots that should have been done by `begin`: behind and ahead are counted from them."""
    due: int
    """Lots that should be done by `end`."""
    slack: int | None = None
    """It crosses at once when more lots than this are missing of `before`; None = as many as the step itself has."""
    last: bool = False
    """The last step: with `complete` all that is due is crossed for."""
    not_before: int = 0
    """Nothing is sent in this step until then, ns UTC."""
    extra: str = ""
    """What the note says besides, before the progress: ", dynamic"."""
    state: object = None
    """The strategy's memory."""


Answer = tuple[Slice | None, int | None, str]
"""What is wanted, when to look again (ns UTC), and why."""


@frozen(kw_only=True)
class Scheduled(Working):
    """Base of strategies that say how much should be done by when; the rest is done here."""

    needs_end: ClassVar[bool] = True
    """Whether an order without an end cannot be traded."""

    @abstractmethod
    def step(self, view: ParentView) -> Step:
        """Say how much should be done by when; asked between the order's start and end only."""

    def crossing(self) -> int:
        """Percentage of a step after which it crosses, while on schedule."""
        return 100 - self.aggressiveness

    def decide(self, view: ParentView) -> Decision:
        """Want what is due by the end of this step and has not been done: rest at the near touch, cross when late."""
        if self.needs_end and not view.end:
            return Decision(note="has no end to spread over: waits")
        return self.over(view) or self.work(view, self.step(view))

    def work(self, view: ParentView, step: Step) -> Decision:
        """Turn what is due into what should be live now."""
        done = view.order_qty - view.leaves_qty
        behind = step.before - done
        want, wake_at, what = self._withheld(view, step) or self._wanted(view, step, step.due - done, behind)
        note = f"{step.where}, {abs(behind):,} {'behind' if behind > 0 else 'ahead'}{step.extra}, {what}"
        slices = () if want is None else (want,)
        return Decision(slices, wake_at, note=f"{note}{self.progress(view)}", state=step.state)

    def _withheld(self, view: ParentView, step: Step) -> Answer | None:
        """What goes before the schedule: no market, a very good price, a step that has not yet been let go."""
        closed = self.no_market(view)
        if closed:
            # A change of phase always wakes; a new quote does not, so a missing one is looked for.
            return None, self._look(view, step) if view.market.trading else None, f"waits for a market: {closed}"
        good = self.would(view)
        if good is not None:
            return good, self._look(view, step), "takes all at its would-price"
        if view.now < step.not_before:
            return None, min(step.not_before, self._calm(view, step)), "not yet"
        return None

    def _wanted(self, view: ParentView, step: Step, due: int, behind: int) -> Answer:
        """What the schedule wants: what is due, as far as it may be, resting or crossing."""
        calm, cross_at = self._calm(view, step), self._cross_at(step, behind)
        if due <= 0:
            return None, calm, "nothing due"
        crosses = view.now >= cross_at
        px = self.price(view, crosses=crosses)
        qty = self.room(view, px, due) if px else 0
        if not px or not qty:
            held = self._held(view, px, due)
            return None, self._look(view, step) if "volume" in held else calm, held
        if not crosses:
            return Slice(qty, px), min(calm, cross_at), "rests"
        # An order that the limit keeps from taking need not be looked after: the market comes to it, or does not.
        far = view.market.far(view.side)
        takes = far is not None and admits(view.side, px, far)
        return Slice(qty, px), self._look(view, step) if takes else calm, "crosses"

    def _cross_at(self, step: Step, behind: int) -> int:
        """Time from which this step crosses, ns UTC: now where it is late or the last, else by aggressiveness."""
        size = step.due - step.before
        if behind > (size if step.slack is None else step.slack) or (step.last and self.complete):
            return step.begin
        shift = self.adapt * max(0, behind) // size if size > 0 else 0
        return boundary(max(0, self.crossing() - shift), step.begin, step.end, 100)

    def _look(self, view: ParentView, step: Step) -> int:
        """Time of the next look within the step, ns UTC."""
        return boundary(position(view.now, step.begin, step.end, LOOKS) + 1, step.begin, step.end, LOOKS)

    def _calm(self, view: ParentView, step: Step) -> int:
        """Time of the next look where nothing but the end of the step matters, or a would-price."""
        return step.end if self.would_price is None else self._look(view, step)

    def _held(self, view: ParentView, px: int | None, due: int) -> str:
        """Say what keeps all that is due from being sent."""
        if not px or not view.leaves_at(px):
            return "held by the limit"
        if self.participation_room(view) < min(max(self.min_slice, view.instrument.lot), due):
            return f"held by {self.max_participation_pct} % of the volume"
        return "less than the smallest slice is due"
