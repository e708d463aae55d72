"""Hidden venues first, by what is known of their size; what is left goes to lit ones. The logic only.

The mathematics is in `greedy` and `exponentiated`, what is remembered in `seeking`.
"""

from enum import Enum
from fractions import Fraction
from random import Random
from typing import ClassVar, Final

from attrs import evolve, field, frozen
from attrs.validators import ge, gt, instance_of, le

from smartexec.api import (
    NANOS_PER_SECOND,
    Leg,
    Route,
    RouteRequest,
    RoutingLogic,
    Survival,
    VenueKind,
    VenueScore,
)
from smartexec_routers.draws import drawn, kept, news
from smartexec_routers.exponentiated import by_chance, by_remainder, explored
from smartexec_routers.greedy import greedy, within_reach
from smartexec_routers.placing import AT_ONCE, at_midpoint, leg, marketable, placeable, usable, why_none
from smartexec_routers.ranking import fee
from smartexec_routers.seeking import Search, Sought, is_away, judged, of_venues, searched, taught
from smartexec_routers.shares import fresh, shares, tried
from smartexec_routers.split import split

PER_CENT: Final = 100
CONFIRMING: Final = NANOS_PER_SECOND // 10
"""What is left is spread anew so much later than it was due, ns, at most a tenth of the wait: confirmed by then."""
Shares = list[tuple[VenueScore, int]]


class Method(Enum):
    """How a quantity is spread over hidden venues."""

    KM = "km"
    EG = "eg"
    EQUAL = "equal"


class Rounding(Enum):
    """How fractions become lots."""

    REMAINDER = "remainder"
    RANDOM = "random"


