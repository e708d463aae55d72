"""Which venue first: expected cost of placing a slice there. Floats rank; they never touch a quantity or a price."""

from smartexec.api import RouteRequest, VenueScore
from smartexec_routers.placing import marketable

PRIOR = 0.5
"""Chance of a fill where nothing was measured: neither for nor against the venue."""


def ranked(scores: list[VenueScore], request: RouteRequest) -> list[VenueScore]:
    """Sort venues: cheapest first, ties to the quicker, then to the order given (that of the configuration)."""
    return sorted(scores, key=lambda score: (expected_cost(score, request), _latency(score)))


def expected_cost(score: VenueScore, request: RouteRequest) -> float:
    """Fee per unit where it fills, the spread per unit where it does not, in 1e-9 of the currency."""
    chance = fill_chance(score, request)
    return chance * fee(score, request) + (1 - chance) * _spread(score, request)


def fill_chance(score: VenueScore, request: RouteRequest) -> float:
    """Share of the slice expected to fill: as measured, times what is shown where it takes liquidity."""
    chance = PRIOR if score.fill_ratio is None else score.fill_ratio
    if score.shown_qty is not None and marketable(request):
        chance = min(1.0, score.shown_qty / max(1, request.qty)) * (1.0 if score.fill_ratio is None else chance)
    return chance * (1 - (score.reject_rate or 0.0))


def fee(score: VenueScore, request: RouteRequest) -> int:
    """Fee per unit of quantity that the slice would pay there."""
    return score.take_fee if marketable(request) else score.make_fee


def _spread(score: VenueScore, request: RouteRequest) -> int:
    """What missing the fill costs: the market's spread, else the venue's, else a tick."""
    bid, ask = request.market.bid, request.market.ask
    if bid is not None and ask is not None and bid < ask:
        return ask - bid
    return score.spread if score.spread is not None and score.spread > 0 else request.instrument.tick


def _latency(score: VenueScore) -> float:
    return float("inf") if score.latency is None else score.latency
