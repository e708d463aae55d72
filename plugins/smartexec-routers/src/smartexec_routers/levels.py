"""What is known of prices at venues, and how a quantity that takes liquidity is spread over them.

A venue's own best price and the quantity it shows there are known where it publishes quotes; what is behind is not.
"""

from collections.abc import Sequence
from fractions import Fraction

from smartexec.api import Px, RouteRequest, Side, VenueScore
from smartexec_routers.shares import weights
from smartexec_routers.split import split


def touched(score: VenueScore, request: RouteRequest) -> Px | None:
    """The price at which the venue is met: its own far touch, else the market's."""
    return score.touch if score.touch is not None else request.market.far(request.side)


def shown(score: VenueScore) -> int:
    """Lots shown at the venue's own best price, else at the market's."""
    return (score.touch_qty if score.touch_qty is not None else score.shown_qty) or 0


def net_price(score: VenueScore, request: RouteRequest) -> float:
    """Price and taker fee per unit, the lower the better for either side; infinite where there is no price."""
    touch = touched(score, request)
    if touch is None:
        return float("inf")
    return (touch if request.side is Side.BUY else -touch) + score.take_fee


def by_levels(venues: list[VenueScore], qty: int, request: RouteRequest) -> list[int]:
    """Split `qty` over venues in the order given: what each shows, then what is behind that by volume.

    Only the best level of a venue is known. What all show together and is not enough goes by share of the traded
    volume, else by what they show, else equally: a guess at deeper levels, which the orders' price reaches where they
    exist.
    """
    lot, left = request.instrument.lot, qty
    parts: list[int] = []
    for score in venues:
        part = min(left, shown(score) // lot * lot)
        parts.append(part)
        left -= part
    return [part + more for part, more in zip(parts, split(left, _behind(venues), lot), strict=True)]


def _behind(venues: list[VenueScore]) -> Sequence[int | Fraction]:
    volumes = [Fraction(score.volume_share) for score in venues]
    return volumes if any(volumes) else weights(venues)


def rank(score: VenueScore, request: RouteRequest) -> tuple[float, float]:
    """Sort key: cheapest after fees first, then the quicker."""
    return net_price(score, request), float("inf") if score.latency is None else score.latency
