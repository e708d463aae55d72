"""A recorded run seen passing: every event and command once, in order, the engine as it was after each turn."""

import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from smartexec.api import ConfigError, ExecutionReport, JournalError, NewOrder, PhaseChange, Quote, VenueStatus
from smartexec.embed import Command, EndOfDay, Event, OrderError, Recording, Session, breaches_of
from smartexec.runtime.journal.records import CommandDigest
from smartexec.runtime.replay.replay import replay
from smartexec.runtime.simulation.run import run
from smartexec_files.sqlite_journal import FILE, SqliteJournal, Sync
from tests.runtime.session_day import MICS, START, Day, setup
from tests.runtime.world import config, plugins


@pytest.fixture
def simulated(tmp_path: Path) -> Path:
    """The folder of a simulated run, with market data that are not in its journal."""
    run(config(tmp_path), tmp_path / "run", registry=plugins())
    return tmp_path / "run"


def session(folder: Path, finished: bool = True) -> Day:
    """A day of a session, recorded in a folder."""
    held = Session.create(setup(1), SqliteJournal(Sync.NORMAL), folder)
    day = Day(1, lambda now, events: held.turn(now, *events), held.next_timer)
    day.open()
    day.run(60)
    if finished:
        day.close()
        day.given += held.finish(day.now)
    held.close()
    return day


def test_simulated_run_passes_with_its_market_data(simulated: Path) -> None:
    digest, seen, seqs, orders = CommandDigest(), Counter[str](), [], []
    with Recording.open(simulated, plugins()) as recording:
        assert not recording.finished
        for turn in recording:
            digest.add(turn.commands)
            seen.update(type(event).__name__ for _, event in turn.events)
            seqs.append(turn.seq)
            orders.append(len(recording.engine.blotter.orders))
            assert [time for time, _ in turn.events] == sorted(time for time, _ in turn.events)
            assert all(time <= turn.now for time, _ in turn.events)
        assert recording.finished
        tables = recording.tables()
    assert digest.value().hex() == replay(simulated, registry=plugins()).commands
    assert seqs == sorted(set(seqs))
    assert orders[-1] == 6
    assert orders == sorted(orders)
    assert seen[NewOrder.__name__] == 6
    assert seen[ExecutionReport.__name__] == len(tables["executions"].rows) > 0
    assert seen[Quote.__name__] >= 25
    assert seen[PhaseChange.__name__] == 1
    with (simulated / "tables" / "executions.csv").open() as file:
        assert len(file.readlines()) == 1 + len(tables["executions"].rows)


def test_session_passes_as_it_was_lived(tmp_path: Path) -> None:
    day = session(tmp_path)
    events: list[Event] = []
    commands: list[Command] = []
    with Recording.of(setup(1), SqliteJournal(), tmp_path) as recording:
        for turn in recording:
            events += [event for _, event in turn.events]
            commands += turn.commands
        assert recording.finished
        assert breaches_of(recording.engine) == []
    assert commands == day.given
    told = [event for _, turn in day.script for event in turn if type(event) is not NewOrder]
    lived = iter(event for event in events if type(event) is not NewOrder)
    assert all(event in lived for event in told)  # in this order; orders got their defaults, timers were added
    assert events[-1] == EndOfDay(final=True)


def test_session_that_goes_on_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    held = Session.create(setup(), SqliteJournal(), tmp_path)
    held.turn(START, *(VenueStatus(mic, True) for mic in MICS))
    held.turn(START + 1, Quote("ABC", "", 99, 1, 101, 1))
    held.close()
    with Recording.of(setup(), SqliteJournal(), tmp_path) as recording:
        first, second = recording
        assert not recording.finished
        assert recording.torn == ""
    assert [type(event) for _, event in first.events] == [VenueStatus, VenueStatus]
    assert second.events == ((START + 1, Quote("ABC", "", 99, 1, 101, 1)),)
    assert second.commands == ()


def test_torn_end_is_said(tmp_path: Path) -> None:
    session(tmp_path)
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute("UPDATE records SET payload = x'00' WHERE id = (SELECT max(id) FROM records)")
    with Recording.of(setup(1), SqliteJournal(), tmp_path) as recording:
        assert len(list(recording)) > 10
        assert recording.torn.endswith("it is the last one: cut off")
        assert not recording.finished


def test_run_that_cannot_be_read_is_refused_and_its_journal_closed(tmp_path: Path) -> None:
    session(tmp_path, finished=False)
    journal = SqliteJournal()
    with pytest.raises(JournalError, match="settings cannot change while a session lasts"):
        Recording.of(setup(2), journal, tmp_path)
    with pytest.raises(JournalError, match="found a closed journal"):
        list(journal.records())
    with pytest.raises(ConfigError, match=r"found no config\.toml, expected the folder of a run"):
        Recording.open(tmp_path)


def test_header_that_cannot_be_read_is_refused_and_the_journal_closed(tmp_path: Path) -> None:
    (journal := SqliteJournal()).create(tmp_path, b"no header")
    journal.close()
    with pytest.raises(JournalError, match=r"^journal header: found .*, expected a header of smartexec"):
        Recording.of(setup(), journal, tmp_path)
    with pytest.raises(JournalError, match="found a closed journal"):
        list(journal.records())


@pytest.mark.parametrize("run", [5, None, ""])
def test_folder_that_is_none_is_said(run: Any) -> None:
    with pytest.raises(OrderError, match=r"^recording: found .*, expected the path of a folder"):
        Recording.open(run)


def test_first_turn_that_differs_is_named(simulated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smartexec.kernel.children.Children._acknowledged", lambda *_: None)
    monkeypatch.setattr("smartexec.kernel.booking.Books.report", lambda *_, **__: None)
    with (
        Recording.open(simulated, plugins()) as recording,
        pytest.raises(JournalError, match=r"run: seq \d+: found commands \w+, expected \w+"),
    ):
        list(recording)


def test_tables_that_differ_are_named(simulated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smartexec.runtime.report.tables._cents", lambda money: f"{money}")
    with (
        Recording.open(simulated, plugins()) as recording,
        pytest.raises(JournalError, match=r"run: table allocations: found digest \w+, expected \w+"),
    ):
        list(recording)
