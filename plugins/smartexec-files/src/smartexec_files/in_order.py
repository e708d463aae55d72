"""Leaving out rows whose time runs backwards, without letting one wrong time take the rest of the file with it."""

from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

from attrs import define

from smartexec_files.faults import BadValueError, Faults

T = TypeVar("T")


@define
class _Doubt(Generic[T]):
    """What is known and not yet given: `floor`, the last time given; `held`, the row to give next, if it is right; and
    `doubt`, a row between the two, which says that one of `held` and itself is wrong."""

    at: Callable[[T], int]
    show: Callable[[int], str]
    faults: Faults
    floor: int = 0
    held: tuple[int, T] | None = None
    doubt: tuple[int, T] | None = None

    def take(self, row: tuple[int, T]) -> Iterator[tuple[int, T]]:
        time = self.at(row[1])
        if time < self.floor:
            self._say(row, "before the last row's", self.floor)
        elif self.held is None:
            self.held = row
        elif time >= self.at(self.held[1]):
            yield from self.settle()
            self.held = row
        elif self.doubt is None:
            self.doubt = row
        else:
            self._say(self.held, "after the next row's", self.at(self.doubt[1]))
            self.held, self.doubt = self.doubt, None
            yield from self.take(row)

    def settle(self) -> Iterator[tuple[int, T]]:
        """Give `held`: a row in doubt is the wrong one."""
        if self.held is None:
            return
        self.floor = self.at(self.held[1])
        if self.doubt is not None:
            self._say(self.doubt, "before the last row's", self.floor)
        yield self.held
        self.held = self.doubt = None

    def _say(self, row: tuple[int, T], relation: str, other: int) -> None:
        found = f"time {self.show(self.at(row[1]))}"
        self.faults.row(row[0], BadValueError(found, f"not {relation}, {self.show(other)}"))


def in_order(
    rows: Iterable[tuple[int, T]], at: Callable[[T], int], show: Callable[[int], str], faults: Faults
) -> Iterator[tuple[int, T]]:
    """Yield (row number, value) whose times never fall; `show` prints a time as the file does.

    Where a row is earlier than the one before it, the row after both tells which is wrong: if that one is not earlier
    either, the second fell back, else the first had jumped ahead.
    """
    known = _Doubt(at, show, faults)
    for row in rows:
        yield from known.take(row)
    yield from known.settle()
