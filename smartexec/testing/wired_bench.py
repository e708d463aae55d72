"""A sink with channels on a bench: the turns of a day, the other ends of its channels, and restarts at any moment.

It does what the live loop does: hands over, commits, and only then lets bytes leave. A restart leaves everything as a
killed process does: the next instance has a copy of the folder as it was at that moment, and is told all turns again.
"""

import shutil
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from attrs import define, field, frozen

from smartexec.interfaces.sink import Rows, Sink
from smartexec.model.commands import ClientCancelReject, ClientCommand, ClientReport
from smartexec.model.enums import Side
from smartexec.model.events import Tick
from smartexec.model.ids import NANOS_PER_SECOND
from smartexec.model.wire import Closed, Opened, Received, Send, TcpServer, WireInput
from smartexec.runtime.reading.checks import WIRE, wrong
from smartexec.runtime.report.followed import FOLLOWED, Followed
from smartexec.testing.reference_world import Reference, reference
from smartexec.testing.worlds import World

ROUNDS: Final = 10_000
"""Exchanges at one moment: more is a sink and a peer answering each other for ever."""


@frozen
class Told:
    """What sinks are handed in one turn: what clients are told, then the rows that came about."""

    seq: int
    now: int
    """ns UTC."""
    what: tuple[ClientCommand | Rows, ...]


@cache
def day(seed: int = 10) -> tuple[Told, ...]:
    """Give the turns of a day in the reference world: two clients, an amendment, cancels, busts and a correction, some
    of them after the end of the parent. Turns in which sinks are handed nothing are left out."""
    turns: list[Told] = []
    world = reference(seed=seed)
    followed, taken = Followed(world.engine, FOLLOWED), len(world.commands)

    def note(one: World) -> None:
        nonlocal taken
        said = [c for c in one.commands[taken:] if isinstance(c, ClientReport | ClientCancelReject)]
        taken = len(one.commands)
        what = (*said, *followed.new())
        if what:
            turns.append(Told(one.seq, one.now, what))

    world.after = note
    _trade(world)
    return tuple(turns)


