"""What a queue holds and what will leave it, estimated from what a request knows. The estimate only; no decision.

Lots that leave a venue's best level on the order's side over the horizon = half of the volume expected in the market
(the other half trades on the other side) x the venue's share of the volume. Cancellations ahead are not known and not
counted.
"""

from math import fsum

from attrs import frozen

from smartexec.api import CURVE_SCALE, MarketView, RouteRequest, Side, VenueScore


@frozen
class Watch:
    """Volume of the market when a slot was first routed: what the rate is measured from where there is no history."""

    since: int
    """ns UTC."""
    volume: int
    """Lots since the parent's start."""


@frozen
class Queue:
    """A venue's best level on the order's own side."""

    ahead: int
    """Q: lots shown there now."""
    outflow: float
    """Lots expected to leave it by the horizon."""


def queues(request: RouteRequest, venues: list[VenueScore], horizon: int, watch: Watch) -> list[Queue]:
    """Estimate each venue's queue; the lots shown at the market's best price are shared as the volume is."""
    market = request.market
    near = market.bid_qty if request.side is Side.BUY else market.ask_qty
    volume = expected_volume(market, request.now, horizon, watch)
    outflow = near if volume is None else volume / 2
    parts = volume_shares(venues)
    return [Queue(round(near * part), max(outflow * part, 1e-9)) for part in parts]


def volume_shares(venues: list[VenueScore]) -> list[float]:
    """Shares of these venues in the volume of all of them; equal where none has traded."""
    whole = fsum(score.volume_share for score in venues)
    return [score.volume_share / whole if whole > 0 else 1 / len(venues) for score in venues]


def expected_volume(market: MarketView, now: int, horizon: int, watch: Watch) -> float | None:
    """Lots expected to trade by `horizon` from now: of the first of these that is known.

    Today's forecast; the historical curve; the average day spread evenly over the session; the rate since `watch`.
    None if none is: the caller then takes the queue to turn over once.
    """
    end, adv = now + horizon, market.statistics.adv
    if market.forecast is not None:
        return float(market.forecast.between(now, end))
    if market.curve is not None and adv is not None:
        return adv * market.curve.between(now, end) / CURVE_SCALE
    if adv is not None and 0 < market.open < market.close:
        return adv * horizon / (market.close - market.open)
    if now > watch.since and market.volume >= watch.volume:
        return (market.volume - watch.volume) * horizon / (now - watch.since)
    return None
