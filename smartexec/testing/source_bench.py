"""An order source with channels on a bench: clients at the other ends, a clerk in the kernel's place, and restarts at
any moment.

It does what the live loop does: what clients ask for is folded and journalled, reports are handed over, the source
commits, and only then bytes leave. A restart leaves everything as a killed process does: the next instance has a copy
of the folder as it was at that moment, and is told again what the journal has.
"""

import shutil
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from attrs import define, field, frozen

from smartexec.interfaces.order_source import OrderSource
from smartexec.model.commands import ClientCancelReject, ClientCommand, ClientReport
from smartexec.model.enums import CxlRejReason, ExecType, OrdRejReason, OrdStatus
from smartexec.model.events import Tick
from smartexec.model.orders import CancelRequest, ClientEvent, NewOrder, RejectedOrder, ReplaceRequest
from smartexec.model.wire import Close, Closed, Opened, Received, Send, TcpServer, WireInput
from smartexec.runtime.reading.checks import CLIENT, WIRE, wrong

ROUNDS: Final = 10_000
"""Exchanges at one moment: more is a source and a client answering each other for ever."""
JOURNAL, COMMIT, BYTES = "before the journal", "before its commit", "before bytes leave"
"""Where a process may die within a turn."""


@frozen
class Heard:
    """What a client reads in a report."""

    cl_ord_id: str
    """ClOrdID(11)."""
    ord_status: OrdStatus
    """OrdStatus(39) after it."""
    cum_qty: int = 0
    """CumQty(14), lots; 0 in a refusal of a request."""
    last_qty: int = 0
    """LastQty(32), lots: more than 0 if it is of an execution."""


class SourcePeer(ABC):
    """A client of an order source, written by the source's author for its tests. It outlives the source's restarts, and
    says again, as its protocol has it, what the source has not heard; a fresh one is made for each scenario."""

    channel: str
    """Name of the channel, or of the server that it connects to."""
    source: str
    """Source of its orders."""
    got: list[Heard]
    """What it was told, in order; what the protocol recognises as a repetition is left out."""

    @abstractmethod
    def opened(self, now: int) -> Iterable[bytes]:
        """Take notice that the channel is open; give what it says first."""

    @abstractmethod
    def received(self, data: bytes, now: int) -> Iterable[bytes]:
        """Take bytes; give what it answers."""

    @abstractmethod
    def ask(self, event: NewOrder | CancelRequest | ReplaceRequest, now: int) -> Iterable[bytes]:
        """Ask for something; give the bytes. Where the channel is not open, it is asked for once it is."""

    def closed(self, now: int) -> None:
        """Take notice that the channel is closed: what was under way is lost."""
        return


class Died(Exception):
    """The process is dead."""


@define(eq=False)
class _Order:
    order_id: str
    cl_ord_id: str
    qty: int
    cum: int = 0
    status: OrdStatus = OrdStatus.NEW

    @property
    def over(self) -> bool:
        return self.status in (OrdStatus.FILLED, OrdStatus.CANCELED, OrdStatus.REJECTED)


