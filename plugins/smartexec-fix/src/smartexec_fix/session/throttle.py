"""How often something may happen: so many times in any window of time, for each key."""

from collections import deque

from attrs import define, field

_MOST_KEYS = 10_000
"""Keys remembered: the ones that were heard longest ago are forgotten."""


@define(eq=False)
class Throttle:
    """At most `most` times in `window` ns."""

    most: int
    window: int
    _taken: dict[str, deque[int]] = field(init=False, factory=dict)

    def full(self, key: str, now: int) -> bool:
        """Whether it has happened so often that it may not now; it is not counted."""
        taken = self._taken.get(key)
        return taken is not None and len(taken) == self.most and now - taken[0] < self.window

    def take(self, key: str, now: int) -> bool:
        """Whether it may happen once more now; if so, it is counted."""
        taken = self._taken.pop(key, None)
        if taken is None:
            taken = deque(maxlen=self.most)
            if len(self._taken) >= _MOST_KEYS:
                del self._taken[next(iter(self._taken))]
        self._taken[key] = taken  # the last to be forgotten
        if len(taken) == self.most and now - taken[0] < self.window:
            return False
        taken.append(now)
        return True
