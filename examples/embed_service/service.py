"""An order service around a session: clients at one socket, a venue at another. asyncio, the wall clock, one thread.

`python service.py FOLDER VENUE_PORT` begins the session in FOLDER, or goes on with the one that is there, however its
process ended. It prints its own port, and ends when a client says that the day is over.
"""

import asyncio
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Final

from desk import SYMBOLS, setup
from wire import EVENTS, MIC, SECOND, Message, encode, hang_up, message_of

from smartexec.api import ClientReport, Phase, PhaseChange, VenueStatus
from smartexec.embed import Alert, Command, EndOfDay, Event, JournalError, OrderError, Session

HOST: Final = "127.0.0.1"
PATIENCE: Final = 10 * SECOND
"""How long the venue may take for its last answers once the day is over."""


class Service:
    """What is between the sockets and the session."""

    def __init__(self, session: Session, venue_port: int) -> None:
        self.session = session
        self.venue_port = venue_port
        self.venue: asyncio.StreamWriter | None = None
        self.clients: dict[str, asyncio.StreamWriter] = {}
        self.mail: dict[str, list[Message]] = defaultdict(list)
        """For clients that are not connected."""
        self.events: list[Event] = []
        self.news = asyncio.Event()
        self.ends: int | None = None
        for command in session.last:  # recorded by the process that died, and perhaps never sent
            if isinstance(command, ClientReport):
                self._tell(command.source, message_of(command))

    async def run(self) -> None:
        """Serve until the day is over and everything is booked."""
        server = await asyncio.start_server(self._client, HOST, 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        link = asyncio.create_task(self._venue())
        while self.ends is None or (self.session.working and time.time_ns() < self.ends):
            await self._wait()
            events, self.events = self.events, []
            for command in self._turn(*events):
                self._send(command)
        for command in self._recorded(lambda: self.session.finish(time.time_ns())):
            self._send(command)
        link.cancel()
        server.close()
        for writer in filter(None, (self.venue, *self.clients.values())):
            await hang_up(writer)

    async def _wait(self) -> None:
        """Wait until something is heard or a timer is due."""
        due = self.session.next_timer()
        ns = SECOND if due is None else max(0, min(SECOND, due - time.time_ns()))
        try:
            await asyncio.wait_for(self.news.wait(), ns / SECOND)
        except TimeoutError:
            return
        self.news.clear()

    def _turn(self, *events: Event) -> list[Command]:
        """All that was heard is one turn: recorded once, then its commands leave."""
        return self._recorded(lambda: self.session.turn(time.time_ns(), *events))

    def _recorded(self, work: Callable[[], list[Command]]) -> list[Command]:
        """Give the commands of what was recorded."""
        try:
            return work()
        except JournalError:
            for cancel in self.session.stop():  # nothing trades unrecorded, but what takes risk away may go
                self._send(cancel)
            raise

    def _hear(self, *events: Event) -> None:
        """Take events for the next turn; OrderError if one is none."""
        for event in events:
            self.session.check(event)
        self.events += events
        self.news.set()

    def _send(self, command: Command) -> None:
        if isinstance(command, Alert):
            print(f"{command.level}: {command.where}: {command.what}", file=sys.stderr)
        elif hasattr(command, "source"):
            self._tell(command.source, message_of(command))
        elif self.venue is not None:  # else it stays in doubt, and is asked for when the venue is back
            self.venue.write(encode(message_of(command)))

    def _tell(self, source: str, message: Message) -> None:
        if source in self.clients:
            self.clients[source].write(encode(message))
        else:
            self.mail[source].append(message)

    # -- the sockets ---------------------------------------------------------------------------------------------------

    async def _venue(self) -> None:
        """Keep the line to the venue up, and say whether it is."""
        while True:
            try:
                reader, self.venue = await asyncio.open_connection(HOST, self.venue_port)
                self._hear(VenueStatus(MIC, True), *(PhaseChange(name, MIC, Phase.CONTINUOUS) for name in SYMBOLS))
                async for line in reader:
                    message = json.loads(line)
                    self._hear(EVENTS[message["is"]](message, time.time_ns()))
            except OSError:
                await asyncio.sleep(0.1)
            if self.venue is not None:
                await hang_up(self.venue)
            self.venue = None
            self._hear(VenueStatus(MIC, False))

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a client: its first line says who it is."""
        source = json.loads(await reader.readline())["source"]
        self.clients[source] = writer
        for message in self.mail.pop(source, ()):
            self._tell(source, message)
        async for line in reader:
            try:
                self._asked(source, {**json.loads(line), "source": source})
            except (ValueError, KeyError, TypeError, OrderError) as error:
                self._tell(source, {"is": "nonsense", "text": f"{line.decode().strip()}: {error}"})
        del self.clients[source]
        await hang_up(writer)

    def _asked(self, source: str, message: Message) -> None:
        """Do what a client asks."""
        if message["do"] == "close":
            self.ends = time.time_ns() + PATIENCE
            self._hear(EndOfDay())
        elif message["do"] == "list":
            orders = [row for row in self.session.tables()["client_orders"].records() if row["source"] == source]
            self._tell(source, {"is": "list", "orders": orders})
        elif not self.session.knows(source, message["id"]):  # else it is sent again, and was taken
            self._hear(EVENTS[message["do"]](message, time.time_ns()))


if __name__ == "__main__":
    made, journal = setup()
    with Session.open(made, journal, Path(sys.argv[1])) as begun:
        asyncio.run(Service(begun, int(sys.argv[2])).run())
