"""Comparisons: what is named on the command line, failed runs, pairing, files. The runs here are made up."""

import csv
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from attrs import evolve, field, frozen
from click.testing import CliRunner, Result

from smartexec.api import Changes, ConfigError, Host, Ran, Table
from smartexec_tca.combination import Combination, combinations
from smartexec_tca.compare_command import command
from smartexec_tca.comparison import compare
from smartexec_tca.study import Outcome, Task, study, tasks
from smartexec_tca.units import units
from smartexec_tca.worked import METRICS, Worked, worked

Desk = Callable[..., dict[str, Table]]

# -- what is compared --------------------------------------------------------------------------------------------------


def test_every_strategy_with_every_router() -> None:
    found = combinations(["TWAP,VWAP:dynamic=true:slices=10"], ["a", "b"])
    labels = ["TWAP, a", "TWAP, b", "VWAP:dynamic=true:slices=10, a", "VWAP:dynamic=true:slices=10, b"]
    assert [one.label for one in found] == labels
    assert found[3].changes(5) == Changes(
        seed=5, strategy="VWAP", params={"dynamic": "true", "slices": "10"}, router="b"
    )


def test_nothing_named_is_the_configuration_as_it_is() -> None:
    (one,) = combinations([], [])
    assert (one.label, one.changes(None)) == ("as configured", Changes())


def test_parameters_may_hold_an_equals_sign() -> None:
    assert combinations(["X:a=b=c"], []) == [Combination("X", (("a", "b=c"),))]


@pytest.mark.parametrize(
    ("strategies", "routers", "fault"),
    [
        ("TWAP,", "", "--strategies: found '', expected NAME or NAME:PARAMETER=VALUE"),
        (":a=1", "", "--strategies: found ':a=1', expected NAME or NAME:PARAMETER=VALUE"),
        ("TWAP:a", "", "--strategies: found 'TWAP:a', expected NAME or NAME:PARAMETER=VALUE"),
        ("TWAP(a=1)", "", "--strategies: found 'TWAP(a=1)', expected NAME or NAME:PARAMETER=VALUE"),
        ("TWAP;VWAP", "", "--strategies: found 'TWAP;VWAP', expected NAME or NAME:PARAMETER=VALUE"),
        ("TWAP:=1", "", "--strategies: found 'TWAP:=1', expected NAME or NAME:PARAMETER=VALUE"),
        ("TWAP:a=1:a=2", "", "--strategies: found a twice in 'TWAP:a=1:a=2', expected once"),
        ("TWAP,TWAP", "", "--strategies: found 'TWAP' twice, expected once"),
        ("TWAP", "a,,b", "--routers: found '', expected the name of a routing logic"),
        ("TWAP", "a,a", "--routers: found 'a' twice, expected once"),
    ],
)
def test_what_cannot_be_read_is_said(strategies: str, routers: str, fault: str) -> None:
    with pytest.raises(ConfigError) as caught:
        combinations([strategies], [routers] if routers else [])
    assert caught.value.faults == (fault,)


# -- figures -----------------------------------------------------------------------------------------------------------

BASE, OTHER = Combination("A"), Combination("B")
DAY = Path("day.toml")


def parent(*clients: str, bps: float = 0.0, notional: float = 1000.0, name: str = "P1") -> Worked:
    money = dict.fromkeys(METRICS, bps * notional / 1e4)
    return Worked(
        parent_id=name, symbol="ABC", side="BUY", clients=clients, money=money,
        weight=dict.fromkeys(METRICS, notional), ordered=notional, crossed=notional / 4,
        done=notional / 2, sent=notional, filled=notional / 4, notional=notional,
        added=notional / 5, fees=notional / 1e4, children=3, seconds=60.0,
    )  # fmt: skip


def outcome(one: Combination, *parents: Worked, seed: int = 1, fault: str = "") -> Outcome:
    return Outcome(Task(DAY, seed, one), parents, 0.5, fault)


def test_parents_are_read_from_tables(desk: Desk) -> None:
    tables = desk()
    orders = tables["client_orders"]
    named = [[*row, "OMS", f"c{number}"] for number, row in enumerate(orders.rows)]
    tables["client_orders"] = Table((*orders.columns, "source", "cl_ord_id"), named)
    (one,) = worked(tables)
    assert one.clients == ("OMS c0", "OMS c1")
    assert one.money == pytest.approx({"arrival": 14.0, "vwap": 7.0, "close": -679.0, "shortfall": 37.1})
    assert one.bps("shortfall") == pytest.approx(37.1 / (940 * 100.01) * 1e4)
    assert (one.ordered, one.done) == pytest.approx((940 * 100.01, 700 * 100.01))
    assert one.crossed == pytest.approx(60 * 100.01)
    assert (one.sent, one.filled) == pytest.approx((800 * 100.01, 700 * 100.01))
    assert (one.notional, one.added, one.fees) == pytest.approx((70_023.0, 30_003.0, 1.5))
    assert (one.children, one.seconds) == (2, 540.0)


