"""Greedy allocation over hidden venues by their survival curves. Pure, in whole lots; knows nothing of orders.

Ganchev, Nevmyvaka, Kearns & Vaughan (2010), "Censored exploration and the dark pool problem": each unit goes where
the chance that it meets hidden size is highest, argmax_i T_i(a_i + 1). Optimal as the curves do not rise. Which of
several venues with the same chance is to be taken, the paper does not say: here the one that has least so far, so that
venues that have never failed share a quantity and all of them are learned of.
"""

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

from attrs import evolve

from smartexec.api import Survival

REACH = 2
"""A venue is thought to hold at most so many times what enough orders speak for.

The paper tries one unit more than that, which takes as many rounds as there are lots; doubling takes their logarithm.
"""


def greedy(qty: int, curves: Sequence[Survival], lot: int = 1, held: Sequence[int] = ()) -> list[int]:
    """Allocate `qty` in blocks of `lot`, each to the venue likeliest to hold the whole of it beside what it has.

    Ties go to the venue that has least so far, then to the lower index. `held` lots wait at each venue already. What no
    venue is thought to hold (chance 0) stays unallocated. Cost grows with the steps of the curves, not with the
    quantity: on one step every block has the same chance.
    """
    before = [lots // lot for lots in held] or [0] * len(curves)
    have, left = list(before), qty // lot
    steps = sorted(step for index, curve in enumerate(curves) for step in _steps(index, curve, lot))
    for _, tied in groupby(steps, key=itemgetter(0)):
        tops = {index: top for _, index, top in tied if top is None or top > have[index]}
        given = _level(left, [have[index] for index in tops], list(tops.values()))
        for index, blocks in zip(tops, given, strict=True):
            have[index] += blocks
            left -= blocks
    return [(now - had) * lot for now, had in zip(have, before, strict=True)]


def within_reach(curve: Survival) -> Survival:
    """Give the curve without the optimism that goes beyond `REACH` times what enough orders speak for."""
    if curve.upto is None:
        return curve
    most = max((REACH * curve.upto, *curve.sizes))
    return evolve(curve, sizes=(*curve.sizes, most), probs=(*curve.probs, curve.beyond), beyond=0.0)


def expected(parts: Sequence[int], curves: Sequence[Survival]) -> float:
    """Expected lots executed: for each venue the sum of T(1) to T(its part), in closed form per step."""
    total = 0.0
    for part, curve in zip(parts, curves, strict=True):
        before = 0
        for size, chance in zip((*curve.sizes, max(part, 1)), (*curve.probs, curve.beyond), strict=True):
            total += chance * max(0, min(part, size) - before)
            before = max(before, size)
    return total


def _steps(index: int, curve: Survival, lot: int) -> list[tuple[float, int, int | None]]:
    """Give (minus the chance, index, blocks up to its end) of each step; None = without end. Nothing at chance 0."""
    ends = [*(size // lot for size in curve.sizes), None]
    chances = {-chance: end for end, chance in zip(ends, (*curve.probs, curve.beyond), strict=True) if chance > 0}
    return [(chance, index, end) for chance, end in chances.items()]


def _level(left: int, have: Sequence[int], tops: Sequence[int | None]) -> list[int]:
    """Share at most `left` blocks so that all come as close to one level as their tops admit, extra to the first."""

    def filled(level: int) -> list[int]:
        return [max(0, (level if top is None else min(level, top)) - had) for had, top in zip(have, tops, strict=True)]

    low, high = min(have, default=0), max(have, default=0) + left
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if sum(filled(middle)) <= left else (low, middle - 1)
    given = filled(low)
    over = left - sum(given)
    for index, (now, more) in enumerate(zip(given, filled(low + 1), strict=True)):
        if over > 0 and more > now:
            given[index], over = more, over - (more - now)
    return given
