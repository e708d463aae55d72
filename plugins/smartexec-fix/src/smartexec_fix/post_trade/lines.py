"""The sessions of a post-trade sink with their connections: those that we open, and those that others open.

What is sent to a peer that is away waits beside its session until the peer is logged on.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from attrs import define, field

from smartexec.api import NANOS_PER_SECOND, Channel, Close, ConfigError, Opened, Tcp, TcpServer, Tick, Tls, WireInput
from smartexec_fix.post_trade.settings import PostTradeSession
from smartexec_fix.session.acceptor import Acceptor, Done, Member, identity_of
from smartexec_fix.session.held import Held
from smartexec_fix.session.initiator import Initiator
from smartexec_fix.session.outputs import Free, Said, Up
from smartexec_fix.session.session import Session
from smartexec_fix.session.sessions import session_of
from smartexec_fix.session.store import Archive, MemoryStore
from smartexec_fix.wire.log import MessageLog
from smartexec_fix.wire.message import Field

SERVER: Final = "post-trade"
A_DAY: Final = 86_400 * NANOS_PER_SECOND


@define(eq=False)
class Lines:
    """All of them, by name."""

    settings: Sequence[PostTradeSession]
    fault: Callable[[str], None]
    base: Path
    logs: Path | None = None
    """Folder for a log of each session's messages; None = none."""
    sessions: dict[str, Session] = field(init=False, factory=dict)
    _initiators: dict[str, Initiator] = field(init=False, factory=dict)
    """By channel."""
    _acceptor: Acceptor = field(init=False)
    _held: Held = field(init=False, factory=Held)
    _left: bool = field(init=False, default=False)
    _logs: list[MessageLog] = field(init=False, factory=list)

    def __attrs_post_init__(self) -> None:
        members = {}
        for one in self.settings:
            session = session_of(one, MemoryStore(), initiator=bool(one.hosts), base=self.base)
            log = MessageLog(None if self.logs is None else self.base / self.logs / f"{one.name}.log")
            self.sessions[one.name] = session
            self._logs.append(log)
            if one.hosts:
                self._initiators[one.name] = Initiator(session, one.name, self.fault, log, one.name)
            else:
                members[one.name] = Member(one.name, session, log)
        self._acceptor = Acceptor(SERVER, members, self.fault)
        self._check()

    def _check(self) -> None:
        names = Counter(one.name for one in self.settings)
        whose = Counter(identity_of(one.session) for one in self._acceptor.members.values())
        twice = [
            *(name for name, count in names.items() if count > 1),
            *(str(who) for who, n in whose.items() if n > 1),
        ]
        faults = [f"session {one}: found it twice, expected it once" for one in twice]
        faults += [fault for one in self.settings for fault in one.faults()]
        faults += [f"session {SERVER}: found the server's name, expected another"] * (SERVER in self._initiators)
        if faults:
            raise ConfigError(sorted(faults))

    def channels(self, listen: str, allow: Sequence[str], tls: Tls | None) -> list[Channel]:
        """Give what the transport opens: one channel for each session that we open, one server for the others."""
        ours: list[Channel] = [Tcp(one.name, one.hosts, one.tls) for one in self.settings if one.hosts]
        return [*ours, *([TcpServer(SERVER, listen, tls, tuple(allow))] if self._acceptor.members else [])]

    @property
    def waits_for_others(self) -> bool:
        """Whether there are sessions that others open."""
        return bool(self._acceptor.members)

    def remember(self, archive: Archive) -> None:
        """Keep the sessions' numbers and messages in an archive, and what waits beside them."""
        self._held.remember(archive, self.sessions)
        for name, session in self.sessions.items():
            session.store = archive.session(name)

    def handle(self, event: WireInput | Tick, now: int) -> Iterator[Done]:
        """Take news of a channel, or the time; yield what is to be done, and what peers have to say."""
        if isinstance(event, Tick):
            for one in self._initiators.values():
                due = one.next_tick()
                if due is not None and due <= now:
                    yield from self._freed(one.handle(event, now), now)
            yield from self._freed(self._acceptor.handle(event, now), now)
        elif self._left and isinstance(event, Opened) and event.channel in self._initiators:
            yield Close(event.channel, "the day is over", now + A_DAY)
        else:
            end = self._initiators.get(event.channel, self._acceptor)
            yield from self._freed(end.handle(event, now), now)

    def send(self, name: str, msg_type: bytes, fields: list[Field], now: int) -> Iterator[Done]:
        """Send a message, now or when the peer is there."""
        session = self.sessions[name]
        if not session.free:
            self._held.hold(name, msg_type, fields)
            return
        yield from self._end(name).send(name, msg_type, fields, now)

    def leave(self, now: int, text: str) -> Iterator[Done]:
        """Say goodbye to all; what the transport opens again is closed at once."""
        self._left = True
        for one in self._ends:
            yield from one.leave(now, text)

    def next_tick(self) -> int | None:
        """When the time is wanted, ns UTC."""
        ticks = (one.next_tick() for one in self._ends)
        return min((due for due in ticks if due is not None), default=None)

    def state(self, name: str) -> str:
        """Say whether a session is up, and what waits for it."""
        session, waiting = self.sessions[name], self._held.count(name)
        up = "up" if session.logged_on else "connected" if session.connected else "down"
        return f"{up}, next out {session.store.next_out}" + (f", {waiting} waiting" if waiting else "")

    def close(self) -> None:
        """Let go of the logs."""
        for one in self._logs:
            one.close()

    # -- what waits beside a session -----------------------------------------------------------------------------------

    def _freed(self, done: Iterator[Done], now: int) -> Iterator[Done]:
        """Send what waits for a session as soon as it would leave at once."""
        for one in done:
            yield one
            if isinstance(one, Said) and isinstance(one.what, Up | Free):
                for msg_type, fields in self._held.free(one.session):
                    yield from self.send(one.session, msg_type, fields, now)

    @property
    def _ends(self) -> list[Initiator | Acceptor]:
        return [*self._initiators.values(), self._acceptor]

    def _end(self, name: str) -> Initiator | Acceptor:
        return self._initiators.get(name, self._acceptor)
