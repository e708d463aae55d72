"""Volume by day and bin, and its file: a column of times, then a column for each day. Fits nothing.

The file (CSV) begins with a row of headings, `bin_start_ET,2019-01-02,2019-01-03,...`: the first column holds the
times at which bins begin, such as `09:30 AM` or `09:30`, the others the volume of each bin on a day.
"""

import csv
import re
from collections.abc import Sequence
from itertools import pairwise
from math import fsum
from pathlib import Path
from typing import Final

from attrs import evolve, frozen

from smartexec.errors import ConfigError
from smartexec.model.ids import NANOS_PER_SECOND

MAX_FAULTS: Final = 20
"""Faults of one file that are told."""
_TIME: Final = re.compile(r"(\d{1,2}):(\d\d)\s*(AM|PM)?", re.ASCII)
_HALF_DAYS: Final = {"AM": 0, "PM": 12}
MAX_VOLUME: Final = 1e15
"""Lots of a bin: more is no volume, and a float no longer holds them one by one."""
MINUTE: Final = 60 * NANOS_PER_SECOND


@frozen
class Day:
    """One day of one instrument."""

    label: str
    """What it is called in messages: its date."""
    volumes: tuple[float, ...]
    """Lots by bin. Vendors adjust for splits, so that they need not be whole."""
    variance: float | None = None
    """Realised variance of the session, as a fraction of the price squared; None where prices are not known."""
    spread_area: int = 0
    """Quoted spread x time, 1e-9 x ns."""
    spread_time: int = 0
    """Time over which there was a spread, ns."""

    @property
    def volume(self) -> float:
        """Of the day, lots."""
        return fsum(self.volumes)


@frozen
class History:
    """Days of one instrument, all cut into the same bins."""

    where: str
    """File that it was read from."""
    bin: int
    """Width of a bin, ns."""
    days: tuple[Day, ...]

    @property
    def bins(self) -> int:
        """How many bins a day has."""
        return len(self.days[0].volumes)


def read_history(path: Path) -> History:
    """Read a file of volumes; ConfigError with its faults, each with row and column."""
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            rows = list(csv.reader(stream, strict=True))
    except OSError as error:
        raise ConfigError(f"{path}: found {error.strerror}, expected a readable CSV file") from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: found no CSV ({error}), expected a column of times and one for each day") from error
    if len(rows) < 2 or len(rows[0]) < 2:
        found = f"{len(rows)} rows, {len(rows[0]) if rows else 0} columns in the first"
        raise ConfigError(f"{path}: found {found}, expected a row of headings, then a row for each bin")
    faults: list[str] = []
    width = _width(rows, path, faults)
    columns = _columns(rows, path, faults)
    if len(faults) > MAX_FAULTS:
        faults[MAX_FAULTS:] = [f"{path}: and {len(faults) - MAX_FAULTS:,} more faults"]
    if faults:
        raise ConfigError(faults)
    return History(str(path), width, tuple(Day(label, volumes) for label, volumes in columns))


def _width(rows: list[list[str]], path: Path, faults: list[str]) -> int:
    """Read the first column: the time from one bin to the next, ns."""
    begins: list[int] = []
    heading = rows[0][0]
    for number, row in enumerate(rows[1:], 2):
        match = _TIME.fullmatch(row[0].strip()) if row else None
        if match is None:
            found = repr(row[0]) if row else "an empty row"
            faults.append(f'{path} row {number} column {heading}: found {found}, expected a time such as "09:30 AM"')
            continue
        hour = int(match[1]) if match[3] is None else int(match[1]) % 12 + _HALF_DAYS[match[3]]
        begins.append(60 * hour + int(match[2]))
    if len(begins) != len(rows) - 1:
        return 0
    widths = [after - before for before, after in pairwise(begins)]
    width = widths[0] if widths else 24 * 60
    for number, found_width in enumerate(widths, 3):
        if found_width != width or width <= 0:
            found = f"{rows[number - 1][0]!r}, {found_width} minutes after the row before"
            faults.append(f"{path} row {number} column {heading}: found {found}, expected {max(width, 1)} minutes")
            break
    return width * MINUTE


def _columns(rows: list[list[str]], path: Path, faults: list[str]) -> list[tuple[str, tuple[float, ...]]]:
    """Read the days: (heading, volumes)."""
    headings = rows[0][1:]
    days: list[list[float]] = [[] for _ in headings]
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(rows[0]):
            faults.append(f"{path} row {number}: found {len(row)} columns, expected {len(rows[0])} as in row 1")
            continue
        for heading, text, day in zip(headings, row[1:], days, strict=True):
            volume = _volume(text)
            if volume is None:
                faults.append(
                    f"{path} row {number} column {heading}: found {text!r}, expected a volume from 0 to {MAX_VOLUME:g}"
                )
            else:
                day.append(volume)
    return [(heading, tuple(day)) for heading, day in zip(headings, days, strict=True)]


def _volume(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value <= MAX_VOLUME else None


def pooled(parts: Sequence[History], symbol: str) -> History:
    """Put days of one instrument together; ConfigError where their bins differ."""
    first = parts[0]
    for part in parts[1:]:
        if (part.bins, part.bin) != (first.bins, first.bin):
            found, expected = _cut(part), _cut(first)
            raise ConfigError(f"{part.where}: {symbol}: found {found}, expected {expected} as in {first.where}")
    return evolve(first, days=tuple(day for part in parts for day in part.days))


def first_days(history: History, count: int | None) -> History:
    """Keep the first days; all of them where `count` is None."""
    return evolve(history, days=history.days[:count])


def coarser(history: History, *, bins: int | None = None, width: int | None = None) -> History:
    """Put bins together so that a day has `bins` of them, or each is `width` ns long; ConfigError if that cannot be."""
    each, rest = 1, 0
    if bins is not None:
        each, rest = divmod(history.bins, bins)
    elif width is not None:
        each, rest = divmod(width, history.bin)
        rest = rest or (history.bins % each if each else 1)
    if rest or not each:
        wanted = f"{bins} bins" if bins is not None else f"bins of {(width or 0) / MINUTE:g} minutes"
        raise ConfigError(f"{history.where}: found {_cut(history)}, expected some that make {wanted}")
    return evolve(history, bin=history.bin * each, days=tuple(_coarser(day, each) for day in history.days))


def _coarser(day: Day, each: int) -> Day:
    starts = range(0, len(day.volumes), each)
    return evolve(day, volumes=tuple(fsum(day.volumes[at : at + each]) for at in starts))


def _cut(history: History) -> str:
    return f"{history.bins} bins of {history.bin / MINUTE:g} minutes"
