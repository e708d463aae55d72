"""Strategies for the tests of the lab, as an author would write them in a notebook."""

from typing import ClassVar

from attrs import field, frozen
from attrs.validators import ge

from smartexec.api import Decision, ParentView, Slice, Strategy, Wake

SECOND = 1_000_000_000


@frozen
class Patient(Strategy):
    """Rest a part of the order at the near touch, a step at a time."""

    name: ClassVar[str] = "PATIENT"
    slices: int = field(default=6, validator=ge(1))

    def decide(self, view: ParentView) -> Decision:
        length = (view.end - view.start) // self.slices
        number = min(self.slices, (view.now - view.start) // length + 1)
        due = view.order_qty * number // self.slices - (view.order_qty - view.leaves_qty)
        wake_at = view.start + number * length
        note = f"slice {number} of {self.slices}"
        return Decision((Slice(max(0, due), view.market.near(view.side)),), wake_at, note=note)


@frozen
class Eager(Strategy):
    """Take all there is, every ten seconds."""

    name: ClassVar[str] = "EAGER"

    def decide(self, view: ParentView) -> Decision:
        return Decision((Slice(view.leaves_qty, view.market.far(view.side)),), view.now + 10 * SECOND, note="all")


@frozen
class Fragile(Strategy):
    """Rest far from the market; break when asked for the so-many-th time."""

    name: ClassVar[str] = "FRAGILE"
    wakes_on: ClassVar[frozenset[Wake]] = frozenset({Wake.TIMER})
    state_type: ClassVar[type | None] = int
    breaks_at: int = 3
    nonsense: bool = False

    def decide(self, view: ParentView) -> Decision:
        asked = view.state + 1 if isinstance(view.state, int) else 1
        if asked == self.breaks_at:
            return self.wrong(view) if self.nonsense else self.broken(view)
        return Decision((Slice(100, 90_000_000_000),), view.now + 60 * SECOND, state=asked)

    def wrong(self, view: ParentView) -> Decision:
        return Decision((Slice(-1),), note="less than nothing")

    def broken(self, view: ParentView) -> Decision:
        nothing = view.order_qty - view.order_qty
        return Decision((Slice(1 // nothing),))
