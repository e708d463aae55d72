"""The arithmetic of even schedules: how much is due when. Integers only; knows nothing of orders or markets."""


def cumulative(total: int, step: int, steps: int) -> int:
    """Quantity due by the end of step `step` (0..steps): total * step / steps, halves rounded up.

    Monotone in `step`, `total` at the last step, and never more than half a unit off the straight line.
    """
    return (2 * total * step + steps) // (2 * steps)


def cumulative_lots(total: int, step: int, steps: int, lot: int) -> int:
    """`cumulative` in whole lots; what is short of a lot is never due, since no venue takes it."""
    return cumulative(total // lot, step, steps) * lot


def boundary(step: int, start: int, end: int, steps: int) -> int:
    """Time at which step `step` (0..steps) begins, ns: the first at which `position` says so."""
    return start - (start - end) * step // steps


def position(now: int, start: int, end: int, steps: int) -> int:
    """Number of steps that are over at `now`: below 0 before `start`, `steps` from `end` on. `start` < `end`."""
    return min(steps, (now - start) * steps // (end - start))


def to_tick(px: int, tick: int, *, up: bool) -> int:
    """Round a price to a whole tick, up or down."""
    return -(-px // tick) * tick if up else px // tick * tick


def slice_at(now: int, start: int, end: int, slices: int) -> tuple[int, int, int]:
    """Number (1..slices), start and end of the slice that `now` is in, times in ns. `start` <= `now` < `end`."""
    number = position(now, start, end, slices) + 1
    return number, boundary(number - 1, start, end, slices), boundary(number, start, end, slices)
