"""What is to happen later. A heap of (time, number): equal times fire in the order in which they were set.

A timer is never taken out; whoever set it knows, when it fires, whether it still matters.
"""

from collections.abc import Callable
from heapq import heappop, heappush

Action = Callable[[], None]


class Timers:
    """Pending actions by time."""

    __slots__ = ("_count", "_heap")

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Action]] = []
        self._count = 0

    def at(self, time: int, action: Action) -> None:
        """Run `action` at `time`, at the first tick that is not before it."""
        self._count += 1
        heappush(self._heap, (time, self._count, action))

    def next(self) -> int | None:
        """When the next action is due."""
        return self._heap[0][0] if self._heap else None

    @property
    def pending(self) -> int:
        """How many actions wait."""
        return len(self._heap)

    def fire(self, now: int) -> None:
        """Run what is due, what became due meanwhile included."""
        while self._heap and self._heap[0][0] <= now:
            heappop(self._heap)[2]()
