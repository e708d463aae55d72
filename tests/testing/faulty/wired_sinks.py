"""Sinks with a channel, with one fault each, beside a healthy one, and their conformance classes.

Their protocol: the peer says "have N", it is sent the lines from N+1 on, each "NUMBER NAME", and those to come.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from attrs import define, field

from smartexec.api import (
    Channel,
    ClientCommand,
    Close,
    Closed,
    Opened,
    Received,
    Rows,
    Send,
    Tcp,
    Tick,
    WireInput,
    WireOutput,
)
from smartexec.testing import SinkPeer
from tests.testing.faulty.sinks import Healthy as Files
from tests.testing.faulty.sinks import Read

CHANNEL = "back-office"


@define(eq=False)
class Healthy(Files):
    """Names each allocation and each parent that has ended to a back office."""

    name = "healthy-wired"
    follows: ClassVar[Sequence[str]] = ("allocations", "parent_orders")

    _lines: list[str] = field(init=False, factory=list)
    _heard: int = field(init=False, default=0)
    _path: Path | None = field(init=False, default=None)
    _up: bool = field(init=False, default=False)
    _left: bool = field(init=False, default=False)
    _rest: bytes = field(init=False, default=b"")

    @property
    def channels(self) -> Sequence[Channel]:
        return (Tcp(CHANNEL, ("127.0.0.1:1",)),)

    def remember(self, folder: Path, sync: str) -> None:
        self._path = folder / "told.json"
        if self._path.exists():
            self._heard, self._lines = json.loads(self._path.read_text(encoding="utf-8"))

    def recall(self, event: Any, now: int, seq: int) -> None:
        if isinstance(event, Rows) and seq > self._heard:
            self._lines += self.names(event)

    def commit(self, seq: int) -> None:
        self._heard = seq
        if self._path is not None:
            self._path.write_text(json.dumps([seq, self._lines]), encoding="utf-8")

    def handle(self, event: Rows | ClientCommand | WireInput | Tick, now: int) -> Iterable[WireOutput]:
        if isinstance(event, Rows):
            return self.tell(self.names(event))
        if isinstance(event, Received):
            return list(self.hear(event.data))
        if isinstance(event, Opened | Closed):
            self._up, self._rest = False, b""
        return [Close(CHANNEL, "the day is over")] if self._left and isinstance(event, Opened) else ()

    def leave(self, now: int) -> Iterable[WireOutput]:
        self._left = True
        return [Close(CHANNEL, "the day is over")]

    def names(self, rows: Rows) -> list[str]:
        return [f"{rows.table} {row[0]}" for row in rows.rows]

    def tell(self, names: list[str]) -> list[WireOutput]:
        first = len(self._lines)
        self._lines += names
        return [self.line(number) for number in range(first, len(self._lines))] if self._up else []

    def hear(self, data: bytes) -> Iterator[WireOutput]:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            word, _, number = line.partition(b" ")
            if word == b"have" and self.is_number(number):
                self._up = True
                yield from (self.line(n) for n in range(int(number), len(self._lines)))
        self._rest = self._rest[-100:]

    def is_number(self, text: bytes) -> bool:
        return text.isdigit()

    def line(self, number: int) -> Send:
        return Send(CHANNEL, f"{number + 1} {self._lines[number]}\n".encode())


@define(eq=False)
class Office(SinkPeer):
    """The back office."""

    channel: str = CHANNEL
    got: list[str] = field(factory=list)

    def opened(self, now: int) -> Iterable[bytes]:
        return [f"have {len(self.got)}\n".encode()]

    def received(self, data: bytes, now: int) -> Iterable[bytes]:
        for line in data.decode().splitlines():
            self.got.append(line.partition(" ")[2])
        return ()


class Told(Read):
    """Its peer."""

    params: ClassVar[Mapping[str, Any]] = {}

    def peers(self) -> Sequence[SinkPeer]:
        return (Office(),)


class TestHealthy(Told):
    sink = Healthy


@define(eq=False)
class ForgetsWhoIsAway(Healthy):
    """Keeps nothing for a peer that is not there: K-20 must catch it."""

    name = "forgets-who-is-away"

    def tell(self, names: list[str]) -> list[WireOutput]:
        return super().tell(names) if self._up else []


class TestForgetsWhoIsAway(Told):
    sink = ForgetsWhoIsAway


@define(eq=False)
class RecallsAllAnew(Healthy):
    """Takes all that it is told again for new: K-21 must catch it."""

    name = "recalls-all-anew"

    def recall(self, event: Any, now: int, seq: int) -> None:
        super().recall(event, now, self._heard + 1)


class TestRecallsAllAnew(Told):
    sink = RecallsAllAnew


@define(eq=False)
class RecallsNothing(Healthy):
    """Believes that all it was handed before a restart has been told: K-21 must catch it."""

    name = "recalls-nothing"

    def recall(self, event: Any, now: int, seq: int) -> None:
        return None


class TestRecallsNothing(Told):
    sink = RecallsNothing


@define(eq=False)
class TrustsItsPeer(Healthy):
    """Falls over what is no number: K-22 must catch it."""

    name = "trusts-its-peer"

    def hear(self, data: bytes) -> Iterator[WireOutput]:
        int(data.split()[-1])
        return super().hear(data)


class TestTrustsItsPeer(Told):
    sink = TrustsItsPeer
