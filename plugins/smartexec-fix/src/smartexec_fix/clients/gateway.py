"""The order gateway: clients' order management systems open FIX sessions, send orders, and get reports. Sans-IO.

Each session's application is a `ClientDesk`; here they are put together with the acceptor, the memory of the sessions
and the life of the plugin. What is said in a session is kept with the turn that caused it: after a restart, what the
journal has and the sessions have not is said once more, and what is asked for again is not taken twice.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Final

from attrs import define, field
from attrs.validators import gt, matches_re, min_len

from smartexec.api import (
    Channel,
    ClientCommand,
    ClientEvent,
    ConfigError,
    Context,
    OrderSource,
    TcpServer,
    Tick,
    Tls,
    WireInput,
    WireOutput,
)
from smartexec_fix.clients.client_desk import ClientDesk
from smartexec_fix.clients.client_session import ClientSession
from smartexec_fix.clients.orders_in import Desk
from smartexec_fix.clients.parameters import Vocabulary
from smartexec_fix.session.acceptor import Acceptor, Done, Identity, Member, identity_of
from smartexec_fix.session.held import Held
from smartexec_fix.session.outputs import App, Down, Free, Said, Up
from smartexec_fix.session.runs import archive_of
from smartexec_fix.session.sessions import dictionary_of, session_of
from smartexec_fix.session.settings import SECOND
from smartexec_fix.session.store import Archive, MemoryStore, Store
from smartexec_fix.session.throttle import Throttle
from smartexec_fix.wire.algorithmic import algorithmic
from smartexec_fix.wire.log import MessageLog
from smartexec_fix.wire.message import Field

NOW: Final = 0
"""A time that has always come."""
AWAITED: Final = "awaited"
"""Fact of the archive, with a session's name: what was taken from it before a restart and will come again."""
Asked = ClientEvent | WireOutput


