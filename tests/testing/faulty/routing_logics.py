"""Routing logics with one fault each, beside a healthy one, and their conformance classes."""

from collections import Counter
from typing import ClassVar

from attrs import evolve, field, frozen
from attrs.validators import gt

from smartexec.api import (
    NANOS_PER_SECOND,
    Leg,
    OrdType,
    Route,
    RouteRequest,
    RoutingLogic,
    Side,
    TimeInForce,
    VenueKind,
    VenueScore,
)
from smartexec.testing import RoutingKit

WORDS = "".join({"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"})
"""Another with nearly every hash seed."""


@frozen
class Rounds:
    """What it remembers of a slot: how often it was asked."""

    asked: int = 0


def takes(score: VenueScore, request: RouteRequest) -> bool:
    """Whether a venue takes a slice."""
    can, wants = score.capabilities, request.slice
    kind = OrdType.MARKET if wants.price is None and request.limit is None else OrdType.LIMIT
    return (
        score.up
        and (wants.peg in can.pegs if wants.peg else kind in can.ord_types)
        and wants.time_in_force in can.times_in_force
        and (can.min_qty or not wants.min_qty)
        and (can.display_qty or wants.display_qty is None)
        and (can.post_only or not wants.post_only)
    )


def within(request: RouteRequest) -> int | None:
    """The slice's price, no worse than the limit."""
    wanted, limit = request.slice.price, request.limit
    if wanted is None or limit is None:
        return limit if wanted is None else wanted
    return min(wanted, limit) if request.side is Side.BUY else max(wanted, limit)


@frozen
class Healthy(RoutingLogic):
    """Send all to the cheapest lit venue that was not tried, else to the cheapest that was not."""

    name = "healthy"
    state_type: ClassVar[type | None] = Rounds

    rounds: int = field(default=6, validator=gt(0))
    """How often it places something for one slot."""

    def route(self, request: RouteRequest) -> Route:
        kept = request.state if isinstance(request.state, Rounds) else Rounds()
        state = Rounds(kept.asked + 1)
        lot = request.instrument.lot
        qty = request.qty // lot * lot
        venues = self.usable(request)
        if not venues or not qty or kept.asked >= self.rounds:
            return Route(note=f"nothing for {len(venues)} venues", state=state)
        best = min(venues, key=self.rank)
        return Route((self.leg(best, qty, request),), note=f"{best.mic} is the cheapest", state=state)

    def usable(self, request: RouteRequest) -> list[VenueScore]:
        tried = [one.mic for one in request.attempts if one.ended is not None]
        return [score for score in request.venues.values() if takes(score, request) and score.mic not in tried]

    def rank(self, score: VenueScore) -> tuple[bool, int, str]:
        return score.capabilities.kind is not VenueKind.LIT, score.take_fee, score.mic

    def leg(self, score: VenueScore, qty: int, request: RouteRequest) -> Leg:
        wants = request.slice
        return Leg(
            score.mic,
            qty,
            price=within(request),
            time_in_force=wants.time_in_force,
            min_qty=min(wants.min_qty, qty),
            display_qty=None if wants.display_qty is None else min(wants.display_qty, qty),
            post_only=wants.post_only,
            peg=wants.peg,
        )


class TestHealthy(RoutingKit):
    logic = Healthy


@frozen
class PlacesTwice(Healthy):
    """Places the whole quantity at each of two venues: R-08 must catch it."""

    name = "places-twice"

    def route(self, request: RouteRequest) -> Route:
        found = super().route(request)
        venues = sorted(self.usable(request), key=self.rank)[:2]
        return evolve(found, legs=[self.leg(one, leg.qty, request) for leg in found.legs for one in venues])


class TestPlacesTwice(RoutingKit):
    logic = PlacesTwice


@frozen
class LosesALot(Healthy):
    """Leaves a lot behind where a quantity is odd, and never places it: R-08 must catch it."""

    name = "loses-a-lot"

    def route(self, request: RouteRequest) -> Route:
        found = super().route(request)
        legs = [evolve(one, qty=one.qty - one.qty % 2) for one in found.legs if one.qty > 1]
        return evolve(found, legs=legs)


class TestLosesALot(RoutingKit):
    logic = LosesALot


