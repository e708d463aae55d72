"""A gateway with a client, and a broker in the kernel's place: everything by bytes, every death of the process by hand.

The broker is the least that can stand for the kernel: it folds events, keeps them with its commands in a journal, turn
by turn, and gives the same again when it folds the journal anew.
"""

from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import fix_messages as fix
from attrs import define, evolve, field

from smartexec.api import (
    CancelRequest,
    ClientCancelReject,
    ClientCommand,
    ClientReport,
    Close,
    Closed,
    Context,
    CxlRejReason,
    ExecType,
    Instrument,
    NewOrder,
    Opened,
    OrdRejReason,
    OrdStatus,
    Received,
    RejectedOrder,
    ReplaceRequest,
    Send,
    Tick,
)
from smartexec_fix.clients.client_session import ClientSession
from smartexec_fix.clients.gateway import FixGateway
from smartexec_fix.session.application import Application
from smartexec_fix.session.outputs import App, Down, HangUp, Output, Up, Wire
from smartexec_fix.session.session import Session
from smartexec_fix.session.sessions import session_of
from smartexec_fix.session.settings import SessionSettings
from smartexec_fix.session.store import MemoryStore, Store
from smartexec_fix.wire.framing import Framer
from smartexec_fix.wire.message import Field, Message

PX = 1_000_000_000
INSTRUMENTS = {
    "ABC": Instrument("ABC"),
    "COIN": Instrument("COIN", qty_decimals=8),
}


def client_session(name: str = "OMS", **more: Any) -> ClientSession:
    return ClientSession(**{"name": name, "sender_comp_id": "DESK", "target_comp_id": name, **more})


@define(eq=False)
class Client:
    """The other end: an initiator's session, with all that its application was told."""

    name: str = "OMS"
    version: str = "FIX.4.4"
    store: Store = field(factory=MemoryStore)
    more: dict[str, Any] = field(factory=dict)
    got: list[Message] = field(factory=list)
    session: Session = field(init=False)
    framer: Framer = field(init=False, factory=Framer)
    up: bool = field(init=False, default=False)

    def __attrs_post_init__(self) -> None:
        made = SessionSettings(version=self.version, sender_comp_id=self.name, target_comp_id="DESK", **self.more)
        self.session = session_of(made, self.store, initiator=True)

    @property
    def old(self) -> bool:
        return Application(self.version).old

    def take(self, outputs: Iterable[Output]) -> list[bytes | None]:
        """Give the bytes that leave, None for a connection that is closed."""
        leaving: list[bytes | None] = []
        for one in outputs:
            if isinstance(one, Wire):
                leaving.append(one.data)
            elif isinstance(one, App):
                self.got.append(one.message)
            elif isinstance(one, Up | Down):
                self.up = isinstance(one, Up)
            elif isinstance(one, HangUp):
                leaving.append(None)
        return leaving

    def order(
        self, cl_ord_id: str, qty: str = "100", price: str = "", *more: tuple[int, str], symbol: str = "ABC"
    ) -> list[Field]:
        body = [(11, cl_ord_id), (55, symbol), (54, "1"), (38, qty), (40, "2" if price else "1"), *more]
        return self.body(
            [*body, *([(44, price)] if price else []), (60, "20260105-14:30:00"), *([(21, "1")] if self.old else [])]
        )

    def request(
        self, cl_ord_id: str, orig: str, qty: str = "100", price: str = "", *more: tuple[int, str]
    ) -> list[Field]:
        return [(41, orig.encode()), *self.order(cl_ord_id, qty, price, *more)]

    @staticmethod
    def body(fields: Iterable[tuple[int, str]]) -> list[Field]:
        return [(tag, value.encode()) for tag, value in fields]


@define(eq=False)
class Known:
    """An order at the broker."""

    event: NewOrder | RejectedOrder
    order_id: str
    cl_ord_id: str
    qty: int
    cum: int = 0
    notional: int = 0
    over: bool = False
    status: OrdStatus = OrdStatus.NEW


