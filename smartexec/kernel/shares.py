"""Fair shares in whole lots: the share rule of an epoch (law 4), and the divisions that aggregation needs beside it.

Integer arithmetic only, no FIX, no orders, no prices: members are positions in a list, in order of arrival (or, for
`bands`, the most permissive limit first). Nothing here is done lot by lot; a fill costs O(members) whatever its size.

The rule is Tijdeman's chairman assignment, in bulk. With weight w_i of W, n members, e = 1 / (2n - 2), and exact share
E_i = carried_i + t * w_i / W after t lots, every quantity is kept in its window [ceil(E_i - (1 - e)), floor(E_i + (1 -
e))] and is never taken back; lots that no lower edge demands go to the earliest next deadline, that is the t at which
the lower edge would demand the member's next lot: (a_i + 1 - e - carried_i) * W / w_i.
Source: R. Tijdeman, "The chairman assignment problem", Discrete Mathematics 32 (1980).
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import accumulate
from math import lcm
from operator import gt
from typing import Final

from attrs import Factory, define

NANO: Final = 10**9
"""Deficits are in 1e-9 lot."""


def _zeros(shares: "Shares") -> list[int]:
    return [0] * len(shares.weights)


@define(eq=False)
class Shares:
    """The shares of one epoch."""

    weights: list[int]
    """Each member's leaves when the epoch began, in lots: its weight, and the most it may get."""
    carried: list[int]
    """Deficit each member carried in, in 1e-9 lot. They sum to 0 unless only some of the members share."""
    given: list[int] = Factory(_zeros, takes_self=True)
    total: int = 0
    """Lots given, of all members."""

    def give(self, lots: int) -> list[tuple[int, int]]:
        """Share `lots` more; give (index, increment) of those who got some. `lots` must fit the members' room."""
        rooms = [w if w > a else a for w, a in zip(self.weights, self.given, strict=True)]
        after = self._settle(self.total + lots, self.given, rooms)
        return self._become(after, 1)

    def take(self, lots: int) -> list[tuple[int, int]]:
        """Take `lots` back (a bust); give (index, decrement) of those who lost some. Nobody gains."""
        after = self._settle(self.total - lots, [0] * len(self.given), self.given)
        return self._become(after, -1)

    def exact(self, i: int) -> Fraction:
        """The exact share of a member, in lots, with what it carried in."""
        whole = sum(self.weights)
        share = Fraction(self.total * self.weights[i], whole) if whole else Fraction(0)
        return Fraction(self.carried[i], NANO) + share

    def deficits(self) -> list[int]:
        """What each member is owed, exact share less quantity, in 1e-9 lot: it sums to what was carried in."""
        due = hamilton(self.total * NANO, self.weights)
        return [c + d - a * NANO for c, d, a in zip(self.carried, due, self.given, strict=True)]

    def _become(self, after: list[int], sign: int) -> list[tuple[int, int]]:
        moved = [(i, (b - a) * sign) for i, (a, b) in enumerate(zip(self.given, after, strict=True)) if a != b]
        self.given = after
        self.total = sum(after)
        return moved

    def _settle(self, goal: int, floors: Sequence[int], tops: Sequence[int]) -> list[int]:
        """The quantities at total `goal`, each in its window and in [floor, top]."""
        if sum(map(gt, tops, floors)) <= 1:
            return _all_to_one(goal - sum(floors), floors, tops)
        windows = _Windows(self.weights, self.carried, goal, floors, tops)
        lows, highs = windows.narrowest()
        left = goal - sum(lows)
        if left:
            waiting = [i for i, (low, high) in enumerate(zip(lows, highs, strict=True)) if high > low]
            if left < len(waiting):
                waiting.sort(key=lambda i: windows.deadline(i, lows[i]))
            for i in waiting[:left]:
                lows[i] += 1
        return lows


def _all_to_one(lots: int, floors: Sequence[int], tops: Sequence[int]) -> list[int]:
    return [floor + lots if top > floor else floor for floor, top in zip(floors, tops, strict=True)]