@frozen
class SplitsLots(Healthy):
    """Sends a third of the quantity, whatever the lot is: R-09 must catch it."""

    name = "splits-lots"

    def route(self, request: RouteRequest) -> Route:
        found = super().route(request)
        return evolve(found, legs=[evolve(one, qty=max(1, one.qty // 3)) for one in found.legs])


class TestSplitsLots(RoutingKit):
    logic = SplitsLots


@frozen
class PaysMore(Healthy):
    """Adds a tick for haste, also at the limit: R-10 must catch it."""

    name = "pays-more"

    def leg(self, score: VenueScore, qty: int, request: RouteRequest) -> Leg:
        one, tick = super().leg(score, qty, request), request.instrument.tick
        sign = 1 if request.side is Side.BUY else -1
        return one if one.price is None else evolve(one, price=one.price + sign * tick)


class TestPaysMore(RoutingKit):
    logic = PaysMore


@frozen
class TrustsTheFees(Healthy):
    """Takes the cheapest venue without a look at its session: R-11 must catch it."""

    name = "trusts-the-fees"

    def usable(self, request: RouteRequest) -> list[VenueScore]:
        return [score for score in request.venues.values() if takes(evolve(score, up=True), request)]


class TestTrustsTheFees(RoutingKit):
    logic = TrustsTheFees


@frozen
class IgnoresCapabilities(Healthy):
    """Sends whatever is wanted wherever a session is up: R-12 must catch it."""

    name = "ignores-capabilities"

    def usable(self, request: RouteRequest) -> list[VenueScore]:
        return [score for score in request.venues.values() if score.up]


class TestIgnoresCapabilities(RoutingKit):
    logic = IgnoresCapabilities


@frozen
class RestsWhatMayNot(Healthy):
    """Makes day orders of all, which venues take: R-12 must catch it, the slice wanted an execution at once."""

    name = "rests-what-may-not"

    def usable(self, request: RouteRequest) -> list[VenueScore]:
        return super().usable(evolve(request, slice=evolve(request.slice, time_in_force=TimeInForce.DAY)))

    def leg(self, score: VenueScore, qty: int, request: RouteRequest) -> Leg:
        return evolve(super().leg(score, qty, request), time_in_force=TimeInForce.DAY)


class TestRestsWhatMayNot(RoutingKit):
    logic = RestsWhatMayNot


@frozen
class TakesTheFirst(Healthy):
    """Takes the first venue of the configuration, and does not say that its order matters: R-14 must catch it."""

    name = "takes-the-first"

    def rank(self, score: VenueScore) -> tuple[bool, int, str]:
        return False, 0, ""


class TestTakesTheFirst(RoutingKit):
    logic = TakesTheFirst


@frozen
class NeverGivesUp(Healthy):
    """Tries the same venue again and again: R-15 must catch it."""

    name = "never-gives-up"

    def route(self, request: RouteRequest) -> Route:
        found = super().route(evolve(request, attempts=(), state=None))
        return evolve(found, legs=[evolve(one, rest_for=self._rests(one)) for one in found.legs])

    def _rests(self, one: Leg) -> int | None:
        return NANOS_PER_SECOND if one.time_in_force is TimeInForce.DAY else None


class TestNeverGivesUp(RoutingKit):
    logic = NeverGivesUp


@frozen
class LearnsInSecret(Healthy):
    """Learns without saying of what class: R-17 must catch it."""

    name = "learns-in-secret"

    def route(self, request: RouteRequest) -> Route:
        return evolve(super().route(request), learned=Rounds(3))


class TestLearnsInSecret(RoutingKit):
    logic = LearnsInSecret


@frozen
class RemembersElsewhere(Healthy):
    """Takes turns by a count outside its state: R-05 must catch it."""

    name = "remembers-elsewhere"
    turns: ClassVar[Counter[str]] = Counter()

    def route(self, request: RouteRequest) -> Route:
        self.turns[request.parent_id] += 1
        found = super().route(request)
        return evolve(found, note=f"{found.note}, turn {self.turns[request.parent_id]}")


class TestRemembersElsewhere(RoutingKit):
    logic = RemembersElsewhere


@frozen
class BreaksRarely(Healthy):
    """Divides by the volume of all venues, which may be none where one has no session: R-24 must catch it."""

    name = "breaks-rarely"

    def route(self, request: RouteRequest) -> Route:
        up = [score for score in request.venues.values() if score.up]
        sizes = [score.touch_qty for score in up if score.touch_qty is not None]
        if len(sizes) > 1:
            share = sizes[0] / sum(sizes)
            return evolve(super().route(request), note=f"{share:.0%} of the size shown")
        return super().route(request)


class TestBreaksRarely(RoutingKit):
    logic = BreaksRarely


@frozen
class ReasonsBySet(Healthy):
    """Gives its reasons in the order of a set of texts, which is another with another hash seed: R-23 must catch it."""

    name = "reasons-by-set"

    def route(self, request: RouteRequest) -> Route:
        found = super().route(request)
        return evolve(found, note=f"{found.note}: {WORDS}")


class TestReasonsBySet(RoutingKit):
    logic = ReasonsBySet


@frozen
class TwoLines(Healthy):
    """Gives its reason in two lines: R-07 must catch it."""

    name = "two-lines"

    def route(self, request: RouteRequest) -> Route:
        found = super().route(request)
        return evolve(found, note=f"{found.note}\nof {len(request.venues)}")


class TestTwoLines(RoutingKit):
    logic = TwoLines
