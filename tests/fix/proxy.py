"""A wire that can be cut: a TCP proxy between two parties of this machine, which drops connections when told."""

import asyncio
import ssl
from contextlib import suppress

from attrs import define, field


@define(eq=False)
class Wire:
    """Listens on one port, connects each connection to another. `async with Wire(...)`."""

    port: int
    to: int
    tls: ssl.SSLContext | None = None
    """Who connects speaks TLS; None = does not. It goes on without."""
    cuts: int = field(init=False, default=0)
    """Connections that were cut."""
    _server: asyncio.Server = field(init=False)
    _ends: set[asyncio.StreamWriter] = field(init=False, factory=set)
    _tasks: "set[asyncio.Task[None]]" = field(init=False, factory=set)

    async def __aenter__(self) -> "Wire":
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", self.port, ssl=self.tls)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.cut()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def cut(self) -> None:
        """Cut all connections: what is on its way is lost."""
        for end in list(self._ends):
            end.transport.abort()
            self.cuts += 1

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.to)
        except OSError:
            writer.transport.abort()
            return
        self._ends |= {writer, far_writer}
        for source, sink in ((reader, far_writer), (far_reader, writer)):
            task = asyncio.create_task(self._pump(source, sink))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        """Carry bytes one way until an end is gone; then the other end is closed too."""
        with suppress(OSError):
            while data := await source.read(65_536):
                sink.write(data)
                await sink.drain()
        self._ends.discard(sink)
        with suppress(OSError):
            sink.close()