@define(eq=False, kw_only=True)
class FixGateway(OrderSource):
    """Take orders of clients over FIX 4.0 to 5.0 SP2, and tell them what becomes of these. Each session is a source."""

    name: ClassVar[str] = "fix"

    sessions: tuple[ClientSession, ...] = field(validator=min_len(1))
    """The sessions that clients may open."""
    address: str = "127.0.0.1:9876"
    """"HOST:PORT" to listen on."""
    tls: Tls | None = None
    """Transport security; none = not encrypted."""
    allow: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    """Networks that may connect; others are closed at once."""
    connections: int = field(default=1000, validator=gt(0))
    """Connections at one time; more are closed at once."""
    logons: int = field(default=100, validator=gt(0))
    """Connections that one address may open in a second."""
    strategies: dict[str, str] = field(factory=lambda: {"1": "VWAP", "2": "POV"})
    """TargetStrategy(847) -> name of the strategy; one that is not here must be a name itself."""
    rate_parameter: str = "participation_pct"
    """Parameter that ParticipationRate(849) sets, in percent: 0.15 becomes 15."""
    parameter_tags: dict[str, str] = field(factory=dict)
    """Further tags of orders -> the parameters that they set, such as {"9001" = "slices"}."""
    label: str = field(default="fix-gateway", validator=matches_re(r"[A-Za-z0-9._-]+"))
    """Names its server, its files and its folder of logs; two gateways of one run need two."""
    store: Path | None = None
    """File with the sessions' memory, so that their numbers outlive a run; none = one in the folder of the run."""
    _context: Context = field(init=False, factory=Context)
    _acceptor: Acceptor = field(init=False)
    _desks: dict[str, ClientDesk] = field(init=False, factory=dict)
    _archive: Archive | None = field(init=False, default=None)
    _held: Held = field(init=False, factory=Held)
    _restarted: bool = field(init=False, default=False)

    # -- its life ------------------------------------------------------------------------------------------------------

    def start(self, context: Context) -> None:
        self._context = context
        words = Vocabulary(self.strategies, self.rate_parameter, _tags(self.parameter_tags))
        desk = Desk(context.instruments, words)
        self._desks = {one.name: ClientDesk(one, desk, context.fault) for one in self.sessions}
        if len(self._desks) < len(self.sessions):
            raise ConfigError(f"{self.label}: sessions: found a name twice, expected one session each")
        self._acceptor = self._made({name: (MemoryStore(), MessageLog()) for name in self._desks})

    @property
    def channels(self) -> Sequence[Channel]:
        return (TcpServer(self.label, self.address, self.tls, self.allow, self.connections),)

    def remember(self, folder: Path, sync: str) -> None:
        path = folder / f"{self.label}.db" if self.store is None else self._context.base / self.store
        archive = self._archive = archive_of(path, sync, folder, self.label, self._context.fault)
        logs = folder / self.label
        self._acceptor = self._made(
            {name: (archive.session(name), MessageLog(logs / f"{name}.log")) for name in self._desks}
        )
        self._held.remember(archive, self._desks)
        for name, desk in self._desks.items():
            desk.wait_for(archive.facts.get(archive.of_run(f"{AWAITED} {name}"), ""))

    def recall(self, event: ClientEvent | ClientCommand, now: int, seq: int) -> None:
        heard = 0 if self._archive is None else self._archive.heard
        self._restarted, desk = True, self._desks.get(event.source)
        if desk is None:
            return
        if not isinstance(event, ClientCommand):
            desk.recall(event, again=seq > heard)
        elif (reply := desk.report(event, now)) is not None and seq > heard:
            self._held.hold(event.source, *reply)  # nobody is connected

    def commit(self, seq: int) -> None:
        archive = self._archive
        if archive is None:
            return
        for name, desk in self._desks.items():
            fact = archive.of_run(f"{AWAITED} {name}")
            if (awaited := desk.awaited) != archive.facts.get(fact, ""):
                archive.put(fact, awaited)
        archive.commit(heard=seq)

    def status(self) -> Mapping[str, str]:
        return {name: _state(member, self._held.count(name)) for name, member in self._acceptor.members.items()}

    def leave(self, now: int) -> Iterable[WireOutput]:
        for desk in self._desks.values():
            desk.closed = True
        return [one for one in self._all(self._acceptor.leave(now), now) if not isinstance(one, ClientEvent)]

    def next_tick(self) -> int | None:
        return NOW if self._restarted else self._acceptor.next_tick()

    # -- orders in, reports out ----------------------------------------------------------------------------------------

    def events(self) -> Iterator[tuple[int, ClientEvent]]:
        return iter(())

    def owns(self, source: str) -> bool:
        return any(one.name == source for one in self.sessions)

    def handle(self, event: WireInput | Tick, now: int) -> Iterator[Asked]:
        if self._restarted:
            self._restarted = False
            for desk in self._desks.values():  # no session has outlived the restart
                yield from desk.cut_off()
        yield from self._all(self._acceptor.handle(event, now), now)

    def report(self, command: ClientCommand, now: int) -> Iterable[WireOutput]:
        desk = self._desks.get(command.source)
        reply = None if desk is None else desk.report(command, now)
        return () if reply is None else list(self._sent(command.source, reply, now))

    def _all(self, wanted: Iterable[Done], now: int) -> Iterator[Asked]:
        """Yield what is to be done on channels, and what clients ask for."""
        for one in wanted:
            if not isinstance(one, Said):
                yield one
            elif isinstance(one.what, App):
                for answer in self._desks[one.session].take(one.what.message, now):
                    if isinstance(answer, tuple):
                        yield from self._sent(one.session, answer, now)
                    else:
                        yield answer
            elif isinstance(one.what, Up | Free):
                for reply in self._held.free(one.session):
                    yield from self._sent(one.session, reply, now)
            elif isinstance(one.what, Down):
                yield from self._desks[one.session].cut_off()

    def _sent(self, name: str, reply: tuple[bytes, list[Field]], now: int) -> Iterator[WireOutput]:
        if not self._acceptor.members[name].session.free:
            self._held.hold(name, *reply)
            return
        for one in self._acceptor.send(name, *reply, now):
            if not isinstance(one, Said):
                yield one

    # -- sessions ------------------------------------------------------------------------------------------------------

    def _made(self, kept: Mapping[str, tuple[Store, MessageLog]]) -> Acceptor:
        """Make the acceptor; ConfigError with the faults of all sessions."""
        members: dict[str, Member] = {}
        identities: dict[Identity, str] = {}
        faults: list[str] = []
        for one in self.sessions:
            try:
                member = members[one.name] = self._member(one, *kept[one.name])
            except ConfigError as error:
                faults += [f"session {one.name}: {fault}" for fault in error.faults]
                continue
            other = identities.setdefault(identity_of(member.session), one.name)
            if other != one.name:
                faults.append(f"session {one.name}: found the versions and CompIDs of {other}, expected its own")
        if faults:
            raise ConfigError([f"{self.label}: {fault}" for fault in faults])
        throttle = Throttle(self.logons, SECOND)
        return Acceptor(self.label, members, self._context.fault, throttle)

    def _member(self, one: ClientSession, store: Store, log: MessageLog) -> Member:
        dictionary = dictionary_of(one, self._context.base)
        if one.strategy_parameters:
            dictionary = algorithmic(dictionary, _tags(self.parameter_tags))
        session = session_of(one, store, initiator=False, dictionary=dictionary)
        return Member(one.name, session, log, one.admitted())


def _state(member: Member, waiting: int) -> str:
    """Say whether a session is up, its numbers, and how many reports wait for its client."""
    store, up = member.session.store, "up" if member.session.logged_on else "down"
    return f"{up}, next in {store.next_in}, next out {store.next_out}{f', {waiting} waiting' if waiting else ''}"


def _tags(named: Mapping[str, str]) -> dict[int, str]:
    """Give the parameters by tag; ConfigError if one is no tag."""
    wrong = [text for text in named if not (text.isascii() and text.isdecimal())]
    if wrong:
        raise ConfigError(f"parameter_tags: found {wrong[0]!r}, expected tags, such as 9001")
    return {int(text): name for text, name in named.items()}
