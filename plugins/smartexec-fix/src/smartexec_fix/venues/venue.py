"""The venue adapter: its parameters, the parts it is made of, and what it remembers across restarts.

Out is `venue_outbox`, in is `venue_inbox`, the session below them `venue_session`. What a session has sent and how far
it has heard are in an archive; orders are remembered from what the runtime recalls.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final

from attrs import define, evolve, field
from attrs.validators import min_len

from smartexec.api import (
    CancelOrder,
    Capabilities,
    Channel,
    Close,
    ConfigError,
    Context,
    ExecutionReport,
    OrderCancelReject,
    Phase,
    PhaseChange,
    QueryOrder,
    Quote,
    ReplaceOrder,
    Send,
    SendOrder,
    Tcp,
    Tick,
    Tls,
    Trade,
    VenueAdapter,
    VenueCommand,
    VenueInput,
    VenueOutput,
    VenueStatus,
    WireOutput,
)
from smartexec_fix.session.application import Application
from smartexec_fix.session.initiator import Done, Initiator
from smartexec_fix.session.outputs import App, Down, Up
from smartexec_fix.session.runs import archive_of
from smartexec_fix.session.schedule import schedule_of
from smartexec_fix.session.sessions import dictionary_of
from smartexec_fix.session.settings import SessionSettings
from smartexec_fix.session.store import Archive, MemoryStore
from smartexec_fix.venues.dialect import Dialect
from smartexec_fix.venues.identifiers import Identifiers
from smartexec_fix.venues.inbox import VenueInbox
from smartexec_fix.venues.known_orders import KnownOrders
from smartexec_fix.venues.market_data import MarketData, MarketDataIn
from smartexec_fix.venues.orders_out import OrdersOut
from smartexec_fix.venues.outbox import VenueOutbox, refusal
from smartexec_fix.venues.reports_in import ReportsIn
from smartexec_fix.venues.symbology import Symbology
from smartexec_fix.venues.venue_session import VenueSession, extra_of, tolerant
from smartexec_fix.wire.log import MessageLog
from smartexec_fix.wire.message import Field

CHANNEL: Final = "fix"
STALE: Final = frozenset({"D", "G", "H", "AF", "V", "e", "g"})
"""MsgTypes(35) that are never sent again: a gap is filled in their place. A cancel may be late, an order must not."""
_WAITING: Final = "waiting"
"""Fact of the archive: ClOrdIDs(11) that had not left by the last commit."""
_COMMANDS: Final = (SendOrder, CancelOrder, ReplaceOrder, QueryOrder)
_AFTER_THE_END: Final = (VenueStatus, Quote, Trade, PhaseChange)
"""What nobody waits for once the session of the run is over."""


@define(eq=False, kw_only=True, slots=False)
class FixVenue(VenueAdapter):
    """Trade at a venue over FIX 4.0 to 5.0 SP2, by its own dialect."""

    name: ClassVar[str] = "fix"

    mic: str = field(validator=min_len(1))
    """ISO 10383 code of the venue."""
    hosts: tuple[str, ...] = field(validator=min_len(1))
    """Its addresses, "HOST:PORT" each: the first that answers is used."""
    session: SessionSettings
    """The session: a table of its own."""
    tls: Tls | None = None
    """Transport security: a table with `ca`, `cert`, `key`, `server_name`; none = not encrypted."""
    dialect: Dialect = field(factory=Dialect)
    """How it speaks FIX: a table of its own."""
    market_data: MarketData = field(factory=MarketData)
    """What of its market data is subscribed to: a table of its own."""
    store: Path | None = None
    """Folder for sequence numbers and sent messages that outlive the run; none = the run's own, so that each run
    begins with 1."""
    logs: Path | None = None
    """Folder for a log of all messages, secrets masked; none = they are not written."""

    _fault: Callable[[str], None] = field(init=False, default=print)
    _base: Path = field(init=False, factory=Path)
    _link: Initiator = field(init=False)
    _ids: Identifiers = field(init=False)
    _known: KnownOrders = field(init=False, factory=KnownOrders)
    _outbox: VenueOutbox = field(init=False)
    _inbox: VenueInbox = field(init=False)
    _market: MarketDataIn = field(init=False)
    _archive: Archive | None = field(init=False, default=None)
    _heard: int = field(init=False, default=0)
    """Turn up to which all commands had been handed over, before the restart."""
    _waited: frozenset[str] = field(init=False, default=frozenset())
    _never_left: dict[str, VenueCommand] = field(init=False, factory=dict)
    """Commands of before the restart that are to be refused, by ClOrdID(11)."""
    _handed: bool = field(init=False, default=False)
    """A command was handed over since the last commit."""
    _said_up: bool | None = field(init=False, default=None)
    _left: bool = field(init=False, default=False)

    # -- what it is ----------------------------------------------------------------------------------------------------

    @property
    def capabilities(self) -> Capabilities:
        return self.dialect.capabilities

    @property
    def channels(self) -> Sequence[Channel]:
        return (Tcp(CHANNEL, self.hosts, self._tls()),)

    def start(self, context: Context) -> None:
        """Make its parts. ConfigError for a dictionary, a schedule, a symbol or identifiers that cannot be."""
        where, settings = f"venue {self.mic}", evolve(self.session, stale=self.session.stale | STALE)
        self._base = context.base
        self._fault = lambda text: context.fault(f"{where}: {text}")
        self._check(context, where)
        schedule = schedule_of(settings.start, settings.end, settings.zone)
        dictionary = tolerant(dictionary_of(settings, context.base))
        session = VenueSession(settings, dictionary, MemoryStore(), True, schedule, extra=extra_of(self.dialect))
        self._link = Initiator(session, CHANNEL, self._fault, name=self.mic)
        names, self._ids = Symbology(self.dialect, context.instruments), Identifiers(self.dialect)
        self._ids.check(where)
        self._market = MarketDataIn(self.mic, self.market_data, names)
        out = OrdersOut(self.dialect, settings, names, self._ids)
        self._outbox = VenueOutbox(self.mic, self.dialect, out, self._known, self._send, lambda: session.free)
        version = Application(settings.version)
        reports = ReportsIn(self.mic, version, self.dialect, names, self._ids, self._known)
        self._inbox = VenueInbox(self.dialect, reports, self._market, names, session, self._outbox, self._fault)

    def _check(self, context: Context, where: str) -> None:
        for host in self.hosts:
            if not host.rpartition(":")[0] or not host.rpartition(":")[2].isdecimal():
                raise ConfigError(f'{where}: hosts: found {host!r}, expected "HOST:PORT"')
        named = {"market_data.symbols": self.market_data.symbols, "dialect.symbols": self.dialect.symbols}
        for key, symbols in named.items():
            for symbol in symbols:
                if symbol not in context.instruments:
                    raise ConfigError(f"{where}: {key}: found {symbol!r}, expected one of [instruments]")

    def _tls(self) -> Tls | None:
        if self.tls is None:
            return None
        files = {name: getattr(self.tls, name) for name in ("ca", "cert", "key")}
        return evolve(self.tls, **{name: str(self._base / path) for name, path in files.items() if path})

    # -- what happens --------------------------------------------------------------------------------------------------

    def handle(self, event: VenueInput, now: int) -> Iterator[VenueOutput]:
        """Take a command, news of the channel or the time."""
        for one in self._handle(event, now):
            if not (self._left and isinstance(one, _AFTER_THE_END)):
                yield one

    def _handle(self, event: Any, now: int) -> Iterator[VenueOutput]:
        if self._said_up is None:  # the kernel takes a venue for up, or has it so from before a restart
            yield self._status(False, getattr(event, "reason", "") or "not logged on yet")
        yield from self._refuse_what_never_left()
        if isinstance(event, _COMMANDS):
            self._handed = True
            yield from self._said(self._outbox.take(event, now), now)
        elif isinstance(event, Tick) or getattr(event, "channel", "") == CHANNEL:
            yield from self._said(self._link.handle(event, now), now)
            yield from self._said(self._outbox.pump(now), now)

    def _said(self, done: Iterable[Any], now: int) -> Iterator[VenueOutput]:
        """Give what is for the kernel and for the wire; what the session says is worked off."""
        for one in done:
            what = getattr(one, "what", None)
            if what is None:
                yield one
            elif isinstance(what, App):
                yield from self._said(self._inbox.take(what.message, now), now)
            elif isinstance(what, Up):
                yield from self._up(now)
            elif isinstance(what, Down):
                yield from self._down(what)

    def _up(self, now: int) -> Iterator[VenueOutput]:
        self._outbox.up = True
        yield self._status(True, "logged on")
        for symbol in self._market.symbols if self.dialect.phase is not Phase.UNKNOWN else ():
            yield PhaseChange(symbol, self.mic, self.dialect.phase)
        if self.dialect.cancel_on_disconnect or self.dialect.status == "AF":
            yield from self._said(self._outbox.ask_all(now), now)
        for msg_type, body in self._market.subscribe():
            yield from self._said(self._send(msg_type, body, now), now)

    def _down(self, down: Down) -> Iterator[VenueOutput]:
        yield from self._outbox.lost()
        yield from self._market.forget()
        yield self._status(False, down.reason)

    def _status(self, up: bool, text: str) -> VenueStatus:
        self._said_up = up
        return VenueStatus(self.mic, up, text)

    def _send(self, msg_type: bytes, body: list[Field], now: int) -> Iterator[Done]:
        return self._link.send(self.mic, msg_type, body, now)

    def next_tick(self) -> int | None:
        """When it wants the time: at once, as long as it has not said that it is not logged on."""
        due = [one for one in (self._link.next_tick(), self._outbox.next()) if one is not None]
        return 1 if self._said_up is None else min(due, default=None)

    def status(self) -> Mapping[str, str]:
        session, waiting = self._link.session, len(self._outbox.pace.waiting)
        state = "up" if session.logged_on else "logging on" if session.connected else "down"
        numbers = f"next in {session.store.next_in}, next out {session.store.next_out}"
        return {self.mic: f"{state}, {numbers}{f', {waiting} waiting' if waiting else ''}"}

    def leave(self, now: int) -> Iterator[WireOutput]:
        self._left = True
        for one in self._link.leave(now):
            if isinstance(one, Send | Close):
                yield one

    # -- memory --------------------------------------------------------------------------------------------------------

    def remember(self, folder: Path, sync: str) -> None:
        """Open the archive, and the log."""
        kept = folder if self.store is None else self._base / self.store
        archive = archive_of(kept / f"fix-{self.mic}.sqlite", sync, folder, f"fix-{self.mic}", self._fault)
        settings = self.session
        self._archive, self._heard = archive, archive.heard
        self._waited = frozenset(archive.facts.get(archive.of_run(_WAITING), "").split())
        name = f"{settings.version} {settings.sender_comp_id} {settings.target_comp_id}"
        self._link.session.store = archive.session(name)
        if self.logs is not None:
            self._link.log = MessageLog(self._base / self.logs / f"{self.mic}.log")

    def recall(self, event: Any, now: int, seq: int) -> None:
        """Remember orders and reports; note which commands never left."""
        if isinstance(event, _COMMANDS):
            self._known.asked(event)
            self._ids.theirs(event.cl_ord_id, now)
            if not isinstance(event, QueryOrder) and (seq > self._heard or event.cl_ord_id in self._waited):
                self._never_left[event.cl_ord_id] = event
        elif isinstance(event, ExecutionReport | OrderCancelReject):
            self._never_left.pop(event.cl_ord_id, None)
            self._known.heard(event)

    def _refuse_what_never_left(self) -> Iterator[VenueOutput]:
        never, self._never_left = self._never_left, {}
        for command in never.values():
            for answer in refusal(command, "the process ended before it left: never left"):
                self._known.heard(answer)
                yield answer

    def commit(self, seq: int) -> None:
        if self._archive is None:
            return
        waiting = " ".join(self._outbox.pace.waiting)
        if waiting != self._archive.facts.get(name := self._archive.of_run(_WAITING), ""):
            self._archive.put(name, waiting)
        self._archive.commit(seq if self._handed else 0)
        self._handed = False
