"""Connections of what is sans-IO and has a server: asyncio streams, and the clock. Nothing of FIX."""

import asyncio
from collections.abc import Callable, Iterable
from time import time_ns
from typing import Protocol

from attrs import define, field

from smartexec.api import NANOS_PER_SECOND, Close, Closed, Opened, Received, Send, Tick, WireInput

LONGEST = 0.05
"""The clock is looked at so often, s."""


class Served(Protocol):
    """What is driven here."""

    def handle(self, event: WireInput | Tick, now: int) -> Iterable[Send | Close]:
        """Take news of a connection, or the time."""
        ...

    def next_tick(self) -> int | None:
        """When the time is wanted, ns UTC."""
        ...


@define(eq=False)
class Sockets:
    """The connections of a server by channel."""

    served: Served
    clock: Callable[[], int] = time_ns
    _writers: dict[str, asyncio.StreamWriter] = field(init=False, factory=dict)
    _count: int = field(init=False, default=0)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, to its end."""
        self._count += 1
        channel = f"desk/{self._count}"
        self._writers[channel] = writer
        self.do(self.served.handle(Opened(channel, str(writer.get_extra_info("peername")[0])), self.clock()))
        try:
            while data := await reader.read(65_536):
                self.do(self.served.handle(Received(channel, data), self.clock()))
        except ConnectionError:
            pass
        finally:
            self.do(self.served.handle(Closed(channel, "the connection is closed"), self.clock()))
            del self._writers[channel]
            writer.close()

    async def tick(self) -> None:
        """Hand the time over when it is wanted."""
        while True:
            due = self.served.next_tick()
            seconds = LONGEST if due is None else (due - self.clock()) / NANOS_PER_SECOND
            await asyncio.sleep(min(LONGEST, max(0.0, seconds)))
            if due is not None and due <= self.clock():
                self.do(self.served.handle(Tick(), self.clock()))

    def do(self, wanted: Iterable[Send | Close]) -> None:
        """Do what is to be done on connections."""
        for one in wanted:
            writer = self._writers.get(one.channel)
            if writer is None or writer.is_closing():
                continue
            if isinstance(one, Send):
                writer.write(one.data)
            else:
                writer.close()
