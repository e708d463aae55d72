"""One venue after the other. The logic only; what a venue can take is in `placing`, the order in `ranking`."""

from typing import ClassVar

from attrs import field, frozen
from attrs.validators import gt, instance_of

from smartexec.api import NANOS_PER_SECOND, Route, RouteRequest, RoutingLogic, VenueKind, VenueScore
from smartexec_routers.placing import AT_ONCE, leg, placeable, usable, why_none
from smartexec_routers.ranking import fee, ranked

RESTS = 2
"""Legs that may end at the resting venue before it counts as of no use: its turn in the list, and one rest."""


@frozen
class Sequential(RoutingLogic):
    """Try venues one at a time, the cheapest expected first; rest at the best lit one after the last."""

    name: ClassVar[str] = "sequential"

    rest_for: int = field(default=2 * NANOS_PER_SECOND, validator=[instance_of(int), gt(0)], metadata={"unit": "ns"})
    """How long an order may rest at each venue before what is left goes to the next."""

    def route(self, request: RouteRequest) -> Route:
        """Send all that is unplaced to the venue whose turn it is."""
        qty, venues = placeable(request), ranked(usable(request), request)
        if not qty or not venues:
            return Route(note=why_none(request))
        live = [attempt.mic for attempt in request.attempts if attempt.ended is None]
        tried = [attempt.mic for attempt in request.attempts]
        working = [score for score in venues if score.mic in live]
        left = [score for score in venues if score.mic not in tried]
        if working:
            rest_for = self.rest_for if left else None
            return self._send(working[-1], qty, request, rest_for, f"joins what works at {working[-1].mic}")
        if left:
            last = len(left) == 1 and left[0] is _resting(venues, request)
            why = f"{len(venues) - len(left) + 1} of {len(venues)}, fee {fee(left[0], request)}"
            return self._send(left[0], qty, request, None if last else self.rest_for, why)
        if request.slice.time_in_force in AT_ONCE:
            return Route(note=f"all {len(venues)} tried")
        rest = _resting(venues, request)
        if rest is None or tried.count(rest.mic) >= RESTS:
            return Route(note=f"all {len(venues)} tried, no lit venue to rest at")
        return self._send(rest, qty, request, None, f"all {len(venues)} tried, rests")

    @staticmethod
    def _send(score: VenueScore, qty: int, request: RouteRequest, rest_for: int | None, why: str) -> Route:
        return Route((leg(score, qty, request, rest_for=rest_for),), note=f"{score.mic} {qty}, {why}")


def _resting(venues: list[VenueScore], request: RouteRequest) -> VenueScore | None:
    """The best lit venue, None without one."""
    return next((score for score in venues if score.capabilities.kind is VenueKind.LIT), None)
