"""The client over real sockets, against an application that sends orders back: cut off or killed, it loses nothing."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from time import time_ns
from typing import Any

import pytest
from attrs import define, evolve, field

from smartexec.api import Closed, Opened, Received, Send, Side
from smartexec_fix.acceptance import Echo
from smartexec_fix.client import FixClient
from smartexec_fix.session.acceptor import Acceptor, Member
from smartexec_fix.session.sessions import session_of
from smartexec_fix.session.settings import SessionSettings
from smartexec_fix.session.store import MemoryStore

US = SessionSettings(sender_comp_id="OMS", target_comp_id="DESK")


@define(eq=False)
class Desk:
    """A server with one session that outlives its connections."""

    version: str = "FIX.4.4"
    port: int = 0
    count: int = 0
    writers: list[asyncio.StreamWriter] = field(factory=list)
    echo: Echo = field(init=False)
    server: asyncio.Server = field(init=False)

    def __attrs_post_init__(self) -> None:
        them = SessionSettings(version=self.version, sender_comp_id="DESK", target_comp_id="OMS")
        member = Member("OMS", session_of(them, MemoryStore(), initiator=False))
        self.echo = Echo(Acceptor("at", {"OMS": member}, lambda _: None))

    async def listen(self) -> None:
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", self.port)
        self.port = self.server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self.server.close()
        self.cut()

    def cut(self) -> None:
        for writer in self.writers:
            writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.count += 1
        channel = f"at/{self.count}"
        self.writers.append(writer)
        self.do(writer, Opened(channel))
        try:
            while data := await reader.read(65_536):
                self.do(writer, Received(channel, data))
        except ConnectionError:
            pass
        self.do(writer, Closed(channel))
        self.writers.remove(writer)

    def do(self, writer: asyncio.StreamWriter, event: Any) -> None:
        for one in self.echo.handle(event, time_ns()):
            if isinstance(one, Send):
                writer.write(one.data)
            else:
                writer.close()

    def client(self, store: Path | None = None) -> FixClient:
        return FixClient("127.0.0.1", self.port, evolve(US, version=self.version), store, retry=0.01)


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 20))


@pytest.mark.parametrize("version", ["FIX.4.2", "FIX.4.4", "FIX.5.0SP2"])
def test_order_reaches_the_other_side_as_it_was_meant(version: str) -> None:
    async def test() -> None:
        desk = Desk(version)
        await desk.listen()
        async with desk.client() as client:
            await client.logon()
            client.send_order(
                "c1", "ABC", Side.SELL, 100, "10.01", 1001,
                params={"slices": 4, "start": "soon", "both": True}, account="A1", more=[(58, "hello")],
            )  # fmt: skip
            message = await client.message()
            await client.logout()
        await desk.stop()
        expected = {1: "A1", 11: "c1", 38: "100", 40: "2", 44: "10.01", 54: "2", 55: "ABC", 58: "hello", 847: "1001"}
        assert {tag: message.text(tag) for tag in expected} == expected
        assert message.get(21) == (b"1" if version == "FIX.4.2" else None)
        assert list(message.group(957, 958)) == [
            {958: b"slices", 959: b"1", 960: b"4"},
            {958: b"start", 959: b"14", 960: b"soon"},
            {958: b"both", 959: b"13", 960: b"Y"},
        ]

    run(test())


def test_requests_name_what_the_order_has() -> None:
    async def test() -> None:
        desk = Desk()
        async with desk.client() as client:  # nobody is there: what is sent waits
            client.send_order("c1", "ABC", Side.BUY, 100, "10.01")
            client.replace("c2", "c1", qty=50)
            client.cancel("c3", "c2")
            client.ask("c2")
            engine = client._engine.session
            sent = [frame.decode().split("\x01") for _, frame in engine.store.sent(1, 9)]
        kept = [{f for f in fields if f.split("=")[0] in ("11", "41", "38", "44", "54", "55", "35")} for fields in sent]
        common = {"54=1", "55=ABC"}
        assert kept == [
            {"35=D", "11=c1", "38=100", "44=10.01"} | common,
            {"35=G", "11=c2", "41=c1", "38=50", "44=10.01"} | common,
            {"35=F", "11=c3", "41=c2", "38=50"} | common,
            {"35=H", "11=c2"} | common,
        ]

    run(test())


def test_cut_off_again_and_again_every_message_arrives_once_and_in_order() -> None:
    async def test() -> None:
        desk = Desk()
        await desk.listen()
        async with desk.client() as client:
            await client.logon()
            got: list[str] = []
            for n in range(40):
                client.send_order(f"c{n}", "ABC", Side.BUY, 100)
                if n % 8 == 3:
                    desk.cut()
                if n % 8 == 5:
                    await client.logon()
                    await asyncio.sleep(0)
            while len(got) < 40:
                got.append((await client.message()).text(11))
            await client.logout()
        await desk.stop()
        assert got == [f"c{n}" for n in range(40)]

    run(test())


def test_killed_process_goes_on_where_it_was(tmp_path: Path) -> None:
    async def test() -> None:
        desk = Desk()
        await desk.listen()
        got: list[str] = []
        for life in range(3):
            async with desk.client(tmp_path / "client.db") as client:
                client.send_order(f"c{life}", "ABC", Side.BUY, 100)  # before anybody is there
                await client.logon()
                got.append((await client.message()).text(11))
        await desk.stop()
        assert got == ["c0", "c1", "c2"]

    run(test())


def test_nobody_there_is_said_so() -> None:
    async def test() -> None:
        desk = Desk()
        await desk.listen()
        await desk.stop()
        async with desk.client() as client:
            with pytest.raises(TimeoutError, match=r"OMS-DESK: found 127.0.0.1:\d+: .*, expected a logon"):
                await client.logon(0.2)
        with pytest.raises(ConnectionError, match="expected a message"):
            await client.message()
        with pytest.raises(ConnectionError, match="expected it open"):
            client.send("D", [])

    run(test())


def test_what_came_before_the_goodbye_can_be_read_after_it() -> None:
    async def test() -> None:
        desk = Desk()
        await desk.listen()
        async with desk.client() as client:
            await client.logon()
            client.send_order("c1", "ABC", Side.BUY, 100)
            await client.logout()
            assert [message.text(11) async for message in client] == ["c1"]
            assert client.faults == []
        await desk.stop()

    run(test())
