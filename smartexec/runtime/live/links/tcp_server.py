"""Streams of bytes that others open: each connection is a channel of its own, NAME/1, NAME/2 ..."""

import asyncio
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final

from smartexec.errors import ConfigError
from smartexec.model.wire import Close, Closed, Opened, Send, TcpServer, WireOutput
from smartexec.runtime.live.links.base import OPEN_WITHIN, Hear, Link, context_of
from smartexec.runtime.live.links.stream import Stream, emptied
from smartexec.runtime.live.links.tcp import host_of

BACKLOG: Final = 512
"""Connections that the system may hold until they are taken."""


class TcpServerLink(Link):
    """Listens, and serves all that connect and may."""

    def __init__(self, channel: TcpServer, hear: Hear) -> None:
        super().__init__(channel.name, hear)
        self.connections: dict[str, _Connection] = {}
        self._address, self._most = host_of(channel.address, channel.name), channel.most
        self._allow = [_network(text, channel.name) for text in channel.allow]
        self._context = None if channel.tls is None else context_of(channel.tls, channel.name, server=True)
        self._server: asyncio.Server | None = None
        self._count = 0

    async def begin(self) -> None:
        host, port = self._address
        handshake = None if self._context is None else OPEN_WITHIN
        try:
            self._server = await asyncio.get_running_loop().create_server(
                lambda: _Connection(self), host, port, ssl=self._context, backlog=BACKLOG,
                ssl_handshake_timeout=handshake,
            )  # fmt: skip
        except OSError as error:
            found = error.strerror or str(error)
            raise ConfigError(
                f"channel {self.name}: {host}:{port}: found {found}, expected an address to listen on"
            ) from error

    async def run(self) -> None:
        assert self._server is not None
        self.hear(Opened(self.name))
        try:
            await asyncio.get_running_loop().create_future()  # until cancelled
        finally:
            self._server.close()
            for one in list(self.connections.values()):
                one.abort()

    def act(self, wanted: WireOutput) -> None:
        connection = self.connections.get(wanted.channel)
        if connection is None:
            return  # it is gone, and the owner has been told
        if isinstance(wanted, Send):
            connection.send(wanted.data)
        elif isinstance(wanted, Close):
            connection.close()

    async def drain(self) -> None:
        await emptied(self.connections.values())

    def admit(self, peer: str) -> str:
        """Give a new connection its name; "" if it may not connect."""
        address = ip_address(peer.partition("%")[0]) if peer else None
        mapped = getattr(address, "ipv4_mapped", None) or address
        if mapped is None or not any(mapped in network for network in self._allow):
            return ""
        if len(self.connections) >= self._most:
            return ""
        self._count += 1
        return f"{self.name}/{self._count}"


class _Connection(Stream):
    """One connection."""

    def __init__(self, server: TcpServerLink) -> None:
        super().__init__("", server.hear)
        self._server = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        address: Sequence[str] = transport.get_extra_info("peername") or ("",)
        self.name = self._server.admit(address[0])
        if not self.name:
            self.abort()
            return
        self._server.connections[self.name] = self
        self.hear(Opened(self.name, address[0]))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._server.connections.pop(self.name, None) is not None:
            self.hear(Closed(self.name, self.why(exc)))


def _network(text: str, channel: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text)
    except ValueError as error:
        raise ConfigError(f"channel {channel}: found {error}, expected a network such as 10.1.0.0/16") from error
