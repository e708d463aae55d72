"""Whole runs in a folder: what is kept, what is lost, and that a replay gives the same bytes."""

import csv
import re
from pathlib import Path

import pytest

from smartexec.api import Decision, ParentView
from smartexec.errors import ConfigError, JournalError
from smartexec.kernel.engine import Engine
from smartexec.runtime.replay.replay import replay
from smartexec.runtime.replay.stored import stored_tables
from smartexec.runtime.replay.story import explain
from smartexec.runtime.replay.what_if import what_if
from smartexec.runtime.simulation.run import RunResult, run
from tests.runtime.world import CONFIG, All, MemoryFile, Still, config, plugins


@pytest.fixture
def done(tmp_path: Path) -> RunResult:
    return run(config(tmp_path), tmp_path / "out", registry=plugins())


def table(out: Path, name: str) -> list[dict[str, str]]:
    with (out / "tables" / f"{name}.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_run_fills_every_order_and_says_so(done: RunResult, tmp_path: Path) -> None:
    assert done.breaches == []
    assert done.totals.client_orders == 6
    assert done.totals.cum_qty == sum(range(100, 106))
    orders = table(tmp_path / "out", "client_orders")
    assert {o["ord_status"] for o in orders} == {"FILLED"}
    assert {o["owner"] for o in orders} == {"A0", "A1"}
    assert sum(line.clients for line in done.parents) == 6
    assert {line.venues for line in done.parents} == {("GIVE",)}


def test_run_keeps_canonical_params_with_the_configured_defaults(done: RunResult, tmp_path: Path) -> None:
    params = {p["params"] for p in table(tmp_path / "out", "parent_orders")}
    assert params == {"lots=10;delay=1000000000;fails=False", "lots=5;delay=1000000000;fails=False"}


def test_run_folder_that_is_not_empty_is_refused(done: RunResult, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"out: found a file or a folder with files, expected a new or empty folder"):
        run(config(tmp_path), tmp_path / "out", registry=plugins())


def test_run_twice_gives_the_same_bytes(done: RunResult, tmp_path: Path) -> None:
    again = run(config(tmp_path), tmp_path / "again", registry=plugins())
    assert again.commands == done.commands
    for name in ("tables/client_orders.csv", "tables/allocations.csv", "journal.bin"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_replay_is_identical_and_calls_no_plugin(done: RunResult, tmp_path: Path) -> None:
    again = replay(tmp_path / "out", registry=plugins())
    assert (again.difference, again.torn, again.commands) == ("", "", done.commands)
    assert again.counts.market == done.counts.market


def test_replay_with_audit_asks_all_again(done: RunResult, tmp_path: Path) -> None:
    again = replay(tmp_path / "out", audit=True, registry=plugins())
    assert again.audited > 0
    assert again.differences == []


def test_replay_with_audit_lists_what_a_changed_plugin_says(
    done: RunResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(All, "decide", lambda self, view: Decision((), None, note="changed"))
    again = replay(tmp_path / "out", audit=True, registry=plugins())
    assert again.identical
    assert {d.plugin for d in again.differences} == {"ALL"}
    assert "changed" in again.differences[0].rerun


def test_replay_refuses_a_changed_configuration(done: RunResult, tmp_path: Path) -> None:
    path = tmp_path / "out" / "config.toml"
    path.write_text(path.read_text().replace("seed = 7", "seed = 8"))
    with pytest.raises(JournalError, match="it is not what was run"):
        replay(tmp_path / "out", registry=plugins())


def test_replay_refuses_other_market_data(done: RunResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Still, "digest", lambda self: "other")
    with pytest.raises(ConfigError, match="found still other, expected still still"):
        replay(tmp_path / "out", registry=plugins())


def change_record(out: Path, number: int) -> int:
    """Spoil a byte of a record; give its seq."""
    journal = MemoryFile()
    journal.open(out)
    records = journal._records
    seq, payload = records[number]
    records[number] = seq, payload[:-1] + bytes([payload[-1] ^ 1])
    journal.commit()
    return seq


def test_bad_record_in_the_middle_is_refused_with_its_seq(done: RunResult, tmp_path: Path) -> None:
    seq = change_record(tmp_path / "out", 5)
    with pytest.raises(JournalError, match=f"journal record {seq}: found a digest that does not follow"):
        replay(tmp_path / "out", registry=plugins())


def test_bad_last_record_is_cut_off_and_said(done: RunResult, tmp_path: Path) -> None:
    seq = change_record(tmp_path / "out", -1)
    again = replay(tmp_path / "out", registry=plugins())
    assert again.identical
    assert f"journal record {seq}" in again.torn
    assert "cut off" in again.torn


@pytest.mark.parametrize("kept", [1, 3, 10])
def test_journal_cut_anywhere_replays_to_there(done: RunResult, tmp_path: Path, kept: int) -> None:
    journal = MemoryFile()
    journal.open(tmp_path / "out")
    del journal._records[kept:]
    journal.commit()
    again = replay(tmp_path / "out", registry=plugins())
    assert again.identical
    assert "expected a trailer: the run was cut off" in again.torn
    assert again.records == kept


def test_changed_commands_are_named_by_seq(done: RunResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settle = Engine.settle
    monkeypatch.setattr(Engine, "settle", lambda self, seq, now: settle(self, seq, now)[1:])
    again = replay(tmp_path / "out", registry=plugins())
    assert again.difference.startswith("seq ")
    assert "found commands" in again.difference


def test_faults_of_the_input_are_one_line_each_and_the_order_is_kept(tmp_path: Path) -> None:
    done = run(config(tmp_path, orders="bad = true"), tmp_path / "out", registry=plugins())
    assert done.faults == 1
    assert (tmp_path / "out" / "faults.log").read_text() == "orders row 3: found 'x', expected a number\n"
    (bad,) = [o for o in table(tmp_path / "out", "client_orders") if o["cl_ord_id"] == "bad"]
    assert (bad["ord_status"], bad["text"]) == ("REJECTED", "ALL.lots: found 'many', expected an integer")


def test_venue_that_raises_is_taken_down_and_what_is_lost_is_said(tmp_path: Path) -> None:
    path = config(tmp_path, CONFIG.replace('mic = "GIVE"', 'mic = "GIVE"\nbreaks_after = 2'))
    done = run(path, tmp_path / "out", registry=plugins())
    assert any("venue GIVE" in line and "wire is cut" in line for line in done.breaches)
    assert {p["state"] for p in table(tmp_path / "out", "parent_orders")} == {"ENDED"}
    assert replay(tmp_path / "out", registry=plugins()).identical


def test_feed_that_raises_is_said_and_the_run_ends(tmp_path: Path) -> None:
    done = run(config(tmp_path, market_data="gap = 30"), tmp_path / "out", registry=plugins())
    assert "line is dead" in done.breaches[0]
    assert done.totals.cum_qty == 615
    assert replay(tmp_path / "out", registry=plugins()).identical


def test_strategy_that_raises_is_quarantined_and_replays(tmp_path: Path) -> None:
    path = config(tmp_path, CONFIG.replace('delay = "1s"', "fails = true"))
    done = run(path, tmp_path / "out", registry=plugins())
    assert any("ZeroDivisionError" in line for line in done.errors)
    assert done.breaches == []
    assert done.totals.cum_qty == 0
    assert replay(tmp_path / "out", audit=True, registry=plugins()).identical
    (line,) = (tmp_path / "out" / "faults.log").read_text(encoding="utf-8").splitlines()
    where = rf"{re.escape(str(Path(__file__).parent))}/\w+\.py:\d+ in decide"
    assert re.fullmatch(rf"plugin ALL: ZeroDivisionError: [^,]+, raised at {where}", line)
    assert done.faults == 0  # nothing was left out of the input
    found = stored_tables(tmp_path / "out", registry=plugins())
    for name in ("P1", "c0"):
        (one,) = explain(found, name)
        assert [m.text for m in one.moments if m.what == "error"] == done.quarantined


def test_what_if_takes_the_recorded_inputs_and_the_new_defaults(done: RunResult, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    same = what_if(tmp_path / "out", config(tmp_path / "other"), registry=plugins())
    assert same.commands == done.commands
    path = config(tmp_path / "other", CONFIG.replace('delay = "1s"', "fails = true"))
    assert what_if(tmp_path / "out", path, registry=plugins()).totals.cum_qty == 0


def test_stored_tables_are_proved_by_digest_else_folded(
    done: RunResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proved = stored_tables(tmp_path / "out", registry=plugins())
    path = tmp_path / "out" / "tables" / "executions.csv"
    path.write_text(path.read_text().replace("GIVE", "LIES"))
    folded = stored_tables(tmp_path / "out", registry=plugins())
    assert [(t.name, [list(r) for r in t.rows]) for t in proved] == [
        (t.name, [list(r) for r in t.rows]) for t in folded
    ]


def test_story_of_client_parent_and_child(done: RunResult, tmp_path: Path) -> None:
    found = stored_tables(tmp_path / "out", registry=plugins())
    (client,) = explain(found, "c0")
    assert [m.what for m in client.moments][:2] == ["received", "started"]
    assert "allocated" in [m.what for m in client.moments]
    (parent,) = explain(found, "P1")
    assert {"member", "decided", "sent", "trade", "ended"} <= {m.what for m in parent.moments}
    (child,) = explain(found, "P1.1")
    assert {"decided", "sent", "trade", "over"} <= {m.what for m in child.moments}
    assert explain(found, "nobody") == []


def test_replay_names_the_first_row_of_a_file_that_was_edited(done: RunResult, tmp_path: Path) -> None:
    same = replay(tmp_path / "out", registry=plugins())
    assert same.identical
    assert same.files == same.tables > 8
    assert same.compared == f"commands, {same.tables} tables refolded and {same.files} files in tables/"
    path = tmp_path / "out" / "tables" / "executions.csv"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([*lines[:2], lines[2].replace("GIVE", "LIES"), *lines[3:]]))
    assert f"table executions: {path}: row 2: found " in replay(tmp_path / "out", registry=plugins()).difference
    path.write_text("".join(lines[:-1]))
    assert f"row {len(lines) - 1}: found no row, expected " in replay(tmp_path / "out", registry=plugins()).difference
    path.unlink()
    assert "found FileNotFoundError" in replay(tmp_path / "out", registry=plugins()).difference


def test_run_that_is_interrupted_closes_its_journal_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(self: All, view: ParentView) -> Decision:
        raise KeyboardInterrupt

    monkeypatch.setattr(All, "decide", interrupt)
    with pytest.raises(KeyboardInterrupt, match=r"out: interrupted: the journal is closed, there are no tables"):
        run(config(tmp_path), tmp_path / "out", registry=plugins())
    again = replay(tmp_path / "out", registry=plugins())
    assert again.identical
    assert "the run was cut off" in again.torn


def test_orders_after_the_end_are_orders_that_were_refused(tmp_path: Path) -> None:
    done = run(config(tmp_path, orders="count = 70"), tmp_path / "out", registry=plugins())
    late = [o for o in table(tmp_path / "out", "client_orders") if o["text"] == "the day is over"]
    assert len(late) == 10
    assert {o["ord_status"] for o in late} == {"REJECTED"}
    assert done.totals.client_orders == done.counts.orders == 70
    assert replay(tmp_path / "out", registry=plugins()).identical
