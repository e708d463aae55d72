"""`smartexec compare` and `smartexec tca` on real runs of a small synthetic day, in processes of their own."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from smartexec.cli.main import main
from tests.runtime.day import write_day

SMALL = {"end": "14:40:00", "events": 80, "count": 30}


def call(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments], catch_exceptions=False)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return write_day(tmp_path, **SMALL)


def test_two_strategies_with_two_seeds_and_any_number_of_processes(config: Path, tmp_path: Path) -> None:
    for jobs in (1, 2):
        arguments = (config, "--strategies", "TWAP:slices=2,TWAP:slices=6", "--seeds", 2, "--jobs", jobs, "--json")
        result = call("compare", *arguments, "--out", tmp_path / f"jobs{jobs}")
        assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert [one["combination"] for one in told["combinations"]] == ["TWAP:slices=2", "TWAP:slices=6"]
    first, second = told["combinations"]
    assert (first["runs"], first["failed"], second["runs"]) == (2, 0, 2)
    assert second["children"] > first["children"] > 0
    assert 0 < first["completion"] <= 1
    for one in told["combinations"]:
        for metric in ("arrival", "vwap", "close", "shortfall"):
            assert one[metric]["low"] <= one[metric]["mean"] <= one[metric]["high"]
            assert one[metric]["tail"] >= one[metric]["mean"]
    for name in ("comparison.csv", "comparison.json", "parents.csv", "plots.html"):  # runs.csv has the times
        assert (tmp_path / "jobs1" / name).read_bytes() == (tmp_path / "jobs2" / name).read_bytes()


def test_runs_that_fail_are_named_and_the_others_go_on(config: Path, tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    broken = write_day(tmp_path / "b", **SMALL)
    text = broken.read_text(encoding="utf-8")
    begin, end = text.index("[orders]"), text.index("[[venues]]")
    orders = '[orders]\nplugin = "file"\npath = "none.csv"\n\n'
    broken.write_text(text[:begin] + orders + text[end:], encoding="utf-8")
    result = call("compare", config, broken, "--routers", "parallel,sequential", "--jobs", 2, "--out", tmp_path / "c")
    assert result.exit_code == 1
    failed = [line for line in result.stderr.splitlines() if line.startswith("failed: ")]
    assert sorted(line.split(", ")[0] for line in failed) == ["failed: parallel", "failed: sequential"]
    assert all(str(broken) in line and "none.csv" in line for line in failed)
    assert "2 of 4 runs failed; they are in no figure" in result.stderr
    with (tmp_path / "c" / "runs.csv").open(newline="", encoding="utf-8") as stream:
        faults = {(row["combination"], row["config"]): row["fault"] for row in csv.DictReader(stream)}
    assert [bool(fault) for fault in faults.values()] == [False, False, True, True]


def test_faults_of_all_combinations_are_told_before_the_first_run(config: Path, tmp_path: Path) -> None:
    result = call("compare", config, "--strategies", "TWAP:slices=0,NONE", "--out", tmp_path / "c")
    assert result.exit_code == 2
    first, second = result.stderr.splitlines()
    assert first.startswith(f"{config}: TWAP.slices: found 0, expected")
    assert second.startswith(f"{config}: strategy: found 'NONE', expected a strategy: one of ")
    assert not (tmp_path / "c").exists()


def test_tca_of_a_run_agrees_with_the_comparison_of_it(config: Path, tmp_path: Path) -> None:
    assert call("run", config, "--out", tmp_path / "run").exit_code == 0
    cost = json.loads(call("tca", tmp_path / "run", "--json").stdout)["lines"][-1]
    compared = json.loads(call("compare", config, "--jobs", 1, "--json", "--out", tmp_path / "c").stdout)
    (one,) = compared["combinations"]
    for metric, column in (("arrival", "arrival_bps"), ("vwap", "vwap_bps"), ("shortfall", "is_bps")):
        assert one[metric]["mean"] == pytest.approx(float(cost[column]), abs=1e-5)
    assert one["completion"] == pytest.approx(float(cost["done"]), abs=1e-5)
    replayed = call("replay", tmp_path / "run")
    assert "byte-identical" in replayed.stdout  # what tca wrote beside the tables does not disturb the run


def test_tca_of_no_run_is_told_in_one_line(tmp_path: Path) -> None:
    result = call("tca", tmp_path)
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [f"{tmp_path}: found no config.toml, expected the folder of a run"]
