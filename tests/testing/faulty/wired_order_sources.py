"""Order sources that clients connect to, with one fault each, beside a healthy one, and their conformance classes.

Their protocol is lines. The client says "I NAME have N": who it is, and how many reports it has. It is told "want K",
the number of its next request, and the reports from N+1 on, each "NUMBER ClOrdID STATUS CUM LAST". Requests are
"K new ID SYMBOL SIDE QTY PRICE STRATEGY", "K cancel ID ORIG", "K replace ID ORIG QTY PRICE".
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from attrs import Factory, define, field

from smartexec.api import (
    CancelRequest,
    Channel,
    ClientCommand,
    ClientEvent,
    ClientReport,
    Closed,
    NewOrder,
    Opened,
    OrderSource,
    OrdStatus,
    Received,
    ReplaceRequest,
    Send,
    Side,
    TcpServer,
    Tick,
    WireInput,
    WireOutput,
)
from smartexec.testing import Heard, OrderSourceKit, SourcePeer

SERVER = "counter"
CLIENTS = ("ASH", "ELM")
LONGEST = 200
"""Bytes of a line."""


@define
class Book:
    """What is kept of a client."""

    taken: int = 0
    """Requests taken."""
    lines: list[str] = Factory(list)
    """Reports told."""


@define(eq=False)
class Healthy(OrderSource):
    """Takes orders of two clients, by the line."""

    name = "healthy-counter"

    most: int = 1
    """Nothing depends on it."""
    _books: dict[str, Book] = field(init=False)
    _heard: int = field(init=False, default=0)
    _path: Path | None = field(init=False, default=None)
    _who: dict[str, str] = field(init=False, factory=dict)
    """By channel."""
    _rest: dict[str, bytes] = field(init=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        self._books = {name: Book() for name in CLIENTS}

    @property
    def channels(self) -> Sequence[Channel]:
        return (TcpServer(SERVER, "127.0.0.1:0"),)

    def events(self) -> Iterator[tuple[int, ClientEvent]]:
        return iter(())

    def owns(self, source: str) -> bool:
        return source in self._books

    # -- what it keeps -------------------------------------------------------------------------------------------------

    def remember(self, folder: Path, sync: str) -> None:
        self._path = folder / "counter.json"
        if self._path.exists():
            self._heard, books = json.loads(self._path.read_text(encoding="utf-8"))
            self._books = {name: Book(*book) for name, book in books.items()}

    def recall(self, event: ClientEvent | ClientCommand, now: int, seq: int) -> None:
        if seq > self._heard:
            book = self._books[event.source]
            if isinstance(event, ClientEvent):
                book.taken += 1
            else:
                book.lines.append(line(event))

    def commit(self, seq: int) -> None:
        self._heard = seq
        if self._path is not None:
            kept = {name: (book.taken, book.lines) for name, book in self._books.items()}
            self._path.write_text(json.dumps([seq, kept]), encoding="utf-8")

    # -- what it hears and says ----------------------------------------------------------------------------------------

    def handle(self, event: WireInput | Tick, now: int) -> Iterable[ClientEvent | WireOutput]:
        if isinstance(event, Opened | Closed):
            self._who.pop(event.channel, None)
            self._rest[event.channel] = b""
        elif isinstance(event, Received):
            *lines, rest = (self._rest.get(event.channel, b"") + event.data).split(b"\n")
            self._rest[event.channel] = rest[:LONGEST]
            return [one for text in lines for one in self.hear(event.channel, text.split())]
        return ()

    def hear(self, channel: str, words: list[bytes]) -> Iterator[ClientEvent | WireOutput]:
        try:
            text = [word.decode("ascii") for word in words]
            if text[0] == "I" and text[1] in self._books:
                yield from self.meet(channel, text[1], int(text[3]))
            elif channel in self._who and int(text[0]) == self._books[self._who[channel]].taken:
                event = asked(self._who[channel], text[1:])
                self._books[self._who[channel]].taken += 1
                yield event
        except (ValueError, IndexError, KeyError):
            return

    def meet(self, channel: str, who: str, has: int) -> Iterator[WireOutput]:
        self._who[channel] = who
        book = self._books[who]
        yield Send(channel, f"want {book.taken}\n".encode())
        for number in range(has, len(book.lines)):
            yield Send(channel, f"{number} {book.lines[number]}\n".encode())

    def report(self, command: ClientCommand, now: int) -> Iterable[WireOutput]:
        book = self._books.get(command.source)
        if book is None:
            return []
        book.lines.append(line(command))
        told = f"{len(book.lines) - 1} {book.lines[-1]}\n".encode()
        return [Send(channel, told) for channel, who in self._who.items() if self.is_for(command, who)]

    def is_for(self, command: ClientCommand, who: str) -> bool:
        return who == command.source


def line(command: ClientCommand) -> str:
    """Write a report."""
    cum, last = (command.cum_qty, command.last_qty) if isinstance(command, ClientReport) else (0, 0)
    return f"{command.cl_ord_id} {command.ord_status.name} {cum} {last}"


def asked(source: str, words: list[str]) -> ClientEvent:
    """Read a request; ValueError, IndexError or KeyError if it is none."""
    kind, name = words[:2]
    if kind == "cancel":
        return CancelRequest(source, name, words[2])
    if kind == "replace":
        return ReplaceRequest(source, name, words[2], int(words[3]), int(words[4]))
    price = None if words[5] == "-" else int(words[5])
    return NewOrder(source, name, words[2], Side[words[3]], int(words[4]), words[6], price=price)


@define(eq=False)
class Client(SourcePeer):
    """A client."""

    source: str
    channel: str = SERVER
    got: list[Heard] = field(factory=list)
    said: list[str] = field(factory=list)
    up: bool = False
    rest: bytes = b""

    def opened(self, now: int) -> Iterable[bytes]:
        self.up, self.rest = True, b""
        return [f"I {self.source} have {len(self.got)}\n".encode()]

    def closed(self, now: int) -> None:
        self.up = False

    def received(self, data: bytes, now: int) -> Iterable[bytes]:
        *lines, self.rest = (self.rest + data).split(b"\n")
        for text in lines:
            words = text.decode().split()
            if words[0] == "want":
                first = int(words[1])
                yield from (f"{n} {said}\n".encode() for n, said in enumerate(self.said) if n >= first)
            elif int(words[0]) >= len(self.got):
                self.got.append(Heard(words[1], OrdStatus[words[2]], int(words[3]), int(words[4])))

    def ask(self, event: NewOrder | CancelRequest | ReplaceRequest, now: int) -> Iterable[bytes]:
        self.said.append(written(event))
        return [f"{len(self.said) - 1} {self.said[-1]}\n".encode()] if self.up else []


def written(event: Any) -> str:
    """Write a request."""
    if isinstance(event, CancelRequest):
        return f"cancel {event.cl_ord_id} {event.orig_cl_ord_id}"
    if isinstance(event, ReplaceRequest):
        return f"replace {event.cl_ord_id} {event.orig_cl_ord_id} {event.order_qty} {event.price}"
    price = "-" if event.price is None else event.price
    return f"new {event.cl_ord_id} {event.symbol} {event.side.name} {event.order_qty} {price} {event.strategy}"


class Connected(OrderSourceKit):
    """Its clients."""

    def peers(self) -> Sequence[SourcePeer]:
        return [Client(name) for name in CLIENTS]


class TestHealthy(Connected):
    source = Healthy


@define(eq=False)
class TellsEverybody(Healthy):
    """Tells every client of all orders: O-14 must catch it."""

    name = "tells-everybody"

    def is_for(self, command: ClientCommand, who: str) -> bool:
        return True


class TestTellsEverybody(Connected):
    source = TellsEverybody


@define(eq=False)
class ReadsWholeLinesOnly(Healthy):
    """Takes what comes in one piece for whole lines: O-15 must catch it."""

    name = "reads-whole-lines-only"

    def handle(self, event: WireInput | Tick, now: int) -> Iterable[ClientEvent | WireOutput]:
        self._rest.clear()
        return super().handle(event, now)


class TestReadsWholeLinesOnly(Connected):
    source = ReadsWholeLinesOnly


@define(eq=False)
class ForgetsWhoIsAway(Healthy):
    """Keeps no report for a client that is not there: O-16 must catch it."""

    name = "forgets-who-is-away"

    def report(self, command: ClientCommand, now: int) -> Iterable[WireOutput]:
        return super().report(command, now) if command.source in self._who.values() else []


class TestForgetsWhoIsAway(Connected):
    source = ForgetsWhoIsAway


@define(eq=False)
class TakesOrdersAgain(Healthy):
    """Does not know after a restart which requests the journal has: O-17 must catch it."""

    name = "takes-orders-again"

    def recall(self, event: ClientEvent | ClientCommand, now: int, seq: int) -> None:
        if not isinstance(event, ClientEvent):
            super().recall(event, now, seq)


class TestTakesOrdersAgain(Connected):
    source = TakesOrdersAgain


@define(eq=False)
class SaysNothingAgain(Healthy):
    """Believes that all it was handed before a restart has been told: O-17 must catch it."""

    name = "says-nothing-again"

    def recall(self, event: ClientEvent | ClientCommand, now: int, seq: int) -> None:
        if isinstance(event, ClientEvent):
            super().recall(event, now, seq)


class TestSaysNothingAgain(Connected):
    source = SaysNothingAgain


@define(eq=False)
class TrustsItsClients(Healthy):
    """Falls over what is no text: O-18 must catch it."""

    name = "trusts-its-clients"

    def handle(self, event: WireInput | Tick, now: int) -> Iterable[ClientEvent | WireOutput]:
        if isinstance(event, Received):
            event.data.decode()
        return super().handle(event, now)


class TestTrustsItsClients(Connected):
    source = TrustsItsClients
