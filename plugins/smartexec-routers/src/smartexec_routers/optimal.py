"""Part by market order now, part by limit orders in the queues. The logic only; the maths is in `cont_kukanov`."""

from collections.abc import Callable, Mapping
from enum import Enum
from fractions import Fraction
from functools import partial
from math import fsum
from typing import ClassVar

from attrs import evolve, field, frozen
from attrs.validators import ge, gt, instance_of

from smartexec.api import (
    NANOS_PER_SECOND,
    Leg,
    Mic,
    OrdType,
    Px,
    Route,
    RouteRequest,
    RoutingLogic,
    Side,
    VenueKind,
    VenueScore,
)
from smartexec_routers.cont_kukanov import Costs, Split, one_venue
from smartexec_routers.draws import drawn, kept, news, settle
from smartexec_routers.flow import Watch, queues, volume_shares
from smartexec_routers.iterates import Iterates, learned, of_venues
from smartexec_routers.levels import by_levels, rank
from smartexec_routers.placing import AT_ONCE, REFUSALS, leg, marketable, placeable, usable, why_none
from smartexec_routers.queue_outflow import Exponential, Outflow, Poisson
from smartexec_routers.ranking import fee
from smartexec_routers.shares import fresh, shares
from smartexec_routers.split import split


class Outflows(Enum):
    """Distribution of what leaves a queue."""

    EXPONENTIAL = "exponential"
    POISSON = "poisson"


OUTFLOWS: Mapping[Outflows, Callable[[float], Outflow]] = {Outflows.EXPONENTIAL: Exponential, Outflows.POISSON: Poisson}
Shares = list[tuple[VenueScore, int]]


@frozen
class Optimal(RoutingLogic):
    """Split between market and limit orders over venues by expected cost (Cont & Kukanov 2017)."""

    name: ClassVar[str] = "optimal"
    state_type: ClassVar[type | None] = Watch
    learned_type: ClassVar[type | None] = Iterates

    horizon: int = field(default=30 * NANOS_PER_SECOND, validator=[instance_of(int), gt(0)], metadata={"unit": "ns"})
    """How long limit orders may rest; what they have not executed by then is taken."""
    under: float = field(default=1.5, validator=ge(0))
    """lambda_u: penalty for what is not executed by the horizon, in half spreads a lot."""
    over: float = field(default=1.5, validator=ge(0))
    """lambda_o: penalty for what is executed beyond what is wanted, in half spreads a lot."""
    impact: float = field(default=0.0, validator=ge(0))
    """theta: cost of showing a lot, in half spreads."""
    outflow: Outflows = field(default=Outflows.EXPONENTIAL, validator=instance_of(Outflows))
    """Distribution of what leaves a queue by the horizon; Poisson is nearly certain of it where it is large."""
    steps: int = field(default=200, validator=[instance_of(int), gt(0)])
    """Routes that a round of learning takes, where there are several venues: more = smaller steps."""

    def route(self, request: RouteRequest) -> Route:
        """Place all that is unplaced: what the model says in the queues, the rest at once."""
        before = request.learned if isinstance(request.learned, Iterates) else Iterates()
        watch = request.state if isinstance(request.state, Watch) else Watch(request.now, request.market.volume)
        placed = self._place(request, self._taught(before, request), watch)
        return evolve(placed, state=watch, learned=news(placed.learned, before))

    def _place(self, request: RouteRequest, known: Iterates, watch: Watch) -> Route:
        """The route, with all that is known now."""
        qty, venues = placeable(request), fresh(request)
        lit = [score for score in venues if score.capabilities.kind is VenueKind.LIT] or venues
        if not qty or not lit:
            note = "all tried" if qty and usable(request) else why_none(request)
            return Route(note=note, learned=known)
        rest_for = self._rest_for(request)
        queue = [score for score in lit if OrdType.LIMIT in score.capabilities.ord_types]
        if queue and self._splits(request, rest_for):
            return self._split(lit, queue, qty, request, rest_for, known, watch)
        if marketable(request):
            how, parts = "takes", shares(sorted(lit, key=partial(rank, request=request)), qty, request, by_levels)
        else:
            how, parts = "rests", shares(sorted(lit, key=lambda score: fee(score, request)), qty, request)
        return _route([leg(score, part, request) for score, part in parts], how, known)

    def _rest_for(self, request: RouteRequest) -> int:
        """How long limit orders may still rest, ns: the horizon starts with the first leg under this decision."""
        sent = [one.sent for one in request.attempts if one.outcome not in REFUSALS]
        rest_for = min([request.now, *sent]) + self.horizon - request.now
        return min(rest_for, request.market.close - request.now) if request.market.close else rest_for

    @staticmethod
    def _splits(request: RouteRequest, rest_for: int) -> bool:
        """Whether there is a choice: a slice that may take and may wait, in a market with two sides."""
        wants = request.slice
        whole = wants.time_in_force in AT_ONCE or wants.time_in_force.auction
        waits = rest_for > 0 and not whole and not wants.min_qty
        return waits and marketable(request) and request.market.valid and request.market.trading

    def _split(
        self,
        venues: list[VenueScore],
        queue: list[VenueScore],
        qty: int,
        request: RouteRequest,
        rest_for: int,
        known: Iterates,
        watch: Watch,
    ) -> Route:
        """Part at once at any of the venues, part in the queues of those that take limit orders."""
        by_mic = sorted(queue, key=lambda score: score.mic)
        start = self._model(by_mic, qty, request, rest_for, watch)
        if len(by_mic) > 1:
            known = of_venues(known, [score.mic for score in by_mic], start)
            start = Split(known.market, known.limits)
        taken, rested, cut = _lots(start, qty, by_mic, request)
        near = sorted(venues, key=partial(rank, request=request))
        market = [leg(score, part, request) for score, part in shares(near, taken, request, by_levels)]
        limit = [_limit(score, part, request, rest_for) for score, part in rested]
        if len(by_mic) > 1 and limit:
            known = evolve(known, draws=kept(known.draws, drawn(limit, request, qty, taken, rest_for)))
        how = f"{taken} at once, {sum(part for _, part in rested)} in the queues{cut}"
        return _route([*market, *limit], how, known)

    def _model(self, venues: list[VenueScore], qty: int, request: RouteRequest, rest_for: int, watch: Watch) -> Split:
        """The closed form, in shares of `qty`, of all venues as one; its limit order is shared as the volume is."""
        lines = queues(request, venues, rest_for, watch)
        ahead, mean = sum(line.ahead for line in lines), fsum(line.outflow for line in lines)
        flow = OUTFLOWS[self.outflow](mean)
        costs = self._costs(request, [fsum(-score.make_fee for score in venues) / len(venues)])
        market = one_venue(qty, ahead, flow, costs).split.market / qty
        return Split(market, tuple((1 - market) * part for part in volume_shares(venues)))

    def _costs(self, request: RouteRequest, rebates: list[float]) -> Costs:
        """Costs per lot in 1e-9; `over` is at least what a limit order earns, as the model assumes."""
        bid, ask = request.market.bid, request.market.ask
        half = (ask - bid) / 2 if bid is not None and ask is not None else float(request.instrument.tick)
        take = min((score.take_fee for score in request.venues.values() if score.up), default=0)
        return Costs(
            half_spread=half,
            take_fee=take,
            rebates=tuple(rebates),
            impact=self.impact * half,
            under=self.under * half,
            over=max(self.over * half, half + max(rebates), 0.0),
        )

    def _taught(self, known: Iterates, request: RouteRequest) -> Iterates:
        """Learn from the routes whose outcome is known by now."""
        waiting, over = settle(known.draws, request)
        known = evolve(known, draws=waiting)
        rebates = [-float(score.make_fee) for score in (request.venues.get(Mic(mic)) for mic in known.mics) if score]
        if not request.market.valid or len(rebates) != len(known.mics):
            return known
        costs = self._costs(request, rebates) if over else None
        for draw in over:
            if costs is not None:
                known = learned(known, draw, costs, self.steps)
        return known


