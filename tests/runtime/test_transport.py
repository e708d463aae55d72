"""The stock transport against real sockets: streams, TLS, WebSocket, HTTP; losses, time-outs, silent peers."""

import asyncio
import ssl
import subprocess
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from smartexec.api import (
    Close,
    Closed,
    ConfigError,
    Http,
    Opened,
    Received,
    Request,
    Response,
    Send,
    Tcp,
    Tls,
    WebSocket,
)
from smartexec.runtime.live.links import base
from smartexec.runtime.live.transport import Transport


class Ear:
    """Keeps what is heard, and waits for it."""

    def __init__(self) -> None:
        self.heard: list[Any] = []
        self._more = asyncio.Event()
        self.transport = Transport(self.hear)

    def hear(self, number: int, event: Any) -> None:
        assert number == 0
        self.heard.append(event)
        self._more.set()

    async def until(self, wanted: Callable[[list[Any]], Any]) -> Any:
        """Wait until something holds of what was heard."""
        async with asyncio.timeout(10):
            while not (found := wanted(self.heard)):
                self._more.clear()
                await self._more.wait()
        return found

    async def opened(self, count: int = 1) -> None:
        """Wait until a channel was opened so often."""
        await self.until(lambda heard: sum(isinstance(one, Opened) for one in heard) >= count)

    def data(self) -> bytes:
        return b"".join(one.data for one in self.heard if isinstance(one, Received))


def go(body: Callable[[Ear], Awaitable[None]]) -> None:
    """Run a test in an event loop; all channels are closed after it."""

    async def run() -> None:
        ear = Ear()
        try:
            await body(ear)
        finally:
            await ear.transport.close()

    asyncio.run(run())


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Open again quickly."""
    monkeypatch.setattr(base, "FIRST_WAIT", 0.01)


async def echo_server(**more: Any) -> tuple[asyncio.Server, int]:
    """A server that sends back what it gets; "bye" closes."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1000):
            if data == b"bye":
                break
            writer.write(data)
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, **more)
    return server, server.sockets[0].getsockname()[1]


def test_stream_carries_bytes_both_ways_and_opens_again_after_a_loss() -> None:
    async def body(ear: Ear) -> None:
        server, port = await echo_server()
        with closing(server):  # `async with` would wait for connections, which end later
            await ear.transport.open(0, [Tcp("line", (f"127.0.0.1:{port}",))])
            await ear.opened()
            ear.transport.act(0, Send("line", b"hello "))
            ear.transport.act(0, Send("line", b"world"))
            await ear.until(lambda _: ear.data() == b"hello world")
            ear.transport.act(0, Send("line", b"bye"))
            await ear.opened(2)
            kinds = [type(one) for one in ear.heard if not isinstance(one, Received)]
            assert kinds == [Opened, Closed, Opened]

    go(body)


def test_stream_takes_the_first_host_that_answers() -> None:
    async def body(ear: Ear) -> None:
        server, port = await echo_server()
        with closing(server):
            await ear.transport.open(0, [Tcp("line", ("127.0.0.1:1", f"127.0.0.1:{port}"))])
            await ear.opened()

    go(body)


def test_stream_that_nobody_answers_is_said_to_be_closed_and_tried_again() -> None:
    async def body(ear: Ear) -> None:
        await ear.transport.open(0, [Tcp("line", ("127.0.0.1:1",))])
        await ear.until(lambda heard: len(heard) >= 3)
        assert all(isinstance(one, Closed) and "127.0.0.1:1" in one.reason for one in ear.heard)

    go(body)


def test_close_closes_and_is_not_opened_again_before_its_time() -> None:
    async def body(ear: Ear) -> None:
        server, port = await echo_server()
        with closing(server):
            await ear.transport.open(0, [Tcp("line", (f"127.0.0.1:{port}",))])
            await ear.opened()
            ear.transport.act(0, Close("line", "enough", until=base.time_ns() + 300_000_000))
            await ear.until(lambda heard: isinstance(heard[-1], Closed))
            began = asyncio.get_running_loop().time()
            await ear.opened(2)
            assert asyncio.get_running_loop().time() - began > 0.25

    go(body)


