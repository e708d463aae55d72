"""The wall clock of a live session. It goes on evenly when the system's clock is set, and says so."""

from collections.abc import Callable
from time import monotonic_ns, time_ns
from typing import Final

from smartexec.model.ids import NANOS_PER_SECOND

LIMIT: Final = NANOS_PER_SECOND // 2
"""A difference between the clocks that is worth a word, ns; smaller ones are followed silently."""


class Clock:
    """Times in ns UTC. A clock that was set forward or back is followed at once, and told."""

    def __init__(
        self, fault: Callable[[str], None], wall: Callable[[], int] = time_ns, steady: Callable[[], int] = monotonic_ns
    ) -> None:
        self._fault, self._wall, self._steady = fault, wall, steady
        self._base, self._began = wall(), steady()

    def now(self) -> int:
        """What time it is."""
        wall = self._wall()
        expected = self._base + self._steady() - self._began
        step = wall - expected
        if abs(step) > LIMIT:
            self._fault(f"clock: found it set by {step / NANOS_PER_SECOND:+.3f} s, expected it to go on evenly")
        if abs(step) > LIMIT or self._steady() - self._began > NANOS_PER_SECOND:
            self._base, self._began = wall, self._steady()
        return wall
