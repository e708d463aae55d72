"""A strategy with all that one may have: parameters of many types, a memory, events that wake it."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from attrs import evolve, field, frozen
from attrs.validators import ge, gt, in_, optional

from smartexec.api import (
    NANOS_PER_SECOND,
    Decision,
    ParentView,
    Peg,
    Px,
    Qty,
    Slice,
    Strategy,
    TimeInForce,
    Wake,
    hookimpl,
)


@frozen
class Memory:
    """What it remembers."""

    tries: int = 0
    last: int | None = None


@frozen
class Patient(Strategy):
    """Rest, and take now and then."""

    name = "PATIENT"
    wakes_on = frozenset({Wake.FILL, Wake.TIMER, Wake.QUOTE})
    state_type = Memory

    clip: int = field(default=100, validator=[ge(1), gt(0)])
    """Lots open at a time."""
    every: int = field(default=5 * NANOS_PER_SECOND, validator=gt(0), metadata={"unit": "ns"})
    """Time between two takes."""
    would: int | None = field(default=None, validator=optional(gt(0)), metadata={"unit": "px"})
    """Price at which all is taken."""
    mode: str = field(default="rest", validator=in_(("rest", "take")))
    """What it does first."""
    peg: Peg | None = None
    """Whether it is pegged."""
    weights: Mapping[str, float] = field(factory=dict[str, float])
    """By venue."""

    def decide(self, view: ParentView) -> Decision:
        memory = view.state if isinstance(view.state, Memory) else Memory()
        near, far = view.market.near(view.side), view.market.far(view.side)
        if near is None or far is None or not view.market.trading:
            return Decision(wake_at=view.now + self.every, note="no market", state=memory)
        rest = Slice(min(self.clip, view.leaves_at(near)), near, slot="rest", peg=self.peg)
        slot = f"take-{memory.tries}"
        take = Slice(view.leaves_at(far) // 10, far, slot=slot, time_in_force=TimeInForce.IOC)
        seen = view.slots.get(slot)
        tries = memory.tries + (seen is not None and seen.spent)
        memory = evolve(memory, tries=tries, last=cost(near, rest.qty))
        return Decision([rest, take], view.now + self.every, note=f"{tries} tries", state=memory)


@frozen
class Annotated(Strategy):
    """The same attributes, annotated."""

    name: ClassVar[str] = "ANNOTATED"
    wakes_on: ClassVar[frozenset[Wake]] = frozenset({Wake.TIMER})
    state_type: ClassVar[type | None] = Memory

    def decide(self, view: ParentView) -> Decision:
        worth = money(Px(view.market.last or 0), view.leaves_qty)
        slices = (Slice(qty, price) for price, qty in view.demand if price is not None)
        return Decision(slices, note=f"{worth} to do")


def cost(px: int, qty: int) -> int:
    return px * qty


def money(px: Px, qty: Qty) -> int:
    """What authors receive is typed; what they give is plain."""
    return px * qty


@hookimpl.strategies
def smartexec_strategies() -> Iterable[type[Strategy]]:
    return [Patient, Annotated]
