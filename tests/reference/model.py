"""Slow and obvious: how an execution is shared within an epoch, and what crosses inside. Plain lists and Fractions.

Written from the rule's definition, not from the kernel: one lot at a time, everything worked out again each time.
Nothing here imports the kernel.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor

NANO = 10**9
Member = tuple[int, str]
"""(lots, owner)"""


class SlowShares:
    """One epoch: weights (lots) and deficits carried in (1e-9 lot), then executions and busts one after the other."""

    def __init__(self, weights: Sequence[int], carried: Sequence[int]) -> None:
        self.weights = list(weights)
        self.carried = [Fraction(c, NANO) for c in carried]
        self.given = [0] * len(self.weights)
        self.total = 0
        sharing = sum(w > 0 for w in self.weights)
        self.e = Fraction(1, 2 * sharing - 2) if sharing > 1 else Fraction(1, 2)

    def exact(self, i: int, total: int) -> Fraction:
        """E_i = carried_i + t * w_i / W."""
        return self.carried[i] + Fraction(total * self.weights[i], sum(self.weights))

    def give(self, lots: int) -> list[int]:
        """Share an execution; give each member's new quantity. Nobody loses, nobody gets more than it wanted."""
        self.total += lots
        rooms = [max(w, a) for w, a in zip(self.weights, self.given, strict=True)]
        self.given = self._share(self.given, rooms)
        return self.given

    def take(self, lots: int) -> list[int]:
        """Undo an execution; give each member's new quantity. Nobody gains."""
        self.total -= lots
        self.given = self._share([0] * len(self.given), self.given)
        return self.given

    def _share(self, floors: Sequence[int], rooms: Sequence[int]) -> list[int]:
        members = range(len(self.weights))
        free = [i for i in members if rooms[i] > floors[i]]
        if len(free) < 2:  # one member takes all
            return [self.total - sum(floors) + floors[i] if i in free else floors[i] for i in members]
        lows, highs = self._windows(floors, rooms)
        result = list(lows)
        while sum(result) < self.total:
            waiting = [i for i in members if result[i] < highs[i]]
            result[min(waiting, key=lambda i: (self._deadline(i, result[i]), -self.weights[i], i))] += 1
        return result

    def _deadline(self, i: int, lots: int) -> Fraction:
        """The total at which the lower edge would demand the member's next lot."""
        if not self.weights[i]:
            return Fraction(0)
        return (lots + 1 - self.e - self.carried[i]) * sum(self.weights) / self.weights[i]

    def _windows(self, floors: Sequence[int], rooms: Sequence[int]) -> tuple[list[int], list[int]]:
        """The rule's windows; all widened alike, by as little as will do, where no quantities fit them."""
        exact = [self.exact(i, self.total) for i in range(len(self.weights))]

        def within(values: list[int]) -> list[int]:
            return [max(a, min(b, v)) for a, b, v in zip(floors, rooms, values, strict=True)]

        def lows(slack: Fraction) -> list[int]:
            return within([ceil(share - slack) for share in exact])

        def highs(slack: Fraction) -> list[int]:
            return within([floor(share + slack) for share in exact])

        slack = 1 - self.e
        if sum(lows(slack)) > self.total:
            at = self._next_edge(slack, exact, -1, lambda s: sum(lows(s)) <= self.total)
            return lows(at), within([floor(share - at) + 1 for share in exact])
        if sum(highs(slack)) < self.total:
            at = self._next_edge(slack, exact, 1, lambda s: sum(highs(s)) >= self.total)
            return within([ceil(share + at) - 1 for share in exact]), highs(at)
        return lows(slack), highs(slack)

    @staticmethod
    def _next_edge(slack: Fraction, exact: Sequence[Fraction], sign: int, enough) -> Fraction:  # type: ignore[no-untyped-def]
        """The smallest larger slack that is enough: edges only move where some share + slack is whole."""
        while not enough(slack):
            steps = [floor(share * sign + slack) + 1 - share * sign for share in exact]
            slack = min(steps)
        return slack


# -- netting ----------------------------------------------------------------------------------------------------------


def by_owner(side: Sequence[Member]) -> dict[str, int]:
    """Lots of each owner."""
    totals: dict[str, int] = {}
    for lots, owner in side:
        totals[owner] = totals.get(owner, 0) + lots
    return totals


def crossable(buys: Sequence[Member], sells: Sequence[Member]) -> int:
    """The largest Q that can cross: by trying each, from the largest down."""
    bought, sold = by_owner(buys), by_owner(sells)
    most = min(sum(bought.values()), sum(sold.values()))
    return next(q for q in range(most, -1, -1) if can_cross(q, bought, sold))


