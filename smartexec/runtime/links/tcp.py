"""A stream of bytes over TCP, with or without TLS."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from smartexec.errors import ConfigError
from smartexec.model.wire import Close, Received, Send, Tcp, WireOutput
from smartexec.runtime.links.base import MAX_UNSENT, OPEN_WITHIN, Hear, LastingLink, context_of

CHUNK: Final = 64 * 1024
"""Bytes read at once, at most."""


class TcpLink(LastingLink):
    """Connects to the first host that answers."""

    def __init__(self, channel: Tcp, hear: Hear) -> None:
        super().__init__(channel.name, hear)
        self._hosts = [host_of(one, channel.name) for one in channel.hosts]
        self._tls = channel.tls
        self._context = None if channel.tls is None else context_of(channel.tls, channel.name)
        self._writer: asyncio.StreamWriter | None = None

    async def once(self, opened: Callable[[], None]) -> str:
        reader, writer = await self._connect()
        self._writer = writer
        try:
            opened()
            while data := await reader.read(CHUNK):
                self.hear(Received(self.name, data))
            return "the peer closed it"
        finally:
            self._writer = None
            writer.close()
            with suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        failed: list[str] = []
        for host, port in self._hosts:
            name = (self._tls.server_name or host) if self._tls is not None else None
            try:
                async with asyncio.timeout(OPEN_WITHIN):
                    return await asyncio.open_connection(host, port, ssl=self._context, server_hostname=name)
            except (OSError, TimeoutError) as error:
                failed.append(f"{host}:{port}: {' '.join(str(error).split()) or 'no answer'}")
        raise OSError("; ".join(failed))

    def act(self, wanted: WireOutput) -> None:
        if isinstance(wanted, Close):
            self.close(wanted)
        elif isinstance(wanted, Send) and self._writer is not None:
            self._writer.write(wanted.data)
            if self._writer.transport.get_write_buffer_size() > MAX_UNSENT:
                self._writer.transport.abort()

    def cut(self) -> None:
        if self._writer is not None:
            self._writer.close()

    async def drain(self) -> None:
        if self._writer is not None:
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(1):
                    await self._writer.drain()


def host_of(text: str, channel: str) -> tuple[str, int]:
    """Read "HOST:PORT"; ConfigError if it is something else."""
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdecimal():
        raise ConfigError(f'channel {channel}: found host {text!r}, expected "HOST:PORT"')
    return host.strip("[]"), int(port)