@define(eq=False)
class Clerk:
    """Answers what clients ask for as the kernel would: at once, with all that it takes."""

    orders: dict[tuple[str, str], _Order] = field(init=False, factory=dict)
    said: list[ClientCommand] = field(init=False, factory=list)
    _count: int = field(init=False, default=0)
    _fills: int = field(init=False, default=0)

    def take(self, event: ClientEvent) -> None:
        """Fold an event."""
        if isinstance(event, NewOrder | RejectedOrder):
            self._new(event)
            return
        order = self.orders.get((event.source, event.orig_cl_ord_id))
        if order is None or order.over:
            self._refuse(event, order)
        elif isinstance(event, CancelRequest):
            order.status = OrdStatus.CANCELED
            self._say(event.source, order, ExecType.CANCELED, event.cl_ord_id, orig_cl_ord_id=order.cl_ord_id)
        else:
            orig, order.cl_ord_id = order.cl_ord_id, event.cl_ord_id
            order.qty = order.qty if event.order_qty is None else event.order_qty
            self.orders[event.source, event.cl_ord_id] = order
            self._say(event.source, order, ExecType.REPLACED, event.cl_ord_id, orig_cl_ord_id=orig)

    def fill(self, source: str, cl_ord_id: str, qty: int, px: int) -> None:
        """Let an order trade; does nothing if there is none."""
        order = self.orders.get((source, cl_ord_id))
        if order is None or order.over:
            return
        order.cum, self._fills = order.cum + qty, self._fills + 1
        order.status = OrdStatus.FILLED if order.cum >= order.qty else OrdStatus.PARTIALLY_FILLED
        more = {"last_qty": qty, "last_px": px, "exec_id": f"A{self._fills}"}
        self._say(source, order, ExecType.TRADE, order.cl_ord_id, avg_px=px, **more)

    def _new(self, event: NewOrder | RejectedOrder) -> None:
        self._count += 1
        order = _Order(f"O{self._count}", event.cl_ord_id, event.order_qty)
        known = (event.source, event.cl_ord_id) in self.orders
        if known or isinstance(event, RejectedOrder):
            order.status = OrdStatus.REJECTED
            why = OrdRejReason.DUPLICATE if known else OrdRejReason.BROKER
            self._say(event.source, order, ExecType.REJECTED, event.cl_ord_id, ord_rej_reason=why, text="no")
        else:
            self.orders[event.source, event.cl_ord_id] = order
            self._say(event.source, order, ExecType.NEW, event.cl_ord_id)

    def _say(self, source: str, order: _Order, kind: ExecType, cl_ord_id: str, *, avg_px: int = 0, **more: Any) -> None:
        left = 0 if order.over else order.qty - order.cum
        self.said.append(
            ClientReport(
                source, order.order_id, cl_ord_id, kind, order.status, order.qty, order.cum, left, avg_px, **more
            )
        )

    def _refuse(self, event: CancelRequest | ReplaceRequest, order: _Order | None) -> None:
        order_id, status = ("NONE", OrdStatus.REJECTED) if order is None else (order.order_id, order.status)
        why = CxlRejReason.UNKNOWN_ORDER if order is None else CxlRejReason.TOO_LATE
        said = ClientCancelReject(event.source, order_id, event.cl_ord_id, event.orig_cl_ord_id, status, why, "no")
        self.said.append(said)


@frozen
class _Turn:
    seq: int
    now: int
    events: tuple[ClientEvent, ...]
    fills: tuple[tuple[str, str, int, int], ...]
    said: tuple[ClientCommand, ...]


