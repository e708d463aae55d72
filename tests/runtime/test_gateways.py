"""Sources and sinks with channels in the live loop: what they hear and say, what they keep and when, and restarts."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest
from attrs import define, field

from smartexec.api import (
    CancelOrder,
    CancelRequest,
    Capabilities,
    Channel,
    ClientReport,
    Close,
    ExecutionReport,
    JournalError,
    NewOrder,
    Opened,
    OrderSource,
    Phase,
    PhaseChange,
    Quote,
    Received,
    RejectedOrder,
    Rows,
    Send,
    SendOrder,
    Side,
    Sink,
    TcpServer,
    Tick,
    VenueAdapter,
    VenueStatus,
)
from smartexec.kernel.settings import Routing, Settings
from smartexec.model.enums import ExecType, OrdStatus
from smartexec.model.instrument import Instrument
from smartexec.runtime.live.live import Live
from smartexec.runtime.live.session import Session
from smartexec.runtime.plan.setup import Setup
from smartexec.runtime.replay.recall import Recall
from smartexec_files.sqlite_journal import SqliteJournal
from tests.runtime.world import All, First

START = 1_767_623_400_000_000_000
SECOND = 1_000_000_000
PX = 1_000_000_000
VENUE, SOURCE, SINK = 0, 1, 2


@define(eq=False)
class Keeper:
    """A memory that outlives its plugin: what was committed, by turn."""

    heard: int = 0
    commits: int = 0
    fails: bool = False

    def commit(self, seq: int) -> None:
        if self.fails:
            raise JournalError("store: disk full")
        self.heard, self.commits = seq, self.commits + 1


@define(eq=False)
class Memory:
    """What a plugin was told, and what it was told again."""

    told: list[Any] = field(factory=list)
    recalled: list[tuple[Any, int]] = field(factory=list)


@define(eq=False, slots=False)
class Gate(OrderSource):
    """Clients write "new NAME" and "cancel NAME"; they read what they are told."""

    name: ClassVar[str] = "gate"
    keeper: Keeper = field(factory=Keeper)
    memory: Memory = field(factory=Memory)
    due: Any = None
    says: list[Any] = field(factory=list)

    @property
    def channels(self) -> Sequence[Channel]:
        return (TcpServer("gate", "127.0.0.1:1"),)

    def events(self) -> Iterator[tuple[int, Any]]:
        return iter(())

    def owns(self, source: str) -> bool:
        return source == "OMS"

    def handle(self, event: Any, now: int) -> Iterable[Any]:
        self.memory.told.append(event)
        if isinstance(event, Received):
            kind, name = event.data.decode().split()
            if kind == "new":
                yield NewOrder("OMS", name, "ABC", Side.BUY, 100, "ALL", "ACME")
            elif kind == "cancel":
                yield CancelRequest("OMS", f"{name}-x", name)
            else:
                yield from self.says
            yield Send(event.channel, b"got it")
        elif isinstance(event, Tick):
            self.due = None
            yield Send("gate/1", b"tick")

    def report(self, command: Any, now: int) -> Iterable[Any]:
        self.memory.told.append(command)
        yield Send("gate/1", f"{command.cl_ord_id} {command.ord_status.name}".encode())

    def recall(self, event: Any, now: int, seq: int) -> None:
        self.memory.recalled.append((event, seq))

    def commit(self, seq: int) -> None:
        self.keeper.commit(seq)

    def leave(self, now: int) -> Iterable[Any]:
        self.due = now + SECOND
        yield Send("gate/1", b"bye")

    def next_tick(self) -> Any:
        return self.due


@define(eq=False, slots=False)
class Copies(Sink):
    """Follows allocations and parents that have ended."""

    name: ClassVar[str] = "copies"
    follows: ClassVar[Sequence[str]] = ("allocations", "parent_orders")
    keeper: Keeper = field(factory=Keeper)
    memory: Memory = field(factory=Memory)

    def open(self, folder: Path) -> None: ...

    def write(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None: ...

    def handle(self, event: Any, now: int) -> Iterable[Any]:
        self.memory.told.append(event)
        return [Send("out", event.table.encode())] if isinstance(event, Rows) else ()

    def recall(self, event: Any, now: int, seq: int) -> None:
        self.memory.recalled.append((event, seq))

    def commit(self, seq: int) -> None:
        self.keeper.commit(seq)


@define(eq=False, slots=False)
class Line(VenueAdapter):
    """A venue that says on the wire what it is told, and what is in `answers` when something comes in."""

    name: ClassVar[str] = "line"
    mic: str = "VENU"
    keeper: Keeper = field(factory=Keeper)
    memory: Memory = field(factory=Memory)
    answers: list[Any] = field(factory=list)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities()

    def handle(self, event: Any, now: int) -> Iterable[Any]:
        self.memory.told.append(event)
        if isinstance(event, SendOrder):
            yield Send("line", f"new {event.cl_ord_id}".encode())
        elif isinstance(event, CancelOrder):
            yield Send("line", f"cancel {event.orig_cl_ord_id}".encode())
        elif isinstance(event, Opened):
            yield VenueStatus(self.mic, True)
        else:
            answers, self.answers = self.answers, []
            yield from answers

    def recall(self, event: Any, now: int, seq: int) -> None:
        self.memory.recalled.append((event, seq))

    def commit(self, seq: int) -> None:
        self.keeper.commit(seq)


SETUP = Setup(
    instruments=[Instrument("ABC")], venues={"VENU": Capabilities()}, strategies=[All], routers=[First()],
    settings=Settings(routing=Routing(default="first")), unlimited="a test",
)  # fmt: skip


@define(eq=False)
class Desk:
    """A live session in a folder, and what it did on the wire."""

    folder: Path
    gate: Gate = field(factory=Gate)
    copies: Copies = field(factory=Copies)
    line: Line = field(factory=Line)
    wire: list[tuple[int, Any]] = field(factory=list)
    faults: list[str] = field(factory=list)
    journal: SqliteJournal = field(factory=SqliteJournal)
    live: Live = field(init=False)

    def __attrs_post_init__(self) -> None:
        recall = Recall({"VENU": self.line}, [self.gate], [self.copies])
        session = Session.open(SETUP, self.journal, self.folder, recall=recall)
        self.live = Live(
            session, {"VENU": self.line}, [self.gate], [], START + 60 * SECOND, self.act, self.faults.append,
            sinks=[self.copies],
        )  # fmt: skip

    def act(self, number: int, wanted: Any) -> None:
        self.wire.append((number, wanted))

    def hear(self, number: int, *events: Any, at: float = 0) -> list[tuple[int, Any]]:
        """Let things come in, and step; give what was done on the wire since."""
        before = len(self.wire)
        for event in events:
            self.live.hear(number, event)
        self.live.step(START + int(at * SECOND))
        return self.wire[before:]

    def says(self, *answers: Any, at: float = 0) -> list[tuple[int, Any]]:
        """Let the venue say something."""
        self.line.answers += answers
        return self.hear(VENUE, Received("line", b"x"), at=at)

    def market(self) -> None:
        self.hear(VENUE, Opened("line"))
        self.says(PhaseChange("ABC", "", Phase.CONTINUOUS), Quote("ABC", "", 10 * PX, 100, 11 * PX, 100))

    def asks(self, text: str, at: float = 1) -> list[tuple[int, Any]]:
        """Let a client write something."""
        return self.hear(SOURCE, Received("gate/1", text.encode()), at=at)


def fill(qty: int, status: OrdStatus, name: str = "P1.1", exec_id: str = "X1") -> ExecutionReport:
    return ExecutionReport("VENU", name, ExecType.TRADE, status, exec_id=exec_id, last_qty=qty, last_px=11 * PX)


def test_order_of_a_channel_goes_to_a_venue_and_is_answered_on_the_channel(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.market()
    assert desk.asks("new c1") == [
        (SOURCE, Send("gate/1", b"got it")),
        (SOURCE, Send("gate/1", b"c1 NEW")),
        (VENUE, Send("line", b"new P1.1")),
    ]


def test_each_that_was_told_something_commits_once_a_step_before_anything_leaves(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.market()
    commits = [one.keeper.commits for one in (desk.line, desk.gate, desk.copies)]
    seen: list[tuple[int, ...]] = []
    act = desk.act
    desk.live._act = lambda number, wanted: (
        seen.append((desk.line.keeper.heard, desk.gate.keeper.heard)), act(number, wanted),
    )  # fmt: skip
    desk.asks("new c1")
    assert [one.keeper.commits for one in (desk.line, desk.gate, desk.copies)] == [n + 1 for n in commits]
    assert set(seen) == {(desk.live.session.turns.seq,) * 2}


def test_who_was_told_nothing_does_not_commit(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.market()
    before = desk.gate.keeper.commits
    desk.says(Quote("ABC", "", 9 * PX, 100, 11 * PX, 100), at=1)
    assert desk.gate.keeper.commits == before


def test_sinks_get_rows_as_they_come_about_and_what_clients_are_told(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.market()
    desk.asks("new c1")
    wire = desk.says(fill(40, OrdStatus.PARTIALLY_FILLED), at=2)
    wire += desk.says(fill(60, OrdStatus.FILLED, exec_id="X2"), at=3)
    assert [one.data for number, one in wire if number == SINK] == [b"allocations", b"parent_orders"]
    reports = [one for one in desk.copies.memory.told if isinstance(one, ClientReport)]
    assert [one.ord_status.name for one in reports][-1] == "FILLED"
    rows = [one for one in desk.copies.memory.told if isinstance(one, Rows)]
    assert [(row["qty"], row["px"]) for row in rows[0].records()] == [("100", "11")]
    assert [(row["cum_qty"], row["state"]) for row in rows[1].records()] == [("100", "ENDED")]


def test_ticks_come_when_they_are_due(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.gate.due = START + 5 * SECOND
    desk.asks("cancel nothing", at=1)
    assert desk.live.next_due() == START + 5 * SECOND
    assert (SOURCE, Send("gate/1", b"tick")) in desk.hear(SOURCE, at=5)


def test_nonsense_that_names_an_order_is_its_rejection(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.market()
    desk.gate.says = [NewOrder("OMS", "c9", "ABC", Side.BUY, 1.5, "ALL", "ACME")]  # type: ignore[arg-type]
    wire = desk.asks("say it")
    assert (SOURCE, Send("gate/1", b"c9 REJECTED")) in wire
    assert not desk.faults


@pytest.mark.parametrize(
    ("break_it", "found"),
    [
        (lambda gate: gate.says.append(object()), "order source gate: found object"),
        (lambda gate: gate.says.append(fill(1, OrdStatus.NEW)), "expected NewOrder or"),
        (lambda gate: setattr(gate, "due", 1.5), "order source gate: next_tick: found float 1.5"),
        (lambda gate: setattr(gate, "says", 7), "order source gate: found TypeError"),
    ],
)
def test_source_that_is_at_fault_is_out_and_its_orders_go_on(tmp_path: Path, break_it: Any, found: str) -> None:
    desk = Desk(tmp_path)
    desk.market()
    desk.asks("new c1")
    break_it(desk.gate)
    wire = desk.asks("say it", at=2)
    assert wire[-1][0] == SOURCE
    assert isinstance(wire[-1][1], Close)
    assert len(desk.faults) == 1
    assert found in desk.faults[0]
    told = len(desk.gate.memory.told)
    desk.says(fill(100, OrdStatus.FILLED), at=3)
    assert desk.live.session.engine.blotter.orders[0].cum_qty == 100
    assert (len(desk.gate.memory.told), len(desk.faults)) == (told, 1)


def test_at_the_end_all_say_goodbye_and_are_heard_until_they_want_no_more_time(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.market()
    desk.live.stop(START + 2 * SECOND)
    desk.hear(VENUE, at=2)
    assert desk.live.over
    desk.wire.clear()
    commits = desk.gate.keeper.commits
    desk.live.leave(START + 3 * SECOND)
    assert desk.wire == [(SOURCE, Send("gate/1", b"bye"))]
    assert (desk.live.left, desk.live.next_due()) == (False, START + 4 * SECOND)
    assert desk.says(fill(1, OrdStatus.NEW), at=3) == []
    assert desk.hear(SOURCE, at=4) == [(SOURCE, Send("gate/1", b"tick"))]
    assert desk.live.left
    assert desk.gate.keeper.commits == commits + 2
    assert desk.faults[0].startswith("after the end: ExecutionReport")


# -- what is kept ------------------------------------------------------------------------------------------------------


def test_venue_that_cannot_keep_sends_no_order_but_cancels(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.market()
    desk.asks("new c1")
    desk.line.keeper.fails = True
    desk.wire.clear()
    with pytest.raises(JournalError, match=r"store: disk full; stopped: no new order left after it, 2 cancels did"):
        desk.asks("new c2", at=2)
    sent = [one.data for number, one in desk.wire if number == VENUE]
    assert sent == [b"cancel P1.1", b"cancel P1.2"]  # one too many is harmless


def test_after_a_restart_everybody_is_told_again_what_was_recorded(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.market()
    desk.asks("new c1")
    desk.says(fill(40, OrdStatus.PARTIALLY_FILLED), at=2)
    desk.says(fill(60, OrdStatus.FILLED, exec_id="X2"), at=3)
    desk.journal.close()
    again = Desk(tmp_path)
    for before, after in ((desk.gate, again.gate), (desk.line, again.line), (desk.copies, again.copies)):
        commands = [one for one in before.memory.told if type(one) in (SendOrder, ClientReport, Rows)]
        recalled = [one for one, _ in after.memory.recalled if type(one) in (SendOrder, ClientReport, Rows)]
        assert recalled == commands
    asked = [one for one, _ in again.gate.memory.recalled if isinstance(one, NewOrder)]
    assert [one.cl_ord_id for one in asked] == ["c1"]
    said = [one for one, _ in again.line.memory.recalled if isinstance(one, ExecutionReport)]
    assert [one.exec_id for one in said] == ["X1", "X2"]
    assert max(seq for _, seq in again.gate.memory.recalled) <= desk.gate.keeper.heard
    assert again.hear(SINK, at=4) == []  # rows from before are not told as new


def test_after_a_restart_what_was_recorded_and_never_left_is_of_a_later_turn(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.market()
    desk.gate.keeper.fails = True
    with pytest.raises(JournalError):
        desk.asks("new c1")
    desk.journal.close()
    again = Desk(tmp_path)
    late = [one.cl_ord_id for one, seq in again.gate.memory.recalled if seq > desk.gate.keeper.heard and one != Tick()]
    assert late[0] == "c1"


def test_reports_reach_the_owner_of_a_source_after_a_restart(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.market()
    desk.asks("new c1")
    desk.journal.close()
    again = Desk(tmp_path)
    again.hear(VENUE, Opened("line"), at=2)
    assert (SOURCE, Send("gate/1", b"c1 FILLED")) in again.says(fill(100, OrdStatus.FILLED), at=3)


def test_rejected_orders_are_told_again_too(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.gate.says = [RejectedOrder("OMS", "c1", "no such thing")]
    desk.asks("say it")
    desk.journal.close()
    again = Desk(tmp_path)
    assert [one for one, _ in again.gate.memory.recalled if isinstance(one, RejectedOrder)] == desk.gate.says
