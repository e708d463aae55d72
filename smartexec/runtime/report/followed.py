"""Rows that have come about in an engine since the last look, for sinks that follow tables."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from smartexec.interfaces.sink import Rows
from smartexec.kernel.blotter import Blotter
from smartexec.kernel.engine import Engine
from smartexec.runtime.report.tables import COLUMNS, Tables

_LISTS: Final[Mapping[str, Callable[[Blotter], Sequence[Any]]]] = {
    "client_orders": lambda blotter: blotter.orders,
    "executions": lambda blotter: blotter.executions,
    "crosses": lambda blotter: blotter.crosses,
    "allocations": lambda blotter: blotter.allocations,
    "parent_orders": lambda blotter: blotter.ended,
}
FOLLOWED: Final = tuple(_LISTS)
"""Tables whose rows stay as they are (a parent's, once it has ended; a client order's identity and first terms, as it
came), in the order in which they are told."""


class Followed:
    """Where the look at each table stopped."""

    def __init__(self, engine: Engine, tables: Iterable[str]) -> None:
        """From now on; what is there already is not told."""
        self._blotter = engine.blotter
        self._print = Tables(engine.blotter)
        wanted = set(tables)
        self._seen = {name: len(made(self._blotter)) for name, made in _LISTS.items() if name in wanted}

    def new(self) -> list[Rows]:
        """Give what has come about since the last time."""
        return [rows for name in self._seen if (rows := self._of(name)) is not None]

    def _of(self, name: str) -> Rows | None:
        there = _LISTS[name](self._blotter)
        first, self._seen[name] = self._seen[name], len(there)
        if first == len(there):
            return None
        rows = tuple(tuple(self._print.row(name, one)) for one in there[first:])
        return Rows(name, tuple(COLUMNS[name].split()), rows)