def _lots(shape: Split, qty: int, venues: list[VenueScore], request: RouteRequest) -> tuple[int, Shares, str]:
    """Round a split in shares to whole lots: at once, in each queue, and what was cut.

    More than the quantity is placed only as far as the request's budget goes; without one the limit orders are scaled
    down together to what the market order leaves.
    """
    lot = request.instrument.lot
    lots = qty // lot
    taken = min(lots, round(shape.market * lots)) * lot
    wanted = round(fsum(shape.limits) * lots) * lot
    most = qty - taken + int(request.overbook_qty) // lot * lot
    resting = max(qty - taken, min(wanted, most)) if taken < qty else 0
    weights = [Fraction(limit) for limit in shape.limits]
    if not any(weights):
        weights = [Fraction(part) for part in volume_shares(venues)]
    parts = split(resting, weights, lot)
    each = [(score, min(part, qty - taken)) for score, part in zip(venues, parts, strict=True) if part]
    cut = f", {wanted - resting} cut as no more may be placed" if wanted > resting and taken < qty else ""
    return taken, each, cut


def _limit(score: VenueScore, qty: int, request: RouteRequest, rest_for: int) -> Leg:
    """The leg that joins the queue at the touch on the order's own side."""
    one, near, tick = (
        leg(score, qty, request, rest_for=rest_for),
        request.market.near(request.side),
        request.instrument.tick,
    )
    if near is None:
        return one
    return evolve(one, price=Px(near // tick * tick if request.side is Side.BUY else -(-near // tick) * tick))


def _route(legs: list[Leg], how: str, known: Iterates) -> Route:
    said = ", ".join(f"{one.mic} {one.qty}" for one in legs)
    return Route(legs, note=f"{how}: {said}", learned=known)
