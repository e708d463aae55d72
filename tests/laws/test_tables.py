"""Seeded worlds as the public contract sees them: their tables pass the checker, and a lot happens in them."""

import csv
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from smartexec.runtime.report.tables import tables
from tests.laws.machine import Machine, drawn
from tests.laws.power import COUNTS, count

SEEDS = 160
LEAST = 20
"""How often each thing that `power.py` counts must happen in all seeded worlds together."""


def written(machine: Machine, folder: Path) -> Path:
    """The tables of a world that has ended, as `smartexec export` writes them."""
    lot = machine.config.rounding
    for name, columns, rows in tables(machine.world.engine.blotter, lot):
        with (folder / f"{name}.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows(rows)
    return folder


@pytest.fixture(scope="module")
def worlds() -> list[Machine]:
    """Seeded worlds, ended."""
    machines = []
    for seed in range(SEEDS):
        config, steps = drawn(seed)
        machine = Machine(config)
        machine.run(steps)
        machines.append(machine)
    return machines


@pytest.mark.shared
def test_tables_of_any_world_pass_the_public_checker(worlds: list[Machine], shared_data: Path, tmp_path: Path) -> None:
    breaches = {}
    for machine in worlds:
        folder = written(machine, tmp_path)
        command = [sys.executable, str(shared_data / "check_run.py"), str(folder), "--allow-empty", "--json"]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        found = json.loads(result.stdout)["breaches"] if result.returncode in (0, 1) else [result.stdout]
        if found:
            breaches[machine.config.seed] = found
    assert breaches == {}


def test_everything_happens_often(worlds: list[Machine]) -> None:
    total: Counter[str] = Counter()
    for machine in worlds:
        total.update(count(machine))
    assert {name: total[name] for name in COUNTS if total[name] < LEAST} == {}