@pytest.mark.parametrize(("lasts", "seldom"), [(60.0, True), (0.0, False)], ids=["refused", "lost after a while"])
def test_peer_that_takes_the_connection_and_no_more_is_asked_ever_more_seldom(
    monkeypatch: pytest.MonkeyPatch, lasts: float, seldom: bool
) -> None:
    monkeypatch.setattr(base, "LASTS", lasts)

    async def body(ear: Ear) -> None:
        server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
        with closing(server):
            await ear.transport.open(0, [Tcp("line", (f"127.0.0.1:{server.sockets[0].getsockname()[1]}",))])
            began = asyncio.get_running_loop().time()
            await ear.opened(7)  # 10 ms, 20, 40 ... = 630 ms together, or 60
            assert (asyncio.get_running_loop().time() - began > 0.6) is seldom

    go(body)


def test_send_on_a_channel_that_is_not_open_is_dropped() -> None:
    async def body(ear: Ear) -> None:
        await ear.transport.open(0, [Tcp("line", ("127.0.0.1:1",))])
        ear.transport.act(0, Send("line", b"stale"))
        await ear.until(lambda heard: heard)

    go(body)


def test_peer_that_does_not_read_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smartexec.runtime.live.links.stream.MAX_UNSENT", 1_000_000)

    async def body(ear: Ear) -> None:
        asleep = asyncio.Event()

        async def sleeps(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await asleep.wait()
            writer.close()

        server = await asyncio.start_server(sleeps, "127.0.0.1", 0, limit=1000)
        with closing(server):
            port = server.sockets[0].getsockname()[1]
            await ear.transport.open(0, [Tcp("line", (f"127.0.0.1:{port}",))])
            await ear.opened()
            for _ in range(300):
                ear.transport.act(0, Send("line", b"x" * 100_000))
            await ear.until(lambda heard: any(isinstance(one, Closed) for one in heard))
            asleep.set()

    go(body)


def test_unknown_channel_is_said_to_be_closed() -> None:
    async def body(ear: Ear) -> None:
        ear.transport.act(0, Send("nowhere", b"x"))
        assert ear.heard == [Closed("nowhere", "found channel 'nowhere', expected one of its own")]

    go(body)


@pytest.mark.parametrize("host", ["no port", "x:", ":5", "a:b"])
def test_host_that_is_none_is_a_config_error(host: str) -> None:
    async def body(ear: Ear) -> None:
        with pytest.raises(ConfigError, match='expected "HOST:PORT"'):
            await ear.transport.open(0, [Tcp("line", (host,))])

    go(body)


# -- TLS ---------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for "venue.test", and its key."""
    folder = tmp_path_factory.mktemp("tls")
    words = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=venue.test -addext subjectAltName=DNS:venue.test"
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run(["openssl", *words.split(), *files], check=True, capture_output=True)
    return folder


def tls_server(folder: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


def test_tls_stream_verifies_the_peer(certificates: Path) -> None:
    async def body(ear: Ear) -> None:
        server, port = await echo_server(ssl=tls_server(certificates))
        with closing(server):
            tls = Tls(ca=str(certificates / "cert.pem"), server_name="venue.test")
            await ear.transport.open(0, [Tcp("line", (f"127.0.0.1:{port}",), tls)])
            await ear.opened()
            ear.transport.act(0, Send("line", b"secret"))
            await ear.until(lambda _: ear.data() == b"secret")

    go(body)


@pytest.mark.parametrize("trusted", [True, False])
def test_tls_stream_refuses_another_name_and_an_unknown_authority(certificates: Path, trusted: bool) -> None:
    async def body(ear: Ear) -> None:
        server, port = await echo_server(ssl=tls_server(certificates))
        with closing(server):
            tls = Tls(
                ca=str(certificates / "cert.pem") if trusted else "",
                server_name="other.test" if trusted else "venue.test",
            )
            await ear.transport.open(0, [Tcp("line", (f"127.0.0.1:{port}",), tls)])
            await ear.until(lambda heard: heard)
            assert "certificate verify failed" in ear.heard[0].reason

    go(body)


def test_tls_file_that_is_not_there_is_a_config_error() -> None:
    async def body(ear: Ear) -> None:
        with pytest.raises(ConfigError, match=r"channel line: tls: found .*/no/such\.pem"):
            await ear.transport.open(0, [Tcp("line", ("localhost:1",), Tls(ca="/no/such.pem"))])

    go(body)


# -- the web -----------------------------------------------------------------------------------------------------------


async def web_server(*routes: web.RouteDef) -> tuple[web.AppRunner, int]:
    app = web.Application()
    app.add_routes(routes)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return runner, site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]


def test_web_socket_carries_messages_whole_and_opens_again_after_a_loss() -> None:
    async def talk(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str(request.headers["X-Who"])
        async for message in socket:
            if message.data == "bye":
                break
            await socket.send_str(message.data * 2)
        await socket.close()
        return socket

    async def body(ear: Ear) -> None:
        runner, port = await web_server(web.get("/feed", talk))
        await ear.transport.open(0, [WebSocket("feed", f"ws://127.0.0.1:{port}/feed", (("X-Who", "me"),))])
        await ear.opened()
        ear.transport.act(0, Send("feed", "ä".encode()))
        await ear.until(lambda heard: len(heard) == 3)
        assert [one.data for one in ear.heard[1:]] == [b"me", "ää".encode()]
        ear.transport.act(0, Send("feed", b"bye"))
        await ear.opened(2)
        ear.transport.act(0, Close("feed", "enough"))
        await ear.opened(3)
        await runner.cleanup()

    go(body)


def test_web_socket_that_is_refused_says_why() -> None:
    async def body(ear: Ear) -> None:
        runner, port = await web_server()
        await ear.transport.open(0, [WebSocket("feed", f"ws://127.0.0.1:{port}/feed")])
        await ear.until(lambda heard: heard)
        assert "404" in ear.heard[0].reason
        await runner.cleanup()

    go(body)


def test_http_answers_name_their_requests_and_come_in_order() -> None:
    async def slow_first(request: web.Request) -> web.Response:
        body = await request.text()
        await asyncio.sleep(0.1 if body == "a" else 0)
        return web.Response(status=201, text=f"{request.method} {request.headers['X-Who']} {body}")

    async def body(ear: Ear) -> None:
        runner, port = await web_server(web.post("/orders", slow_first))
        await ear.transport.open(0, [Http("rest", f"http://127.0.0.1:{port}")])
        for ref in ("a", "b"):
            ear.transport.act(0, Request("rest", ref, "POST", "/orders", ref.encode(), (("X-Who", "me"),)))
        await ear.until(lambda heard: len(heard) == 3)
        expected = [Response("rest", ref, 201, f"POST me {ref}".encode()) for ref in ("a", "b")]
        assert ear.heard == [Opened("rest"), *expected]
        await runner.cleanup()

    go(body)


def test_http_request_without_an_answer_has_status_0() -> None:
    async def never(_: web.Request) -> web.Response:
        await asyncio.sleep(60)
        return web.Response()

    async def body(ear: Ear) -> None:
        runner, port = await web_server(web.get("/", never))
        await ear.transport.open(
            0, [Http("rest", f"http://127.0.0.1:{port}", timeout=200_000_000), Http("dead", "http://127.0.0.1:1")]
        )
        ear.transport.act(0, Request("rest", "slow", "GET", "/"))
        ear.transport.act(0, Request("dead", "lost", "GET", "/"))
        await ear.until(lambda heard: len(heard) == 4)
        answers = {one.ref: one for one in ear.heard if isinstance(one, Response)}
        assert (answers["slow"].status, answers["slow"].reason) == (0, "no answer within 0.2 s")
        assert answers["lost"].status == 0
        assert answers["lost"].reason
        await runner.cleanup()

    go(body)


def test_what_was_handed_over_leaves_before_the_end() -> None:
    got: list[bytes] = []

    async def body(ear: Ear) -> None:
        done = asyncio.Event()

        async def reads(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            got.append(await reader.read(-1))
            writer.close()
            done.set()

        server = await asyncio.start_server(reads, "127.0.0.1", 0)
        with closing(server):
            port = server.sockets[0].getsockname()[1]
            await ear.transport.open(0, [Tcp("line", (f"127.0.0.1:{port}",))])
            await ear.opened()
            ear.transport.act(0, Send("line", b"cancel all"))
            await ear.transport.close()
            async with asyncio.timeout(10):
                await done.wait()

    go(body)
    assert got == [b"cancel all"]