@frozen
class LiquiditySeeking(RoutingLogic):
    """Look for hidden size where it is likeliest, out of sight and at the midpoint; take what is left to lit venues."""

    name: ClassVar[str] = "liquidity-seeking"
    state_type: ClassVar[type | None] = Search
    learned_type: ClassVar[type | None] = Sought

    method: Method = field(default=Method.KM, validator=instance_of(Method))
    """`km`: greedily by the Kaplan-Meier curves of hidden size; `eg`: by weights learned by exponentiated gradient;
    `equal`: equally, which learns nothing: what the others are measured against."""
    rest_for: int = field(default=2 * NANOS_PER_SECOND, validator=[instance_of(int), gt(0)], metadata={"unit": "ns"})
    """How long an order may wait at a hidden venue before what is left is spread anew."""
    dark_for: int = field(default=10 * NANOS_PER_SECOND, validator=[instance_of(int), ge(0)], metadata={"unit": "ns"})
    """How long a slice that rests is kept from lit venues; one that meets the far touch, until each was tried once."""
    respread: int = field(default=3, validator=[instance_of(int), ge(0)])
    """How often, without a lit venue, what is left is spread anew after `rest_for`; then it rests for good."""
    min_qty: int = field(default=0, validator=[instance_of(int), ge(0)])
    """MinQty(110) at hidden venues that can do it, in lots; a venue that would get less gets nothing."""
    vary: int = field(default=0, validator=[instance_of(int), ge(0), le(90)])
    """Per cent by which an order at a hidden venue may be smaller than its part, at random, to tell nothing."""
    max_toxicity_bps: float = field(default=5.0, validator=ge(0))
    """A hidden venue is left alone where executions lost more than this to the midpoint within 10 s, basis points."""
    back_off: int = field(default=300 * NANOS_PER_SECOND, validator=[instance_of(int), gt(0)], metadata={"unit": "ns"})
    """How long it is left alone before it is tried again."""
    eta: float = field(default=0.5, validator=gt(0))
    """`eg`: step; a venue that executed all it was given weighs e^eta times more."""
    explore: int = field(default=5, validator=[instance_of(int), ge(0), le(PER_CENT)])
    """`eg`: per cent that is spread equally, so that no venue is given up for ever."""
    rounding: Rounding = field(default=Rounding.REMAINDER, validator=instance_of(Rounding))
    """`eg`: largest remainder, or at random with the parent's seed."""

    def route(self, request: RouteRequest) -> Route:
        """Place what is unplaced: at hidden venues while they are worth it, then at lit ones."""
        before = request.learned if isinstance(request.learned, Sought) else Sought()
        known = taught(before, request, self.eta)
        qty, venues = placeable(request), sorted(fresh(request), key=lambda score: fee(score, request))
        lit = [score for score in venues if score.capabilities.kind is VenueKind.LIT]
        hidden = [score for score in venues if score.capabilities.kind is not VenueKind.LIT]
        known = judged(known, hidden, request.now, self.max_toxicity_bps, self.back_off)
        if self.method is Method.EG:
            known = of_venues(known, [score.mic for score in hidden])
        wait = self._wait(request, bool(lit))
        dark = self._dark(self._open(hidden, known, request, bool(lit)), qty, request, known, wait)
        if dark and self.method is Method.EG:
            known = evolve(known, draws=kept(known.draws, drawn(dark, request, qty, 0, wait or 0)))
        rest = qty - sum(one.qty for one in dark)
        to_lit = shares(lit, rest, request) if self._lights(dark, wait, request) else []
        legs = [*dark, *(leg(score, part, request) for score, part in to_lit)]
        if not legs:
            note = _why_none(request, venues, hidden, known)
            return Route(note=note, state=self._search(request), learned=news(known, before))
        said = ", ".join(f"{one.mic} {one.qty}" for one in legs)
        # Held until all have come back, they are spread together and cost one round of `max_rounds`, not one a venue.
        together = (
            wait
            and dark
            and not to_lit
            and (rest or not (marketable(request) or request.slice.time_in_force in AT_ONCE))
        )
        later = request.now + wait + min(CONFIRMING, wait // 10) if wait and together else None
        note = f"{self.method.value}: {said}"
        return Route(legs, later, note=note, state=self._search(request), learned=news(known, before))

    def _wait(self, request: RouteRequest, lit: bool) -> int | None:
        """How long an order may wait at a hidden venue now, ns: 0 = no more, None = for good, without a lit venue."""
        if not lit:
            since = min([request.now, *(one.sent for one in request.attempts)])
            return self.rest_for if request.now - since < self.respread * self.rest_for else None
        if marketable(request):
            return self.rest_for
        return max(0, min(self.rest_for, self._search(request).since + self.dark_for - request.now))

    def _search(self, request: RouteRequest) -> Search:
        return searched(request.state, request, max(self.dark_for, self.rest_for))

    def _open(self, hidden: list[VenueScore], known: Sought, request: RouteRequest, lit: bool) -> list[VenueScore]:
        """Hidden venues to try now: not left alone, and of a slice that meets the far touch each once."""
        once = tried(request) if lit and marketable(request) else []
        return [it for it in hidden if it.mic not in once and not is_away(known, it, request.now)]

    def _lights(self, dark: list[Leg], wait: int | None, request: RouteRequest) -> bool:
        """Whether lit venues get what is left: once there is nothing more to try out of sight."""
        return not dark or wait == 0

    def _dark(
        self, venues: list[VenueScore], qty: int, request: RouteRequest, known: Sought, wait: int | None
    ) -> list[Leg]:
        """The legs to hidden venues."""
        if wait == 0:
            return []
        random = Random(f"{request.seed} {request.now} {request.slice.slot}")
        parts = self._parts(venues, qty, request, known, random)
        lot = request.instrument.lot
        legs: list[Leg] = []
        for score, part in parts:
            least = max(self.min_qty if score.capabilities.min_qty else 0, request.slice.min_qty)
            varied = self._varied(part // lot, random) * lot if wait else part  # what rests for good is all of it
            size = max(varied, min(part, -(-least // lot) * lot))
            one = at_midpoint(leg(score, size, request, rest_for=wait), score, request)
            legs.append(evolve(one, min_qty=min(size, least)))
        return legs

    def _varied(self, lots: int, random: Random) -> int:
        """A size at random, at most `vary` per cent smaller, at least one."""
        most = lots * self.vary // PER_CENT
        return max(1, lots - int(random.random() * (most + 1)))

    def _parts(
        self, venues: list[VenueScore], qty: int, request: RouteRequest, known: Sought, random: Random
    ) -> Shares:
        """What each hidden venue gets; none less than a minimum quantity: the smallest are left out."""
        floor = min(max(self.min_qty, request.slice.min_qty), qty)
        spread = {Method.KM: self._by_curves, Method.EG: self._by_weights, Method.EQUAL: self._equally}[self.method]
        while venues and qty:
            parts = spread(venues, qty, request, known, random)
            if len(venues) == 1 or all(part == 0 or part >= floor for part in parts):
                return [(score, part) for score, part in zip(venues, parts, strict=True) if part]
            worst = min(range(len(parts)), key=lambda index: (parts[index] or qty, -index))
            venues = venues[:worst] + venues[worst + 1 :]
        return []

    @staticmethod
    def _by_curves(
        venues: list[VenueScore], qty: int, request: RouteRequest, known: Sought, random: Random
    ) -> list[int]:
        """Greedily by the curves, beside what waits there. An untried venue counts as sure to hold an equal part.

        Beyond all that is known the rest goes by the chance that curves end with; where that is 0 it is spread
        equally: hidden orders may still come.
        """
        lot, probe = request.instrument.lot, -(-qty // len(venues))
        unknown = Survival((max(request.instrument.lot, probe),), (1.0,), 0.0, 0)
        curves = [unknown if score.hidden is None or score.hidden.upto == 0 else score.hidden for score in venues]
        live = [one for one in request.attempts if one.ended is None]
        held = [sum(one.qty - one.cum_qty for one in live if one.mic == score.mic) for score in venues]
        parts = greedy(qty, [within_reach(curve) for curve in curves], lot, held)
        ends = [Fraction(curve.beyond) for curve in curves]
        more = split(qty - sum(parts), ends if any(ends) else [1] * len(venues), lot)
        return [part + added for part, added in zip(parts, more, strict=True)]

    @staticmethod
    def _equally(venues: list[VenueScore], qty: int, request: RouteRequest, known: Sought, random: Random) -> list[int]:
        """Equal parts."""
        return split(qty, [1] * len(venues), request.instrument.lot)

    def _by_weights(
        self, venues: list[VenueScore], qty: int, request: RouteRequest, known: Sought, random: Random
    ) -> list[int]:
        """By the learned weights of these venues."""
        weights = dict(zip(known.mics, known.weights, strict=True))
        mixed = explored([weights[score.mic] for score in venues], self.explore / PER_CENT)
        if self.rounding is Rounding.RANDOM:
            return by_chance(qty, mixed, request.instrument.lot, random)
        return by_remainder(qty, mixed, request.instrument.lot)


def _why_none(request: RouteRequest, venues: list[VenueScore], hidden: list[VenueScore], known: Sought) -> str:
    if not placeable(request) or not usable(request):
        return why_none(request)
    away = [score.mic for score in hidden if is_away(known, score, request.now)]
    return f"left alone: {', '.join(away)}" if away else "all tried"
