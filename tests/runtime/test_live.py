"""The live loop with an adapter, a clock and a wire that are all in the test's hands."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, ClassVar

import pytest
from attrs import Factory, define, field

from smartexec.api import (
    CancelOrder,
    Capabilities,
    Channel,
    ClientReport,
    Closed,
    ExecType,
    ExecutionReport,
    Journal,
    JournalError,
    NewOrder,
    Opened,
    OrderSource,
    OrdStatus,
    Phase,
    PhaseChange,
    QueryOrder,
    Quote,
    Received,
    Send,
    SendOrder,
    Side,
    Tcp,
    VenueAdapter,
    VenueInput,
    VenueProtocolError,
    VenueStatus,
)
from smartexec.kernel.settings import Routing, Settings
from smartexec.model.instrument import Instrument
from smartexec.model.wire import Close
from smartexec.runtime.live.live import DRAIN, Live
from smartexec.runtime.live.session import Session
from smartexec.runtime.plan.setup import Setup
from tests.runtime.world import All, First

START = 1_767_623_400_000_000_000
SECOND = 1_000_000_000
PX = 1_000_000_000


@define(eq=False, slots=False)
class Wired(VenueAdapter):
    """Says on the wire what it is told, and what is in `answers` when something comes in."""

    name: ClassVar[str] = "wired"
    mic: str = "VENU"
    answers: list[Any] = field(factory=list)
    raises: BaseException | None = None
    heard: list[Any] = field(factory=list)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities()

    @property
    def channels(self) -> Sequence[Channel]:
        return (Tcp("line", ("localhost:1",)),)

    def handle(self, event: VenueInput, now: int) -> Iterable[Any]:
        self.heard.append(event)
        if isinstance(event, Received) and self.raises is not None:
            raise self.raises
        if isinstance(event, SendOrder):
            yield Send("line", f"new {event.cl_ord_id} {event.order_qty}".encode())
        elif isinstance(event, CancelOrder):
            yield Send("line", f"cancel {event.orig_cl_ord_id}".encode())
        elif isinstance(event, QueryOrder):
            yield Send("line", f"query {event.cl_ord_id}".encode())
        elif isinstance(event, Opened | Closed):
            yield VenueStatus(self.mic, isinstance(event, Opened))
        else:
            answers, self.answers = self.answers, []
            yield from answers


@define(eq=False)
class Orders(OrderSource):
    """Orders at given times."""

    name: ClassVar[str] = "orders"
    given: list[tuple[int, Any]]
    reports: list[Any] = field(factory=list)

    def events(self) -> Iterator[tuple[int, Any]]:
        return iter(self.given)

    def report(self, command: Any, now: int) -> None:
        self.reports.append(command)


@define(eq=False)
class Watched(Journal):
    """Notes commits among what happens; fails when told to."""

    name: ClassVar[str] = "watched"
    log: list[Any]
    fails: bool = False

    def create(self, run: Path, header: bytes) -> None: ...
    def open(self, run: Path) -> bytes:
        raise NotImplementedError

    def append(self, seq: int, payload: bytes) -> None: ...
    def commit(self) -> None:
        if self.fails:
            raise JournalError("disk full")
        self.log.append("commit")

    def records(self) -> Iterator[tuple[int, bytes]]:
        return iter(())

    def close(self) -> None: ...


def order(name: str = "c1", qty: int = 100, **more: Any) -> NewOrder:
    return NewOrder("OMS", name, "ABC", Side.BUY, qty, "ALL", "ACME", **more)


@define(eq=False)
class Desk:
    """A live loop, and all that it did."""

    given: list[tuple[int, Any]] = field(factory=lambda: [(START + SECOND, order())])
    log: list[Any] = field(factory=list)
    faults: list[str] = field(factory=list)
    venue: Wired = field(factory=Wired)
    source: Orders = field(default=Factory(lambda desk: Orders(desk.given), takes_self=True))
    journal: Watched = field(init=False)
    live: Live = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.journal = Watched(self.log)
        setup = Setup(
            instruments=[Instrument("ABC")], venues={"VENU": Capabilities()}, strategies=[All], routers=[First()],
            settings=Settings(routing=Routing(default="first")), unlimited="a test",
        )  # fmt: skip
        session = Session.create(setup, self.journal, Path(mkdtemp()))
        self.live = Live(
            session, {"VENU": self.venue}, [self.source], [], START + 60 * SECOND,
            lambda _, wanted: self.log.append(wanted), self.faults.append,
        )  # fmt: skip

    def hear(self, *events: Any, at: float = 0) -> list[Any]:
        """Let things come in, and step; give what was done since."""
        before = len(self.log)
        for event in events:
            self.live.hear(0, event)
        self.live.step(START + int(at * SECOND))
        return self.log[before:]

    def told(self, *answers: Any, at: float = 0) -> list[Any]:
        """Let the adapter say something."""
        self.venue.answers += answers
        return self.hear(Received("line", b"x"), at=at)

    def market(self) -> None:
        """Open the channel and the market."""
        self.hear(Opened("line"))
        self.told(PhaseChange("ABC", "", Phase.CONTINUOUS), Quote("ABC", "", 10 * PX, 100, 11 * PX, 100))


def sent(log: list[Any]) -> list[bytes]:
    return [one.data for one in log if isinstance(one, Send)]


def fill(qty: int, status: OrdStatus, name: str = "P1.1", exec_id: str = "X1") -> ExecutionReport:
    return ExecutionReport("VENU", name, ExecType.TRADE, status, exec_id=exec_id, last_qty=qty, last_px=11 * PX)


def test_orders_come_in_when_their_time_has_come() -> None:
    desk = Desk()
    desk.market()
    assert desk.live.next_due() == START + SECOND
    assert sent(desk.hear(at=0.5)) == []
    assert sent(desk.hear(at=1)) == [b"new P1.1 100"]


def test_commands_leave_after_the_commit_of_their_turn() -> None:
    desk = Desk()
    desk.market()
    assert desk.hear(at=1) == ["commit", Send("line", b"new P1.1 100")]


def test_executions_reach_the_client() -> None:
    desk = Desk()
    desk.market()
    desk.hear(at=1)
    desk.told(fill(40, OrdStatus.PARTIALLY_FILLED), fill(60, OrdStatus.FILLED, exec_id="X2"), at=2)
    last = desk.source.reports[-1]
    assert isinstance(last, ClientReport)
    assert (last.ord_status, last.cum_qty, last.avg_px) == (OrdStatus.FILLED, 100, 11 * PX)


def test_quotes_between_two_events_are_folded_as_the_latest() -> None:
    desk = Desk()
    desk.market()
    before = desk.live.session.turns.seq
    quotes = [Quote("ABC", "", (10 + n) * PX, 100, (20 + n) * PX, 100) for n in range(50)]
    desk.told(*quotes, at=0.1)
    assert desk.live.session.turns.seq == before + 1
    assert desk.live.session.engine.markets["ABC"].best().bid == 59 * PX


def test_quote_before_another_event_is_folded_before_it() -> None:
    desk = Desk()
    desk.market()
    desk.hear(at=1)
    mid = Quote("ABC", "", 30 * PX, 100, 32 * PX, 100)
    desk.told(mid, fill(100, OrdStatus.FILLED), Quote("ABC", "", 1 * PX, 1, 2 * PX, 1), at=2)
    (execution,) = desk.live.session.engine.blotter.executions
    assert execution.marks.before == 62 * PX  # twice the midpoint when it came, not the one after it


def test_lost_channel_leaves_orders_in_doubt_and_a_new_one_asks() -> None:
    desk = Desk()
    desk.market()
    desk.hear(at=1)
    desk.hear(Closed("line", "cut"), at=2)
    desk.hear(Opened("line"), at=3)
    log = [*desk.hear(at=6), *desk.hear(at=9)]
    assert b"query P1.1" in sent(log)


def test_peer_that_breaks_its_protocol_is_begun_anew_with() -> None:
    desk = Desk()
    desk.market()
    desk.venue.raises = VenueProtocolError("found garbage, expected a message")
    assert [one for one in desk.hear(Received("line", b"?")) if isinstance(one, Close)] == [
        Close("line", "found garbage, expected a message")
    ]
    desk.venue.raises = None
    assert sent(desk.hear(Closed("line"), Opened("line"), at=1)) == [b"new P1.1 100"]
    assert desk.faults == ["venue VENU: found garbage, expected a message"]


def test_adapter_that_raises_is_taken_out_and_the_rest_goes_on() -> None:
    desk = Desk()
    desk.market()
    desk.venue.raises = ZeroDivisionError("oops")
    desk.hear(Received("line", b"?"))
    assert "adapter wired: found ZeroDivisionError: oops" in desk.faults[0]
    assert sent(desk.hear(at=1)) == []
    assert not desk.live.session.engine.scorecard.up["VENU"]


def test_adapter_that_names_nonsense_is_taken_out() -> None:
    desk = Desk()
    desk.market()
    desk.told("nonsense", fill(1, OrdStatus.PARTIALLY_FILLED, "P9.9"))
    assert "found str 'nonsense'" in desk.faults[0]
    assert len(desk.live.session.engine.blotter.executions) == 1  # what is sound is folded


def test_journal_that_fails_lets_only_cancels_out() -> None:
    desk = Desk(given=[(START + SECOND, order()), (START + 3 * SECOND, order("c2"))])
    desk.market()
    desk.hear(at=1)
    desk.told(ExecutionReport("VENU", "P1.1", ExecType.NEW, OrdStatus.NEW), at=2)
    desk.journal.fails = True
    before = len(desk.log)
    with pytest.raises(JournalError, match="disk full; stopped: no new order left after it, 1 cancels did"):
        desk.live.step(START + 3 * SECOND)
    assert sent(desk.log[before:]) == [b"cancel P1.1"]


@define(eq=False, slots=False)
class Keeping(Wired):
    """Notes the turns that it was told to commit."""

    kept: list[int] = field(factory=list)

    def commit(self, seq: int) -> None:
        self.kept.append(seq)


@define(eq=False)
class Gate(Orders):
    """Takes an order off the wire, acknowledges it there, and notes the turns that it was told to commit."""

    kept: list[int] = field(factory=list)

    def handle(self, event: Any, now: int) -> Iterable[Any]:
        if isinstance(event, Received):
            yield order(event.data.decode())
            yield Send("gate", b"taken")

    def commit(self, seq: int) -> None:
        self.kept.append(seq)


def test_journal_that_fails_leaves_what_came_in_unkept_and_cancels_numbered() -> None:
    venue, gate = Keeping(), Gate([])
    desk = Desk(given=[], venue=venue, source=gate)
    desk.market()
    desk.live.hear(1, Received("gate", b"c1"))
    assert desk.hear(at=1) == ["commit", Send("gate", b"taken"), Send("line", b"new P1.1 100")]
    desk.told(ExecutionReport("VENU", "P1.1", ExecType.NEW, OrdStatus.NEW), at=2)
    recorded, kept = desk.live.session.turns.seq, list(gate.kept)
    venue.kept.clear()
    desk.journal.fails = True
    desk.live.hear(1, Received("gate", b"c2"))
    before = len(desk.log)
    with pytest.raises(JournalError, match="disk full"):
        desk.live.step(START + 3 * SECOND)
    assert desk.log[before:] == [Send("line", b"cancel P1.1")]  # nobody is told that c2 was taken
    assert gate.kept == kept  # so c2 comes again
    assert venue.kept == [recorded]  # the cancel's number is kept, a turn that nobody has recorded is not


def test_end_cancels_what_is_live_and_waits_for_the_answer() -> None:
    desk = Desk()
    desk.market()
    desk.hear(at=1)
    desk.told(ExecutionReport("VENU", "P1.1", ExecType.NEW, OrdStatus.NEW), at=2)
    assert sent(desk.hear(at=60)) == [b"cancel P1.1"]
    assert not desk.live.over
    done = ExecutionReport("VENU", "P1.1", ExecType.CANCELED, OrdStatus.CANCELED, cum_qty=0)
    desk.told(done, at=61)
    desk.hear(at=61)
    assert desk.live.over
    assert desk.source.reports[-1].ord_status is OrdStatus.EXPIRED


def test_end_gives_up_what_stays_in_doubt() -> None:
    desk = Desk()
    desk.market()
    desk.hear(at=1)
    desk.hear(at=60)
    desk.hear(at=60 + DRAIN / SECOND)
    assert desk.live.over
    assert any("in doubt at the end of the day" in one.what for one in desk.live.session.engine.blotter.alerts)


def test_stop_ends_the_session_now() -> None:
    desk = Desk()
    desk.market()
    desk.hear(at=1)
    desk.live.stop(START + 2 * SECOND)
    assert sent(desk.hear(at=2)) == [b"cancel P1.1"]


def test_time_that_runs_backwards_stands_still() -> None:
    desk = Desk()
    desk.market()
    desk.hear(at=5)
    desk.hear(at=3)
    assert desk.live.session.now == START + 5 * SECOND


def test_source_whose_report_raises_is_said_once_and_the_rest_goes_on() -> None:
    desk = Desk()
    desk.market()
    desk.source.report = lambda command, now: 1 / 0  # type: ignore[method-assign, assignment, return-value]
    assert sent(desk.hear(at=1)) == [b"new P1.1 100"]
    assert desk.faults == ["order source orders: found ZeroDivisionError: division by zero, expected none"]
