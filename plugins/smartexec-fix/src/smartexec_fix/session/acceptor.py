"""Our end of sessions that others open: the connections of one server, and which session each belongs to. Sans-IO.

A connection is nobody's until its first message, a logon, names a session that is known and has no other connection.
Who cannot name one is closed without a word; so is who comes too often.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Final

from attrs import define, field

from smartexec.api import Close, Closed, Opened, Received, Send, Tick, WireInput
from smartexec_fix.session.outputs import App, Down, Free, HangUp, Output, Said, Up, Wire
from smartexec_fix.session.sender import LOGON
from smartexec_fix.session.session import Session
from smartexec_fix.session.settings import SECOND
from smartexec_fix.session.throttle import Throttle
from smartexec_fix.wire.framing import Framer
from smartexec_fix.wire.log import MessageLog
from smartexec_fix.wire.message import Field, Garbled, parse

STRANGERS_BYTES: Final = 4096
"""More than this without a logon is not waited for."""
MOST_STRANGERS: Final = 20
"""Connections of one address that have not logged on."""
Done = Send | Close | Said
Identity = tuple[bytes, str, str]
"""BeginString(8), our CompID, the peer's."""
STRANGERS: Final = SECOND * 10
"""A connection that has not logged on by then is closed."""


@define(eq=False)
class Member:
    """A session that may be opened."""

    name: str
    session: Session
    log: MessageLog = field(factory=MessageLog)
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    """Where its peer may connect from; none = from anywhere."""
    channel: str = ""
    """Of its connection; "" = it has none."""

    def may_come_from(self, peer: str) -> bool:
        """Whether its peer may connect from an address."""
        if not self.networks:
            return True
        address = ip_address(peer.partition("%")[0]) if peer else None
        mapped = getattr(address, "ipv4_mapped", None) or address
        return mapped is not None and any(mapped in network for network in self.networks)


@define(eq=False)
class _Connection:
    """One connection."""

    opened: int
    peer: str
    framer: Framer = field(factory=Framer)
    member: Member | None = None


