"""Greedy allocation over hidden venues by their survival curves. Pure, in whole lots; knows nothing of orders.

Ganchev, Nevmyvaka, Kearns & Vaughan (2010), "Censored exploration and the dark pool problem": each unit goes where
the chance that it meets hidden size is highest, argmax_i T_i(a_i + 1). Optimal as the curves do not rise.
"""

from collections.abc import Iterator, Sequence

from smartexec.api import Survival


def greedy(qty: int, curves: Sequence[Survival], lot: int = 1) -> list[int]:
    """Allocate `qty` in blocks of `lot`, each to the venue likeliest to hold the whole of it; ties to the lower index.

    What no venue is thought to hold (chance 0) stays unallocated. Cost grows with the steps of the curves, not with
    the quantity: on one step every block has the same chance.
    """
    steps = sorted(step for index, curve in enumerate(curves) for step in _steps(index, curve, lot))
    parts, left = [0] * len(curves), qty // lot
    for _, index, _, blocks in steps:
        taken = left if blocks is None else min(left, blocks)
        parts[index] += taken * lot
        left -= taken
    return parts


def expected(parts: Sequence[int], curves: Sequence[Survival]) -> float:
    """Expected lots executed: for each venue the sum of T(1) to T(its part), in closed form per step."""
    total = 0.0
    for part, curve in zip(parts, curves, strict=True):
        before = 0
        for size, chance in zip((*curve.sizes, max(part, 1)), (*curve.probs, curve.beyond), strict=True):
            total += chance * max(0, min(part, size) - before)
            before = max(before, size)
    return total


def _steps(index: int, curve: Survival, lot: int) -> Iterator[tuple[float, int, int, int | None]]:
    """Yield (minus the chance, index, step, blocks that end on it); None blocks = without end. Nothing at chance 0."""
    before = 0
    for step, (size, chance) in enumerate(zip(curve.sizes, curve.probs, strict=True)):
        blocks = size // lot - before // lot
        if blocks and chance > 0:
            yield -chance, index, step, blocks
        before = size
    if curve.beyond > 0:
        yield -curve.beyond, index, len(curve.sizes), None
