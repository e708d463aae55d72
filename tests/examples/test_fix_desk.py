"""The example of a desk over FIX: run as its README says, looked at afterwards, and interrupted."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.examples.program import ROOT, call, check_run, table, well

RUN = ROOT / "examples" / "fix_desk" / "run.py"


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """What it printed, and its folder."""
    folder = tmp_path_factory.mktemp("desk") / "day"
    return well(call(sys.executable, RUN, "--orders", "200", "--pace", "3", "--out", folder, cwd=folder.parent)), folder


def test_parties_have_the_same(day: tuple[str, Path]) -> None:
    said, folder = day
    assert "client, run, back office and exchange have the same" in said
    assert said.startswith("exchange at port ")
    assert "200 orders: " in said
    assert "allocation " in said
    orders = table(folder / "run" / "tables", "client_orders")
    assert len(orders) == 200
    assert {row["source"] for row in orders} == {"CLIENT"}
    assert sum(row["ord_status"] == "FILLED" for row in orders) > 100
    assert not [row for row in orders if row["ord_status"] == "REJECTED"]
    assert sum(int(row["last_qty"]) for row in table(folder / "run" / "tables", "executions")) > 1_000


def test_laws_hold_in_what_is_exported(day: tuple[str, Path], shared_data: Path, tmp_path: Path) -> None:
    well(call("smartexec", "export", day[1] / "run", "--out", tmp_path / "tables", cwd=tmp_path))
    check_run(shared_data, tmp_path / "tables")


def test_run_is_replayed_and_explained_without_its_secret(day: tuple[str, Path], tmp_path: Path) -> None:
    assert " 0 different" in well(call("smartexec", "replay", day[1] / "run", "--audit", cwd=tmp_path))
    assert "parent P1" in well(call("smartexec", "explain", day[1] / "run", "P1", cwd=tmp_path))


def test_password_is_in_no_file(day: tuple[str, Path]) -> None:
    files = [path for path in day[1].rglob("*") if path.is_file()]
    assert [path.name for path in files if b"open sesame" in path.read_bytes()] == []


def test_interrupt_ends_all_of_it(tmp_path: Path) -> None:
    words = [sys.executable, "-u", str(RUN), "--out", str(tmp_path / "day")]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    while " sent, " not in process.stdout.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 130, said
    assert "Traceback" not in said
    log = (tmp_path / "day" / "serve.log").read_text(encoding="utf-8")
    assert "client orders: " in log, log
    assert (tmp_path / "day" / "books.json").is_file()
