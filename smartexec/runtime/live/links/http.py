"""Requests over HTTP, in the order in which they were made. One that is not answered in time is said to be so."""

import asyncio
from typing import Any

from smartexec.model.ids import NANOS_PER_SECOND
from smartexec.model.wire import Http, Opened, Request, Response, WireOutput
from smartexec.runtime.live.links.base import Hear, Link
from smartexec.runtime.live.links.web_client import client, verified


class HttpLink(Link):
    """`parallel` requests at most are under way; with one, none overtakes another."""

    def __init__(self, channel: Http, hear: Hear) -> None:
        super().__init__(channel.name, hear)
        self._channel = channel
        self._http = client(channel.name)
        self._ssl = verified(channel.tls, channel.name)
        self._waiting: asyncio.Queue[Request] = asyncio.Queue()

    async def run(self) -> None:
        timeout = self._http.ClientTimeout(total=self._channel.timeout / NANOS_PER_SECOND)
        async with self._http.ClientSession(timeout=timeout) as session:
            self.hear(Opened(self.name))
            await asyncio.gather(*(self._work(session) for _ in range(self._channel.parallel)))

    async def _work(self, session: Any) -> None:
        while True:
            request = await self._waiting.get()
            try:
                self.hear(await self._ask(session, request))
            finally:
                self._waiting.task_done()

    async def _ask(self, session: Any, request: Request) -> Response:
        url = self._channel.url + request.path
        try:
            async with session.request(
                request.method, url, data=request.data or None, headers=list(request.headers), ssl=self._ssl
            ) as answer:
                return Response(self.name, request.ref, answer.status, await answer.read())
        except TimeoutError:
            seconds = self._channel.timeout / NANOS_PER_SECOND
            return Response(self.name, request.ref, 0, reason=f"no answer within {seconds:g} s")
        except (OSError, self._http.ClientError) as error:
            text = " ".join(str(error).split()) or type(error).__name__
            return Response(self.name, request.ref, 0, reason=text)

    def act(self, wanted: WireOutput) -> None:
        if isinstance(wanted, Request):
            self._waiting.put_nowait(wanted)

    async def drain(self) -> None:
        await asyncio.wait([asyncio.ensure_future(self._waiting.join())], timeout=1)
