"""The acceptor that session acceptance scripts run against: `python -m smartexec_fix.acceptance PORT [SPEC_DIR]`.

It has the ten sessions of the scripts, from FIX 4.0 to 5.0 SP2, and an application that sends orders and security
definitions back. SPEC_DIR holds data dictionaries (FIX44.xml, FIXT11.xml ...); a version whose file is not there has
what is built in. Acceptor and sessions are those of the gateway; only the loop around them is this file's.
"""

import asyncio
import sys
from collections.abc import Iterable
from pathlib import Path
from time import time_ns
from typing import Final

from attrs import define, evolve, field

from smartexec.api import Close, Closed, ConfigError, Opened, Received, Send, Tick
from smartexec_fix.session import admin
from smartexec_fix.session.acceptor import Acceptor, Done, Member
from smartexec_fix.session.outputs import App, Down, Said
from smartexec_fix.session.session import Session
from smartexec_fix.session.settings import VERSIONS, SessionSettings
from smartexec_fix.session.store import MemoryStore
from smartexec_fix.session.throttle import Throttle
from smartexec_fix.wire.built_in import built_in
from smartexec_fix.wire.checking import split
from smartexec_fix.wire.dictionary import Dictionary, load, merged
from smartexec_fix.wire.message import Message

US: Final = "ISLD"
BASE: Final = SessionSettings(sender_comp_id=US, target_comp_id="TW44", reset_on_logon=True)
SESSIONS: Final = (
    *(evolve(BASE, version=version, target_comp_id=f"TW{version[4:].replace('.', '')}") for version in VERSIONS),
    evolve(BASE, target_comp_id="TW"),
    evolve(BASE, target_comp_id="NO_CHECK_FIELDS_HAVE_VALUES", fields_have_values=False),
)
ECHOED: Final = {b"D": VERSIONS, b"d": VERSIONS[2:], b"C": VERSIONS}
"""MsgType(35) -> versions in which it is sent back."""


def dictionary_of(version: str, folder: Path | None) -> Dictionary:
    """Give the dictionary of a version: from the folder if it has the file, else built in."""

    def one(name: str) -> Dictionary:
        path = None if folder is None else folder / f"{name.replace('.', '')}.xml"
        return load(path) if path is not None and path.is_file() else built_in(name)

    return one(version) if not version.startswith("FIX.5") else merged(one("FIXT.1.1"), one(version))


def make(folder: Path | None) -> Acceptor:
    """Make the acceptor with all its sessions, which are named as their peers are."""
    members = {}
    for one in SESSIONS:
        session = Session(one, dictionary_of(one.version, folder), MemoryStore(), initiator=False)
        members[one.target_comp_id] = Member(one.target_comp_id, session)
    return Acceptor("at", members, lambda line: print(line, file=sys.stderr), Throttle(1_000_000, 1))


@define(eq=False)
class Echo:
    """The application: what it is sent, it sends back."""

    acceptor: Acceptor
    _seen: dict[str, set[bytes]] = field(init=False, factory=dict)
    """ClOrdIDs(11) of a session since its logon."""

    def handle(self, event: Opened | Received | Closed | Tick, now: int) -> Iterable[Send | Close]:
        """Take news of a connection, or the time; give what is to be done."""
        return self._all(self.acceptor.handle(event, now), now)

    def _all(self, done: Iterable[Done], now: int) -> Iterable[Send | Close]:
        for one in done:
            if not isinstance(one, Said):
                yield one
            elif isinstance(one.what, App):
                yield from self._all(self._answer(one.session, one.what.message, now), now)
            elif isinstance(one.what, Down):
                self._seen.pop(one.session, None)

    def _answer(self, name: str, message: Message, now: int) -> Iterable[Done]:
        """Send a message back, unless it is an order sent before (PossResend(97)); refuse what we do not take."""
        session = self.acceptor.members[name].session
        if session.settings.version not in ECHOED.get(message.msg_type, ()):
            return self.acceptor.send(name, *admin.unsupported(session.settings, message), now)
        header, body, _ = split(message.fields, session.dictionary)
        if message.msg_type == b"D":
            seen, order = self._seen.setdefault(name, set()), message.get(11) or b""
            if message.get(97) == b"Y" and order in seen:
                return ()
            seen.add(order)
        return self.acceptor.send(name, message.msg_type, [*(one for one in header if one[0] == 97), *body], now)


@define(eq=False)
class _Sockets:
    """The connections, and the clock."""

    echo: Echo
    _writers: dict[str, asyncio.StreamWriter] = field(init=False, factory=dict)
    _count: int = field(init=False, default=0)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, to its end."""
        self._count += 1
        channel = f"at/{self._count}"
        self._writers[channel] = writer
        self._do(Opened(channel, "127.0.0.1"))
        try:
            while data := await reader.read(65_536):
                self._do(Received(channel, data))
        except ConnectionError:
            pass
        finally:
            self._do(Closed(channel, "the connection is closed"))
            del self._writers[channel]
            writer.close()

    async def tick(self) -> None:
        """Hand the time over, often enough."""
        while True:
            await asyncio.sleep(0.02)
            due = self.echo.acceptor.next_tick()
            if due is not None and due <= time_ns():
                self._do(Tick())

    def _do(self, event: Opened | Received | Closed | Tick) -> None:
        for one in self.echo.handle(event, time_ns()):
            writer = self._writers.get(one.channel)
            if writer is not None and isinstance(one, Send):
                writer.write(one.data)
            elif writer is not None:
                writer.close()


async def main(port: int, folder: Path | None) -> None:
    """Accept until the process is ended."""
    sockets = _Sockets(Echo(make(folder)))
    await asyncio.start_server(sockets.serve, "127.0.0.1", port)
    await sockets.tick()


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3) or not sys.argv[1].isdecimal():
        sys.exit("usage: python -m smartexec_fix.acceptance PORT [SPEC_DIR]")
    try:
        asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) == 3 else None))
    except (ConfigError, OSError) as error:
        sys.exit(f"smartexec_fix.acceptance: {error}")
