"""Limit keys and the curve of leaves over them: the arithmetic of demand.py, without orders.

A limit key makes prices of both sides comparable: for a buyer the price, for a seller its negative, for "any price"
NO_LIMIT. A higher key is a worse price for the client, and a limit admits a price where limit key >= price key.
"""

from bisect import bisect_left
from collections.abc import Iterable

from attrs import define

NO_LIMIT = 1 << 62
"""Limit key of an order that accepts any price."""


def limit_key(price: int | None, sign: int) -> int:
    """The limit key of a price; None is any price."""
    return NO_LIMIT if price is None else price if sign > 0 else -price


@define(eq=False)
class Curve:
    """Leaves by limit key."""

    keys: list[int]
    """Ascending."""
    leaves: list[int]
    """leaves[i]: of members whose limit key is keys[i] or higher."""

    def at(self, k: int) -> int:
        """Lots of the members whose limit admits key `k`."""
        i = bisect_left(self.keys, k)
        return self.leaves[i] if i < len(self.keys) else 0

    @property
    def total(self) -> int:
        """Lots of all members."""
        return self.leaves[0] if self.leaves else 0

    @property
    def worst(self) -> int:
        """The most permissive limit key."""
        return self.keys[-1] if self.keys else -NO_LIMIT

    def classes(self) -> list[tuple[int, int]]:
        """(limit key, lots of just that limit), most permissive first."""
        after = [*self.leaves, 0][1:]
        return [(k, n - m) for k, n, m in zip(self.keys, self.leaves, after, strict=True)][::-1]


def build(pairs: Iterable[tuple[int, int]]) -> Curve:
    """A curve from (limit key, lots) pairs."""
    lots: dict[int, int] = {}
    for k, n in pairs:
        if n:
            lots[k] = lots.get(k, 0) + n
    keys = sorted(lots)
    leaves, total = [0] * len(keys), 0
    for i in range(len(keys) - 1, -1, -1):
        total += lots[keys[i]]
        leaves[i] = total
    return Curve(keys, leaves)
