"""Slow, obvious models of smartexec/kernel/shares.py: the chairman assignment lot by lot, and caps as water levels."""

from fractions import Fraction
from itertools import accumulate

from attrs import define


@define
class Chairman:
    """Tijdeman's rule as published: one lot at a time, exact fractions."""

    weights: list[int]
    carried: list[Fraction]
    given: list[int]

    @property
    def margin(self) -> Fraction:
        """1 - e."""
        return 1 - Fraction(1, max(2, 2 * sum(w > 0 for w in self.weights) - 2))

    def exact(self, i: int, total: int) -> Fraction:
        return self.carried[i] + Fraction(total * self.weights[i], sum(self.weights))

    def give_one(self) -> int:
        """Give one lot to the earliest deadline among those whose upper edge admits it."""
        total = sum(self.given) + 1
        able = [
            i
            for i, w in enumerate(self.weights)
            if w > self.given[i] and self.given[i] + 1 <= self.exact(i, total) + self.margin
        ]
        chosen = min(able, key=lambda i: (self.deadline(i), -self.weights[i], i))
        self.given[chosen] += 1
        return chosen

    def deadline(self, i: int) -> Fraction:
        """The total at which the lower edge demands the member's next lot."""
        return (self.given[i] + self.margin - self.carried[i]) * sum(self.weights) / self.weights[i]


def most(lots: int, weights: list[int], groups: list[tuple[int, int]]) -> int:
    """The most that nested caps and weights admit: lot by lot, the least permissive member first."""
    given = [0] * len(weights)
    for _ in range(lots):
        for i in reversed(range(len(weights))):
            given[i] += 1
            if given[i] <= weights[i] and within(given, groups):
                break
            given[i] -= 1
        else:
            break
    return sum(given)


def within(given: list[int], groups: list[tuple[int, int]]) -> bool:
    """Whether the first k members together have `cap` at most, for each (k, cap)."""
    return all(sum(given[:k]) <= max(0, cap) for k, cap in groups)


def levels(lots: int, weights: list[int], groups: list[tuple[int, int]]) -> list[Fraction]:
    """Raise everybody's part of its weight alike; who meets a cap stops there. Exact, not in whole lots."""
    parts = [Fraction(0)] * len(weights)
    rising = [w > 0 for w in weights]
    limits = [(k, max(0, cap)) for k, cap in groups] + [(len(weights), lots)]
    level = Fraction(0)
    while any(rising) and level < 1:
        stops = [(Fraction(1), 0)]
        for k, cap in limits:
            speed = sum(w for w, up in zip(weights[:k], rising, strict=False) if up)
            if speed:
                stops.append((level + (cap - sum(parts[:k])) / Fraction(speed), k))
        upto = min(stop for stop, _ in stops)
        parts = [p + (upto - level) * w * up for p, w, up in zip(parts, weights, rising, strict=True)]
        level = upto
        for stop, k in stops:
            if stop == upto:
                rising = [up and i >= k for i, up in enumerate(rising)]
    assert list(accumulate(parts)) == sorted(accumulate(parts))
    return parts
