"""All venues at once. The logic only; what a venue can take is in `placing`, the arithmetic in `split`."""

from typing import ClassVar

from attrs import evolve, field, frozen
from attrs.validators import ge, gt, instance_of, le

from smartexec.api import NANOS_PER_SECOND, Leg, Route, RouteRequest, RoutingLogic, VenueKind, VenueScore
from smartexec_routers.overbooking import overbooked
from smartexec_routers.placing import AT_ONCE, at_midpoint, leg, marketable, placeable, usable, why_none
from smartexec_routers.ranking import fee
from smartexec_routers.shares import fresh, shares, tried


@frozen
class Parallel(RoutingLogic):
    """Split over all venues at once: the quantity they show first, what is left by their share of the volume."""

    name: ClassVar[str] = "parallel"

    dark_share: int = field(default=20, validator=[instance_of(int), ge(0), le(100)])
    """Percentage that goes to dark and ATS venues, pegged to the midpoint where they can; all without a lit venue."""
    dark_min_qty: int = field(default=0, validator=[instance_of(int), ge(0)])
    """MinQty(110) of orders at dark and ATS venues that can do it, in lots."""
    dark_rest_for: int = field(
        default=NANOS_PER_SECOND // 2, validator=[instance_of(int), gt(0)], metadata={"unit": "ns"}
    )
    """How long the dark part of a slice that meets the far touch may wait before it goes to lit venues."""
    overbook: bool = field(default=False, validator=instance_of(bool))
    """Let what rests at lit venues exceed what is wanted, as far as `[routing.overbook]` grants it a budget."""

    def route(self, request: RouteRequest) -> Route:
        """Place all that is unplaced, now."""
        qty = placeable(request)
        venues = sorted(fresh(request), key=lambda score: fee(score, request))
        lit = [score for score in venues if score.capabilities.kind is VenueKind.LIT]
        dark = [score for score in venues if score.capabilities.kind is not VenueKind.LIT]
        if lit and marketable(request):
            dark = [score for score in dark if score.mic not in tried(request)]
        hidden = self._hidden(qty, bool(lit), bool(dark), request)
        legs = [
            *(leg(score, part, request) for score, part in self._lit(lit, qty - hidden, request)),
            *(self._dark(score, part, request, bool(lit)) for score, part in shares(dark, hidden, request)),
        ]
        if not legs:
            return Route(note=why_none(request) if venues or not usable(request) else "all tried")
        return Route(legs, note=f"{', '.join(f'{one.mic} {one.qty}' for one in legs)}")

    def _lit(self, venues: list[VenueScore], qty: int, request: RouteRequest) -> list[tuple[VenueScore, int]]:
        """What goes to lit venues."""
        parts = shares(venues, qty, request)
        rests = not marketable(request) and request.slice.time_in_force not in AT_ONCE
        return overbooked(parts, request) if self.overbook and rests else parts

    def _hidden(self, qty: int, lit: bool, dark: bool, request: RouteRequest) -> int:
        """Lots for dark and ATS venues."""
        if not (lit and dark):
            return qty if dark else 0
        lot = request.instrument.lot
        return qty * self.dark_share // 100 // lot * lot

    def _dark(self, score: VenueScore, qty: int, request: RouteRequest, lit: bool) -> Leg:
        rest_for = self.dark_rest_for if lit and marketable(request) else None
        one = at_midpoint(leg(score, qty, request, rest_for=rest_for), score, request)
        if not score.capabilities.min_qty:
            return one
        return evolve(one, min_qty=min(qty, max(one.min_qty, self.dark_min_qty)))
