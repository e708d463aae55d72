"""Strategies with one fault each, beside a healthy one, and their conformance classes."""

from collections import Counter
from decimal import Decimal
from random import random
from typing import Any, ClassVar

from attrs import evolve, field, frozen
from attrs.validators import gt

from smartexec.api import NANOS_PER_SECOND, Decision, Outcome, ParentView, Side, Slice, Strategy
from smartexec.testing import StrategyKit

MINUTE = 60 * NANOS_PER_SECOND
WORDS = "".join({"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"})
"""Another with nearly every hash seed."""


@frozen
class Kept:
    """What it remembers: decisions so far."""

    decisions: int = 0


@frozen
class Healthy(Strategy):
    """Take a tenth of the order each minute, all that is left in the last two."""

    name = "HEALTHY"
    state_type: ClassVar[type | None] = Kept

    parts: int = field(default=10, validator=gt(0))
    """Into how many parts the order is cut."""

    def decide(self, view: ParentView) -> Decision:
        kept = view.state if isinstance(view.state, Kept) else Kept()
        far, wake = view.market.far(view.side), max(view.now, view.start) + MINUTE
        if far is None or not view.market.trading:
            return self._said(view, 0, None, wake, kept)
        part = -(-view.order_qty // self.parts)
        due = view.order_qty if view.end - view.now <= 2 * MINUTE else part * ((view.now - view.start) // MINUTE + 1)
        left = view.leaves_at(far)
        qty = min(max(0, due - view.cum_qty), left)
        return self._said(
            view, left if qty == left else qty // view.instrument.lot * view.instrument.lot, far, wake, kept
        )

    def _said(self, view: ParentView, qty: int, price: int | None, wake: int, kept: Kept) -> Decision:
        slices = (Slice(qty, price),) if qty else ()
        return Decision(slices, wake, note=f"takes {qty}", state=Kept(kept.decisions + 1))


class TestHealthy(StrategyKit):
    strategy = Healthy


@frozen
class WhispersItsName(Healthy):
    """Is not named in capitals, as order files spell strategies: S-01 must catch it."""

    name = "whispers-its-name"


class TestWhispersItsName(StrategyKit):
    strategy = WhispersItsName


@frozen
class DocumentsNothing(Healthy):
    """Has a parameter that nobody explains: S-02 must catch it."""

    name = "DOCUMENTS-NOTHING"

    urgency: int = 5


class TestDocumentsNothing(StrategyKit):
    strategy = DocumentsNothing


@frozen
class TakesADecimal(Healthy):
    """Has a parameter of a type that no file can give it: S-02 must catch it."""

    name = "TAKES-A-DECIMAL"

    share: Decimal = Decimal("2.5")
    """How much of the volume it is, in percent."""


class TestTakesADecimal(StrategyKit):
    strategy = TakesADecimal


@frozen
class TakesAnything(Healthy):
    """Has a parameter of no type to speak of: S-03 must catch it."""

    name = "TAKES-ANYTHING"

    urgency: Any = 5
    """How urgent it is."""


class TestTakesAnything(StrategyKit):
    strategy = TakesAnything


@frozen
class DoublesItsParameter(Healthy):
    """Makes another value of what it is given, and of that another again: S-04 must catch it."""

    name = "DOUBLES-ITS-PARAMETER"

    urgency: int = field(default=5, converter=lambda value: 2 * value)
    """How urgent it is."""


class TestDoublesItsParameter(StrategyKit):
    strategy = DoublesItsParameter


@frozen
class WantsAllAgain(Healthy):
    """Wants its part of the order as it was, not of what is left of it: S-11 must catch it."""

    name = "WANTS-ALL-AGAIN"

    def decide(self, view: ParentView) -> Decision:
        found = super().decide(view)
        return evolve(found, slices=[evolve(one, qty=view.order_qty) for one in found.slices])


class TestWantsAllAgain(StrategyKit):
    strategy = WantsAllAgain


@frozen
class LeavesOutAsItWas(Healthy):
    """Names what is still out with the quantity it was wanted with, whatever is left since: S-11 must catch it."""

    name = "LEAVES-OUT-AS-IT-WAS"

    def decide(self, view: ParentView) -> Decision:
        out = view.slots.get("main")
        if out is None or not out.leaves_qty or out.spent:
            return super().decide(view)
        wake = max(view.now, view.start) + MINUTE
        return Decision((Slice(out.want_qty, out.price),), wake, note="waits for it", state=view.state or Kept())


class TestLeavesOutAsItWas(StrategyKit):
    strategy = LeavesOutAsItWas


@frozen
class ForgetsTheLimit(Healthy):
    """Takes whatever the market asks, also beyond the limit of all or some of its clients: S-12 must catch it."""

    name = "FORGETS-THE-LIMIT"

    def decide(self, view: ParentView) -> Decision:
        far = view.market.far(view.side)
        qty = min(view.leaves_qty, 100)
        return Decision((Slice(qty, far),) if far and qty else (), view.now + MINUTE, note="takes")


class TestForgetsTheLimit(StrategyKit):
    strategy = ForgetsTheLimit


@frozen
class WakesInThePast(Healthy):
    """Asks to be woken at its end, also when that has come: S-07 must catch it."""

    name = "WAKES-IN-THE-PAST"

    def decide(self, view: ParentView) -> Decision:
        return evolve(super().decide(view), wake_at=view.end)


class TestWakesInThePast(StrategyKit):
    strategy = WakesInThePast


@frozen
class NeedsTwoSides(Healthy):
    """Computes with a spread that is not there: S-09 must catch it."""

    name = "NEEDS-TWO-SIDES"

    def decide(self, view: ParentView) -> Decision:
        spread = view.market.ask - view.market.bid  # type: ignore[operator]
        return evolve(super().decide(view), note=f"spread {spread}")


class TestNeedsTwoSides(StrategyKit):
    strategy = NeedsTwoSides


@frozen
class SaysNothing(Healthy):
    """Gives no reason: S-08 must catch it."""

    name = "SAYS-NOTHING"

    def decide(self, view: ParentView) -> Decision:
        return evolve(super().decide(view), note="")


class TestSaysNothing(StrategyKit):
    strategy = SaysNothing


@frozen
class ThrowsDice(Healthy):
    """Draws numbers that are not of its seed: S-05 must catch it."""

    name = "THROWS-DICE"

    def decide(self, view: ParentView) -> Decision:
        return evolve(super().decide(view), note=f"takes with probability {random()}")


class TestThrowsDice(StrategyKit):
    strategy = ThrowsDice


@frozen
class RemembersElsewhere(Healthy):
    """Counts what it was asked outside `Decision.state`: S-19 must catch it."""

    name = "REMEMBERS-ELSEWHERE"
    asked: ClassVar[Counter[int]] = Counter()

    def decide(self, view: ParentView) -> Decision:
        self.asked[view.now] += 1
        found = super().decide(view)
        return evolve(found, slices=() if self.asked[view.now] % 2 == 0 else found.slices)


class TestRemembersElsewhere(StrategyKit):
    strategy = RemembersElsewhere


@frozen
class KeepsASecret(Healthy):
    """Remembers what cannot be recorded: S-14 must catch it."""

    name = "KEEPS-A-SECRET"

    def decide(self, view: ParentView) -> Decision:
        return evolve(super().decide(view), state=object())


class TestKeepsASecret(StrategyKit):
    strategy = KeepsASecret


@frozen
class StopsEarly(Healthy):
    """Takes no more in its last ten minutes: S-15 must catch it."""

    name = "STOPS-EARLY"

    def decide(self, view: ParentView) -> Decision:
        late = view.now > view.start + 5 * MINUTE
        return Decision(wake_at=view.now + MINUTE, note="late") if late else super().decide(view)


class TestStopsEarly(StrategyKit):
    strategy = StopsEarly


@frozen
class SellsTooMuch(Healthy):
    """Wants a lot too many where it sells what has a lot of 100 and was partly crossed: S-20 must catch it."""

    name = "SELLS-TOO-MUCH"

    def decide(self, view: ParentView) -> Decision:
        found = super().decide(view)
        if view.side is Side.BUY or view.instrument.lot != 100 or not view.crossed_qty:
            return found
        return evolve(found, slices=[evolve(one, qty=view.leaves_qty + 100) for one in found.slices])


class TestSellsTooMuch(StrategyKit):
    strategy = SellsTooMuch


@frozen
class NamesBySet(Healthy):
    """Names its slot after a set of texts, which another hash seed puts in another order: S-19 must catch it."""

    name = "NAMES-BY-SET"

    def decide(self, view: ParentView) -> Decision:
        found = super().decide(view)
        return evolve(found, slices=[evolve(one, slot=f"{one.slot} {WORDS}") for one in found.slices])


class TestNamesBySet(StrategyKit):
    strategy = NamesBySet


@frozen
class FearsClips(Healthy):
    """Breaks as soon as something keeps a slot back: S-20 must catch it."""

    name = "FEARS-CLIPS"

    def decide(self, view: ParentView) -> Decision:
        if any(one.clipped_by == "kill switch" for one in view.slots.values()):
            raise RuntimeError("a slot is clipped")
        return super().decide(view)


class TestFearsClips(StrategyKit):
    strategy = FearsClips


@frozen
class FearsRefusals(Healthy):
    """Breaks as soon as an order of its slot, still in doubt, was rejected: S-20 must catch it."""

    name = "FEARS-REFUSALS"

    def decide(self, view: ParentView) -> Decision:
        slot = view.slots.get("main")
        if slot is not None and slot.in_doubt_qty and slot.last_outcome is Outcome.REJECTED:
            raise RuntimeError("it may have been rejected")
        return super().decide(view)


class TestFearsRefusals(StrategyKit):
    strategy = FearsRefusals


@frozen
class KnowsItsSlots(Healthy):
    """Takes it that a slot of its own naming has an order as long as something is wanted: S-20 must catch it."""

    name = "KNOWS-ITS-SLOTS"

    def decide(self, view: ParentView) -> Decision:
        found = super().decide(view)
        own = view.slots.get("own")
        if own is not None and own.want_qty and not own.leaves_qty:
            raise RuntimeError("nothing of it is open")
        return evolve(found, slices=[evolve(one, slot="own") for one in found.slices])


class TestKnowsItsSlots(StrategyKit):
    strategy = KnowsItsSlots


@frozen
class FearsPeers(Healthy):
    """Breaks where its order is in a list: S-20 must catch it."""

    name = "FEARS-PEERS"

    def decide(self, view: ParentView) -> Decision:
        if view.peers:
            raise RuntimeError("it is not alone")
        return super().decide(view)


class TestFearsPeers(StrategyKit):
    strategy = FearsPeers


@frozen
class MeetsItsPeer(Healthy):
    """Breaks where another order of its list is what keeps its slot back: S-21 must catch it."""

    name = "MEETS-ITS-PEER"

    def decide(self, view: ParentView) -> Decision:
        against = any(one.side is not view.side and one.leaves_qty for one in view.peers)
        if against and any(one.clipped_by == "self-match" for one in view.slots.values()):
            raise RuntimeError("it would meet its peer")
        return super().decide(view)


class TestMeetsItsPeer(StrategyKit):
    strategy = MeetsItsPeer
