"""The kits are proven: a healthy plugin of each kind passes, and each faulty one fails the scenario that its docstring
names.

A file of `faulty/` has, for one kind, a `Healthy` plugin, others with one fault each, and a conformance class for each.
They are run by pytest in a process of their own: the healthy one whole, the faulty ones in the scenario they must fail.
"""

import json
import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pytest

from smartexec.testing.kit import Kit

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = Path(__file__).with_name("faulty")
KINDS: Final = {
    "strategies": 5,
    "routing_logics": 5,
    "order_sources": 2,
    "wired_order_sources": 2,
    "feeds": 2,
    "journals": 2,
    "sinks": 2,
    "wired_sinks": 2,
    "venues": 5,
    "timed_venues": 5,
    "polling_venues": 3,
    "simulated_venues": 5,
}
"""File of `faulty/` -> how many faulty plugins it has at least."""
NAMED: Final = re.compile(r"\b([A-Z]-\d\d) must catch it")
VIEWS: Final = "2000"
"""Random views and requests that are tried: a fault that is to be found among them is not that rare."""


def kits(file: str) -> list[type[Kit]]:
    """The conformance classes of a file, the healthy plugin's first."""
    module = import_module(f"tests.testing.faulty.{file}")
    found = [value for name, value in vars(module).items() if name.startswith("Test") and issubclass(value, Kit)]
    return sorted(found, key=lambda kit: kit.__name__ != "TestHealthy")


def caught_by(kit: type[Kit]) -> str:
    """Number of the scenario that must catch a faulty plugin."""
    match = NAMED.search(kit.plugin().__doc__ or "")
    assert match, f"{kit.plugin().__name__}: found {kit.plugin().__doc__!r}, expected the scenario that must catch it"
    return match[1]


def node(file: str, kit: type[Kit], number: str = "") -> str:
    """Of pytest: a conformance class, or one of its scenarios."""
    method = next((f"::{one.method}" for one in kit.scenarios() if one.number == number), "")
    return f"{FOLDER / file}.py::{kit.__name__}{method}"


def outcomes(file: str, folder: Path) -> dict[str, dict[str, Any]]:
    """Run the kits of a file; give what came of each scenario, by conformance class."""
    healthy, *faulty = kits(file)
    nodes = [node(file, healthy), *(node(file, kit, caught_by(kit)) for kit in faulty)]
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--certificate", str(folder / "told.json")]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    ran = subprocess.run(
        [*command, "--basetemp", str(folder / "of-its-own"), *nodes],
        cwd=ROOT,
        env={**clean, "SMARTEXEC_VIEWS": VIEWS},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1, ran.stdout + ran.stderr
    told = json.loads((folder / "told.json").read_text())
    return {one["node"].rpartition("::")[2]: one["scenarios"] for one in told}


@pytest.mark.parametrize("file", KINDS)
def test_kit_catches_the_faulty_and_passes_the_healthy(file: str, tmp_path: Path) -> None:
    healthy, *faulty = kits(file)
    found = outcomes(file, tmp_path)
    named = {kit.__name__: caught_by(kit) for kit in faulty}
    missed = {name: found[name][number] for name, number in named.items() if found[name][number]["outcome"] != "failed"}
    assert not missed
    twin = found[healthy.__name__]
    assert {number: one for number, one in twin.items() if one["outcome"] not in ("passed", "skipped")} == {}
    assert [number for number in named.values() if twin[number]["outcome"] != "passed"] == []
    assert sorted(twin) == [one.number for one in healthy.scenarios()]


@pytest.mark.parametrize(("file", "least"), KINDS.items())
def test_there_are_enough_faults(file: str, least: int) -> None:
    healthy, *faulty = kits(file)
    assert len(faulty) >= least
    assert all(issubclass(kit.plugin(), healthy.plugin()) for kit in faulty)


def test_every_file_is_tried() -> None:
    assert {path.stem for path in FOLDER.glob("*.py")} == set(KINDS)
