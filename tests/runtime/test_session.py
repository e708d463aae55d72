"""A session: nothing of nonsense, nothing unrecorded, gone on with at any turn as if nothing had happened."""

import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any, ClassVar

import pytest
from attrs import define, evolve, field, frozen

from smartexec.api import (
    CancelOrder,
    ClientReport,
    Decision,
    ExecType,
    ExecutionReport,
    Instrument,
    Journal,
    JournalError,
    NewOrder,
    OrdStatus,
    ParentView,
    PluginError,
    Quote,
    ReplaceOrder,
    SendOrder,
    Side,
    Tick,
    Trade,
    VenueStatus,
)
from smartexec.embed import (
    Command,
    EndOfDay,
    Event,
    KillLevel,
    KillSwitch,
    OrderError,
    Session,
    Setup,
    Table,
    breaches_of,
    discover,
)
from smartexec_files.sqlite_journal import FILE, SqliteJournal, Sync
from tests.runtime.session_day import SECOND, START, TICK, Calm, Day, Drip, Memory, executed, setup

ORDER = NewOrder("OMS", "c1", "ABC", Side.BUY, 100, "DRIP", "A", 101 * SECOND)
QUOTES = tuple(Quote(symbol, "", 100 * SECOND - TICK, 100, 100 * SECOND + TICK, 100) for symbol in ("ABC", "XYZ"))
UP = (VenueStatus("XONE", True), VenueStatus("XTWO", True))


@define
class Kept(Journal):
    """Keeps records in memory; the k-th commit fails, if it is to."""

    name: ClassVar[str] = "kept"
    fails: int = 0
    durable: list[tuple[int, bytes]] = field(init=False, factory=list)
    pending: list[tuple[int, bytes]] = field(init=False, factory=list)
    commits: int = field(init=False, default=0)

    def create(self, run: Path, header: bytes) -> None:
        """Nothing to do."""

    def open(self, run: Path) -> bytes:
        raise JournalError("kept: found no header, expected one")

    def append(self, seq: int, payload: bytes) -> None:
        self.pending.append((seq, payload))

    def commit(self) -> None:
        self.commits += 1
        if self.commits == self.fails:
            raise JournalError("kept: found no room, expected some")
        self.durable += self.pending
        self.pending.clear()

    def records(self) -> Iterator[tuple[int, bytes]]:
        return iter(self.durable)

    def close(self) -> None:
        """Nothing to do."""


def journal() -> SqliteJournal:
    """One that survives the death of its process, and is quick."""
    return SqliteJournal(Sync.NORMAL)


def live(session: Session, seed: int = 0) -> Day:
    return Day(seed, lambda now, events: session.turn(now, *events), session.next_timer)


def begun(made: Setup | None = None, *more: Event) -> Session:
    """A session without a journal in an open market."""
    session = Session.create(made or setup())
    session.turn(START, *UP, *QUOTES, *more)
    return session


def sent(commands: list[Command]) -> list[SendOrder]:
    return [one for one in commands if isinstance(one, SendOrder)]


# -- nonsense ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "what"),
    [
        ("buy", "event: found str 'buy', expected NewOrder or CancelRequest or"),
        (evolve(ORDER, order_qty=1.5), "NewOrder.order_qty: found float 1.5, expected int"),
        (evolve(ORDER, side="1"), "NewOrder.side: found str '1', expected Side"),
        (evolve(ORDER, params=(("every", [1]),)), "NewOrder.params: found tuple"),
        (evolve(QUOTES[0], bid=True), "Quote.bid: found bool True, expected None or int"),
        (KillSwitch("firm"), "KillSwitch.level: found str 'firm', expected KillLevel"),  # type: ignore[arg-type]
        (SendOrder, "found type <class 'smartexec.model.commands.SendOrder'>, expected NewOrder or"),
    ],
)
def test_nothing_of_a_turn_is_folded_if_an_event_of_it_is_nonsense(event: Any, what: str, tmp_path: Path) -> None:
    kept = Kept()
    session = Session.create(setup(), kept, tmp_path)
    session.turn(START, *UP, *QUOTES)
    before, records = session.tables(), list(kept.durable)
    with pytest.raises(OrderError) as caught:
        session.turn(START, ORDER, event)
    assert what in str(caught.value)
    with pytest.raises(OrderError, match=re.escape(what)):
        session.check(event)
    session.check(ORDER)
    assert session.tables() == before
    assert kept.durable + kept.pending == records
    assert sent(session.turn(START, ORDER))


