"""A stream of bytes over TCP, with or without TLS."""

import asyncio
from collections.abc import Callable

from smartexec.errors import ConfigError
from smartexec.model.wire import Close, Send, Tcp, WireOutput
from smartexec.runtime.live.links.base import OPEN_WITHIN, Hear, LastingLink, context_of
from smartexec.runtime.live.links.stream import Stream, emptied


class TcpLink(LastingLink):
    """Connects to the first host that answers."""

    def __init__(self, channel: Tcp, hear: Hear) -> None:
        super().__init__(channel.name, hear)
        self._hosts = [host_of(one, channel.name) for one in channel.hosts]
        self._tls = channel.tls
        self._context = None if channel.tls is None else context_of(channel.tls, channel.name)
        self._line: _Line | None = None

    async def once(self, opened: Callable[[], None]) -> str:
        def made(line: _Line) -> None:
            self._line = line  # before anybody hears that it is open
            opened()

        line = await self._connect(made)
        try:
            return await line.lost
        finally:
            line.abort()
            self._line = None

    async def _connect(self, made: "Callable[[_Line], None]") -> "_Line":
        loop = asyncio.get_running_loop()
        failed: list[str] = []
        for host, port in self._hosts:
            name = (self._tls.server_name or host) if self._tls is not None else None
            try:
                async with asyncio.timeout(OPEN_WITHIN):
                    _, line = await loop.create_connection(
                        lambda: _Line(self.name, self.hear, made), host, port, ssl=self._context, server_hostname=name
                    )
                    return line
            except (OSError, TimeoutError) as error:
                failed.append(f"{host}:{port}: {' '.join(str(error).split()) or 'no answer'}")
        raise OSError("; ".join(failed))

    def act(self, wanted: WireOutput) -> None:
        if isinstance(wanted, Close):
            self.close(wanted)
        elif isinstance(wanted, Send) and self._line is not None:
            self._line.send(wanted.data)

    def cut(self) -> None:
        if self._line is not None:
            self._line.close()

    async def drain(self) -> None:
        if self._line is not None:
            await emptied([self._line])


class _Line(Stream):
    """The connection, while it lasts."""

    def __init__(self, name: str, hear: Hear, made: "Callable[[_Line], None]") -> None:
        super().__init__(name, hear)
        self._made = made
        self.lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._made(self)  # bytes may come in before who asked for the connection has it

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.lost.done():
            self.lost.set_result(self.why(exc))


def host_of(text: str, channel: str) -> tuple[str, int]:
    """Read "HOST:PORT"; ConfigError if it is something else."""
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdecimal():
        raise ConfigError(f'channel {channel}: found host {text!r}, expected "HOST:PORT"')
    return host.strip("[]"), int(port)
