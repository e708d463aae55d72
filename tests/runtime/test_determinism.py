"""Law 6 across processes: two hash seeds give the same journal, commands and tables, and replay each other's."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.runtime.day import write_day

SCRIPT = Path(__file__).parent.parent / "determinism.py"


def digests(seed: str, *paths: Path) -> str:
    """What `tests/determinism.py` says in a process with a hash seed of its own."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "digests", *map(str, paths)],
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
