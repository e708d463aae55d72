"""The order sources and sinks of a live session: hands them what happens, checks what they say, drops who is at fault.

One that raises, or says what the interface does not know, is out of the session: its channels are closed and it is told
nothing more. Orders that came from it go on.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from attrs import frozen

from smartexec.interfaces.order_source import OrderSource
from smartexec.interfaces.sink import Rows, Sink
from smartexec.interfaces.wired import Wired
from smartexec.model.commands import ClientCommand
from smartexec.model.events import Tick
from smartexec.model.orders import ClientEvent
from smartexec.model.wire import Close, WireInput, WireOutput
from smartexec.runtime.feeding.sequencer import NEVER, Owner, nobody
from smartexec.runtime.reading.checks import CLIENT, WIRE, pull, refused, shown, told, wrong

_CLIENTS: Final = (*CLIENT, *WIRE)


@frozen
class _Part:
    """A source or a sink."""

    plugin: Any
    kind: str
    says: tuple[type, ...]


class Gateways:
    """Sources first, then sinks, in the order of the configuration; their numbers begin with `first`."""

    def __init__(
        self,
        sources: Sequence[OrderSource],
        sinks: Sequence[Sink],
        first: int,
        client: Callable[[int, ClientEvent, int], None],
        act: Callable[[int, WireOutput], None],
        fault: Callable[[str], None],
        owner: Owner = nobody,
    ) -> None:
        """`client` takes (place of the source, what a client asks for, time); `act` does on the wire what the part of a
        number wants."""
        self._parts = [
            *(_Part(source, "order source", _CLIENTS) for source in sources),
            *(_Part(sink, "sink", WIRE) for sink in sinks),
        ]
        self._first = first
        self.ticks = [NEVER] * len(self._parts)
        """When each wants the time."""
        self.touched: dict[int, Wired] = {}
        """By number, those that were told something since this was last cleared."""
        self._sinks = range(first + len(sources), first + len(self._parts))
        self._follows = {first + len(sources) + n: frozenset(sink.follows) for n, sink in enumerate(sinks)}
        self._dead: set[int] = set()
        self._client, self._act, self._fault, self._owner = client, act, fault, owner
        for number in range(first, first + len(self._parts)):
            self._ask(number, lambda: (), 0)
        self.touched.clear()

    def tell(self, number: int, event: WireInput | Tick, now: int) -> None:
        """Hand over news of a channel, or the time."""
        plugin = self._parts[number - self._first].plugin
        self._ask(number, lambda: plugin.handle(event, now), now)

    def leave(self, now: int) -> None:
        """Let all say goodbye."""
        for place, part in enumerate(self._parts):
            self._ask(self._first + place, lambda plugin=part.plugin: plugin.leave(now), now)  # type: ignore[misc]

    def due(self, now: int) -> None:
        """Hand the time to all that want it by now."""
        for place, due in enumerate(self.ticks):
            if due <= now:
                self.tell(self._first + place, Tick(), now)

    def report(self, place: int | None, command: ClientCommand, now: int) -> None:
        """Hand a report to the source it is for, None = to none, and to every sink."""
        if place is not None:
            source = self._parts[place].plugin
            self._ask(self._first + place, lambda: source.report(command, now), now)
        for number in self._sinks:
            sink = self._parts[number - self._first].plugin
            if type(sink).handle is not Sink.handle:
                self._ask(number, lambda sink=sink: sink.handle(command, now), now)  # type: ignore[misc]

    def rows(self, rows: Rows, now: int) -> None:
        """Hand rows to the sinks that follow their table."""
        for number, tables in self._follows.items():
            if rows.table in tables:
                sink = self._parts[number - self._first].plugin
                self._ask(number, lambda sink=sink: sink.handle(rows, now), now)  # type: ignore[misc]

    def _ask(self, number: int, ask: Callable[[], Iterable[Any] | None], now: int) -> None:
        """Let a part do something; fold or do what it says, and note when it wants the time."""
        if number in self._dead:
            return
        place = number - self._first
        part = self._parts[place]
        self.touched[number] = part.plugin
        said: Sequence[Any] = ()
        due, broke = None, None
        try:
            said, broke = pull(ask() or ())
            due = part.plugin.next_tick()
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            broke = broke or error
        nonsense = "" if due is None or type(due) is int else f"next_tick: found {shown(due)}, expected ns or None"
        for one in said:
            nonsense = self._take(number, one, now) or nonsense
        self.ticks[place] = NEVER if due is None or nonsense else due
        if nonsense or broke is not None:
            self._down(number, nonsense or f"found {told(broke)}, expected none")  # type: ignore[arg-type]

    def _take(self, number: int, one: Any, now: int) -> str:
        """Take what a part said; give what is wrong with it."""
        part = self._parts[number - self._first]
        fault = wrong(one, part.says)
        if fault:
            one = refused(one, part.plugin.name, fault) if part.kind == "order source" else None
            if one is None:
                return fault
        if type(one) in WIRE:
            self._act(number, one)
        else:
            self._client(number - self._first, one, now)
        return ""

    def _down(self, number: int, what: str) -> None:
        part = self._parts[number - self._first]
        name = part.plugin.name
        self._fault(f"{part.kind} {name}{self._owner(part.kind, name)}: {what}")
        self._dead.add(number)
        self.ticks[number - self._first] = NEVER
        for channel in part.plugin.channels:
            self._act(number, Close(channel.name, what))