def test_orders_that_shared_a_parent_anywhere_are_one_unit() -> None:
    apart = outcome(OTHER, parent("c1"), parent("c2", name="P2"), parent("c3", name="P3"))
    found = units([outcome(BASE, parent("c1", "c2"), parent("c3", name="P2")), apart], "parents")
    key = ("day.toml", 1)
    assert found[key, "c1"] == found[key, "c2"] != found[key, "c3"]
    assert set(units([apart], "runs").values()) == {key}


def test_means_are_weighted_and_differences_paired() -> None:
    base = [outcome(BASE, parent("c1", bps=2.0), parent("c2", bps=6.0, notional=3000.0, name="P2"))]
    other = [outcome(OTHER, parent("c1", bps=1.0), parent("c2", bps=5.0, notional=3000.0, name="P2"))]
    first, second = compare([BASE, OTHER], [*base, *other], by="parents", replicates=200)
    arrival = first.metrics["arrival"].mean
    assert (arrival.value, arrival.low, arrival.high) == pytest.approx((5.0, 2.0, 6.0))
    apart = second.metrics["arrival"].difference
    assert (apart.value, apart.low, apart.high) == pytest.approx((-1.0, -1.0, -1.0))
    assert (first.units, first.parents, first.runs, first.failed) == (2, 2, 1, 0)
    shares = (first.fill_rate, first.completion, first.passive, first.children, first.fees_bps, first.worked_seconds)
    assert shares == pytest.approx((0.25, 0.5, 0.2, 3.0, 1.0, 60.0))
    assert first.crossed == pytest.approx(0.2)


def test_failed_run_is_in_no_mean_and_its_inputs_in_no_difference() -> None:
    outcomes = [
        outcome(BASE, parent("c1", bps=1.0)),
        outcome(BASE, parent("c1", bps=9.0), seed=2),
        outcome(OTHER, parent("c1", bps=4.0)),
        outcome(OTHER, seed=2, fault="ValueError: no"),
    ]
    first, second = compare([BASE, OTHER], outcomes, by="parents", replicates=100)
    assert first.metrics["arrival"].mean.value == pytest.approx(5.0)
    assert (second.runs, second.failed) == (2, 1)
    assert second.metrics["arrival"].difference.value == pytest.approx(3.0)


def test_combination_of_which_all_runs_failed_has_no_figures() -> None:
    failed = outcome(OTHER, fault="ValueError: no")
    _, second = compare([BASE, OTHER], [outcome(BASE, parent("c1")), failed], by="parents", replicates=100)
    assert second.metrics["arrival"].mean.value is None
    assert (second.fill_rate, second.children, second.metrics["vwap"].tail) == (None, None, None)


# -- runs and files ----------------------------------------------------------------------------------------------------


@frozen
class Runs(Host):
    """A host whose every run gives the same tables; that of router "bad" breaks, of "lossy" loses something, in
    one of "raising" a plugin is quarantined, one of "deadly" ends its process."""

    made: Mapping[str, Table] = field(factory=dict)
    known: tuple[str, ...] = ("A", "B")

    def check(self, config: Path, changes: Changes) -> None:
        if changes.strategy not in self.known:
            raise ConfigError(
                f"{config}: strategy: found {changes.strategy!r}, expected one of {', '.join(self.known)}"
            )

    def run(self, config: Path, changes: Changes) -> Ran:
        if changes.router == "deadly":
            os._exit(9)
        if changes.router == "interrupted":
            raise KeyboardInterrupt
        if changes.router == "bad":
            raise ValueError(f"seed {changes.seed}\nbroke")
        lost, raised = changes.router == "lossy", changes.router == "raising"
        why = ("A: plugin quarantined: ValueError: no",) if raised else ()
        return Ran(tables=self.made, breaches=("P1: lost",) if lost else (), seconds=0.25, quarantined=why)

    def tables(self, run: Path) -> Mapping[str, Table]:
        raise NotImplementedError


@pytest.fixture
def host(desk: Desk) -> Runs:
    tables = desk()
    orders = tables["client_orders"]
    named = [[*row, "OMS", f"c{number}"] for number, row in enumerate(orders.rows)]
    return Runs(tables | {"client_orders": Table((*orders.columns, "source", "cl_ord_id"), named)})


