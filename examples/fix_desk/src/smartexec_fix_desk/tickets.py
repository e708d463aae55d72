"""The small orders that the desk's clients send: seeded, in two waves, each with an end of its own. No messages."""

from collections.abc import Iterator
from decimal import Decimal
from random import Random
from typing import Final

from attrs import frozen

from smartexec.api import NANOS_PER_SECOND, Side

ACCOUNTS: Final = tuple(f"ACC{n}" for n in range(1, 9))
STRATEGIES: Final = (
    ("TWAP", (("slices", 4), ("aggressiveness", 70), ("cross_ticks", 2))),
    ("TWAP", (("slices", 6), ("aggressiveness", 90), ("cross_ticks", 2))),
    ("SNIPER", (("max_spread_ticks", 2), ("finish_pct", 40), ("cross_ticks", 2))),
    ("ICEBERG", (("display_qty", 300), ("finish_pct", 40), ("cross_ticks", 2))),
)
"""Strategy with its parameters."""
WAVES: Final = ((1, 10), (6, 16))
"""Begin and end of what a wave's orders may trade in, s after the start."""
FAR: Final = {Side.BUY: Decimal(110), Side.SELL: Decimal(90)}
"""Limits that are sure to be within the market."""


@frozen
class Ticket:
    """One order. `begins` and `ends` in ns UTC."""

    cl_ord_id: str
    symbol: str
    side: Side
    qty: int
    price: Decimal | None
    account: str
    strategy: str
    params: tuple[tuple[str, object], ...]
    begins: int
    ends: int


def draw(count: int, symbols: tuple[str, ...], start: int, *, seed: int = 1, stretch: float = 1.0) -> Iterator[Ticket]:
    """Yield orders; the waves last `stretch` times as long."""
    rng = Random(seed)
    for number in range(1, count + 1):
        first, last = WAVES[number * len(WAVES) // (count + 1)]
        strategy, params = rng.choice(STRATEGIES)
        side = Side.SELL if rng.random() < 0.2 else Side.BUY
        limit = FAR[side] if rng.random() < 0.5 else None
        yield Ticket(
            f"C{number}",
            rng.choice(symbols),
            side,
            rng.randint(1, 12) * 10,
            limit,
            rng.choice(ACCOUNTS),
            strategy,
            params,
            start + int(first * stretch * NANOS_PER_SECOND),
            start + int(last * stretch * NANOS_PER_SECOND),
        )
