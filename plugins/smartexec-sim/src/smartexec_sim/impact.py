"""What own aggressive orders do to the prices that later own orders see at one venue in one symbol. No book.

The load of a side is what its own orders took, each in multiples of the size that a touch showed, halving every
`half_life`. It displaces the other side's prices by `bps` x load ("linear": Obizhaeva and Wang 2013, a book of even
depth with exponential resilience; with exponential decay no other law is free of price manipulation, Gatheral 2010) or
`bps` x sqrt(load) ("sqrt": the square-root law, Toth et al. 2011). A side's own orders see only their own side's load,
so that nobody earns by pushing a price and turning round.
"""

from collections.abc import Callable, Mapping, Sequence
from math import floor, pow, sqrt
from typing import Final

from attrs import define, field

from smartexec_sim.orders import BUY, SELL

IMPACT_MODELS: Final[Mapping[str, Callable[[float], float]]] = {"sqrt": sqrt, "linear": float}
"""Load to displacement, in units of `bps`."""

MAX_LOAD: Final = 100.0
"""Touches: a touch of one lot does not let a large order move the price without end."""
_FADED: Final = 1e-6
"""A load below this is none."""


@define(eq=False)
class Impact:
    """The loads of both sides. Times in ns, prices in 1e-9 of the currency."""

    bps: float
    half_life: int
    law: Callable[[float], float]
    tick: int
    _loads: dict[int, tuple[float, int]] = field(init=False, factory=dict)
    """(load, as of) by sign of the own orders; none once it has faded."""
    _last: dict[int, int | None] = field(init=False, factory=dict)
    """Where the other side was last, by sign of the own orders."""

    @property
    def active(self) -> bool:
        """Whether own orders have left anything that has not faded yet."""
        return bool(self._loads)

    def add(self, sign: int, taken: Sequence[tuple[int, int]], shown: int, now: int) -> None:
        """Count own executions (price, lots) at a time when a touch showed `shown` lots."""
        if self.bps and taken:
            qty = sum(got for _, got in taken)
            self._last[sign] = taken[0][0]
            self._loads[sign] = (min(MAX_LOAD, self.load(sign, now) + qty / max(1, shown)), now)

    def load(self, sign: int, now: int) -> float:
        """Give what is left of a side's load, in touches."""
        load, since = self._loads.get(sign, (0.0, now))
        return load * pow(0.5, (now - since) / self.half_life)

    def shift(self, sign: int, px: int | None, now: int) -> int:
        """How far from `px` own orders of a side see the other side: whole ticks, the nearest; >= 0 always.

        While the other side is empty (None) it counts from its last price.
        """
        px = self._last[sign] = self._last.get(sign) if px is None else px
        if px is None or sign not in self._loads:
            return 0
        load = self.load(sign, now)
        if load < _FADED:
            del self._loads[sign]
            return 0
        ticks = floor(px * self.bps * self.law(load) / (10_000 * self.tick) + 0.5)
        return ticks * self.tick


def seen(sign: int, px: int, shift: int) -> int:
    """Give the price at which an own order of `sign` meets a replayed one at `px`; at least 1e-9."""
    return max(1, px + sign * shift)


def no_shift() -> dict[int, int]:
    """Give the displacement by sign before anything was taken."""
    return {BUY: 0, SELL: 0}
