"""Channels that others open, against real sockets: who may connect, how many, silent peers, TLS both ways."""

import asyncio
import contextlib
import ssl
from pathlib import Path
from typing import Any

import pytest

from smartexec.api import Close, Closed, ConfigError, Opened, Received, Send, Tcp, TcpServer, Tls
from smartexec.runtime.live.links import base, stream
from smartexec.runtime.live.links.tcp_server import TcpServerLink
from tests.certificates import certificate
from tests.runtime.test_transport import Ear, go


def address() -> str:
    """An address that nobody listens on."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


async def connect(at: str, **more: Any) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", int(at.rpartition(":")[2]), **more)


def heard(ear: Ear, kind: type) -> list[Any]:
    return [one for one in ear.heard if isinstance(one, kind)]


def test_each_connection_is_a_channel_of_its_own() -> None:
    async def body(ear: Ear) -> None:
        at = address()
        await ear.transport.open(0, [TcpServer("gate", at)])
        await ear.opened()
        one, other = await connect(at), await connect(at)
        await ear.opened(3)
        one[1].write(b"one")
        other[1].write(b"other")
        await ear.until(lambda heard: len(heard) >= 5)
        assert heard(ear, Opened) == [Opened("gate"), Opened("gate/1", "127.0.0.1"), Opened("gate/2", "127.0.0.1")]
        assert sorted(heard(ear, Received), key=lambda r: r.channel) == [
            Received("gate/1", b"one"),
            Received("gate/2", b"other"),
        ]
        ear.transport.act(0, Send("gate/2", b"answer"))
        ear.transport.act(0, Close("gate/2"))
        assert await other[0].read() == b"answer"
        await ear.until(lambda heard: Closed("gate/2", "closed by us") in heard)
        one[1].close()
        await ear.until(lambda heard: Closed("gate/1", "the peer closed it") in heard)

    go(body)


def test_what_is_wanted_on_a_connection_that_is_gone_is_not_done() -> None:
    async def body(ear: Ear) -> None:
        at = address()
        await ear.transport.open(0, [TcpServer("gate", at)])
        ear.transport.act(0, Send("gate/7", b"late"))
        ear.transport.act(0, Close("gate/7"))
        await ear.opened()
        assert ear.heard == [Opened("gate")]

    go(body)


def test_others_than_the_allowed_networks_are_closed_at_once() -> None:
    async def body(ear: Ear) -> None:
        at = address()
        await ear.transport.open(0, [TcpServer("gate", at, allow=("10.0.0.0/8",))])
        reader, _ = await connect(at)
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
        await asyncio.sleep(0.05)
        assert ear.heard == [Opened("gate")]

    go(body)


def test_more_connections_than_the_most_are_closed_at_once() -> None:
    async def body(ear: Ear) -> None:
        at = address()
        await ear.transport.open(0, [TcpServer("gate", at, most=2)])
        kept = [await connect(at) for _ in range(2)]
        await ear.opened(3)
        reader, _ = await connect(at)
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
        kept[0][1].close()
        await ear.until(lambda _: heard(ear, Closed))
        await connect(at)
        await ear.opened(4)
        assert [one.channel for one in heard(ear, Opened)] == ["gate", "gate/1", "gate/2", "gate/3"]

    go(body)


def test_ten_thousand_connections_at_a_time_leave_nothing_behind() -> None:
    async def body(ear: Ear) -> None:
        at = address()
        await ear.transport.open(0, [TcpServer("gate", at, most=50)])

        async def knock() -> None:
            for _ in range(200):
                with contextlib.suppress(ConnectionError):
                    _, writer = await connect(at)
                    writer.write(b"8=FIX")
                    writer.close()

        await asyncio.gather(*(knock() for _ in range(50)))
        link = ear.transport._links[0, "gate"]
        assert isinstance(link, TcpServerLink)
        await ear.until(lambda _: not link.connections)
        assert len(heard(ear, Opened)) - 1 == len(heard(ear, Closed))
        await connect(at)  # it still listens
        await ear.until(lambda _: link.connections)

    go(body)


def test_peer_that_reads_nothing_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MAX_UNSENT", 100_000)

    async def body(ear: Ear) -> None:
        at = address()
        await ear.transport.open(0, [TcpServer("gate", at)])
        await connect(at)
        await ear.opened(2)
        for _ in range(200):
            ear.transport.act(0, Send("gate/1", b"x" * 100_000))
        await ear.until(lambda _: heard(ear, Closed))

    go(body)


def test_peer_that_reads_nothing_is_closed_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "CLOSE_WITHIN", 0.1)

    async def body(ear: Ear) -> None:
        at = address()
        await ear.transport.open(0, [TcpServer("gate", at)])
        await connect(at)
        await ear.opened(2)
        ear.transport.act(0, Send("gate/1", b"x" * 10_000_000))
        ear.transport.act(0, Close("gate/1"))
        await ear.until(lambda _: heard(ear, Closed))

    go(body)


@pytest.mark.parametrize(
    ("channel", "found"),
    [
        (TcpServer("gate", "127.0.0.1"), '"HOST:PORT"'),
        (TcpServer("gate", "127.0.0.1:0", allow=("10.0.0.1/8",)), "expected a network such as"),
        (TcpServer("gate", "127.0.0.1:0", Tls(cert="/no/such.pem")), "expected readable files /no/such.pem"),
        (TcpServer("gate", "192.0.2.1:9", None), "expected an address to listen on"),
    ],
)
def test_server_that_cannot_be_is_said_at_once(channel: TcpServer, found: str) -> None:
    async def body(ear: Ear) -> None:
        with pytest.raises(ConfigError, match=found):
            await ear.transport.open(0, [channel])

    go(body)


def test_address_that_is_in_use_is_said_at_once() -> None:
    async def body(ear: Ear) -> None:
        at = address()
        await ear.transport.open(0, [TcpServer("gate", at)])
        with pytest.raises(ConfigError, match=f"{at}: found .*use"):
            await ear.transport.open(0, [TcpServer("other", at)])

    go(body)


def test_clients_must_show_a_certificate_where_the_server_has_authorities(tmp_path: Path) -> None:
    server, client = certificate(tmp_path, "server"), certificate(tmp_path, "client")

    async def body(ear: Ear) -> None:
        at = address()
        tls = Tls(ca=str(client.pem), cert=str(server.pem), key=str(server.key))
        await ear.transport.open(0, [TcpServer("gate", at, tls)])
        nobody = ssl.create_default_context(cafile=server.pem)
        with contextlib.suppress(OSError):
            reader, writer = await connect(at, ssl=nobody, server_hostname="127.0.0.1")
            writer.write(b"let me in")  # TLS 1.3: the refusal comes after the handshake
            assert await reader.read() == b""
        assert not heard(ear, Received)
        own = Tls(ca=str(server.pem), cert=str(client.pem), key=str(client.key))
        await ear.transport.open(0, [Tcp("line", (at,), own)])
        await ear.until(lambda _: Opened("line") in ear.heard)
        ear.transport.act(0, Send("line", b"it is me"))
        await ear.until(lambda _: [one.data for one in heard(ear, Received)] == [b"it is me"])

    go(body)


def test_clients_that_speak_no_tls_are_not_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = certificate(tmp_path, "server")
    monkeypatch.setattr(base, "OPEN_WITHIN", 0.5)

    async def body(ear: Ear) -> None:
        at = address()
        tls = Tls(cert=str(server.pem), key=str(server.key))
        await ear.transport.open(0, [TcpServer("gate", at, tls)])
        reader, writer = await connect(at)
        writer.write(b"8=FIX.4.4\x019=5\x01")
        with contextlib.suppress(ConnectionError):
            await reader.read()
        assert ear.heard == [Opened("gate")]

    go(body)
