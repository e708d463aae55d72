"""In what order the lines of one nanosecond are told: what caused comes before what it caused. Knows no table.

Only decisions carry the journal's `seq`; they stay as they came. What lies between two of them is placed by what it
hangs on: an order after the decision that sent it, an execution after its order and before the decision it woke.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from attrs import frozen

_STEP: Final = 100
"""From one decision to the next."""
_BEFORE: Final = {
    name: place
    for place, name in enumerate(
        ("received", "rejected", "asked", "refused", "started", "member", "sent", "trade", "over", "accepted")
    )
}
"""Places of what hangs on nothing in its nanosecond: before every decision."""
_AFTER: Final = {"crossed": 1, "allocated": 2, "offset": 4, "ended": 5}
"""Places of what hangs on nothing and comes after every decision."""
_OTHER: Final = 3
_WAKES: Final = {"trade": "FILL", "trade_cancel": "FILL", "trade_correct": "FILL", "crossed": "AMENDED"}
"""What happens -> the wake of the decision that it asks for."""


_STAGES: Final = {"decided": 0, "sent": 1, **dict.fromkeys(_WAKES, 2), "over": 3}
"""In what order places are found, since what hangs on a line needs that line's."""


@frozen
class Moment:
    """One line of a story."""

    time: str
    what: str
    text: str


@frozen
class Line:
    """A moment and what it hangs on."""

    moment: Moment
    name: str = ""
    """Of a child that was sent, an execution or a cross; the wake of a decision."""
    by: str = ""
    """Name of the line that caused it."""
    sent: tuple[str, ...] = ()
    """Children that a decision sent."""
    wakes: str = ""
    """Wake of the decision that it asks for, where what it hangs on is not told."""


def in_order(lines: Iterable[Line]) -> list[Moment]:
    """Sort by time, then by cause; what is equal stays as it was."""
    by_time = groupby(sorted(lines, key=lambda line: line.moment.time), key=lambda line: line.moment.time)
    return [moment for _, group in by_time for moment in _placed(list(group))]


def _placed(lines: list[Line]) -> Iterator[Moment]:
    lines = sorted(lines, key=lambda line: _STAGES.get(line.moment.what, len(_STAGES)))
    decided = [line for line in lines if line.moment.what == "decided"]
    places = {child: _STEP * n + 10 for n, line in enumerate(decided, 1) for child in line.sent}
    wakes = {wake: [_STEP * n for n, line in enumerate(decided, 1) if line.name == wake] for wake in _WAKES.values()}
    end = _STEP * (len(decided) + 1)
    seen = 0
    keys: list[int] = []
    for line in lines:
        what = line.moment.what
        if what == "decided":
            seen += 1
            key = _STEP * seen
        elif what == "sent":
            key = places.setdefault(line.name, _BEFORE["sent"])
        elif line.by in places:
            key = places[line.by] + 2
        elif waiting := wakes.get(line.wakes or _WAKES.get(what, "")):
            key = (waiting.pop(0) if len(waiting) > 1 else waiting[0]) - 20
        else:
            key = _BEFORE.get(what, end + _AFTER.get(what, _OTHER))
        if what != "decided":
            places.update({name: key for name in (line.name, line.by) if name})
        keys.append(key)
    order = sorted(range(len(lines)), key=lambda n: keys[n])
    return (lines[n].moment for n in order)
