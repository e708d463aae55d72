"""The sink `fix-post-trade`: drop copies, allocations and trade captures, over FIX sessions of its own.

Each message is sent once, across restarts: what it is and its ids follow from the rows and reports that the sink is
handed, which after a restart it is told again, and the archive knows up to which turn all was handed to the sessions.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Final

from attrs import define, field
from attrs.validators import min_len

from smartexec.api import (
    Channel,
    ClientCancelReject,
    ClientCommand,
    ClientReport,
    ConfigError,
    Context,
    ExecType,
    Instrument,
    Rows,
    Sink,
    Tick,
    Tls,
    WireInput,
    WireOutput,
)
from smartexec_fix.post_trade.acks import Acks
from smartexec_fix.post_trade.allocations_out import INSTRUCTION, REPORT, AllocationsOut
from smartexec_fix.post_trade.captures import Captures
from smartexec_fix.post_trade.drop_copy import Copied, copy_of, refusal_of
from smartexec_fix.post_trade.lines import Lines
from smartexec_fix.post_trade.outgoing import Out
from smartexec_fix.post_trade.settings import (
    ALLOCATION_REPORTS,
    ALLOCATIONS,
    DROP_COPY,
    TRADE_CAPTURES,
    PostTradeSession,
)
from smartexec_fix.post_trade.trade_book import Change, TradeBook
from smartexec_fix.session import admin
from smartexec_fix.session.acceptor import Done
from smartexec_fix.session.outputs import App, Said
from smartexec_fix.session.runs import archive_of
from smartexec_fix.session.store import Archive
from smartexec_fix.wire.message import Message
from smartexec_fix.wire.values import day

_KINDS: Final = {ALLOCATIONS: INSTRUCTION, ALLOCATION_REPORTS: REPORT}
_UNKNOWN: Final = Instrument("")
_NO_ORDER: Final = "NONE"
"""OrderID(37) of an order that nobody knows."""


@define(eq=False)
class FixPostTrade(Sink):
    """Tell back offices, custodians and clearers over FIX: drop copies, allocations, trade captures."""

    name: ClassVar[str] = "fix-post-trade"
    follows: ClassVar[Sequence[str]] = ("client_orders", "executions", "crosses", "allocations", "parent_orders")

    sessions: tuple[PostTradeSession, ...] = field(validator=min_len(1))
    """Who is told what, a table each."""
    listen: str = ""
    """"HOST:PORT" on which sessions that have no `hosts` are awaited."""
    allow: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    """Networks that may connect there."""
    tls: Tls | None = None
    """Transport security there; none = not encrypted."""
    prefix: str = ""
    """What all ids begin with: two runs of one day need different ones."""
    store: Path | None = None
    """File with sequence numbers and what was sent, read against the configuration's folder; none = one in the run's
    folder, so that the numbers begin anew with each run."""
    logs: Path | None = None
    """Folder for a file of each session's messages, one line each; none = they are not written down."""

    _context: Context = field(init=False, factory=Context)
    _lines: Lines | None = field(init=False, default=None)
    _book: TradeBook = field(init=False, factory=TradeBook)
    _blocks: AllocationsOut = field(init=False)
    _captures: Captures = field(init=False)
    _acks: Acks = field(init=False)
    _archive: Archive | None = field(init=False, default=None)
    _day: str = field(init=False, default="")
    """UTC date of the first thing it was told: part of all ids."""
    _early: list[tuple[ClientReport, int, bool]] = field(init=False, factory=list)
    """Reports on orders whose row has not come yet: (report, when, whether it is to be sent)."""
    _late: list[WireOutput] = field(init=False, factory=list)
    """What came of reports whose row never came: it leaves with the next tick."""
    _replaces: set[tuple[str, str]] = field(init=False, factory=set)
    """(source, ClOrdID(11)) of requests to replace that are pending."""
    _now: int = field(init=False, default=0)
    _left: bool = field(init=False, default=False)

    def __attrs_post_init__(self) -> None:
        self._blocks, self._captures = AllocationsOut(self._book), Captures(self._book)
        self._acks = Acks({one.name: one for one in self.sessions}, lambda line: self._context.fault(line))

    # -- the plugin ----------------------------------------------------------------------------------------------------

    def start(self, context: Context) -> None:
        self._context = context
        self._lines = Lines(self.sessions, context.fault, context.base, self.logs)
        if self._lines.waits_for_others and not self.listen:
            raise ConfigError(f"{self.name}.listen: found nothing, expected HOST:PORT for the sessions without hosts")

    @property
    def channels(self) -> Sequence[Channel]:
        return () if self._lines is None else self._lines.channels(self.listen, self.allow, self.tls)

    def remember(self, folder: Path, sync: str) -> None:
        path = folder / f"{self.name}.sqlite" if self.store is None else self._context.base / self.store
        self._archive = self._acks.archive = archive_of(path, sync, folder, self.name, self._context.fault)
        if self._lines is not None:
            self._lines.remember(self._archive)

    def recall(self, event: object, now: int, seq: int) -> None:
        fresh = self._archive is None or seq > self._archive.heard
        if isinstance(event, Rows | ClientReport | ClientCancelReject):
            for out in self._take(event, now, fresh=fresh):
                self._late += self._send(out, now, fresh=fresh)

    def handle(self, event: Rows | ClientCommand | WireInput | Tick, now: int) -> Iterable[WireOutput]:
        self._now = now
        done, self._late = self._late, []
        if isinstance(event, Rows | ClientReport | ClientCancelReject):
            for out in self._take(event, now, fresh=True):
                done += self._send(out, now, fresh=True)
        elif self._lines is not None:
            done += self._heard(self._lines.handle(event, now), now)
        return done

    def commit(self, seq: int) -> None:
        for out, at, fresh in self._without_rows():
            self._late += self._send(out, at, fresh=fresh)
        if self._archive is not None:
            self._archive.commit(heard=seq)

    def status(self) -> Mapping[str, str]:
        if self._lines is None:
            return {}
        both = {name: (self._lines.state(name), self._acks.status(name, self._now)) for name in self._lines.sessions}
        return {name: ", ".join(part for part in parts if part) for name, parts in both.items()}

    def leave(self, now: int) -> Iterable[WireOutput]:
        self._left = True
        return [] if self._lines is None else self._heard(self._lines.leave(now, "the day is over"), now)

    def next_tick(self) -> int | None:
        if self._late or self._early:
            return self._now  # what rows do not come for is sent with the commit, and leaves then
        times = (
            None if self._lines is None else self._lines.next_tick(),
            None if self._left else self._acks.due(self._now),
        )
        return min((due for due in times if due is not None), default=None)

    def open(self, folder: Path) -> None:
        """Do nothing: what it has to say goes over its sessions."""

    def write(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Do nothing: what it has to say has been said as it came about."""

    def close(self) -> None:
        if self._lines is not None:
            self._lines.close()
        if self._archive is not None:
            self._archive.close()
            self._archive = None

    # -- what happens --------------------------------------------------------------------------------------------------

    def _take(self, event: Rows | ClientReport | ClientCancelReject, now: int, *, fresh: bool) -> list[Out]:
        """Take something; give what is to be said of it."""
        self._day = self._day or day(now).decode()
        if isinstance(event, Rows):
            change = self._book.take(event)
            early = self._with_rows() if event.table == "client_orders" else []
            return [*early, *self._changed(change, now)]
        if isinstance(event, ClientReport):
            if event.exec_type is ExecType.PENDING_REPLACE:
                self._replaces.add((event.source, event.cl_ord_id))
            if not self._book.hear(event).placed:
                self._early.append((event, now, fresh))
                return []
            return list(self._copies(event, now))
        return list(self._refusals(event, now))

    def _changed(self, change: Change, now: int) -> Iterator[Out]:
        parents = {share.parent_id: self._book.parent(share.parent_id) for share in change.shares}
        parents.update((one.parent_id, one) for one in change.ended)
        ended = [one for one in parents.values() if one.ended]
        for session in self.sessions:
            for kind, msg_type in _KINDS.items():
                if kind in session.sends:
                    for parent in ended:
                        out = self._blocks.tell(session, msg_type, parent, self._ids, now, self._of(parent.symbol))
                        yield from [] if out is None else [out]
            if TRADE_CAPTURES in session.sends:
                yield from self._captures.tell(session, change, self._ids)

    def _copies(self, report: ClientReport, now: int) -> Iterator[Out]:
        order = self._book.order(report.order_id)
        order.told += not report.exec_id
        name = f"{self._ids}{report.exec_id or f'{order.order_id}-{order.told}'}"
        ref = f"{self._ids}{report.exec_ref_id}" if report.exec_ref_id else ""
        copied = Copied(order, self._of(order.symbol), name, ref, now)
        for session in self.sessions:
            if DROP_COPY in session.sends and session.wants(order.account, report.source):
                yield Out(session.name, b"8", copy_of(report, copied, session))

    def _refusals(self, reject: ClientCancelReject, now: int) -> Iterator[Out]:
        account = self._book.order(reject.order_id).account if reject.order_id != _NO_ORDER else ""
        cancel = (reject.source, reject.cl_ord_id) not in self._replaces
        for session in self.sessions:
            if DROP_COPY in session.sends and session.wants(account, reject.source):
                yield Out(session.name, b"9", refusal_of(reject, now, session, cancel=cancel))

    def _with_rows(self) -> list[Out]:
        """Give the copies of early reports whose orders are known now."""
        early, self._early = self._early, []
        out: list[Out] = []
        for one in early:
            if self._book.order(one[0].order_id).placed:
                out += self._copies(one[0], one[1])
            else:
                self._early.append(one)
        return out

    def _without_rows(self) -> list[tuple[Out, int, bool]]:
        """Give the copies of early reports whose orders' rows have not come with their turn: they never will."""
        early, self._early = self._early, []
        return [(out, at, fresh) for report, at, fresh in early for out in self._copies(report, at)]

    def _of(self, symbol: str) -> Instrument:
        """Give the instrument of a symbol; of one that nobody knows, lots are whole numbers."""
        return self._context.instruments.get(symbol, _UNKNOWN)

    @property
    def _ids(self) -> str:
        return f"{self.prefix}{self._day}-"

    # -- the sessions --------------------------------------------------------------------------------------------------

    def _send(self, out: Out, now: int, *, fresh: bool) -> list[WireOutput]:
        """Send a message, unless it was sent before a restart, and await what must be answered."""
        if out.awaits:
            self._acks.expect(out.session, out.awaits, now)
        if not fresh or self._lines is None:
            return []
        return self._heard(self._lines.send(out.session, out.msg_type, out.fields, now), now)

    def _heard(self, done: Iterator[Done], now: int) -> list[WireOutput]:
        """Give what is to be done on the channels; take what peers have to say."""
        wanted: list[WireOutput] = []
        for one in done:
            if not isinstance(one, Said):
                wanted.append(one)
            elif isinstance(one.what, App):
                wanted += self._answered(one.session, one.what.message, now)
        return wanted

    def _answered(self, session: str, message: Message, now: int) -> list[WireOutput]:
        if self._acks.takes(message):
            self._acks.take(session, message)
            return []
        assert self._lines is not None
        refusal = admin.unsupported(self._lines.sessions[session].settings, message)
        return self._heard(self._lines.send(session, *refusal, now), now)
