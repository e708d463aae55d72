"""After a restart: turns that were folded again are told once more to who was told them, so that it can remember."""

from collections.abc import Mapping, Sequence
from typing import Any

from smartexec.interfaces.order_source import OrderSource
from smartexec.interfaces.sink import Sink
from smartexec.interfaces.venue import VenueAdapter
from smartexec.interfaces.wired import Wired
from smartexec.kernel.engine import Engine
from smartexec.model.commands import Alert
from smartexec.runtime.replay.refold import Turn
from smartexec.runtime.report.followed import Followed


class Recall:
    """Tells venues, sources and sinks; gives sinks the rows they follow too."""

    def __init__(
        self, venues: Mapping[str, VenueAdapter], sources: Sequence[OrderSource], sinks: Sequence[Sink]
    ) -> None:
        self._venues = {mic: one for mic, one in venues.items() if _recalls(one)}
        self._sources = [one for one in sources if _recalls(one)]
        self._sinks = [one for one in sinks if _recalls(one)]
        self._owners: dict[str, OrderSource | None] = {}
        self._followed: Followed | None = None

    def begin(self, engine: Engine) -> None:
        """Look at this engine's tables; nothing was folded yet."""
        self._followed = Followed(engine, {table for sink in self._sinks for table in sink.follows})

    def turn(self, turn: Turn) -> None:
        """Tell a turn."""
        for now, event in turn.events:
            self._tell(event, now, turn.seq)
        for command in turn.commands:
            if type(command) is not Alert:
                self._tell(command, turn.now, turn.seq)
                if hasattr(command, "source"):
                    for sink in self._sinks:
                        sink.recall(command, turn.now, turn.seq)
        for rows in self._followed.new() if self._followed is not None else ():
            for sink in self._sinks:
                if rows.table in sink.follows:
                    sink.recall(rows, turn.now, turn.seq)

    def _tell(self, one: Any, now: int, seq: int) -> None:
        """Tell a venue what is its own, a source what is its clients'."""
        whose: Wired | None = self._venues.get(getattr(one, "mic", ""))
        if whose is None and (source := getattr(one, "source", "")):
            whose = self._owner(source)
        if whose is not None:
            whose.recall(one, now, seq)

    def _owner(self, source: str) -> OrderSource | None:
        if source not in self._owners:
            self._owners[source] = next((one for one in self._sources if one.owns(source)), None)
        return self._owners[source]


def _recalls(plugin: Wired) -> bool:
    return type(plugin).recall is not Wired.recall