@pytest.mark.parametrize("now", [1.5, True, -1, None, 1 << 62])
def test_time_that_is_none_is_refused(now: Any) -> None:
    session = begun()
    with pytest.raises(OrderError, match=r"^turn: found time .*, expected ns UTC$"):
        session.turn(now)
    assert sent(session.turn(START, ORDER))


def test_order_that_is_none_of_a_strategy_is_an_order_that_is_rejected() -> None:
    session = begun()
    session.turn(START, evolve(ORDER, params=(("every", "soon"),)), evolve(ORDER, cl_ord_id="c2", strategy="TWAP"))
    first, second = session.tables()["client_orders"].records()
    assert (first["ord_status"], second["ord_status"]) == ("REJECTED", "REJECTED")
    assert first["text"].startswith("DRIP.every: found 'soon', expected")
    assert second["text"] == "TargetStrategy(847): found 'TWAP', expected one of DRIP, CALM"


# -- time --------------------------------------------------------------------------------------------------------------


def test_time_that_runs_backwards_stands_still() -> None:
    session = begun()
    session.turn(START + 5 * SECOND, ORDER)
    session.turn(START + 1, evolve(ORDER, cl_ord_id="c2"))
    first, second = session.tables()["client_orders"].records()
    assert first["received"] == second["received"]
    assert session.now == START + 5 * SECOND


def test_timer_fires_when_it_is_due_and_not_before() -> None:
    session = begun()
    session.turn(START, ORDER)
    due = session.next_timer()
    assert due is not None
    asked = len(session.tables()["decisions"].rows)
    assert session.turn(due - 1) == []
    assert session.next_timer() == due
    session.turn(START + 4 * SECOND)
    assert len(session.tables()["decisions"].rows) > asked


def test_tick_may_be_told_and_need_not() -> None:
    one, other = begun(), begun()
    for session, events in ((one, ()), (other, (Tick(),))):
        session.turn(START, ORDER)
        session.turn(START + 4 * SECOND, *events)
    assert one.tables()["decisions"].rows[-1][2:] == other.tables()["decisions"].rows[-1][2:]
    assert len(one.tables()["decisions"].rows) == len(other.tables()["decisions"].rows)


# -- the end -----------------------------------------------------------------------------------------------------------


def test_kill_switch_cancels_what_is_live() -> None:
    session = begun()
    child = sent(session.turn(START, ORDER))[0]
    cancels = [one for one in session.turn(START + 1, KillSwitch(KillLevel.FIRM)) if isinstance(one, CancelOrder)]
    assert [one.orig_cl_ord_id for one in cancels] == [child.cl_ord_id]


def test_finish_books_what_is_known_and_ends_every_order() -> None:
    session = begun()
    child = sent(session.turn(START, ORDER))[0]
    fill = ExecutionReport(
        child.mic, child.cl_ord_id, ExecType.TRADE, OrdStatus.PARTIALLY_FILLED, "E1", last_qty=7, last_px=100 * SECOND
    )
    session.turn(START + 1, fill)
    session.turn(START + 2, EndOfDay())
    assert session.working
    session.finish(START + 3)
    assert not session.working
    (order,) = session.tables()["client_orders"].records()
    assert (order["cum_qty"], order["leaves_qty"]) == ("7", "0")
    assert session.over == "it was finished"
    with pytest.raises(OrderError, match="found a session that is over, expected one that goes on: it was finished"):
        session.turn(START + 4)
    session.close()


def test_session_that_was_closed_takes_no_turn() -> None:
    with begun() as session:
        pass
    with pytest.raises(OrderError, match="expected one that goes on: it was closed"):
        session.turn(START)