def _trade(world: Reference) -> None:
    world.order(300, until=300)
    world.run(60)
    world.order(200, account="BIRCH", until=300)
    other = world.order(500, Side.SELL, account="BIRCH", limit=world.mid - NANOS_PER_SECOND, until=900)
    world.run(60)
    world.bust(next(one for one in world.executions if one.standing))
    world.run(60)
    world.cancel(world.amend(other, 600))
    world.cancel("nobody's")
    world.run(300)
    standing = [one for one in world.executions if one.standing]
    world.bust(standing[0])
    world.correct(standing[-1], standing[-1].px + NANOS_PER_SECOND // 100)
    world.end()


class SinkPeer(ABC):
    """The other end of a channel of a sink, written by the sink's author for its tests. It outlives the sink's
    restarts; a fresh one is made for each scenario."""

    channel: str
    """Name of the channel, or of the server that it connects to."""
    got: list[str]
    """What it was told, each by the id that the protocol gives it, in order, what is recognised as a repetition left
    out."""

    @abstractmethod
    def opened(self, now: int) -> Iterable[bytes]:
        """Take notice that the channel is open; give what it says first."""

    @abstractmethod
    def received(self, data: bytes, now: int) -> Iterable[bytes]:
        """Take bytes; give what it answers."""

    def closed(self, now: int) -> None:
        """Take notice that the channel is closed: what was under way is lost."""
        return


@define(eq=False)
class WiredBench:
    """A sink, its peers, and the time."""

    make: Callable[[], Sink]
    """Makes it and starts it."""
    peers: Sequence[SinkPeer]
    folder: Path
    now: int
    sink: Sink = field(init=False)
    seq: int = field(init=False, default=0)
    past: list[Told] = field(init=False, factory=list)
    """What the journal has."""
    cut: bool = field(init=False, default=False)
    """Bytes go nowhere: the process is dead, and does not know it."""
    _open: dict[str, SinkPeer] = field(init=False, factory=dict)
    _inbox: deque[WireInput] = field(init=False, factory=deque)
    """News of the channels that is on its way to the sink."""
    _servers: set[str] = field(init=False, factory=set)
    _connections: int = field(init=False, default=0)
    _lives: int = field(init=False, default=0)
    _dead: list[Sink] = field(init=False, factory=list)

    def __attrs_post_init__(self) -> None:
        self._born(self.folder / "0")
        (self.folder / "0").mkdir()
        self.sink.remember(self.folder / "0", "off")

    def _born(self, folder: Path) -> None:
        self.sink = self.make()
        self.sink.open(self.folder)
        self._servers = {one.name for one in self.sink.channels if isinstance(one, TcpServer)}

    # -- what happens --------------------------------------------------------------------------------------------------

    def connect(self) -> None:
        """Open a channel for every peer that has none."""
        for peer in self.peers:
            if peer not in self._open.values():
                self._connections += 1
                server = peer.channel in self._servers
                channel = f"{peer.channel}/{self._connections}" if server else peer.channel
                self._open[channel] = peer
                self._inbox += [Opened(channel, "127.0.0.1"), *_received(channel, peer.opened(self.now))]
                self.hand()

    def disconnect(self, *, notice: bool = True) -> None:
        """Cut all channels; `notice`: the sink is there to hear of it."""
        self._inbox.clear()
        for channel, peer in list(self._open.items()):
            del self._open[channel]
            peer.closed(self.now)
            if notice:
                self.hand(Closed(channel, "cut"))

    def turn(self, told: Told) -> None:
        """Hand over what happened in a turn, when its time has come."""
        self.wait(told.now - self.now)
        self.past.append(told)
        self.now, self.seq = max(self.now, told.now), told.seq
        self.hand(*told.what)

    def hand(self, *events: ClientCommand | Rows | WireInput | Tick) -> None:
        """Hand something over as one step of the live loop, then what comes of it, until nobody has anything to say."""
        self._step(events)
        for _ in range(ROUNDS):
            due = self.sink.next_tick()
            if self._inbox:
                self._step([self._inbox.popleft()])
            elif due is None or due > self.now or self.cut:
                return
            else:
                self._step([Tick()])
        raise AssertionError(
            f"next_tick: found {self.sink.next_tick()} for ever, expected a later one once it was told"
        )

    def wait(self, ns: int) -> None:
        """Let time pass; the sink has the time whenever it wants it."""
        until = self.now + ns
        while (due := self.sink.next_tick()) is not None and due <= until:
            self.now = max(self.now, due)
            self.hand(Tick())
        self.now = until

    def leave(self) -> None:
        """Let the sink say goodbye."""
        wanted = list(self.sink.leave(self.now))
        self.sink.commit(self.seq)
        self._deliver(wanted)
        self.hand()

    # -- dying ---------------------------------------------------------------------------------------------------------

    def die_before_commit(self, told: Told) -> None:
        """The journal has a turn; the process dies before the sink could commit it."""
        self.past.append(told)
        self.now, self.seq = max(self.now, told.now), told.seq
        self._told(told.what)

    def die_before_bytes_leave(self, told: Told) -> None:
        """The sink has committed a turn; the process dies before anything of it leaves."""
        self.cut = True
        self.turn(told)
        self.cut = False

    @property
    def open(self) -> list[str]:
        """Channels that are open."""
        return list(self._open)

    def restart(self) -> None:
        """Begin anew after a death."""
        self.disconnect(notice=False)
        old, self._lives = self.folder / str(self._lives), self._lives + 1
        new = self.folder / str(self._lives)
        shutil.copytree(old, new)
        self._dead.append(self.sink)
        self._born(new)
        self.sink.remember(new, "off")
        for told in self.past:
            for one in told.what:
                self._recalled(one, told)

    def _recalled(self, one: ClientCommand | Rows, told: Told) -> None:
        if not isinstance(one, Rows) or one.table in self.sink.follows:
            self.sink.recall(one, told.now, told.seq)

    def close(self) -> None:
        """Let go of all that was made."""
        for sink in (*self._dead, self.sink):
            sink.close()

    # -- the wire ------------------------------------------------------------------------------------------------------

    def _step(self, events: Iterable[Any]) -> None:
        wanted = self._told(events)
        self.sink.commit(self.seq)
        self._deliver(wanted)

    def _told(self, events: Iterable[Any]) -> list[Any]:
        wanted: list[Any] = []
        for event in events:
            if not isinstance(event, Rows) or event.table in self.sink.follows:
                wanted += self.sink.handle(event, self.now)
        return wanted

    def _deliver(self, wanted: Iterable[Any]) -> None:
        for one in wanted:
            check_output(one)
            peer = self._open.get(one.channel)
            if peer is None or self.cut:
                continue
            if isinstance(one, Send):
                self._inbox += _received(one.channel, peer.received(one.data, self.now))
            else:
                del self._open[one.channel]
                peer.closed(self.now)
                self._inbox = deque(event for event in self._inbox if event.channel != one.channel)
                self._inbox.append(Closed(one.channel, one.reason))


def check_output(one: object) -> None:
    """Check that what a sink says is something to be done on its channels."""
    fault = wrong(one, WIRE)
    assert not fault, f"handle: {fault}"


def _received(channel: str, pieces: Iterable[bytes]) -> list[WireInput]:
    return [Received(channel, piece) for piece in pieces]
