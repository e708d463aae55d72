"""What the market did after our executions: each is looked at again when a horizon has passed.

The midpoint of a horizon is the one that stood then: it is taken before the first event that is later is folded, so it
does not depend on when that event comes, and needs no timer (a timer would be an event of its own, in every journal).
What no event follows is never looked at. While nothing is awaited an event costs one comparison.
"""

from collections import deque
from collections.abc import Callable
from typing import Final

from attrs import define

from smartexec.kernel.market import Market, valid_mid2
from smartexec.kernel.tally import Tally
from smartexec.model.ids import NANOS_PER_SECOND

HORIZONS: Final = (NANOS_PER_SECOND // 10, NANOS_PER_SECOND, 10 * NANOS_PER_SECOND)
"""After an execution, ns."""
NEVER: Final = 1 << 63


@define(eq=False)
class Marks:
    """An execution, and twice the midpoint before it and after each horizon; None where there was no valid market.

    It belongs to the execution that stands: a correction takes it over from the one it corrects.
    """

    market: Market
    tally: Tally
    """Where it is counted."""
    time: int
    sign: int
    px: int
    qty: int
    added: bool
    before: int | None
    waited: int | None
    """Time from order to execution, ns, if it was the order's first."""
    after: tuple[int | None, ...] = ()
    """Of the horizons that have passed."""
    counted: bool = False


def effective_bps(sign: int, px: int, mid2: int) -> float:
    """Effective spread of an execution at `px`, basis points: 2 x side x (price - midpoint) / midpoint."""
    return 20_000 * sign * (2 * px - mid2) / mid2


def impact_bps(sign: int, mid2: int, later2: int) -> float:
    """Move of the midpoint in the aggressor's direction, twice, basis points: effective spread = realised + this."""
    return 20_000 * sign * (later2 - mid2) / mid2


def markout_bps(sign: int, px: int, mid2: int) -> float:
    """Move from the price of an execution to a later midpoint, in favour of our side, basis points."""
    return 5_000 * sign * (mid2 - 2 * px) / px


class Markouts:
    """Executions that wait for a horizon, by horizon, oldest first."""

    __slots__ = ("_waiting", "due")

    def __init__(self) -> None:
        self._waiting: tuple[deque[Marks], ...] = tuple(deque() for _ in HORIZONS)
        self.due = NEVER
        """When the next one is to be looked at."""

    def watch(self, marks: Marks) -> None:
        """Look at an execution of now when each horizon has passed."""
        self._waiting[0].append(marks)
        due = marks.time + HORIZONS[0]
        if due < self.due:
            self.due = due

    def look(self, now: int, take: Callable[[Marks, int], None]) -> None:
        """Note the midpoint for what was due before `now`; `take` is told of each, with the horizon's number.

        To be called before the event at `now` is folded. An execution that was busted is looked at no more.
        """
        self.due = NEVER
        for number, horizon in enumerate(HORIZONS):
            waiting = self._waiting[number]
            while waiting and waiting[0].time + horizon < now:
                marks = waiting.popleft()
                if not marks.counted:
                    continue
                marks.after += (valid_mid2(marks.market.best()),)
                take(marks, number)
                if number + 1 < len(HORIZONS):
                    self._waiting[number + 1].append(marks)
            if waiting:
                self.due = min(self.due, waiting[0].time + horizon)
