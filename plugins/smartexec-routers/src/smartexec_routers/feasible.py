"""The nearest placement that is feasible: projection on {0 <= M <= S, 0 <= L_k <= S - M, M + sum L_k >= S}. Pure.

Outside this set no placement is optimal (Cont & Kukanov 2017, section 3): more than S by one order is never wanted,
nor less than S by all.
"""

from collections.abc import Sequence
from math import fsum

HALVINGS = 60
"""Of an interval when a root is bisected: past the precision of a float."""


def feasible(market: float, limits: Sequence[float], qty: float) -> tuple[float, list[float]]:
    """Give the feasible (M, L) with the least sum of squared distances from `market` and `limits`."""
    if not limits:
        return qty, []
    if market >= 0 and all(0 <= limit <= qty - market for limit in limits) and market + fsum(limits) >= qty:
        return market, list(limits)
    low, high = 0.0, qty
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if _slope(middle, market, limits, qty) > 0 else (middle, high)
    best = (low + high) / 2
    return best, _clipped(limits, _lift(limits, qty - best), qty - best)


def within(market: float, limits: Sequence[float], qty: float, most: float) -> tuple[float, list[float]]:
    """Give the nearest feasible (M, L) that places at most `most`, which is `qty` or more.

    By the conditions of Karush, Kuhn and Tucker it is the projection of the point with the same amount taken from all.
    """
    near = feasible(market, limits, qty)
    if near[0] + fsum(near[1]) <= most:
        return near
    if most <= qty:
        level = _level([market, *limits], qty)
        return max(0.0, market + level), [max(0.0, limit + level) for limit in limits]
    low, high = 0.0, max(market, *limits) + qty
    for _ in range(HALVINGS):
        less = (low + high) / 2
        near = feasible(market - less, [limit - less for limit in limits], qty)
        low, high = (low, less) if near[0] + fsum(near[1]) <= most else (less, high)
    return feasible(market - high, [limit - high for limit in limits], qty)


def _slope(at: float, market: float, limits: Sequence[float], qty: float) -> float:
    """Half the derivative of the least squared distance by M at `at`: its own, and the multipliers of what M moves."""
    room = qty - at
    lift = _lift(limits, room)
    return at - market + fsum(max(0.0, limit + lift - room) for limit in limits) - lift


def _clipped(limits: Sequence[float], lift: float, room: float) -> list[float]:
    return [min(room, max(0.0, limit + lift)) for limit in limits]


def _lift(limits: Sequence[float], room: float) -> float:
    """The least addition to all limits with which, each cut to 0..room, they sum to `room`."""
    return 0.0 if fsum(_clipped(limits, 0.0, room)) >= room else _level(limits, room)


def _level(values: Sequence[float], total: float) -> float:
    """What to add to all values so that those that are then positive sum to `total`."""
    ordered = sorted(values, reverse=True)
    for count, after in enumerate([*ordered[1:], None], 1):
        level = (total - fsum(ordered[:count])) / count
        if after is None or after + level <= 0:
            return level
    return 0.0