@define(eq=False)
class Broker:
    """Folds what clients ask for; cancels and replaces are done at once. A trade is `fill`ed from outside."""

    journal: list[tuple[int, int, list[Any], list[ClientCommand]]] = field(factory=list)
    """What is durable: (turn, time, events, commands)."""
    orders: dict[tuple[str, str], Known] = field(init=False, factory=dict)
    count: int = field(init=False, default=0)
    fills: int = field(init=False, default=0)
    seq: int = field(init=False, default=0)
    events: list[Any] = field(init=False, factory=list)
    commands: list[ClientCommand] = field(init=False, factory=list)

    def fold(self, event: Any) -> None:
        self.events.append(event)
        _FOLDS[type(event)](self, event)

    def settle(self, now: int) -> list[ClientCommand]:
        """End the turn; it is durable when this returns."""
        self.seq += 1
        turn = (self.seq, now, self.events, self.commands)
        self.journal.append(turn)
        self.events, self.commands = [], []
        return turn[3]

    def again(self) -> "Broker":
        """What a new process makes of the journal."""
        made = Broker()
        for _, now, events, commands in self.journal:
            for event in events:
                made.fold(event)
            assert made.settle(now) == commands
        return made

    def say(self, order: Known, kind: ExecType, *, cl: str = "", orig: str = "", **more: Any) -> None:
        average = order.notional // order.cum if order.cum else 0
        left = 0 if order.over else order.qty - order.cum
        source = order.event.source
        cl = cl or order.cl_ord_id
        more = {"orig_cl_ord_id": orig, **more}
        self.commands.append(
            ClientReport(source, order.order_id, cl, kind, order.status, order.qty, order.cum, left, average, **more)
        )

    def new(self, event: NewOrder | RejectedOrder) -> None:
        self.count += 1
        order = Known(event, f"O{self.count}", event.cl_ord_id, event.order_qty)
        key = (event.source, event.cl_ord_id)
        if isinstance(event, RejectedOrder) or key in self.orders:
            order.over, order.status = True, OrdStatus.REJECTED
            why = OrdRejReason.DUPLICATE if key in self.orders else OrdRejReason.BROKER
            self.say(order, ExecType.REJECTED, ord_rej_reason=why, text=getattr(event, "text", "used before"))
            return
        self.orders[key] = order
        self.say(order, ExecType.NEW)

    def fill(self, event: "Fill") -> None:
        order = self.orders[event.key]
        if order.over:
            return
        qty = min(event.qty, order.qty - order.cum)
        order.cum, order.notional = order.cum + qty, order.notional + qty * event.px
        order.over = order.cum == order.qty
        order.status = OrdStatus.FILLED if order.over else OrdStatus.PARTIALLY_FILLED
        self.fills += 1
        self.say(order, ExecType.TRADE, last_qty=qty, last_px=event.px, exec_id=f"A{self.fills}")

    def cancel(self, event: CancelRequest) -> None:
        order = self.found(event)
        if order is not None:
            order.over, order.status = True, OrdStatus.CANCELED
            self.say(order, ExecType.CANCELED, cl=event.cl_ord_id, orig=order.cl_ord_id)

    def replace(self, event: ReplaceRequest) -> None:
        order = self.found(event)
        if order is not None:
            orig, order.cl_ord_id = order.cl_ord_id, event.cl_ord_id
            order.qty = max(order.cum, event.order_qty or order.qty)
            order.over = order.qty == order.cum
            order.status = OrdStatus.FILLED if order.over else order.status
            self.say(order, ExecType.REPLACED, orig=orig)

    def found(self, event: CancelRequest | ReplaceRequest) -> Known | None:
        """Find the order of a request; refuse the request if there is none that it could change."""
        order = self.orders.get((event.source, event.orig_cl_ord_id))
        if order is not None and not order.over and (event.source, event.cl_ord_id) not in self.orders:
            self.orders[event.source, event.cl_ord_id] = order
            return order
        why = (
            CxlRejReason.UNKNOWN_ORDER
            if order is None
            else CxlRejReason.TOO_LATE
            if order.over
            else CxlRejReason.DUPLICATE
        )
        ids = (event.cl_ord_id, event.orig_cl_ord_id)
        name, status = ("NONE", OrdStatus.REJECTED) if order is None else (order.order_id, order.status)
        self.commands.append(ClientCancelReject(event.source, name, *ids, status, why, "no"))
        return None


@define
class Fill:
    """A trade of an order; the gateway is not told of it, but of what comes of it."""

    key: tuple[str, str]
    qty: int
    px: int = 10 * PX


_FOLDS: dict[type, Callable[[Broker, Any], None]] = {
    NewOrder: Broker.new,
    RejectedOrder: Broker.new,
    CancelRequest: Broker.cancel,
    ReplaceRequest: Broker.replace,
    Fill: Broker.fill,
}


class Killed(Exception):
    """The process has died."""


