"""What TRILEMMA can do at a decision, from patient to aggressive, and why it chose what it did. Decides nothing."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from attrs import frozen

from smartexec.api import ParentView, Side, Slice
from smartexec_schedules.outlook import far_qty, volume_to_come
from smartexec_schedules.terms import Action, Costs
from smartexec_schedules.touch import admits, sign, touch, within

ABOUT = 5
"""A resting order is about right where less than this part of it is missing."""
SAID = 0.005
"""Smaller differences, in bp, are not worth a word."""
HALVINGS = 6
"""It may cross for all that is left, half of it, ... down to 1/64: the same sizes whatever the time."""


@frozen
class Span:
    """The time between two looks, which the actions are weighed over; what the strategy remembers."""

    until: int
    """Its end, ns UTC."""
    done: int
    """Lots of the order that were done at its start, crosses included."""

    def so_far(self, view: ParentView) -> int:
        """Lots done in it: they count towards its cost, so an execution is no reason to begin anew."""
        return max(0, view.order_qty - view.leaves_qty - self.done)


def span_of(view: ParentView, length: int) -> Span:
    """Give the span that `now` is in; a new one of `length` ns where the last is over."""
    if isinstance(view.state, Span) and view.now < view.state.until:
        return view.state
    return Span(view.now + length, view.order_qty - view.leaves_qty)


class Bounds(Protocol):
    """What the menu asks of the strategy."""

    @property
    def look_every(self) -> int: ...
    @property
    def near_fill_pct(self) -> int: ...
    @property
    def mid_fill_pct(self) -> int: ...
    def price(self, view: ParentView, *, crosses: bool) -> int | None: ...
    def room(self, view: ParentView, px: int | None, want: int, slot: str = "main") -> int: ...


@frozen
class Option:
    """An action, and the order that it means."""

    action: Action
    qty: int
    """Lots to have open; 0 = none."""
    px: int | None = None
    """Its limit, 1e-9."""


def menu(strategy: Bounds, view: ParentView, so_far: int) -> list[Option]:
    """All that limits, lots and caps admit now, patient first; waiting is always possible.

    `so_far` lots were done since the last look: every action is weighed with them, as what that time will have done.
    """
    found = [Option(Action("waits", so_far), 0)]
    for verb, px, want, paid in _wishes(strategy, view, so_far):
        qty = strategy.room(view, px, want) if px and px > 0 and want > 0 else 0
        if qty:
            found.append(Option(Action(verb, so_far + qty, spread_paid=paid, demands=paid == 1), qty, px))
    return found


def _wishes(strategy: Bounds, view: ParentView, so_far: int) -> Iterator[tuple[str, int | None, int, float]]:
    """(verb, price, lots, half-spreads paid) before bounds."""
    lot = view.instrument.lot
    flow = volume_to_come(view) * strategy.look_every / max(strategy.look_every, view.end - view.now)
    near, midpoint = (max(lot, round(flow * pct / 100)) for pct in (strategy.near_fill_pct, strategy.mid_fill_pct))
    yield "rests", strategy.price(view, crosses=False), near - so_far, 0.0
    mid = _mid(view)
    if mid is not None:
        yield "rests at the midpoint", mid, midpoint - so_far, 0.5
    far, shown = strategy.price(view, crosses=True), far_qty(view)
    if far is None or not admits(view.side, far, view.market.far(view.side) or far):
        return  # the limit keeps it from the far touch
    for halving in range(HALVINGS, -1, -1):
        yield "crosses", far, max(lot, min(view.leaves_qty >> halving, shown)), 1.0


def _mid(view: ParentView) -> int | None:
    """The midpoint on a tick, rounded away from the far touch; None where that is the near touch."""
    mid2, near = view.market.mid2, touch(view, crosses=False)
    if mid2 is None or near is None:
        return None
    px = within(view, mid2 // 2 if view.side is Side.BUY else -(-mid2 // 2))
    return px if (px - near) * sign(view.side) > 0 else None


def order(best: Option, view: ParentView) -> tuple[Slice, ...]:
    """The slice that it means; one that rests there already keeps its size while that is about right, and its queue."""
    if not best.qty:
        return ()
    seen = view.slots.get("main")
    if seen is None or best.action.demands or seen.price != best.px:
        return (Slice(best.qty, best.px),)
    about = seen.want_qty <= view.leaves_at(best.px) and 0 < best.qty - seen.want_qty <= best.qty // ABOUT
    return (Slice(seen.want_qty if about else best.qty, best.px),)


def reasons(best: Option, priced: Sequence[tuple[Option, Costs]]) -> str:
    """Say what was chosen over what and which cost decided: "crosses 300 rather than rests 20: in bp ...".

    The other is the cheapest of the opposite kind: of those that cross for one that does not, and the other way round.
    """
    what = f"{best.action.verb} {best.qty:,}" if best.qty else best.action.verb
    others = [pair for pair in priced if pair[0].action.demands != best.action.demands]
    if not others:
        return f"{what}: it can do nothing else"
    rival, cost = min(others, key=lambda pair: pair[1].total)
    mine = next(costs for option, costs in priced if option is best)
    saved = sorted(mine.less(cost).items(), key=lambda item: -item[1])
    said = ", ".join(f"{name} {'saves' if bp > 0 else 'costs'} {abs(bp):.2f}" for name, bp in saved if abs(bp) >= SAID)
    return f"{what} rather than {rival.action.verb} {rival.qty:,}: in bp {said}"