def test_study_names_what_failed_and_goes_on() -> None:
    told: list[str] = []
    todo = tasks([DAY], [1, 2], combinations(["A"], ["bad", "worse"]))
    found = study(Runs(), todo, 1, lambda o: told.append(o.task.name))
    assert [o.task for o in found] == todo
    assert [o.fault.split(":")[0] for o in found] == ["ValueError", "SmartexecError"] * 2
    assert found[0].fault == "ValueError: seed 1 broke"
    assert sorted(told) == sorted(task.name for task in todo)
    assert todo[0].name == "A, bad, day.toml, seed 1"


def test_process_that_dies_takes_no_other_run_with_it(host: Runs) -> None:
    told: list[str] = []
    todo = tasks([DAY], [1, 2], combinations(["A"], ["ok", "deadly"]))
    found = study(host, todo, 2, lambda o: told.append(o.task.name))
    assert [o.task for o in found] == todo
    assert [o.fault.split(",")[0] for o in found] == ["", "its process died"] * 2
    assert [len(o.parents) for o in found] == [1, 0] * 2
    assert sorted(told) == sorted(task.name for task in todo)


def call(host: Host, *arguments: object) -> Result:
    return CliRunner().invoke(command, [str(a) for a in arguments], obj=host, catch_exceptions=False)


def test_command_writes_all_files_and_says_the_same_twice(host: Runs, tmp_path: Path) -> None:
    for out in ("a", "b"):
        arguments = ("day.toml", "--strategies", "A,B", "--seeds", 2, "--jobs", 1, "--out", tmp_path / out)
        result = call(host, *arguments)
        assert result.exit_code == 0, result.output
    names = ["comparison.csv", "comparison.json", "parents.csv", "plots.html", "runs.csv"]
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == names
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    with (tmp_path / "a" / "comparison.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["combination"] for row in rows] == ["A", "B"]
    assert (rows[1]["runs"], rows[1]["parents"], rows[1]["arrival_difference"]) == ("2", "2", "0.000000")
    assert "arrival, bp" in result.stdout


def test_pictures_need_no_network(host: Runs, tmp_path: Path) -> None:
    call(host, "day.toml", "--strategies", "A,B", "--jobs", 1, "--out", tmp_path)
    text = (tmp_path / "plots.html").read_text(encoding="utf-8")
    assert '<script src="' not in text
    assert "<link" not in text
    assert text.count('class="plotly-graph-div"') == 3


def test_command_counts_failures_and_losses(host: Runs, tmp_path: Path) -> None:
    arguments = ("day.toml", "--strategies", "A", "--routers", "ok,bad,lossy,raising", "--jobs", 1, "--json")
    result = call(host, *arguments, "--out", tmp_path)
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    quarantined = "A: plugin quarantined: ValueError: no"
    assert told["failed"] == [
        {"run": "A, bad, day.toml", "fault": "ValueError: seed None broke"},
        {"run": "A, raising, day.toml", "fault": quarantined},
    ]
    counted = [("ok", 0), ("bad", 1), ("lossy", 0), ("raising", 1)]
    assert [(one["router"], one["failed"]) for one in told["combinations"]] == counted
    lines = result.stderr.splitlines()
    assert "failed: A, bad, day.toml: ValueError: seed None broke" in lines
    assert "lost: A, lossy, day.toml: P1: lost" in lines
    assert f"failed: A, raising, day.toml: {quarantined}" in lines
    assert "2 of 4 runs failed; they are in no figure" in lines


def test_command_refuses_before_it_makes_anything(host: Runs, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        call(host, "a.toml", "b.toml", "--strategies", "A,C", "--out", tmp_path / "out")
    assert [fault.split(":")[0] for fault in caught.value.faults] == ["a.toml", "b.toml"]
    with pytest.raises(ConfigError, match=r"CONFIG: found a\.toml twice"):
        call(host, "a.toml", "a.toml", "--strategies", "A", "--out", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"--out: .*expected a folder that can be written"):
        call(host, "a.toml", "--strategies", "A", "--out", tmp_path / "file")


def test_interrupted_comparison_leaves_no_empty_folder(host: Runs, tmp_path: Path) -> None:
    for out in (tmp_path / "new", tmp_path / "used"):
        if out.name == "used":
            out.mkdir()
            (out / "note").write_text("mine", encoding="utf-8")
        arguments = ("day.toml", "--strategies", "A", "--routers", "interrupted", "--jobs", 1, "--out", out)
        result = CliRunner().invoke(command, [str(a) for a in arguments], obj=host)
        assert isinstance(result.exception, SystemExit)
    assert [path.name for path in tmp_path.iterdir()] == ["used"]


def test_folders_are_numbered_where_none_is_named(host: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        call(evolve(host), "day.toml", "--strategies", "A", "--jobs", 1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["comparison", "comparison-2"]
