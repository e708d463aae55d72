"""The stock transport: sockets, TLS, reconnecting and HTTP time-outs for adapters that ask for channels. asyncio.

It hands every piece of news to one function, in the event loop's thread, and does what adapters want done. It knows
neither orders nor the journal.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from smartexec.model.wire import Channel, Closed, Http, Tcp, TcpServer, WebSocket, WireInput, WireOutput
from smartexec.runtime.live.links.base import Hear, Link
from smartexec.runtime.live.links.http import HttpLink
from smartexec.runtime.live.links.tcp import TcpLink
from smartexec.runtime.live.links.tcp_server import TcpServerLink
from smartexec.runtime.live.links.web_socket import WebSocketLink

LINKS: Final[Mapping[type, Callable[..., Link]]] = {
    Tcp: TcpLink,
    TcpServer: TcpServerLink,
    WebSocket: WebSocketLink,
    Http: HttpLink,
}
"""Kind of channel -> what serves it."""


class Transport:
    """All channels of a session. `hear` is called with the number of whose channel it is, and what happened."""

    def __init__(self, hear: Callable[[int, WireInput], None]) -> None:
        self._hear = hear
        self._links: dict[tuple[int, str], Link] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self, number: int, channels: Iterable[Channel]) -> None:
        """Open the channels of an adapter and keep them open.

        ConfigError where their files cannot be read, or a server cannot listen.
        """
        for channel in channels:
            link = LINKS[type(channel)](channel, self._ear(number))
            await link.begin()
            self._links[number, channel.name] = link
            self._tasks.append(asyncio.get_running_loop().create_task(link.run(), name=f"channel {channel.name}"))

    def act(self, number: int, wanted: WireOutput) -> None:
        """Do what an adapter wants; one that names no channel of its own hears that it is closed."""
        name = wanted.channel
        link = self._links.get((number, name)) or self._links.get((number, name.rpartition("/")[0]))
        if link is None:
            text = f"found channel {wanted.channel!r}, expected one of its own"
            self._hear(number, Closed(wanted.channel, text))
        else:
            link.act(wanted)

    async def close(self) -> None:
        """Send what is still to be sent, then close all channels."""
        for link in self._links.values():
            await link.drain()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _ear(self, number: int) -> Hear:
        return lambda event: self._hear(number, event)