@define(eq=False)
class SourceBench:
    """An order source, its clients, and the time."""

    make: Callable[[], OrderSource]
    """Makes it and starts it."""
    peers: Sequence[SourcePeer]
    folder: Path
    now: int
    whole: bool = True
    """Bytes arrive in the pieces that were sent, not one by one."""
    source: OrderSource = field(init=False)
    past: list[_Turn] = field(init=False, factory=list)
    """What the journal has."""
    dies: str = field(init=False, default="")
    """Where it dies in the next turn."""
    _clerk: Clerk = field(init=False, factory=Clerk)
    _open: dict[str, SourcePeer] = field(init=False, factory=dict)
    _inbox: deque[WireInput] = field(init=False, factory=deque)
    _servers: set[str] = field(init=False, factory=set)
    _connections: int = field(init=False, default=0)
    _lives: int = field(init=False, default=0)

    def __attrs_post_init__(self) -> None:
        (self.folder / "0").mkdir()
        self._born(self.folder / "0")

    def _born(self, folder: Path) -> None:
        self.source = self.make()
        self.source.remember(folder, "off")
        self._servers = {one.name for one in self.source.channels if isinstance(one, TcpServer)}

    @property
    def asked(self) -> list[ClientEvent]:
        """What the journal has that clients have asked for."""
        return [event for turn in self.past for event in turn.events]

    @property
    def channels(self) -> list[str]:
        """The names of the channels that are open, oldest first."""
        return list(self._open)

    # -- what happens --------------------------------------------------------------------------------------------------

    def connect(self) -> None:
        """Open a channel for every client that has none."""
        for peer in self.peers:
            if peer not in self._open.values():
                self._connections += 1
                server = peer.channel in self._servers
                channel = f"{peer.channel}/{self._connections}" if server else peer.channel
                self._open[channel] = peer
                self._inbox += [Opened(channel, "127.0.0.1"), *self._received(channel, peer.opened(self.now))]
                self.hand()

    def disconnect(self, *, notice: bool = True) -> None:
        """Cut all channels; `notice`: the source is there to hear of it."""
        self._inbox.clear()
        for channel, peer in list(self._open.items()):
            del self._open[channel]
            peer.closed(self.now)
            if notice:
                self.hand(Closed(channel, "cut"))

    def ask(self, peer: SourcePeer, event: NewOrder | CancelRequest | ReplaceRequest) -> None:
        """Let a client ask for something."""
        pieces = list(peer.ask(event, self.now))
        channel = next((name for name, one in self._open.items() if one is peer), "")
        if channel:
            self._inbox += self._received(channel, pieces)
            self.hand()

    def fill(self, peer: SourcePeer, cl_ord_id: str, qty: int, px: int) -> None:
        """Let an order of a client's trade."""
        self._step([], [(peer.source, cl_ord_id, qty, px)])
        self.hand()

    def hand(self, *events: WireInput | Tick) -> None:
        """Hand over news, then what comes of it, until nobody has anything to say."""
        for event in events:
            self._step([event])
        for _ in range(ROUNDS):
            due = self.source.next_tick()
            if self._inbox:
                self._step([self._inbox.popleft()])
            elif due is None or due > self.now:
                return
            else:
                self._step([Tick()])
        raise AssertionError(f"next_tick: found {self.source.next_tick()} for ever, expected a later one once told")

    def wait(self, ns: int) -> None:
        """Let time pass; the source has the time whenever it wants it."""
        until = self.now + ns
        while (due := self.source.next_tick()) is not None and due <= until:
            self.now = max(self.now, due)
            self.hand(Tick())
        self.now = until

    def leave(self) -> None:
        """Let the source say goodbye."""
        wanted = list(self.source.leave(self.now))
        self.source.commit(self._seq)
        self._deliver(wanted)
        self.hand()

    def restart(self) -> None:
        """Begin anew after a death, at any moment."""
        self.dies = ""
        self.disconnect(notice=False)
        old, self._lives = self.folder / str(self._lives), self._lives + 1
        new = self.folder / str(self._lives)
        shutil.copytree(old, new)
        self._born(new)
        self._clerk = Clerk()
        for turn in self.past:
            for event in turn.events:
                self._clerk.take(event)
                self.source.recall(event, turn.now, turn.seq)
            for fill in turn.fills:
                self._clerk.fill(*fill)
            for command in turn.said:
                self.source.recall(command, turn.now, turn.seq)
        self._clerk.said.clear()
        self.hand()

    # -- a step --------------------------------------------------------------------------------------------------------

    @property
    def _seq(self) -> int:
        return len(self.past)

    def _step(self, news: Iterable[WireInput | Tick], fills: Iterable[tuple[str, str, int, int]] = ()) -> None:
        """One step of the live loop. Died if it was to die in it, and it was one in which something happened."""
        wanted: list[Any] = []
        events: list[ClientEvent] = []
        for one in news:
            for given in self.source.handle(one, self.now):
                fault = wrong(given, (*CLIENT, *WIRE))
                assert not fault, f"handle: {fault}"
                if isinstance(given, NewOrder | CancelRequest | ReplaceRequest | RejectedOrder):
                    events.append(given)
                else:
                    wanted.append(given)
        for event in events:
            self._clerk.take(event)
        for fill in fills:
            self._clerk.fill(*fill)
        said, self._clerk.said = tuple(self._clerk.said), []
        happened = bool(said)
        self._may_die(JOURNAL, happened)
        if happened:
            self.past.append(_Turn(self._seq + 1, self.now, tuple(events), tuple(fills), said))
        for command in said:
            assert self.source.owns(command.source), (
                f"owns: found {command.source!r} not owned, expected its own source"
            )
            wanted += self.source.report(command, self.now) or ()
        self._may_die(COMMIT, happened)
        self.source.commit(self._seq)
        self._may_die(BYTES, happened)
        self._deliver(wanted)

    def _may_die(self, where: str, happened: bool) -> None:
        if happened and self.dies == where:
            raise Died

    def _deliver(self, wanted: Iterable[Any]) -> None:
        for one in wanted:
            fault = wrong(one, WIRE)
            assert not fault, f"report: {fault}"
            peer = self._open.get(one.channel)
            if peer is None:
                continue
            if isinstance(one, Send):
                self._inbox += self._received(one.channel, peer.received(one.data, self.now))
            elif isinstance(one, Close):
                del self._open[one.channel]
                peer.closed(self.now)
                self._inbox = deque(event for event in self._inbox if event.channel != one.channel)
                self._inbox.append(Closed(one.channel, one.reason))

    def _received(self, channel: str, pieces: Iterable[bytes]) -> list[WireInput]:
        if self.whole:
            return [Received(channel, piece) for piece in pieces]
        return [Received(channel, bytes([byte])) for piece in pieces for byte in piece]
