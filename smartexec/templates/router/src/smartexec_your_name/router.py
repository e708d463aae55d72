"""your-name: a slice goes whole to one venue, what comes back to the next.

Prices are in 1e-9 of the currency, quantities in lots.
"""

from attrs import frozen
from smartexec.api import Leg, OrdType, Route, RouteRequest, RoutingLogic, Side, VenueKind, VenueScore


@frozen
class YourName(RoutingLogic):
    """Send a slice whole to the venue that shows most, then to the next; each is tried once for a decision."""

    name = "your-name"

    first: VenueKind = VenueKind.LIT
    """Kind of venue that comes before all others."""

    def route(self, request: RouteRequest) -> Route:
        """Place what is unplaced; asked again for what a leg leaves."""
        qty = request.qty // request.instrument.lot * request.instrument.lot
        tried = {attempt.mic for attempt in request.attempts if attempt.ended is not None}
        left = [score for score in request.venues.values() if score.mic not in tried and _takes(score, request)]
        if not qty or not left:
            return Route(note=f"nothing is placed: {qty} lots, {len(left)} venues left that take them")
        best = min(left, key=self._rank)
        return Route([_leg(best, qty, request)], note=f"{qty} to {best.mic}, {len(left)} venues left")

    def _rank(self, score: VenueScore) -> tuple[bool, int, int, str]:
        """What comes first is least: the kind, the most shown, the lowest fee; the MIC, so that no two are alike."""
        return score.capabilities.kind is not self.first, -(score.shown_qty or 0), score.take_fee, score.mic


def _price(request: RouteRequest) -> int | None:
    """The slice's price, no worse than the limit; None = market."""
    price, limit = request.slice.price, request.limit
    if price is None or limit is None:
        return limit if price is None else price
    return min(price, limit) if request.side is Side.BUY else max(price, limit)


def _takes(score: VenueScore, request: RouteRequest) -> bool:
    """Whether a venue is up and can do all that the slice asks."""
    can, wants = score.capabilities, request.slice
    kind = OrdType.MARKET if _price(request) is None else OrdType.LIMIT
    needs = (
        wants.peg in can.pegs if wants.peg is not None else kind in can.ord_types,
        wants.time_in_force in can.times_in_force,
        can.min_qty or not wants.min_qty,
        can.display_qty or wants.display_qty is None,
        can.post_only or not wants.post_only,
    )
    return score.up and all(needs)


def _leg(score: VenueScore, qty: int, request: RouteRequest) -> Leg:
    """Take the quantity to a venue on the terms of the slice."""
    wants = request.slice
    return Leg(
        score.mic,
        qty,
        price=_price(request),
        time_in_force=wants.time_in_force,
        min_qty=min(wants.min_qty, qty),
        display_qty=None if wants.display_qty is None else min(wants.display_qty, qty),
        post_only=wants.post_only,
        peg=wants.peg,
    )