def test_kernel_that_breaks_ends_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    session = begun()
    monkeypatch.setattr(session.engine, "settle", lambda seq, now: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        session.turn(START, ORDER)
    with pytest.raises(OrderError, match="expected one that goes on: ZeroDivisionError: "):
        session.turn(START)
    with pytest.raises(OrderError, match="found a journal that has not failed, expected one that has"):
        session.stop()


# -- the journal fails -------------------------------------------------------------------------------------------------


def test_journal_that_fails_at_any_commit_lets_cancels_out_and_nothing_new(tmp_path: Path) -> None:
    kept = Kept()
    whole = live(Session.create(setup(), kept, tmp_path))
    whole.open()
    whole.run(80)
    cancelled = 0
    for fails in range(1, kept.commits + 1):
        session = Session.create(setup(), Kept(fails), tmp_path)
        day = live(session)
        with pytest.raises(JournalError, match="found no room"):
            day.open(), day.run(80)
        assert day.script == whole.script[: len(day.script)]
        assert day.given == whole.given[: len(day.given)]
        with pytest.raises(OrderError, match="JournalError: kept: found no room, expected some"):
            session.turn(day.now)
        stopped = session.stop()
        assert {type(one) for one in stopped} <= {CancelOrder}
        left = {one.cl_ord_id for one in day.given if isinstance(one, SendOrder | ReplaceOrder)}
        assert {one.orig_cl_ord_id for one in stopped} <= left, fails
        asked = {first(day, one.orig_cl_ord_id) for one in [*day.given, *stopped] if isinstance(one, CancelOrder)}
        live_then = {order.first_id for order in day.live()}
        assert live_then <= asked, fails
        cancelled += len(live_then)
        with pytest.raises(OrderError, match="found a journal that has not failed"):
            session.stop()
    assert cancelled


def first(day: Day, cl_ord_id: str) -> str:
    """The ClOrdID(11) that an order was first sent under."""
    return day.orders[cl_ord_id].first_id if cl_ord_id in day.orders else cl_ord_id


def test_commands_are_given_out_after_the_commit_of_their_turn(tmp_path: Path) -> None:
    kept = Kept()
    session = Session.create(setup(), kept, tmp_path)

    def durable(now: int, events: tuple[Event, ...]) -> list[Command]:
        commands = session.turn(now, *events)
        if commands or not all(isinstance(event, Quote | Trade) for event in events):
            assert kept.pending == []
        return commands

    day = Day(0, durable, session.next_timer)
    day.open()
    day.run(100)
    assert day.reached


# -- gone on with ------------------------------------------------------------------------------------------------------


@define
class Copy:
    """A run folder as it was after a turn, and what its session said then."""

    folder: Path
    turns: int
    tables: dict[str, Table]
    timer: int | None
    commands: list[Command]


def lived(seed: int, folder: Path, made: Setup, copies: int, steps: int = 150) -> tuple[Day, Session, list[Copy]]:
    """A day, its session, and copies of its folder after some turns. A copy is what a kill at that time leaves."""
    session = Session.create(made, kept := journal(), folder / "run")
    taken: list[Copy] = []
    rng = Random(seed)

    def turn(now: int, events: tuple[Event, ...]) -> list[Command]:
        before = session.turns.count
        commands = session.turn(now, *events)
        if rng.random() < copies / (2 * steps) and not kept._pending:
            ended = session.turns.count > before
            copied = folder / f"copy {len(day.script)}"
            shutil.copytree(folder / "run", copied, ignore=shutil.ignore_patterns("*-shm", ".*"))
            taken.append(
                Copy(copied, len(day.script), session.tables(), session.next_timer(), commands if ended else [])
            )
        return commands

    day = Day(seed, turn, session.next_timer)
    day.open()
    day.run(steps)
    day.close()
    return day, session, taken


@pytest.mark.parametrize("seed", range(8))
def test_resumed_session_goes_on_as_one_that_was_not_interrupted(seed: int, tmp_path: Path) -> None:
    made = setup(seed)
    day, whole, copies = lived(seed, tmp_path, made, copies=8)
    assert copies
    last = whole.finish(day.now)
    unrecorded = Session.create(made)
    commands = [unrecorded.turn(now, *events) for now, events in day.script]
    for copy in copies:
        session = Session.resume(made, journal(), copy.folder)
        assert session.resumed
        assert session.torn == ""
        assert list(session.last) == copy.commands
        assert session.next_timer() == copy.timer
        assert session.tables() == copy.tables
        for (now, events), expected in zip(day.script[copy.turns :], commands[copy.turns :], strict=True):
            assert session.turn(now, *events) == expected
        assert session.finish(day.now) == last
        assert session.tables() == whole.tables()
        assert (copy.folder / FILE).is_file()
        assert stored(copy.folder) == stored(tmp_path / "run")
    assert breaches_of(whole.engine) == []
    assert {c.order_id: (c.cum_qty, c.notional) for c in whole.engine.blotter.child_orders if c.cum_qty} == executed(
        day
    )
    assert whole.engine.quarantined == {}


def stored(run: Path) -> list[tuple[int, bytes]]:
    read = journal()
    read.open(run)
    records = list(read.records())
    read.close()
    return records


def test_turn_that_ends_more_than_once_is_one_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smartexec.kernel.engine.MAX_PASSES", 1)
    made = setup(1)
    day, whole, copies = lived(1, tmp_path, made, copies=100)
    assert whole.turns.count > len(day.script)
    assert all(list(Session.resume(made, journal(), one.folder).last) == one.commands for one in copies)


def test_journal_that_fails_at_the_very_end_can_be_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = Session.create(setup(), journal(), tmp_path)
    session.turn(START, *UP, *QUOTES, ORDER)
    commit = SqliteJournal.commit

    def full(self: SqliteJournal) -> None:
        if session.over:  # only the trailer is left to be written
            raise JournalError("found no room, expected some")
        commit(self)

    monkeypatch.setattr(SqliteJournal, "commit", full)
    with pytest.raises(JournalError, match="found no room"):
        session.finish(START + 1)
    monkeypatch.undo()
    with pytest.raises(OrderError, match="expected one that goes on: JournalError: found no room"):
        session.turn(START + 2)
    again = Session.resume(setup(), journal(), tmp_path)  # the lock was let go of
    assert again.tables() == session.tables()
    assert any(isinstance(one, ClientReport) for one in again.last)


def test_end_that_cannot_be_recorded_ends_the_session_and_lets_cancels_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = Session.create(setup(), journal(), tmp_path)
    working = sent(session.turn(START, *UP, *QUOTES, ORDER))
    write = session.turns.writer.write

    def full(seq: int, now: int, kind: str, body: Any) -> None:
        if kind == "end":
            raise JournalError("found no room, expected some")
        write(seq, now, kind, body)

    monkeypatch.setattr(session.turns.writer, "write", full)
    with pytest.raises(JournalError, match="found no room"):
        session.finish(START + 1)
    assert session.over == "JournalError: found no room, expected some"
    for more in (session.finish, session.turn):
        with pytest.raises(OrderError, match="expected one that goes on: JournalError: found no room"):
            more(START + 2)
    assert {one.orig_cl_ord_id for one in session.stop()} == {one.cl_ord_id for one in working}
    again = Session.resume(setup(), journal(), tmp_path)
    assert again.tables()["child_orders"] == session.tables()["child_orders"]


def test_finish_at_a_time_that_is_none_leaves_the_session_as_it_was(tmp_path: Path) -> None:
    session = Session.create(setup(), journal(), tmp_path)
    session.turn(START, *UP, *QUOTES)
    with pytest.raises(OrderError, match="turn: found time str 'now', expected ns UTC"):
        session.finish("now")  # type: ignore[arg-type]
    assert session.finish(START + 1) == []


def test_resumed_again_and_again(tmp_path: Path) -> None:
    made, session = setup(3), Session.create(setup(3), journal(), tmp_path)
    box = [session]

    def turn(now: int, events: tuple[Event, ...]) -> list[Command]:
        if len(day.script) % 10 == 0:
            box[0].close()
            box[0] = Session.open(made, journal(), tmp_path)
            assert box[0].resumed
        return box[0].turn(now, *events)

    day = Day(3, turn, lambda: box[0].next_timer())
    day.open()
    day.run(100)
    day.close()
    box[0].finish(day.now)
    whole = Session.create(made)
    for now, events in day.script:
        whole.turn(now, *events)
    whole.finish(day.now)
    assert box[0].tables() == whole.tables()
    assert breaches_of(whole.engine) == []


def test_memory_of_plugins_comes_back_as_what_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session.create(setup(), journal(), tmp_path)
    session.turn(START, *UP, *QUOTES, ORDER)
    session.turn(START + 3 * SECOND)
    session.close()
    seen: list[object] = []
    decide = Drip.decide

    def watch(self: Drip, view: ParentView) -> Decision:
        seen.append(view.state)
        return decide(self, view)

    monkeypatch.setattr(Drip, "decide", watch)
    resumed = Session.resume(setup(), journal(), tmp_path)
    assert seen == []  # no plugin is asked again
    before = {id(p): p.state_value for p in resumed.engine.blotter.parents}
    resumed.turn(START + 6 * SECOND)
    assert seen == list(before.values())
    assert [type(one).__name__ for one in seen] == ["Memory"]


@frozen
class Wider:
    """What a later version of the strategy wants to remember."""

    asked: int
    reserve: int


def test_plugin_whose_memory_has_changed_is_quarantined_and_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = Session.create(setup(), journal(), tmp_path)
    session.turn(START, *UP, *QUOTES, ORDER, evolve(ORDER, cl_ord_id="c2", strategy="CALM", account="B"))
    session.close()
    monkeypatch.setattr(Drip, "state_type", Wider)
    monkeypatch.setattr(Calm, "state_type", Memory)
    resumed = Session.resume(setup(), journal(), tmp_path)
    assert resumed.tables() == session.tables()
    commands = resumed.turn(START + 4 * SECOND)
    why = "TypeError: state: found a memory of dict, expected one of Wider"
    assert resumed.engine.quarantined == {"DRIP": why}
    assert {row["state"] for row in resumed.tables()["parent_orders"].records()} == {"SAFE", "WORKING"}
    assert any(isinstance(one, CancelOrder) for one in commands)


def test_strategy_that_is_gone_is_quarantined(tmp_path: Path) -> None:
    session = Session.create(setup(), journal(), tmp_path)
    session.turn(START, *UP, *QUOTES, ORDER)
    session.close()
    resumed = Session.resume(setup(strategies=[]), journal(), tmp_path)
    resumed.turn(START + 4 * SECOND)
    assert list(resumed.engine.quarantined) == ["DRIP"]


def test_turn_that_is_torn_off_is_decided_anew(tmp_path: Path) -> None:
    session = Session.create(setup(), journal(), tmp_path)
    session.turn(START, *UP, *QUOTES)
    commands = session.turn(START + 1, ORDER)
    assert sent(commands)
    session.close()
    key, payload = sqlite3.connect(tmp_path / FILE).execute("SELECT max(id), payload FROM records").fetchone()
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute("UPDATE records SET payload = ? WHERE id = ?", (payload[:-1], key))
    resumed = Session.resume(setup(), journal(), tmp_path)
    assert resumed.torn.endswith("it is the last one: cut off")
    assert resumed.knows("OMS", "c1")
    assert resumed.turn(START + 1) == commands
    resumed.close()
    again = Session.resume(setup(), journal(), tmp_path)
    assert again.torn == ""
    assert again.tables() == resumed.tables()


def test_record_that_is_bad_in_the_middle_is_refused_and_the_lock_let_go_of(tmp_path: Path) -> None:
    session = Session.create(setup(), journal(), tmp_path)
    session.turn(START, *UP, *QUOTES)
    session.close()
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute("UPDATE records SET payload = x'00' WHERE id = 3")
    for _ in range(2):
        with pytest.raises(JournalError, match=r"^journal record 3: found a digest that does not follow"):
            Session.resume(setup(), journal(), tmp_path)


def test_header_that_cannot_be_read_is_refused_and_the_lock_let_go_of(tmp_path: Path) -> None:
    (kept := journal()).create(tmp_path, b"no header")
    kept.close()
    refused = journal()  # the two are kept, so that none is let go of by being forgotten
    for kept in (refused, journal()):
        with pytest.raises(JournalError, match=r"^journal header: found .*, expected a header of smartexec"):
            Session.resume(setup(), kept, tmp_path)


def test_session_that_cannot_be_begun_lets_go_of_its_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Setup, "intake", lambda self: 1 // 0)
    kept = journal()
    with pytest.raises(ZeroDivisionError):
        Session.create(setup(), kept, tmp_path)
    monkeypatch.undo()
    assert Session.resume(setup(), journal(), tmp_path).resumed


def test_other_settings_are_refused_and_the_same_go_on(tmp_path: Path) -> None:
    Session.create(setup(1), journal(), tmp_path).close()
    for other in (setup(2), setup(1, instruments=[Instrument("ABC")])):
        with pytest.raises(JournalError, match="settings cannot change while a session lasts"):
            Session.open(other, journal(), tmp_path)
    assert Session.open(setup(1), journal(), tmp_path).resumed


def test_session_that_was_finished_is_refused(tmp_path: Path) -> None:
    session = Session.create(setup(), journal(), tmp_path)
    session.turn(START, *UP, *QUOTES, ORDER)
    session.finish(START + 1)
    with pytest.raises(JournalError, match="found a session that is over, expected one to go on with"):
        Session.open(setup(), journal(), tmp_path)


def test_second_session_on_one_journal_is_refused(tmp_path: Path) -> None:
    with Session.create(setup(), journal(), tmp_path) as session:
        with pytest.raises(JournalError, match="found a session that is running, expected none"):
            Session.open(setup(), journal(), tmp_path)
        assert session.turn(START, *UP, *QUOTES) is not None
    assert Session.open(setup(), journal(), tmp_path).resumed


def test_journal_that_cannot_be_gone_on_with_says_so(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="found a journal of kept, expected one of a kind that can be gone on with"):
        Session.resume(setup(), Kept(), tmp_path)


# -- where it is kept --------------------------------------------------------------------------------------------------


def test_folder_is_made_and_what_else_is_in_it_is_left_alone(tmp_path: Path) -> None:
    run = tmp_path / "a" / "b"
    run.mkdir(parents=True)
    (run / "notes.txt").write_text("mine")
    session = Session.open(setup(), journal(), run)
    assert not session.resumed
    session.close()
    assert (run / "notes.txt").read_text() == "mine"
    assert Session.open(setup(), journal(), run).resumed
    assert not Session.open(setup(), journal(), tmp_path / "new" / "folder").resumed


def test_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match=r"file/run: found Not a directory, expected a folder that can be written"):
        Session.create(setup(), journal(), tmp_path / "file" / "run")


@pytest.mark.parametrize("open_", [Session.open, Session.create])
def test_journal_and_folder_come_together(open_: Callable[..., Session], tmp_path: Path) -> None:
    with pytest.raises(OrderError, match="session: found a journal and no folder, expected both or neither"):
        open_(setup(), Kept())
    with pytest.raises(OrderError, match=r"session: found folder .* and no journal, expected both or neither"):
        open_(setup(), None, tmp_path)


def test_versions_of_plugins_are_in_the_header(tmp_path: Path) -> None:
    infos = discover(["smartexec-files"]).infos()
    Session.create(setup(plugins=infos), journal(), tmp_path).close()
    read = journal()
    header = read.open(tmp_path)
    read.close()
    assert b"smartexec-files" in header
    assert PluginError  # what `discover` raises, of the same door
