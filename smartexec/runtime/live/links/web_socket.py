"""Messages over a WebSocket (RFC 6455)."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from smartexec.model.wire import Close, Received, Send, WebSocket, WireOutput
from smartexec.runtime.live.links.base import MAX_UNSENT, OPEN_WITHIN, Hear, LastingLink
from smartexec.runtime.live.links.web_client import client, verified

HEARTBEAT: Final = 20.0
"""A ping is sent after this long without news, s; a peer that does not answer is lost."""


class WebSocketLink(LastingLink):
    """A client's side of a WebSocket."""

    def __init__(self, channel: WebSocket, hear: Hear) -> None:
        super().__init__(channel.name, hear)
        self._channel = channel
        self._http = client(channel.name)
        self._ssl = verified(channel.tls, channel.name)
        self._unsent: asyncio.Queue[bytes] = asyncio.Queue()
        self._held = 0
        self._socket: Any = None
        self._closing: set[asyncio.Task[Any]] = set()

    async def once(self, opened: Callable[[], None]) -> str:
        async with self._http.ClientSession() as session:
            try:
                async with asyncio.timeout(OPEN_WITHIN):
                    socket = await session.ws_connect(
                        self._channel.url, headers=list(self._channel.headers), ssl=self._ssl, heartbeat=HEARTBEAT
                    )
            except self._http.ClientError as error:
                return " ".join(str(error).split()) or type(error).__name__
            self._socket, self._unsent, self._held = socket, asyncio.Queue(), 0
            sender = asyncio.create_task(self._send_all(socket, self._unsent))
            try:
                opened()
                return await self._receive(socket)
            finally:
                self._socket = None
                sender.cancel()
                await socket.close()

    async def _receive(self, socket: Any) -> str:
        async for message in socket:
            if message.type in (self._http.WSMsgType.TEXT, self._http.WSMsgType.BINARY):
                data = message.data.encode() if isinstance(message.data, str) else message.data
                self.hear(Received(self.name, data))
        return f"closed with {socket.close_code}"

    async def _send_all(self, socket: Any, unsent: asyncio.Queue[bytes]) -> None:
        send = socket.send_bytes if self._channel.binary else socket.send_str
        while True:
            data = await unsent.get()
            try:
                await send(data if self._channel.binary else data.decode())
            except (ConnectionError, self._http.ClientError):
                return
            finally:
                self._held -= len(data)
                unsent.task_done()

    def act(self, wanted: WireOutput) -> None:
        if isinstance(wanted, Close):
            self.close(wanted)
        elif isinstance(wanted, Send) and self._socket is not None:
            self._held += len(wanted.data)
            self._unsent.put_nowait(wanted.data)
            if self._held > MAX_UNSENT:
                self.cut()

    def cut(self) -> None:
        if self._socket is not None:
            task = asyncio.ensure_future(self._socket.close())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    async def drain(self) -> None:
        if self._socket is not None:
            await asyncio.wait([asyncio.ensure_future(self._unsent.join())], timeout=1)
