"""How far a resting order moves up when the size shown at its price falls: models by name. No book, no orders.

A smaller quote does not say where in the queue the cancelled orders stood. Each model gives the probability that a
cancelled lot stood behind the order, from the size in `front` of it and the size at its `back` (lots). The formulae
are those of hftbacktest's queue models (`backtest/models/queue.rs`), of which the first ones are due to Rigtorp (2013).
"""

from collections.abc import Callable, Mapping
from math import log
from typing import Final

Behind = Callable[[float, float, float], float]
"""(front, back, n) -> probability, 0..1, that a cancelled lot stood behind. Front + back > 0."""

QUEUE_MODELS: Final[Mapping[str, Behind]] = {
    "risk_averse": lambda front, back, n: 1.0,
    "power": lambda front, back, n: back**n / (back**n + front**n),
    "power2": lambda front, back, n: back**n / (back + front) ** n,
    "power3": lambda front, back, n: 1.0 - (front / (front + back)) ** n,
    "log": lambda front, back, n: log(1.0 + back) / (log(1.0 + back) + log(1.0 + front)),
    "log2": lambda front, back, n: log(1.0 + back) / log(1.0 + back + front),
}
"""By the name that `queue_model` has in the configuration. `risk_averse`: only prints shorten the queue."""


def advance(front: float, prev: int, new: int, traded: int, behind: Behind, n: float) -> float:
    """Give the lots in front of an order after its level went from `prev` to `new` lots.

    `front` is already less the `traded` lots that were printed at the price between the two quotes. Never below 0,
    never above `new`, never above what it was.
    """
    cancelled = prev - new - traded
    back = max(0.0, prev - front)
    if cancelled > 0 and front > 0:
        p = behind(front, back, n)
        front = front - (1.0 - p) * cancelled + min(back - p * cancelled, 0.0)
    return max(0.0, min(front, new))