class _Windows:
    """The windows of all members at one total, over the common denominator W * NANO * (2n - 2)."""

    __slots__ = ("carried", "exact", "floors", "goal", "parts", "slack", "square", "tops", "unit", "weights")

    def __init__(
        self, weights: Sequence[int], carried: Sequence[int], goal: int, floors: Sequence[int], tops: Sequence[int]
    ) -> None:
        whole = sum(weights)
        self.weights, self.carried, self.goal, self.floors, self.tops = weights, carried, goal, floors, tops
        self.parts = max(2, 2 * (len(weights) - weights.count(0)) - 2)
        self.unit = whole * NANO * self.parts
        self.slack = whole * NANO * (self.parts - 1)
        share, debt = goal * NANO * self.parts, whole * self.parts
        self.exact = [c * debt + w * share for c, w in zip(carried, weights, strict=True)]
        self.square = max(weights) ** 2

    def lows(self, slack: int) -> list[int]:
        """Lower edges, within what is possible."""
        unit, rows = self.unit, zip(self.exact, self.floors, self.tops, strict=True)
        return [
            floor if (edge := -((slack - exact) // unit)) <= floor else top if edge > top else edge
            for exact, floor, top in rows
        ]

    def highs(self, slack: int) -> list[int]:
        """Upper edges, within what is possible."""
        unit, rows = self.unit, zip(self.exact, self.floors, self.tops, strict=True)
        return [
            floor if (edge := (exact + slack) // unit) <= floor else top if edge > top else edge
            for exact, floor, top in rows
        ]

    def narrowest(self) -> tuple[list[int], list[int]]:
        """Edges between which the total can be met; each pair differs by one lot at most.

        With deficits that sum to 0 the rule's own windows do. Where they cannot (deficits of some members only, a
        quantity moved by hand), all windows are widened alike, by as little as will do.
        """
        lows, highs = self.lows(self.slack), self.highs(self.slack)
        if sum(lows) > self.goal:
            slack = self._least(lambda slack: sum(self.lows(slack)) <= self.goal)
            return self.lows(slack), self.lows(slack - 1)
        if sum(highs) < self.goal:
            slack = self._least(lambda slack: sum(self.highs(slack)) >= self.goal)
            return self.highs(slack - 1), self.highs(slack)
        return lows, highs

    def _least(self, enough: Callable[[int], bool]) -> int:
        """The smallest slack that is enough; the windows' own is not."""
        low, step = self.slack, self.unit
        while not enough(low + step):
            low, step = low + step, step * 2
        high = low + step
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if enough(middle) else (middle, high)
        return high

    def deadline(self, i: int, lots: int) -> tuple[int, int, int]:
        """Sort key of the deadline of a member's next lot; ties to the larger weight, then to who came first.

        Times the square of the largest weight, deadlines that differ do so by more than 1: rounding keeps the order.
        """
        w = self.weights[i]
        due = ((lots + 1) * self.parts - 1) * NANO - self.carried[i] * self.parts
        return due * self.square // w if w else 0, -w, i


def spread(deficit: int, weights: list[int]) -> list[int]:
    """Divide a leaver's deficit (1e-9 lot, either sign) by weight, exactly; by head if nobody has any weight."""
    parts = hamilton(abs(deficit), weights if any(weights) else [1] * len(weights))
    return parts if deficit >= 0 else [-part for part in parts]


def rebase(carried: list[int], weights: list[int]) -> list[int]:
    """Deficits with which an epoch can be fair: they sum to 0 and each is less than one lot (1e-9 lot in and out).

    Where only some members share (limits differ), what they owe to or are owed by the others cannot be made good among
    themselves: it is divided by weight. Where one would still be a lot or more, all are scaled down alike.
    """
    most = NANO - NANO // max(2, 2 * sum(w > 0 for w in weights) - 2)
    shared = [c if w else 0 for c, w in zip(carried, weights, strict=True)]
    debt = spread(sum(shared), weights)
    result = [c - d for c, d in zip(shared, debt, strict=True)]
    worst = max(abs(c) for c in result)
    if worst > most:
        scaled = [abs(c) * most // worst * (1 if c > 0 else -1) for c in result]
        least = min((i for i, w in enumerate(weights) if w), key=lambda i: abs(scaled[i]))
        scaled[least] -= sum(scaled)
        return scaled
    return result


def hamilton(lots: int, weights: Sequence[int], caps: Sequence[int] | None = None) -> list[int]:
    """Divide `lots` by largest remainder; ties to the larger weight, then to the lower index.

    What a cap keeps from a member goes to the others, by weight. If the caps do not admit all, the sum is less; a
    member without weight gets nothing.
    """
    given = [0] * len(weights)
    active = [i for i, w in enumerate(weights) if w > 0]
    while active and lots > 0:
        parts = _largest_remainder(lots, weights, active)
        capped = [] if caps is None else [i for i, part in parts if part > caps[i]]
        if caps is None or not capped:
            for i, part in parts:
                given[i] = part
            break
        for i in capped:
            given[i] = max(0, caps[i])
            lots -= given[i]
        active = [i for i, part in parts if part <= caps[i]]
    return given


def _largest_remainder(lots: int, weights: Sequence[int], active: list[int]) -> list[tuple[int, int]]:
    whole = sum(weights[i] for i in active)
    parts = {i: lots * weights[i] // whole for i in active}
    left = lots - sum(parts.values())
    if left:
        for i in sorted(active, key=lambda i: (-(lots * weights[i] % whole), -weights[i], i))[:left]:
            parts[i] += 1
    return list(parts.items())


def bands(
    lots: int, weights: Sequence[int], groups: Sequence[tuple[int, int]]
) -> tuple[list[tuple[int, int, int]], int]:
    """Divide `lots` by weight under nested caps (law 3); give ([(start, stop, lots of these members)], what is left).

    Members come the most permissive limit first; of each group (k, cap) the first k members together may get `cap` at
    most. The bands are disjoint, in order, and as even as the caps allow: the prefix with the least cap per weight is
    frozen at its cap, the rest is divided among the others. Within a band, lots are to be shared by weight; a band is
    also split where that sharing, in whole lots, might break a cap inside it (see `_MARGIN`).
    """
    upto = [0, *accumulate(weights)]
    caps = _caps(groups, len(weights))
    found: list[tuple[int, int, int]] = []
    given = 0
    todo = [(0, len(weights), min(lots, upto[-1]))]
    while todo:
        start, stop, goal = todo.pop()
        weight = upto[stop] - upto[start]
        part = min(goal - given, weight)
        if part <= 0:
            continue
        inside = [
            (k, cap - given, upto[k] - upto[start]) for k, cap in caps if start < k <= stop and upto[k] > upto[start]
        ]
        at, most = _split(part, weight, stop, start, inside)
        if at is None:
            found.append((start, stop, part))
            given += part
        else:
            # The prefix first: how much it takes decides what is left for the others. Both are looked at again.
            todo += [(at, stop, goal), (start, at, given + most)] if at < stop else [(start, stop, given + most)]
    return found, lots - given


_MARGIN: Final = 4
"""Lots by which whole-lot sharing may move a member from its exact part of one fill: windows are 2 lots wide, twice
that where deficits do not sum to 0."""


def _caps(groups: Sequence[tuple[int, int]], members: int) -> list[tuple[int, int]]:
    """The caps by size of prefix, each no larger than those of longer prefixes, none below 0."""
    least: dict[int, int] = {}
    cap = None
    for size, given in sorted(groups, reverse=True):
        cap = max(0, given) if cap is None else min(cap, max(0, given))
        least[min(size, members)] = cap
    return sorted(least.items())


def _split(part: int, weight: int, stop: int, start: int, inside: list[tuple[int, int, int]]) -> tuple[int | None, int]:
    """Where a band must be split, and the most for the members before that; None if it need not be.

    `inside`: (end of the prefix, its cap, its weight).
    """
    binding = [(Fraction(cap, w), -k, k, cap) for k, cap, w in inside if cap * weight < part * w]
    if binding:
        _, _, k, cap = min(binding)
        return k, cap
    for k, cap, w in inside:
        exact = part * w // weight
        if k < stop and cap < min(part, w, exact + _MARGIN * min(k - start, stop - k)):
            return k, min(cap, hamilton(part, [w, weight - w])[0])
    return None, 0


def round_to_lots(
    given: Sequence[int], exact: Sequence[Fraction], rooms: Sequence[int], rounding_lot: int, min_qty: int
) -> list[int]:
    """Move quantities, at completion, so that each is a multiple of `rounding_lot`; the sum stays.

    Largest remainder by exact share, within `rooms` (the most each may hold). The odd rest goes to who is furthest
    below its exact share. A member who would get less than `min_qty` gets nothing, the smallest first, and the rest is
    rounded again; not if its whole order is that small, nor if the others have no room for its part.
    """
    lots = sum(given)
    scale = lcm(*(share.denominator for share in exact))
    weights = [max(0, int(share * scale)) for share in exact]
    rooms = list(rooms)
    # Quantities are fair as they are where nothing has to be rounded.
    result = list(given) if rounding_lot == 1 else _rounded(lots, weights, rooms, rounding_lot)
    while True:
        small = [i for i, n in enumerate(result) if 0 < n < min_qty <= rooms[i] and sum(rooms) - rooms[i] >= lots]
        if not small:
            return result
        dropped = min(small, key=lambda i: (result[i], weights[i], -i))
        rooms[dropped] = weights[dropped] = 0
        result = _rounded(lots, weights, rooms, rounding_lot)


def _rounded(lots: int, weights: list[int], rooms: list[int], rounding_lot: int) -> list[int]:
    parts = hamilton(lots // rounding_lot, weights, [room // rounding_lot for room in rooms])
    result = [part * rounding_lot for part in parts]
    rest, whole = lots - sum(result), sum(weights)
    if rest:
        for i in sorted(range(len(result)), key=lambda i: (result[i] * whole - lots * weights[i], -weights[i], i)):
            more = min(rest, rooms[i] - result[i])
            result[i] += more
            rest -= more
    return result
