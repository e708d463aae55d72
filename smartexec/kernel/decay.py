"""How much an observation counts by its age: half as much after each half-life. No tallies here.

Forward decay (Cormode, Shkapenyuk, Srivastava & Xu 2009): instead of making old sums smaller all the time, later
observations weigh more, 2^(age / half-life) of an arbitrary reference time. A ratio of two sums is the same either way,
costs nothing to keep, and what was counted can be taken out again, since its weight depends on its time alone.

Exact and the same on every machine: the exponent moves in 64ths of a half-life (weights are up to 1.1 % off), whole
half-lives are exact scalings by powers of two, and the 64 factors are made of square roots, which IEEE 754 rounds
correctly.
"""

from math import ldexp, sqrt
from typing import Final

STEPS: Final = 64


def _growth() -> tuple[float, ...]:
    """2^(i/64) for i = 0..63: the product of the roots that the bits of i name, largest first."""
    roots, root = [], 2.0
    for _ in range(6):
        root = sqrt(root)
        roots.append(root)
    factors = []
    for i in range(STEPS):
        factor = 1.0
        for bit, one in enumerate(roots):
            if i & STEPS >> (bit + 1):
                factor *= one
        factors.append(factor)
    return tuple(factors)


GROWTH: Final = _growth()


class Decay:
    """Weights by time, for one half-life in ns; 0 = nothing is ever forgotten."""

    __slots__ = ("half_life", "step")

    def __init__(self, half_life: int) -> None:
        self.step = max(1, half_life // STEPS) if half_life else 0
        """Time in which the weight stays as it is, ns; 0 = for ever."""
        self.half_life = self.step * STEPS

    def split(self, since: int, time: int) -> tuple[int, float]:
        """Whole half-lives from `since` to `time` (negative before it), and the factor 1..2 for the rest."""
        if not self.step:
            return 0, 1.0
        whole, part = divmod((time - since) // self.step, STEPS)
        return whole, GROWTH[part]

    def weight(self, since: int, time: int) -> float:
        """What an observation at `time` weighs where one at `since` weighs 1."""
        whole, factor = self.split(since, time)
        return ldexp(factor, whole)
