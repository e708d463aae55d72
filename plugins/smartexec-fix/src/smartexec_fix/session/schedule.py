"""When a session is open: every day between two times, or from one time of the week to another, in a time zone.

Sequence numbers belong to one such period: with the next one they begin anew.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from attrs import define, field

from smartexec.api import NANOS_PER_SECOND, ConfigError

DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_AROUND: Final = 9
"""Days before and after a time within which its periods are looked for."""
Moment = tuple[int | None, time]
"""(day of the week, 0 = Monday, or None for every day; time)"""


@define
class Schedule:
    """Periods, each with its begin and end in ns UTC."""

    start: Moment
    end: Moment
    zone: ZoneInfo
    _known: tuple[int, int] = field(init=False, default=(0, 0))
    """The period that was found last."""

    def period(self, now: int) -> tuple[int, int] | None:
        """Give the period that holds a time; None if the session is closed then."""
        begin, end = self._known
        if begin <= now < end:
            return self._known
        found = next((one for one in self._periods(now) if one[0] <= now < one[1]), None)
        self._known = found or self._known
        return found

    def opens(self, now: int) -> int:
        """When the next period begins, ns UTC."""
        return min(begin for begin, _ in self._periods(now) if begin > now)

    def _periods(self, now: int) -> Iterator[tuple[int, int]]:
        """Yield the periods around a time."""
        today = datetime.fromtimestamp(now // NANOS_PER_SECOND, self.zone).date()
        weekday, begins = self.start
        for days in range(-_AROUND, _AROUND + 1):
            day = today + timedelta(days)
            if weekday is None or day.weekday() == weekday:
                yield self._at(day, begins), self._at(day + timedelta(self._length), self.end[1])

    @property
    def _length(self) -> int:
        """Days from the day a period begins to the one it ends."""
        (first, begins), (last, ends) = self.start, self.end
        days = 0 if first is None or last is None else (last - first) % len(DAYS)
        if days or ends > begins:
            return days
        return 1 if first is None else len(DAYS)

    def _at(self, day: date, at: time) -> int:
        return int(datetime.combine(day, at, self.zone).timestamp()) * NANOS_PER_SECOND


def schedule_of(start: str, end: str, zone: str) -> Schedule | None:
    """Read a schedule; None if there is none, so that the session is always open. ConfigError if it is wrong."""
    if not start and not end:
        return None
    try:
        found = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ConfigError(f'zone: found {zone!r}, expected one such as "Europe/London"') from error
    begin, last = moment("start", start), moment("end", end)
    if (begin[0] is None) is not (last[0] is None):
        raise ConfigError(f"end: found {end!r} with start {start!r}, expected both with a day, or both without")
    return Schedule(begin, last, found)


def moment(name: str, text: str) -> Moment:
    """Read "HH:MM:SS" or "sunday HH:MM:SS"; ConfigError if it is neither."""
    day, _, clock = text.rpartition(" ")
    try:
        return DAYS.index(day.lower()) if day else None, time.fromisoformat(clock)
    except ValueError:
        raise ConfigError(f'{name}: found {text!r}, expected "HH:MM:SS" or "sunday HH:MM:SS"') from None
