"""Over-booking: resting at several venues more than is wanted, as not all of it is expected to execute. The rule only.

The budget is the kernel's (`request.overbook_qty`, 0 unless the configuration grants one); it cancels what is left
over once enough has executed, and books what comes back beyond the order to the house.
"""

from fractions import Fraction

from smartexec.api import RouteRequest, VenueScore
from smartexec_routers.ranking import PRIOR
from smartexec_routers.split import split


def overbooked(parts: list[tuple[VenueScore, int]], request: RouteRequest) -> list[tuple[VenueScore, int]]:
    """Add to the parts what is not expected to execute, at most the budget, where executions are likeliest.

    The addition is shared by volume share times chance of an execution. With fewer than two venues nothing is added:
    one queue does not execute more because more waits in it.
    """
    lot = request.instrument.lot
    idle = sum(Fraction(part) * (1 - _chance(score)) for score, part in parts)
    extra = min(int(request.overbook_qty), int(idle)) // lot * lot
    if len(parts) < 2 or extra <= 0:
        return parts
    even = not any(score.volume_share for score, _ in parts)
    weights = [_chance(score) * (1 if even else Fraction(score.volume_share)) for score, _ in parts]
    more = split(extra, weights, lot)
    return [(score, part + added) for (score, part), added in zip(parts, more, strict=True)]


def _chance(score: VenueScore) -> Fraction:
    """Share of a resting order that is expected to execute: as measured, else one half."""
    found = score.fill_ratio if score.fill_ratio is not None else score.fill_prob
    return Fraction(PRIOR if found is None else found)
