"""Journals beyond the conformance kit: their files, and the exact words for what cannot be read or written."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from smartexec.api import JournalError
from smartexec_files.none_journal import NoneJournal
from smartexec_files.sqlite_journal import FILE, LOCK, SqliteJournal


def written(run: Path, records: list[tuple[int, bytes]]) -> None:
    journal = SqliteJournal()
    journal.create(run, b"head\x00er")
    for seq, payload in records:
        journal.append(seq, payload)
        journal.commit()
    journal.close()


def read(run: Path) -> list[tuple[int, bytes]]:
    journal = SqliteJournal()
    journal.open(run)
    records = list(journal.records())
    journal.close()
    return records


def test_closed_journal_is_one_file_beside_its_lock(tmp_path: Path) -> None:
    written(tmp_path, [(1, b"a"), (2, b"b")])
    assert {p.name for p in tmp_path.iterdir()} == {FILE, LOCK}


def test_torn_log_gives_a_whole_number_of_commits(tmp_path: Path) -> None:
    """As a process leaves it that is killed, its log cut off besides."""
    journal = SqliteJournal()
    journal.create(tmp_path, b"header")
    expected = [(seq, b"%d" % seq * 50) for seq in range(63)]
    for number, (seq, payload) in enumerate(expected, 1):
        journal.append(seq, payload)
        if number % 3 == 0:
            journal.commit()
    for size in (1.0, 0.7, 0.31):
        torn = tmp_path / f"torn{size}"
        torn.mkdir()
        for path in tmp_path.glob(f"{FILE}*"):
            shutil.copy(path, torn)
        log = torn / f"{FILE}-wal"
        log.write_bytes(log.read_bytes()[: int(log.stat().st_size * size)])
        (torn / f"{FILE}-shm").unlink(missing_ok=True)
        found = read(torn)
        assert found == expected[: len(found)]
        assert len(found) % 3 == 0
        assert len(found) == 63 if size == 1.0 else 0 < len(found) < 63
    journal.close()


def test_header_that_was_changed_is_refused(tmp_path: Path) -> None:
    written(tmp_path, [])
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute("UPDATE meta SET header = ?", (b"head\x00ex",))
    with pytest.raises(
        JournalError, match=r"journal\.db: found a header that was changed, expected it as it was written"
    ):
        SqliteJournal().open(tmp_path)


def test_existing_journal_is_not_written_over(tmp_path: Path) -> None:
    written(tmp_path, [(1, b"a")])
    with pytest.raises(JournalError) as caught:
        SqliteJournal().create(tmp_path, b"")
    expected = "found a file, expected none: a journal is never written over"
    assert str(caught.value) == f"{tmp_path / FILE}: {expected}"
    assert read(tmp_path) == [(1, b"a")]


def test_begun_is_a_journal_whose_header_is_durable(tmp_path: Path) -> None:
    assert not SqliteJournal().begun(tmp_path / "gone")
    assert not SqliteJournal().begun(tmp_path)
    written(tmp_path, [])
    assert SqliteJournal().begun(tmp_path)


@pytest.mark.parametrize("pragma", ["", "PRAGMA journal_mode=WAL", "PRAGMA application_id=1"])
def test_journal_that_a_killed_process_did_not_begin_is_begun_anew(tmp_path: Path, pragma: str) -> None:
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute(pragma)
    (tmp_path / FILE).touch()
    assert not SqliteJournal().begun(tmp_path)
    written(tmp_path, [(1, b"a")])
    assert read(tmp_path) == [(1, b"a")]


def test_two_writers_of_one_journal_are_refused(tmp_path: Path) -> None:
    first = SqliteJournal()
    first.create(tmp_path, b"")
    with pytest.raises(JournalError, match="found a session that is running, expected none: two must not write one"):
        SqliteJournal().resume(tmp_path)
    assert SqliteJournal().begun(tmp_path)
    first.append(1, b"a")
    first.commit()
    first.close()
    second = SqliteJournal()
    second.resume(tmp_path)
    second.close()
    assert read(tmp_path) == [(1, b"a")]


def test_what_is_no_journal(tmp_path: Path) -> None:
    path = tmp_path / FILE
    with pytest.raises(JournalError) as caught:
        SqliteJournal().open(tmp_path)
    assert str(caught.value) == f"{path}: found no file, expected a journal"
    path.write_text("something else" * 100)
    with pytest.raises(JournalError, match=r"journal\.db: found file is not a database, expected a journal"):
        SqliteJournal().open(tmp_path)
    path.unlink()
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE meta (header)")
    with pytest.raises(JournalError, match=r"journal\.db: found another application's database, expected a journal"):
        SqliteJournal().open(tmp_path)


def test_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(JournalError) as caught:
        SqliteJournal().create(tmp_path / "gone", b"")
    assert str(caught.value) == f"{tmp_path / 'gone'}: found no folder, expected one for a journal"
    assert list(tmp_path.iterdir()) == []


def test_full_disk_is_an_error_and_keeps_what_was(tmp_path: Path) -> None:
    journal = SqliteJournal()
    journal.create(tmp_path, b"")
    journal.append(1, b"a")
    journal.commit()
    assert journal._db is not None
    journal._db.execute("PRAGMA max_page_count=4")  # as a full disk: SQLite says "database or disk is full"
    journal.append(2, b"b" * 100_000)
    with pytest.raises(JournalError, match=r"found database or disk is full, expected a journal that can be"):
        journal.commit()
    with pytest.raises(JournalError, match=r"found a closed journal, expected an open one"):
        journal.commit()
    assert read(tmp_path) == [(1, b"a")]


def test_disk_that_is_full_at_the_end_is_named_and_the_file_let_go_of(tmp_path: Path) -> None:
    journal = SqliteJournal()
    journal.create(tmp_path, b"")
    journal.append(1, b"a")
    journal.commit()
    assert journal._db is not None
    journal._db.execute("PRAGMA max_page_count=4")
    journal.append(2, b"b" * 100_000)
    with pytest.raises(JournalError, match=r"found database or disk is full, expected a journal that can be"):
        journal.close()
    journal.close()
    SqliteJournal().resume(tmp_path)


def test_reading_does_not_write(tmp_path: Path) -> None:
    written(tmp_path, [(1, b"a")])
    journal = SqliteJournal()
    journal.open(tmp_path)
    journal.append(2, b"b")
    with pytest.raises(JournalError, match="readonly"):
        journal.commit()


def test_none_keeps_nothing(tmp_path: Path) -> None:
    journal = NoneJournal()
    journal.create(tmp_path, b"header")
    journal.append(1, b"a")
    journal.commit()
    assert list(journal.records()) == []
    journal.close()
    with pytest.raises(JournalError, match='found a run with journal "none", expected one that keeps records'):
        journal.open(tmp_path)
    assert list(tmp_path.iterdir()) == []
