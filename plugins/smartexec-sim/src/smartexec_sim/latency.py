"""The delay line: what is under way between the kernel and a venue. No venue rules.

One heap holds commands, reports and wake-ups by (due time, counter), so work of one instant is done in the order it
was put in. A session never overtakes itself: with jitter, a later message is due no earlier than the one before it.
"""

from heapq import heappop, heappush
from random import Random
from typing import Final

from attrs import define, field

from smartexec.api import VenueCommand, VenueEvent
from smartexec_sim.delays import Draw

IN: Final = 0
OUT: Final = 1
WAKE: Final = 2

Item = VenueCommand | VenueEvent | str
"""A command (IN), a report (OUT), or the symbol to wake for (WAKE)."""


@define(eq=False)
class DelayLine:
    """Commands on their way in, reports on their way out, wake-ups of the venue itself. Times in ns."""

    latency_in: int
    latency_out: int
    jitter: int
    """Up to this much is added to each message, uniformly."""
    rng: Random
    draws: tuple[Draw | None, Draw | None] = (None, None)
    """In place of `latency_in` and `latency_out` where a delay is random."""
    draw_rngs: tuple[Random, Random] = field(factory=lambda: (Random(0), Random(0)))
    """In and out separately: what is sent does not change what is heard."""
    heap: list[tuple[int, int, int, Item]] = field(init=False, factory=list)
    _count: int = field(init=False, default=0)
    _last: list[int] = field(init=False, factory=lambda: [0, 0])

    def send_in(self, command: VenueCommand, now: int) -> None:
        """Put a command on its way to the venue."""
        self._push(self._due(IN, now, self.latency_in), IN, command)

    def send_out(self, report: VenueEvent, now: int) -> None:
        """Put a report on its way back."""
        self._push(self._due(OUT, now, self.latency_out), OUT, report)

    def wake(self, symbol: str, at: int) -> None:
        """Ask to be woken for `symbol` at `at`."""
        self._push(at, WAKE, symbol)

    def pop_due(self, now: int) -> tuple[int, int, Item] | None:
        """Take (due time, kind, item) of the first item due by `now`; None if there is none."""
        if not self.heap or self.heap[0][0] > now:
            return None
        due, _, kind, item = heappop(self.heap)
        return due, kind, item

    def next_due(self) -> int | None:
        """When the first item is due."""
        return self.heap[0][0] if self.heap else None

    def _due(self, way: int, now: int, latency: int) -> int:
        draw = self.draws[way]
        due = now + (latency if draw is None else int(draw(self.draw_rngs[way])))
        if self.jitter:
            due += self.rng.randrange(self.jitter + 1)
        self._last[way] = max(self._last[way], due)
        return self._last[way]

    def _push(self, due: int, kind: int, item: Item) -> None:
        self._count += 1
        heappush(self.heap, (due, self._count, kind, item))
