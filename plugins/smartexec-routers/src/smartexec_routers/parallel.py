"""All venues at once. The logic only; what a venue can take is in `placing`, the arithmetic in `split`."""

from collections.abc import Sequence
from fractions import Fraction
from typing import ClassVar

from attrs import evolve, field, frozen
from attrs.validators import ge, gt, instance_of, le

from smartexec.api import NANOS_PER_SECOND, Leg, Route, RouteRequest, RoutingLogic, VenueKind, VenueScore
from smartexec_routers.placing import AT_ONCE, at_midpoint, leg, marketable, placeable, usable, why_none
from smartexec_routers.ranking import fee
from smartexec_routers.split import split


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

    def route(self, request: RouteRequest) -> Route:
        """Place all that is unplaced, now."""
        qty = placeable(request)
        venues = sorted(_fresh(request), key=lambda score: fee(score, request))
        lit = [score for score in venues if score.capabilities.kind is VenueKind.LIT]
        dark = [score for score in venues if score.capabilities.kind is not VenueKind.LIT]
        if lit and marketable(request):
            dark = [score for score in dark if score.mic not in _tried(request)]
        hidden = self._hidden(qty, bool(lit), bool(dark), request)
        legs = [
            *(leg(score, part, request) for score, part in _shares(lit, qty - hidden, request)),
            *(self._dark(score, part, request, bool(lit)) for score, part in _shares(dark, hidden, request)),
        ]
        if not legs:
            return Route(note=why_none(request) if venues or not usable(request) else "all tried")
        return Route(legs, note=f"{', '.join(f'{one.mic} {one.qty}' for one in legs)}")

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


def _fresh(request: RouteRequest) -> list[VenueScore]:
    """Usable venues; where orders end at once, those not tried yet (what they had is gone)."""
    tried = _tried(request) if request.slice.time_in_force in AT_ONCE else []
    return [score for score in usable(request) if score.mic not in tried]


def _tried(request: RouteRequest) -> list[str]:
    return [attempt.mic for attempt in request.attempts]


def _shares(venues: list[VenueScore], qty: int, request: RouteRequest) -> list[tuple[VenueScore, int]]:
    """What each venue gets of `qty`; of a slice with a minimum, no part is smaller: the last venues are left out."""
    floor = min(request.slice.min_qty, qty)
    while venues and qty:
        parts = _parts(venues, qty, request)
        if len(venues) == 1 or all(part == 0 or part >= floor for part in parts):
            return [(score, part) for score, part in zip(venues, parts, strict=True) if part]
        venues = _without_smallest(venues, parts)
    return []


def _without_smallest(venues: list[VenueScore], parts: list[int]) -> list[VenueScore]:
    """Leave out the venue with the smallest part, of equal ones the dearest."""
    worst = min(range(len(parts)), key=lambda index: (parts[index], -index))
    return venues[:worst] + venues[worst + 1 :]


def _parts(venues: list[VenueScore], qty: int, request: RouteRequest) -> list[int]:
    """Split `qty`: a marketable slice takes what is shown first; the rest, or a passive slice, goes by weight."""
    lot = request.instrument.lot
    shown = [(score.shown_qty or 0) // lot * lot for score in venues]
    taken = min(qty, sum(shown)) if marketable(request) else 0
    parts = split(taken, shown, lot)
    rest = split(qty - taken, _weights(venues), lot)
    return [part + more for part, more in zip(parts, rest, strict=True)]


def _weights(venues: list[VenueScore]) -> Sequence[int | Fraction]:
    """Quantity shown where all show it, else shares of the volume, else equal."""
    shown = [score.shown_qty for score in venues if score.shown_qty is not None]
    if len(shown) == len(venues) and any(shown):
        return shown
    volumes = [Fraction(score.volume_share) for score in venues]
    return volumes if any(volumes) else [1] * len(venues)
