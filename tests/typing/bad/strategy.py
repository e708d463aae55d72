"""Strategies with mistakes: each is said on its line, by both checkers."""

from attrs import evolve, field, frozen
from attrs.validators import ge, in_

from smartexec.api import Decision, ParentView, Px, Qty, RouteRequest, Slice, Strategy, Wake


@frozen
class Memory:
    tries: int = 0


@frozen
class ReturnsSlice(Strategy):
    name = "RETURNS-SLICE"

    def decide(self, view: ParentView) -> Slice:  # E: override / IncompatibleMethodOverride
        return Slice(1)


@frozen
class ReturnsNothing(Strategy):
    name = "RETURNS-NOTHING"

    def decide(self, view: ParentView) -> Decision:  # E: return / ReturnType
        if view.leaves_qty > 100:
            return Decision(note="all")


@frozen
class TakesRequest(Strategy):
    name = "TAKES-REQUEST"

    def decide(self, view: RouteRequest) -> Decision:  # E: override / IncompatibleMethodOverride
        return Decision(note=str(view.now))


@frozen
class Misnamed(Strategy):
    name = "MISNAMED"

    def decid(self, view: ParentView) -> Decision:
        return Decision(note="never asked")


made = Misnamed()  # E: abstract / AbstractUsage


@frozen
class Numbers(Strategy):
    name = "NUMBERS"

    def decide(self, view: ParentView) -> Decision:
        half = Slice(view.leaves_qty / 2, view.market.bid)  # E: arg-type / ArgumentType
        rounded = Slice(100, 100.5)  # E: arg-type / ArgumentType
        late = Decision((half, rounded), view.now + 1.5e9, note="later")  # E: arg-type / ArgumentType
        one = Decision(half, note="one slice is not several")  # E: arg-type / ArgumentType
        either = (Slice(view.market.bid), late, one)  # E: arg-type / ArgumentType
        return Decision(note=len(either))  # E: arg-type / ArgumentType


@frozen
class Missing(Strategy):
    name = "MISSING"

    def decide(self, view: ParentView) -> Decision:
        better = Slice(100, view.market.near(view.side) + 1)  # E: operator / OptionalOperand
        cheapest = Slice(100, min(view.market.bid, view.market.last))  # E: type-var / ArgumentType
        return Decision((better, cheapest), note=view.limit_price)  # E: attr-defined / AttributeAccessIssue


@frozen
class Units(Strategy):
    name = "UNITS"

    def decide(self, view: ParentView) -> Decision:
        price: Px = view.leaves_qty  # E: assignment / AssignmentType
        count: Qty = 100  # E: assignment / AssignmentType
        worth = money(view.leaves_qty, price)  # E: arg-type / ArgumentType
        return Decision(note=f"{worth} {count}")


def money(price: Px, qty: Qty) -> int:
    return price * qty


@frozen
class Attributes(Strategy):
    name = 847  # E: assignment / AssignmentType
    wakes_on = "QUOTE"  # E: assignment / AssignmentType
    state_type = Memory()  # E: assignment / AssignmentType

    def decide(self, view: ParentView) -> Decision:
        view.leaves_qty = Qty(0)  # E: misc / AttributeAccessIssue
        memory = Memory(view.state.tries + 1)  # E: attr-defined / AttributeAccessIssue
        return Decision(note="again", state=memory, wakes=Wake.QUOTE)  # E: call-arg / CallIssue


@frozen
class WokenBySet(Strategy):
    name = "WOKEN-BY-SET"
    wakes_on = {Wake.QUOTE}  # E: assignment / AssignmentType

    def decide(self, view: ParentView) -> Decision:
        return Decision(note="at quotes", state=evolve(Memory(), tries="two"))  # E: arg-type / -


@frozen
class Parameters(Strategy):
    name = "PARAMETERS"

    clip: int = field(default="100", validator=ge(1))  # E: arg-type, assignment / ArgumentType, CallIssue
    """Default of another type."""
    share: str = field(default="5", validator=ge(1))  # E: arg-type / ArgumentType, CallIssue
    """Validator of another type."""
    mode: int = field(default=1, validator=in_(("rest", "take")))  # E: arg-type / -
    """Options of another type."""

    def decide(self, view: ParentView) -> Decision:
        self.clip = 3  # E: misc / AttributeAccessIssue
        return Decision(note=self.clips)  # E: attr-defined / AttributeAccessIssue
