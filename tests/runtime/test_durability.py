"""Law 7: a record is durable before its commands leave. Whenever the process dies, the fold of what it left knows
every command that reached a venue and every fill that was committed, and going on sends nothing twice.
"""

import ast
import os
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from smartexec.api import JournalError
from smartexec.cli.main import main
from smartexec.model.commands import SendOrder
from smartexec.runtime.replay.replay import replay
from smartexec.runtime.simulation.run import run
from smartexec_files.sqlite_journal import SqliteJournal
from tests.runtime.crash import MOMENTS, VENUE_COMMANDS, Fate, Killed, Line, fold, live, text
from tests.runtime.day import write_day

SMALL = {"count": 6, "events": 20, "end": "14:36:00", "slices": 1, "sync": "normal"}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The configuration of a day small enough to die at every moment of it."""
    return write_day(tmp_path, **SMALL)


def lived(config: Path, out: Path) -> list[Line]:
    """What happens in a whole run."""
    log: list[Line] = []
    live(config, out, Fate(log.append))
    return log


def moments(log: list[Line]) -> list[tuple[str, int]]:
    """Every moment at which the run could die."""
    commits = sum(line[0] == "durable" for line in log)
    commands = sum(line[0] == "command" for line in log)
    return [(moment, k + 1) for moment in MOMENTS for k in range(commands if moment == "command" else commits)]


def check(log: list[Line], out: Path, when: str) -> None:
    """Compare what happened with the fold of what was committed."""
    left = fold(out)
    reached = [line[2] for line in log if line[0] == "command"]
    folded = [text(c) for c in left.commands if isinstance(c, VENUE_COMMANDS)]
    assert reached == folded[: len(reached)], f"{when}: a command left unrecorded"
    durable = max((n for n, line in enumerate(log) if line[0] == "durable"), default=0)
    fills = {line[1:] for line in log[:durable] if line[0] == "fill"}
    booked = {(e.mic, e.exec_id) for e in left.blotter.executions}
    assert fills <= booked, f"{when}: a committed fill is lost"
    known = [c.cl_ord_id for c in left.commands if isinstance(c, SendOrder)]
    again = [c.cl_ord_id for c in left.resumed if isinstance(c, SendOrder)]
    assert len(set(known + again)) == len(known + again), f"{when}: an order is sent twice"


def test_small_day_has_something_of_everything(small: Path, tmp_path: Path) -> None:
    log = lived(small, tmp_path / "whole")
    assert {"command", "fill", "over", "durable"} == {line[0] for line in log}
    assert {line[2].split()[0] for line in log if line[0] == "command"} >= {"SendOrder", "CancelOrder"}
    left = fold(tmp_path / "whole")
    assert left.blotter.crosses
    assert [line[2] for line in log if line[0] == "command"] == [
        text(c) for c in left.commands if isinstance(c, VENUE_COMMANDS)
    ]


def test_run_that_raises_at_any_moment_can_be_folded_on(small: Path, tmp_path: Path) -> None:
    for moment, k in moments(lived(small, tmp_path / "whole")):
        log: list[Line] = []
        out = tmp_path / f"{moment} {k}"
        with pytest.raises(Killed):
            live(small, out, Fate(log.append, moment, k))
        check(log, out, f"{moment} {k}")


def killed(config: Path, out: Path, moment: str, k: int) -> list[Line]:
    """Run in a process of its own that is killed (SIGKILL) at a moment; give what it wrote down until then."""
    path = out.with_suffix(".log")
    pid = os.fork()
    if pid == 0:
        stream = os.open(path, os.O_WRONLY | os.O_CREAT)
        try:
            fate = Fate(lambda line: _write(stream, line), moment, k, lambda: os.kill(os.getpid(), signal.SIGKILL))
            live(config, out, fate)
        finally:
            os._exit(1)
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status), f"{moment} {k}: exit {status}"
    return [ast.literal_eval(line) for line in path.read_text().splitlines()]


def _write(stream: int, line: Line) -> None:
    os.write(stream, f"{line!r}\n".encode())


def test_process_that_is_killed_at_any_moment_can_be_folded_on(small: Path, tmp_path: Path) -> None:
    for moment, k in moments(lived(small, tmp_path / "whole")):
        out = tmp_path / f"{moment} {k}"
        check(killed(small, out, moment, k), out, f"{moment} {k}")


# -- the journal fails, the process lives -----------------------------------------------------------------------------


def _broken() -> None:
    raise JournalError("journal.db: found Input/output error, expected a journal that can be written")


def test_journal_that_fails_at_any_commit_lets_cancels_out_and_nothing_new(small: Path, tmp_path: Path) -> None:
    commits = [k for moment, k in moments(lived(small, tmp_path / "whole")) if moment == "before commit"]
    cancelled = 0
    for k in commits[:-1]:  # the last one is the trailer, when the day is over
        log: list[Line] = []
        out = tmp_path / f"broken {k}"
        with pytest.raises(JournalError, match=r"Input/output error.*; stopped at .*: no new order left after it"):
            live(small, out, Fate(log.append, "before commit", k, _broken))
        failed = max((n for n, line in enumerate(log) if line[0] == "durable"), default=-1)
        after = [line for line in log[failed + 1 :] if line[0] == "command"]
        left = fold(out)
        recorded = {text(c) for c in left.commands}
        new = [line[2] for line in after if line[2] not in recorded]
        assert {line.split()[0] for line in new} <= {"CancelOrder"}, f"{k}: something new left"
        asked = {line[3] for line in log if line[0] == "command" and line[2].startswith("CancelOrder")}
        live_then = left.live - {line[2] for line in log if line[0] == "over"}
        assert live_then <= asked, f"{k}: a live order is not cancelled"
        cancelled += len(live_then)
    assert cancelled


def test_full_disk_is_one_line_and_exit_code_1(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    create = SqliteJournal.create

    def small_disk(journal: SqliteJournal, run: Path, header: bytes) -> None:
        create(journal, run, header)
        assert journal._db is not None
        pages = journal._db.execute("PRAGMA page_count").fetchone()[0]
        journal._db.execute(f"PRAGMA max_page_count={pages + 2}")  # as a full disk: SQLite says the same

    monkeypatch.setattr(SqliteJournal, "create", small_disk)
    result = CliRunner().invoke(main, ["run", str(small), "--out", str(tmp_path / "out")])
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"{tmp_path}/out/journal.db: found database or disk is full, expected a journal that can")
    assert "no new order left after it" in line
    assert replay(tmp_path / "out").torn


# -- what was written is not what is read ------------------------------------------------------------------------------


def stored(out: Path) -> list[tuple[int, int, bytes]]:
    with sqlite3.connect(out / "journal.db") as db:
        return db.execute("SELECT id, seq, payload FROM records ORDER BY id").fetchall()


def rewrite(out: Path, number: int, change: Callable[[bytes], bytes]) -> int:
    """Change a record's payload behind the journal's back; give its seq."""
    key, seq, payload = stored(out)[number]
    with sqlite3.connect(out / "journal.db") as db:
        db.execute("UPDATE records SET payload = ? WHERE id = ?", (change(payload), key))
    return seq


def flip(payload: bytes) -> bytes:
    middle = len(payload) // 2
    return payload[:middle] + bytes([payload[middle] ^ 1]) + payload[middle + 1 :]


@pytest.fixture
def done(small: Path, tmp_path: Path) -> Path:
    run(small, tmp_path / "out")
    return tmp_path / "out"


@pytest.mark.parametrize("number", [0, 7, -2])
def test_flipped_byte_in_the_middle_is_refused_with_its_seq(done: Path, number: int) -> None:
    seq = rewrite(done, number, flip)
    with pytest.raises(JournalError, match=f"^journal record {seq}: found a digest that does not follow from"):
        replay(done)


@pytest.mark.parametrize("change", [flip, lambda payload: payload[: len(payload) // 2], lambda _: b""])
def test_torn_last_record_is_cut_and_said(done: Path, change: Callable[[bytes], bytes]) -> None:
    seq = rewrite(done, -1, change)
    again = replay(done)
    assert again.identical
    assert again.torn.startswith(f"journal record {seq}: ")
    assert again.torn.endswith("it is the last one: cut off")


def test_record_that_is_missing_in_the_middle_is_refused(done: Path) -> None:
    key, _, _ = stored(done)[5]
    seq = stored(done)[6][1]
    with sqlite3.connect(done / "journal.db") as db:
        db.execute("DELETE FROM records WHERE id = ?", (key,))
    with pytest.raises(JournalError, match=f"^journal record {seq}: found a digest that does not follow from"):
        replay(done)


def test_byte_flipped_in_the_file_itself_is_refused_with_its_seq(done: Path) -> None:
    _, seq, payload = stored(done)[9]
    data = (done / "journal.db").read_bytes()
    assert data.count(payload) == 1
    (done / "journal.db").write_bytes(data.replace(payload, flip(payload)))
    with pytest.raises(JournalError, match=f"^journal record {seq}: found a digest that does not follow from"):
        replay(done)