@define(eq=False)
class Room:
    """A gateway, the broker behind it, and one client. `dies_at` names the point of the next turn at which it dies."""

    folder: Path | None = None
    client: Client = field(factory=Client)
    more: dict[str, Any] = field(factory=dict)
    """Of the gateway."""
    of_session: dict[str, Any] = field(factory=dict)
    now: int = fix.START
    broker: Broker = field(init=False, factory=Broker)
    faults: list[str] = field(init=False, factory=list)
    gateway: FixGateway = field(init=False)
    connected: bool = field(init=False, default=False)
    channel: str = field(init=False, default="")
    count: int = field(init=False, default=0)
    to_gateway: deque[bytes] = field(init=False, factory=deque)
    to_client: deque[bytes] = field(init=False, factory=deque)
    dies_at: str = field(init=False, default="")

    def __attrs_post_init__(self) -> None:
        self.born()

    def born(self) -> None:
        """A process begins: with what is in the folder and in the journal, if there is any."""
        session = client_session(self.client.name, version=self.client.version, **self.of_session)
        self.gateway = FixGateway(sessions=(session,), **self.more)
        self.gateway.start(Context(INSTRUMENTS, fault=self.faults.append))
        if self.folder is not None:
            self.gateway.remember(self.folder, "off")
        journal = self.broker.journal
        self.broker = self.broker.again()
        for seq, now, events, commands in journal:
            for event in events:
                if not isinstance(event, Fill):
                    self.gateway.recall(event, now, seq)
            for command in commands:
                self.gateway.recall(command, now, seq)

    def die(self) -> None:
        """The process dies: what it had not made durable is gone, and so is the connection."""
        archive = self.gateway._archive
        if archive is not None:
            archive.close()
        self.broker.events, self.broker.commands = [], []
        self.cut(heard=False)
        self.born()
        self.step(Tick())

    # -- a step of the gateway -----------------------------------------------------------------------------------------

    def step(self, event: Any) -> None:
        """Hand something to the gateway, or to the broker; do a turn as the live loop does."""
        wanted = []
        try:
            if isinstance(event, Fill):
                self.broker.fold(event)
            else:
                for one in self.gateway.handle(event, self.now):
                    if isinstance(one, Send | Close):
                        wanted.append(one)
                    else:
                        self.broker.fold(one)
            busy = bool(self.broker.events)
            self._point("folded", busy)
            if busy:
                commands = self.broker.settle(self.now)
                self._point("journalled", busy)
                for command in commands:
                    wanted += self.gateway.report(command, self.now)
            self._point("told", busy)
            self.gateway.commit(self.broker.seq)
            self._point("kept", busy)
        except Killed:
            self.die()
            return
        for one in wanted:
            self._act(one)

    def _point(self, name: str, busy: bool) -> None:
        if busy and self.dies_at == name:
            self.dies_at = ""
            raise Killed

    def _act(self, one: Send | Close) -> None:
        if one.channel != self.channel or not self.connected:
            return
        if isinstance(one, Send):
            self.to_client.append(one.data)
        else:
            self.cut()

    # -- the wire ------------------------------------------------------------------------------------------------------

    def connect(self) -> None:
        """Open a connection; the client logs on."""
        self.count += 1
        self.connected, self.channel = True, f"fix-gateway/{self.count}"
        self.client.framer = Framer()
        self.step(Opened(self.channel, "127.0.0.1"))
        if self.connected:
            self.say(self.client.session.opened(self.now))

    def cut(self, *, heard: bool = True) -> None:
        """The connection is gone, with all that was on its way."""
        was, self.connected = self.connected, False
        self.to_gateway.clear()
        self.to_client.clear()
        if was:
            self.client.take(self.client.session.lost(self.now, "cut"))
            if heard:
                self.step(Closed(self.channel, "cut"))

    def say(self, outputs: Iterable[Output]) -> None:
        """Put on the wire what the client's session wants there."""
        for data in self.client.take(outputs):
            if not self.connected:
                return
            if data is None:
                self.cut()
            else:
                self.to_gateway.append(data)

    def send(self, msg_type: str, body: list[Field]) -> None:
        """The client sends a message."""
        self.say(self.client.session.send(msg_type.encode(), body, self.now))

    def flow(self, most: int = 1000) -> None:
        """Let what is on its way arrive, and what that brings about."""
        for _ in range(most):
            if self.to_gateway:
                self.step(Received(self.channel, self.to_gateway.popleft()))
            elif self.to_client:
                for frame in self.client.framer.feed(self.to_client.popleft()):
                    if self.connected:
                        self.say(self.client.session.received(frame, self.now))
            else:
                return

    def tick(self, seconds: float) -> None:
        self.now += int(seconds * fix.SECOND)
        if self.connected:
            self.say(self.client.session.tick(self.now))
        self.step(Tick())
        self.flow()

    def log_on(self) -> "Room":
        self.connect()
        self.flow()
        assert self.client.up, self.faults
        return self

    def does(self, msg_type: str, body: list[Field]) -> list[Message]:
        """Send a message; give what the client is told then."""
        before = len(self.client.got)
        self.send(msg_type, body)
        self.flow()
        return self.client.got[before:]

    def fill(self, cl_ord_id: str, qty: int, px: int = 10 * PX) -> list[Message]:
        before = len(self.client.got)
        self.step(Fill((self.client.name, cl_ord_id), qty, px))
        self.flow()
        return self.client.got[before:]


def room(version: str = "FIX.4.4", folder: Path | None = None, **of_session: Any) -> Room:
    """A room whose client is logged on."""
    return Room(folder, Client(version=version), of_session=of_session).log_on()


def said(message: Message, *tags: int) -> str:
    """A message in one line: its type, and some fields."""
    values = " ".join(f"{tag}={message.text(tag)}" for tag in tags if message.get(tag) is not None)
    return f"{message.msg_type.decode()} {values}".strip()


__all__ = ["Client", "Fill", "Room", "client_session", "evolve", "room", "said"]
