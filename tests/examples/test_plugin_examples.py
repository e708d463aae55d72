"""The examples of plugins, each run by its one line: the program ends well, and its tables keep the laws."""

import sys
from pathlib import Path

import pytest

from tests.examples.program import ROOT, call, check_run, well

EXAMPLES = ROOT / "examples"
RUNS = {
    "own_strategy": ("HARRIER", ["bp against arrival", "comparison.csv"]),
    "small": ("SMALL-TWAP", ["SMALL-VWAP", "lots are due", "late: takes"]),
    "own_router": ("TWAP", ["effective spread", "frugal"]),
    "own_sink": ("TWAP", ["who got what", "whether all that was executed was given to somebody"]),
    "basket_day": ("BASKET", ["INDEX-1: AAA 6000 of 6000", "PAIR-7: EEE 8000 of 8000, FFF 8000 of 8000"]),
}


@pytest.mark.parametrize("name", RUNS)
def test_example_runs_and_keeps_the_laws(name: str, tmp_path: Path, shared_data: Path) -> None:
    strategy, texts = RUNS[name]
    said = well(call(sys.executable, EXAMPLES / name / "run.py", cwd=tmp_path))
    assert strategy in said
    for text in texts:
        assert text in said, said
    check_run(shared_data, tmp_path / "runs" / name.replace("_", "-") / "tables")


def test_basket_stays_together(tmp_path: Path) -> None:
    said = well(call(sys.executable, EXAMPLES / "basket_day" / "run.py", cwd=tmp_path))
    apart = [float(line.split("more than ")[1].split(" %")[0]) for line in said.splitlines() if "apart" in line]
    assert len(apart) == 2
    assert max(apart) < 6


def test_every_example_that_is_a_package_says_how_to_run_it() -> None:
    for project in sorted(EXAMPLES.glob("*/pyproject.toml")):
        readme = (project.parent / "README.md").read_text(encoding="utf-8")
        assert f"$ make example NAME={project.parent.name}" in readme
        adds_plugins = "[project.entry-points.smartexec]" in project.read_text(encoding="utf-8")
        assert (f"smartexec certify examples/{project.parent.name}" in readme) == adds_plugins
