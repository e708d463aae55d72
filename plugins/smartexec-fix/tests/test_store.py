"""The memory of sessions: durable together or not at all, in one file for one process."""

import sqlite3
from pathlib import Path

import pytest

from smartexec.api import JournalError
from smartexec_fix.session.store import IN_DOUBT, Archive


def test_what_was_committed_is_there_again(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "fix.sqlite", run="a")
    one, two = archive.session("one"), archive.session("two")
    one.next_in, one.next_out, one.created = 7, 9, 123
    one.keep(7, b"seven")
    one.keep(8, b"eight")
    two.next_in = 3
    archive.put("alloc P1", "accepted")
    archive.commit(heard=42)
    archive.close()
    again = Archive(tmp_path / "fix.sqlite", run="a")
    first = again.session("one")
    assert (first.next_in, first.next_out, first.created) == (7, 9, 123)
    assert list(first.sent(1, 100)) == [(7, b"seven"), (8, b"eight")]
    assert again.session("two").next_in == 3
    assert (again.heard, again.facts["alloc P1"]) == (42, "accepted")


def test_what_was_not_committed_is_forgotten(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "fix.sqlite")
    one = archive.session("one")
    one.keep(1, b"one")
    one.next_out = 2
    archive.close()
    again = Archive(tmp_path / "fix.sqlite").session("one")
    assert (again.next_out, list(again.sent(1, 10))) == (1, [])


def test_what_was_sent_is_given_before_and_after_the_commit(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "fix.sqlite")
    one = archive.session("one")
    one.keep(1, b"one")
    archive.commit()
    one.keep(2, b"two")
    assert list(one.sent(1, 2)) == [(1, b"one"), (2, b"two")]
    assert list(one.sent(2, 9)) == [(2, b"two")]


def test_asking_for_what_was_sent_commits_nothing(tmp_path: Path) -> None:
    """What was taken must not be durable before the journal has it."""
    archive = Archive(tmp_path / "fix.sqlite")
    one = archive.session("one")
    one.next_in = 5
    list(one.sent(1, 9))
    archive.close()
    assert Archive(tmp_path / "fix.sqlite").session("one").next_in == 1


def test_reset_forgets_all_that_was_sent(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "fix.sqlite")
    one = archive.session("one")
    one.keep(1, b"one")
    archive.commit()
    one.reset(99)
    one.keep(1, b"new")
    assert list(one.sent(1, 9)) == [(1, b"new")]
    archive.commit()
    assert (list(one.sent(1, 9)), one.created) == ([(1, b"new")], 99)


def test_commit_that_fails_takes_everything_back(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "fix.sqlite")
    one = archive.session("one")
    one.next_in, one.next_out = 4, 4
    one.keep(3, b"three")
    archive.commit(heard=3)
    one.next_in, one.next_out = 9, 8
    one.keep(4, b"four")
    archive.put("fact", "x")
    archive._db.execute("PRAGMA query_only=1")
    with pytest.raises(JournalError, match=r"fix.sqlite: found attempt to write a readonly database"):
        archive.commit(heard=9)
    assert (one.next_in, one.next_out, archive.heard) == (4, 4, 3)
    assert list(one.sent(1, 9)) == [(3, b"three")]
    assert "fact" not in archive.facts
    archive._db.execute("PRAGMA query_only=0")
    one.next_out = 5
    archive.commit(heard=10)
    assert archive.heard == 10


def test_turns_of_another_run_were_not_heard(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "fix.sqlite", run="monday")
    archive.begin()
    archive.session("one").next_in = 12
    archive.commit(heard=500)
    archive.close()
    again = Archive(tmp_path / "fix.sqlite", run="tuesday")
    again.begin()
    assert (again.heard, again.session("one").next_in) == (0, 12)
    again.commit(heard=7)
    again.close()
    heard = []
    for run in ("monday", "tuesday", "wednesday"):
        archive = Archive(tmp_path / "fix.sqlite", run=run)
        heard.append(archive.heard)
        archive.close()
    assert heard == [500, 7, IN_DOUBT]


def test_facts_that_are_forgotten_leave_no_row(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "fix.sqlite")
    archive.put("one", "1")
    archive.put("two", "2")
    archive.commit()
    archive.put("one", "")
    archive.commit()
    assert archive.facts == {"two": "2"}
    assert archive._db.execute("SELECT name FROM fact").fetchall() == [("two",)]


def test_file_is_for_one_process(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "fix.sqlite")
    with pytest.raises(JournalError, match="in use by another process"):
        Archive(tmp_path / "fix.sqlite")
    archive.close()
    Archive(tmp_path / "fix.sqlite").close()


def test_databases_of_others_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "fix.sqlite"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE other (x)")
    with pytest.raises(JournalError, match="another application's database"):
        Archive(path)
    path.write_text("this is no database at all, but it is long enough to look like one")
    with pytest.raises(JournalError, match="file is not a database"):
        Archive(path)


def test_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match="expected a file that can be written"):
        Archive(tmp_path / "file" / "fix.sqlite")