def can_cross(q: int, bought: dict[str, int], sold: dict[str, int]) -> bool:
    """Whether q lots can be bought and sold such that no owner's buys + sells exceed q.

    Owners choose one at a time how much they buy; they sell what they then may. Kept for each quantity bought so far:
    the most that can have been sold with it.
    """
    best = {0: 0}
    for owner in sorted(set(bought) | set(sold)):
        b, s = min(q, bought.get(owner, 0)), sold.get(owner, 0)
        reached: dict[int, int] = {}
        for have, other in best.items():
            for more in range(b + 1) if s else (b,):
                total = min(q, have + more)
                reached[total] = max(reached.get(total, 0), min(q, other + min(s, q - more)))
        best = reached
    return best.get(q) == q


def largest_remainder(lots: int, weights: Sequence[int]) -> list[int]:
    """Pro rata in whole lots: the whole parts, then lot by lot to who is furthest below its part."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    exact = [Fraction(lots * w, whole) for w in weights]
    parts = [floor(part) for part in exact]
    while sum(parts) < lots:
        parts[max(range(len(parts)), key=lambda i: (exact[i] - parts[i], weights[i], -i))] += 1
    return parts


def cross(buys: Sequence[Member], sells: Sequence[Member]) -> tuple[list[int], list[int]]:
    """Lots of each member in the cross: pro rata, but no owner has more of buys + sells than the cross."""
    q = crossable(buys, sells)
    bought = largest_remainder(q, [lots for lots, _ in buys])
    sold = largest_remainder(q, [lots for lots, _ in sells])
    held = by_owner([(n, owner) for n, (_, owner) in zip(bought + sold, [*buys, *sells], strict=True)])
    for owner in held:
        if held[owner] > q:
            return _cut(owner, q, buys, sells, bought, sold)
    return bought, sold


def _cut(
    owner: str, q: int, buys: Sequence[Member], sells: Sequence[Member], bought: list[int], sold: list[int]
) -> tuple[list[int], list[int]]:
    """The owner has exactly q on both sides together, as near to in proportion as the others can fill up."""
    rate_b = sum(n for n, (_, who) in zip(bought, buys, strict=True) if who == owner)
    rate_s = sum(n for n, (_, who) in zip(sold, sells, strict=True) if who == owner)
    exact = Fraction(q * rate_b, rate_b + rate_s)
    own_b, own_s = by_owner(buys).get(owner, 0), by_owner(sells).get(owner, 0)
    rest_b, rest_s = sum(n for n, _ in buys) - own_b, sum(n for n, _ in sells) - own_s
    able = [b for b in range(q + 1) if b <= own_b and q - b <= own_s and q - b <= rest_b and b <= rest_s]
    larger = 1 if rate_b >= rate_s else -1  # of two equally near, the larger side's
    part = min(able, key=lambda b: (abs(b - exact), -b * larger))
    return _split(buys, owner, part, q), _split(sells, owner, q - part, q)


def _split(side: Sequence[Member], owner: str, part: int, q: int) -> list[int]:
    mine = largest_remainder(part, [n if who == owner else 0 for n, who in side])
    others = largest_remainder(q - part, [n if who != owner else 0 for n, who in side])
    return [a + b for a, b in zip(mine, others, strict=True)]


def offset(buys: Sequence[Member], sells: Sequence[Member]) -> tuple[list[int], list[int]]:
    """Lots of each member that cancel out within its owner."""
    bought, sold = by_owner(buys), by_owner(sells)
    left, right = [0] * len(buys), [0] * len(sells)
    for owner in bought:
        lots = min(bought[owner], sold.get(owner, 0))
        for parts, side in ((left, buys), (right, sells)):
            mine = largest_remainder(lots, [n if who == owner else 0 for n, who in side])
            for i, n in enumerate(mine):
                parts[i] += n
    return left, right


def most_within(lots: int, wants: Sequence[int], classes: Sequence[int], caps: Sequence[tuple[int, int]]) -> int:
    """The most of `lots` that members may get: lot by lot to the member whose limit is least permissive.

    classes: each member's limit key. caps: (key, lots that members of that key or higher may get together).
    """
    got = [0] * len(wants)
    for _ in range(lots):
        for i in sorted(range(len(wants)), key=lambda i: classes[i]):
            fits = all(
                sum(n for n, k in zip(got, classes, strict=True) if k >= t) < cap for t, cap in caps if classes[i] >= t
            )
            if got[i] < wants[i] and fits:
                got[i] += 1
                break
        else:
            break
    return sum(got)
