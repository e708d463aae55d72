"""How a quantity is shared over venues: what they show first, then by volume. The arithmetic is in `split`."""

from collections.abc import Callable, Sequence
from fractions import Fraction

from smartexec.api import RouteRequest, VenueScore
from smartexec_routers.placing import AT_ONCE, marketable, usable
from smartexec_routers.split import split

Rule = Callable[[list[VenueScore], int, RouteRequest], list[int]]


def fresh(request: RouteRequest) -> list[VenueScore]:
    """Usable venues; where orders end at once, those not tried yet (what they had is gone)."""
    gone = tried(request) if request.slice.time_in_force in AT_ONCE else []
    return [score for score in usable(request) if score.mic not in gone]


def tried(request: RouteRequest) -> list[str]:
    """Where earlier legs of the slot went under this decision."""
    return [attempt.mic for attempt in request.attempts]


def shares(
    venues: list[VenueScore], qty: int, request: RouteRequest, rule: Rule | None = None
) -> list[tuple[VenueScore, int]]:
    """What each venue gets of `qty`; of a slice with a minimum, no part is smaller: the last venues are left out.

    `rule` splits a quantity over venues, the parts in their order; left out, by what they show, then by volume.
    """
    floor = min(request.slice.min_qty, qty)
    while venues and qty:
        parts = (rule or by_shown)(venues, qty, request)
        if len(venues) == 1 or all(part == 0 or part >= floor for part in parts):
            return [(score, part) for score, part in zip(venues, parts, strict=True) if part]
        venues = _without_smallest(venues, parts)
    return []


def by_shown(venues: list[VenueScore], qty: int, request: RouteRequest) -> list[int]:
    """Split `qty`: a marketable slice takes what is shown first; the rest, or a passive slice, goes by weight."""
    lot = request.instrument.lot
    shown = [(score.shown_qty or 0) // lot * lot for score in venues]
    taken = min(qty, sum(shown)) if marketable(request) else 0
    parts = split(taken, shown, lot)
    rest = split(qty - taken, weights(venues), lot)
    return [part + more for part, more in zip(parts, rest, strict=True)]


def weights(venues: list[VenueScore]) -> Sequence[int | Fraction]:
    """Quantity shown where all show it, else shares of the volume, else equal."""
    shown = [score.shown_qty for score in venues if score.shown_qty is not None]
    if len(shown) == len(venues) and any(shown):
        return shown
    volumes = [Fraction(score.volume_share) for score in venues]
    return volumes if any(volumes) else [1] * len(venues)


def _without_smallest(venues: list[VenueScore], parts: list[int]) -> list[VenueScore]:
    """Leave out the venue with the smallest part, of equal ones the dearest."""
    worst = min(range(len(parts)), key=lambda index: (parts[index], -index))
    return venues[:worst] + venues[worst + 1 :]