@define(eq=False)
class Acceptor:
    """The sessions of one server by name."""

    server: str
    members: Mapping[str, Member]
    fault: Callable[[str], None]
    logons: Throttle = field(factory=lambda: Throttle(100, SECOND))
    """Connections that one address may open."""
    failures: Throttle = field(factory=lambda: Throttle(5, 60 * SECOND))
    """Wrong passwords that one address may give."""
    _left: bool = field(init=False, default=False)
    _by_identity: dict[Identity, Member] = field(init=False)
    _connections: dict[str, _Connection] = field(init=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        self._by_identity = {identity_of(one.session): one for one in self.members.values()}

    def handle(self, event: WireInput | Tick, now: int) -> Iterator[Done]:
        """Take news of a channel, or the time; yield what is to be done on it, and what sessions have to say."""
        if isinstance(event, Received):
            yield from self._received(event, now)
        elif isinstance(event, Tick):
            yield from self._tick(now)
        elif isinstance(event, Opened) and event.channel != self.server:
            self._connections[event.channel] = _Connection(now, event.peer)
            why = self._unwelcome(event.peer, now)
            if why:
                yield from self._refuse(event.channel, why)
        elif isinstance(event, Closed):
            connection = self._connections.pop(event.channel, None)
            if connection is not None and connection.member is not None:
                yield from self._lost(connection.member, event.reason, now)

    def _unwelcome(self, peer: str, now: int) -> str:
        """Say why an address may not open one more connection now; "" if it may."""
        if self._left:
            return "the day is over"
        if not self.logons.take(peer, now):
            return "connects too often"
        if self.failures.full(peer, now):
            return "gave wrong passwords too often"
        nameless = sum(one.member is None and one.peer == peer for one in self._connections.values())
        return "has too many connections without a logon" if nameless > MOST_STRANGERS else ""

    def send(self, name: str, msg_type: bytes, fields: list[Field], now: int) -> Iterator[Done]:
        """Send an application message in a session; it waits there while nobody is logged on."""
        member = self.members[name]
        return self._do(member, member.session.send(msg_type, fields, now), now)

    def leave(self, now: int, text: str = "") -> Iterator[Done]:
        """Say goodbye to all, and let nobody in any more."""
        self._left = True
        for member in self.members.values():
            yield from self._do(member, member.session.logout(now, text), now)

    def next_tick(self) -> int | None:
        """When the time is wanted, ns UTC."""
        due = [tick for one in self.members.values() if (tick := one.session.next_tick()) is not None]
        due += [one.opened + STRANGERS for one in self._connections.values() if one.member is None]
        return min(due, default=None)

    # -- connections ---------------------------------------------------------------------------------------------------

    def _received(self, event: Received, now: int) -> Iterator[Done]:
        connection = self._connections.get(event.channel)
        if connection is None:
            return  # it is being closed
        looked_at = STRANGERS_BYTES if connection.member is None else len(event.data)
        for piece in (event.data[:looked_at], event.data[looked_at:]):
            for frame in connection.framer.feed(piece):
                member = connection.member or (yield from self._introduced(event.channel, connection, frame, now))
                if member is None:
                    return
                member.log.heard(frame, now)
                yield from self._do(member, member.session.received(frame, now), now)
                if member.channel != event.channel:
                    return  # closed meanwhile: what follows is not heard
            if connection.member is None:
                yield from self._still_nameless(event.channel, connection, len(event.data) > looked_at)
                return
        if connection.framer.garbled and connection.member is not None:
            self._note(connection.member, f"{connection.framer.garbled} garbled messages: skipped", now)
            connection.framer.garbled = 0

    def _still_nameless(self, channel: str, connection: _Connection, more: bool) -> Iterator[Done]:
        """Show out who has sent something that is no logon, or too much of it; `more`: not all was looked at."""
        if connection.framer.garbled:
            yield from self._refuse(channel, "the first message is garbled")
        elif more or connection.framer.waiting > STRANGERS_BYTES:
            yield from self._refuse(channel, "no logon in what it sends")

    def _introduced(
        self, channel: str, connection: _Connection, frame: bytes, now: int
    ) -> Generator[Done, None, Member | None]:
        """Find the session that a first message names; None if it names none that it may have."""
        member, why = self._named(frame, connection.peer)
        if self.failures.full(connection.peer, now):  # it may have connected before it failed
            member, why = None, "gave wrong passwords too often"
        if member is None:
            yield from self._refuse(channel, why)
            return None
        connection.member, member.channel = member, channel
        member.log.note(f"connected from {connection.peer or 'an unknown address'}", now)
        yield from self._do(member, member.session.opened(now), now)
        return member if member.channel == channel else None

    def _named(self, frame: bytes, peer: str) -> tuple[Member | None, str]:
        try:
            message = parse(frame)
        except Garbled as error:
            return None, f"the first message is garbled: {error}"
        if message.msg_type != LOGON:
            return None, f"found MsgType(35) {message.msg_type.decode('latin-1')!r}, expected a logon first"
        member = self._by_identity.get((message.begin_string, message.text(56), message.text(49)))
        if member is None:
            who = f"{message.begin_string.decode('latin-1')!r} {message.text(49)!r} to {message.text(56)!r}"
            return None, f"found no session {who}, expected one that is configured"
        if not member.may_come_from(peer):
            return None, f"found a logon to session {member.name} from there, expected one from its networks"
        if member.channel:
            return None, f"session {member.name} is connected already"
        return member, ""

    def _tick(self, now: int) -> Iterator[Done]:
        for channel, one in list(self._connections.items()):
            if one.member is None and now - one.opened >= STRANGERS:
                yield from self._refuse(channel, "no logon in time")
        for member in self.members.values():
            due = member.session.next_tick()
            if due is not None and due <= now:
                yield from self._do(member, member.session.tick(now), now)

    def _refuse(self, channel: str, why: str) -> Iterator[Done]:
        """Close a connection that belongs to nobody."""
        connection = self._connections.pop(channel)
        self.fault(f"FIX connection from {connection.peer or 'an unknown address'}: {why}")
        yield Close(channel, why)

    def _lost(self, member: Member, reason: str, now: int) -> Iterator[Done]:
        member.channel = ""
        member.log.note(f"disconnected: {reason}", now)
        yield from self._do(member, member.session.lost(now, reason), now)

    def _do(self, member: Member, outputs: Iterable[Output], now: int) -> Iterator[Done]:
        for one in outputs:
            if isinstance(one, Wire):
                member.log.sent(one.data, now)
                yield Send(member.channel, one.data)
            elif isinstance(one, App | Up | Free | Down):
                yield Said(member.name, one)
            elif isinstance(one, HangUp):
                self._note(member, one.reason, now, serious=not one.expected)
                channel = member.channel
                connection = self._connections.pop(channel, None)
                if one.intruder and connection is not None:
                    self.failures.take(connection.peer, now)
                yield from self._lost(member, one.reason, now)
                yield Close(channel, one.reason)
            else:
                self._note(member, one.text, now)

    def _note(self, member: Member, text: str, now: int, *, serious: bool = True) -> None:
        member.log.note(text, now)
        if serious:
            self.fault(f"FIX session {member.name}: {text}")


def identity_of(session: Session) -> Identity:
    """Give what a logon to a session must name."""
    settings = session.settings
    return settings.begin_string, settings.sender_comp_id, settings.target_comp_id
