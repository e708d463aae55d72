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


def _slope(at: float, market: float, limits: Sequence[float], qty: float) -> float:
    """Half the derivative of the least squared distance by M at `at`: its own, and the multipliers of what M moves."""
    room = qty - at
    lift = _lift(limits, room)
    return at - market + fsum(max(0.0, limit + lift - room) for limit in limits) - lift


def _clipped(limits: Sequence[float], lift: float, room: float) -> list[float]:
    return [min(room, max(0.0, limit + lift)) for limit in limits]


def _lift(limits: Sequence[float], room: float) -> float:
    """The least addition to all limits with which, each cut to 0..room, they sum to `room`."""
    if fsum(_clipped(limits, 0.0, room)) >= room:
        return 0.0
    low, high = 0.0, room - min(limits)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if fsum(_clipped(limits, middle, room)) >= room else (middle, high)
    return high
