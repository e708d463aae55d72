"""All venues that show a price within the limit, at once, the cheapest after fees first. The logic only."""

from functools import partial
from typing import ClassVar

from attrs import evolve, field, frozen
from attrs.validators import instance_of

from smartexec.api import Px, Route, RouteRequest, RoutingLogic, Side, VenueScore
from smartexec_routers.levels import by_levels, rank, touched
from smartexec_routers.placing import leg, marketable, placeable, price, usable, why_none
from smartexec_routers.ranking import fee
from smartexec_routers.shares import fresh, shares


@frozen
class Sweep(RoutingLogic):
    """Take what all venues show within the limit, cheapest after fees first; the rest reaches for deeper levels."""

    name: ClassVar[str] = "sweep"

    net_of_fees: bool = field(default=False, validator=instance_of(bool))
    """Price each order so that its price and taker fee together are within the slice's price."""

    def route(self, request: RouteRequest) -> Route:
        """Place all that is unplaced, now."""
        qty, venues = placeable(request), sorted(fresh(request), key=lambda score: fee(score, request))
        if not marketable(request):
            parts, how = shares(venues, qty, request), "rests"
        else:
            near = sorted((it for it in venues if self._reaches(it, request)), key=partial(rank, request=request))
            parts, how = shares(near, qty, request, by_levels), "sweeps"
        if not parts:
            none = "all tried or beyond the limit" if qty and usable(request) else why_none(request)
            return Route(note=none)
        legs = [evolve(leg(score, part, request), price=self._price(score, request)) for score, part in parts]
        return Route(legs, note=f"{how} {', '.join(f'{one.mic} {one.qty}' for one in legs)}")

    def _price(self, score: VenueScore, request: RouteRequest) -> Px | None:
        """The slice's price, less the taker fee where fees count and the slice takes."""
        px, tick = price(request), request.instrument.tick
        if px is None or not self.net_of_fees or score.take_fee <= 0 or not marketable(request):
            return px
        if request.side is Side.BUY:
            return Px((px - score.take_fee) // tick * tick)
        return Px(-(-(px + score.take_fee) // tick) * tick)

    def _reaches(self, score: VenueScore, request: RouteRequest) -> bool:
        """Whether the venue's best price is within the order's; a venue that shows none may have one."""
        px, touch = self._price(score, request), touched(score, request)
        if px is None or touch is None:
            return True
        return touch <= px if request.side is Side.BUY else touch >= px
