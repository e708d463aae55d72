"""Law 6 across processes: two hash seeds give the same journal, commands and tables, and replay each other's."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.runtime.day import write_day

SCRIPT = Path(__file__).parent.parent / "determinism.py"


def digests(seed: str, *paths: Path) -> str:
    """What `tests/determinism.py digests` says in a process with a hash seed of its own."""
    return said(seed, "digests", *paths)


def said(seed: str, part: str, *paths: Path) -> str:
    """What a part of `tests/determinism.py` says in a process with a hash seed of its own."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT), part, *map(str, paths)],
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("changes", [{}, {"seed": 8, "count": 100, "sync": "normal"}])
def test_hash_seeds_give_the_same_bytes_and_replay_each_other(tmp_path: Path, changes: dict[str, object]) -> None:
    config = write_day(tmp_path, **changes)
    one = digests("1", config, tmp_path / "one")
    assert {word for word in one.split() if len(word) < 32} == {"journal", "commands", "tables"}
    assert digests("2", config, tmp_path / "two") == one
    assert digests("2", tmp_path / "one") == one
    assert digests("1", tmp_path / "two") == one


def test_day_has_cancels_replaces_and_crosses(tmp_path: Path) -> None:
    write_day(tmp_path)
    digests("3", tmp_path / "config.toml", tmp_path / "out")
    tables = tmp_path / "out" / "tables"
    statuses = [line.rsplit(",", 2)[-2] for line in (tables / "client_orders.csv").read_text().splitlines()]
    assert statuses.count("CANCELED") > 5
    assert statuses.count("FILLED") > 100
    assert len((tables / "crosses.csv").read_text().splitlines()) > 10


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The busy days, run under one hash seed, and their digests."""
    folder = tmp_path_factory.mktemp("busy")
    return folder, said("1", "busy", folder)


def test_every_plugin_says_the_same_again_under_another_hash_seed(busy: tuple[Path, str]) -> None:
    folder, lines = busy
    assert len(set(lines.splitlines())) == len(lines.splitlines()) == 9
    assert said("2", "again", folder) == lines


def test_busy_days_have_what_they_are_for(busy: tuple[Path, str]) -> None:
    runs = sorted(busy[0].glob("run*"))
    plugins = {"TWAP", "VWAP", "POV", "IS", "CLOSE", "ICEBERG", "SNIPER", "TRILEMMA"}
    for run in runs:
        assert {row["plugin"] for row in rows(run, "decisions")} >= plugins
        assert {row["level"] for row in rows(run, "alerts")} <= {"info", "warning"}
        filled = [row for row in rows(run, "child_orders") if row["cum_qty"] != "0"]
        assert any(row["time_in_force"] == "AT_CLOSE" for row in filled)
        assert {"SIMA", "SIMB"} <= {row["venue"] for row in filled}
    assert any("dynamic" in row["note"] for row in rows(runs[0], "decisions") if row["plugin"] == "VWAP")
    assert any(row["what"].startswith("over-booked: ") for row in rows(runs[0], "alerts"))


def rows(run: Path, name: str) -> list[dict[str, str]]:
    with (run / "tables" / f"{name}.csv").open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))
