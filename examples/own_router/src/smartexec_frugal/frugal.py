"""frugal: to the venue that charges least, away from venues that have refused too often. It learns from every leg."""

from typing import ClassVar

from attrs import field, frozen
from attrs.validators import ge, le

from smartexec.api import Leg, OrdType, Outcome, Route, RouteRequest, RoutingLogic, Side, VenueScore


@frozen
class Learned:
    """What it knows of venues for one instrument: (MIC, legs, refused) each, in order of the MIC."""

    tallies: tuple[tuple[str, int, int], ...] = ()


@frozen
class Frugal(RoutingLogic):
    """Send a slice whole to the venue where it costs least in fees, each once; one that refuses often comes last."""

    name: ClassVar[str] = "frugal"
    learned_type: ClassVar[type | None] = Learned

    patience_pct: int = field(default=20, validator=[ge(0), le(100)])
    """A venue that has refused more than so many percent of its legs comes after all others."""

    def route(self, request: RouteRequest) -> Route:
        learned = _add(request)
        lot = request.instrument.lot
        qty = request.qty // lot * lot
        known = {mic: (legs, refused) for mic, legs, refused in learned.tallies}
        takes = _takes(request)
        tried = {one.mic for one in request.attempts if one.ended}
        able = [one for one in request.venues.values() if one.up and one.mic not in tried and _able(one, request)]

        def cost(one: VenueScore) -> tuple[bool, int, str]:
            legs, refused = known.get(one.mic, (0, 0))
            return (refused * 100 > legs * self.patience_pct, one.take_fee if takes else one.make_fee, one.mic)

        if not able or not qty:
            return Route(note="no venue is left that takes it", learned=learned)
        best = min(able, key=cost)
        _, fee, _ = cost(best)
        one = request.slice
        leg = Leg(
            best.mic, qty, price=one.price if request.limit is None else _within(request), min_qty=one.min_qty,
            time_in_force=one.time_in_force, post_only=one.post_only, peg=one.peg,
            display_qty=None if one.display_qty is None else min(one.display_qty, qty),
        )  # fmt: skip
        return Route((leg,), note=f"{best.mic} charges least: {fee} for each lot", learned=learned)


def _takes(request: RouteRequest) -> bool:
    """Whether the slice crosses the spread."""
    far, price = request.market.far(request.side), request.slice.price
    if price is None or far is None:
        return price is None
    return price >= far if request.side is Side.BUY else price <= far


def _within(request: RouteRequest) -> int | None:
    """The slice's price, no worse than the limit."""
    price, limit = request.slice.price, request.limit
    if price is None or limit is None:
        return limit
    return min(price, limit) if request.side is Side.BUY else max(price, limit)


def _able(one: VenueScore, request: RouteRequest) -> bool:
    """Whether a venue takes such an order."""
    can, wanted = one.capabilities, request.slice
    kind = OrdType.MARKET if wanted.price is None and request.limit is None else OrdType.LIMIT
    return all((
        wanted.peg in can.pegs if wanted.peg else kind in can.ord_types,
        wanted.time_in_force in can.times_in_force,
        can.min_qty or not wanted.min_qty,
        wanted.min_qty <= request.qty // request.instrument.lot * request.instrument.lot,
        can.display_qty or wanted.display_qty is None,
        can.post_only or not wanted.post_only,
    ))  # fmt: skip


def _add(request: RouteRequest) -> Learned:
    """What was learned before, and the outcomes since."""
    found = {mic: [legs, refused] for mic, legs, refused in getattr(request.learned, "tallies", ())}
    for one in request.outcomes:
        tally = found.setdefault(one.mic, [0, 0])
        tally[0] += 1
        tally[1] += one.outcome in (Outcome.REJECTED, Outcome.REFUSED)
    return Learned(tuple((mic, *found[mic]) for mic in sorted(found)))
