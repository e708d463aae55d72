"""The program as a user meets it: what it prints, what it writes, and its exit codes."""

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from smartexec.cli import main as program
from smartexec.errors import ConfigError
from smartexec.registry import Registry
from tests.hooks.kit import registry
from tests.hooks.test_hooks import hook
from tests.runtime.world import CONFIG, PlainCsv, config, plugins


@pytest.fixture(autouse=True)
def tiny_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the tiny plugins the installed ones."""

    def installed(*_: Any) -> Registry:
        return plugins()

    for module in ("smartexec.runtime.plan.plan", "smartexec.cli.main", "smartexec.cli.plugins"):
        monkeypatch.setattr(f"{module}.discover", installed)


def call(*arguments: object) -> Result:
    return CliRunner().invoke(program.main, [str(a) for a in arguments])


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """The folder of a finished run."""
    assert call("run", config(tmp_path), "--out", tmp_path / "out").exit_code == 0
    return tmp_path / "out"


def test_run_prints_a_line_per_parent_and_where_the_files_are(tmp_path: Path) -> None:
    result = call("run", config(tmp_path), "--out", tmp_path / "out")
    assert result.exit_code == 0
    for text in (
        "client orders",
        "netted",
        "interval",
        "VWAP",
        "slippage",
        "P1",
        "GIVE",
        "6 client orders in",
    ):
        assert text in result.stdout
    assert str(tmp_path / "out") in result.stdout
    assert {p.name for p in (tmp_path / "out").iterdir()} == {"config.toml", "journal.bin", "tables", "faults.log"}


def test_run_without_out_makes_a_new_folder_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = config(tmp_path)
    assert [call("run", path).exit_code for _ in range(2)] == [0, 0]
    assert sorted(p.name for p in tmp_path.iterdir() if p.is_dir()) == ["run-tiny", "run-tiny-2"]


def test_run_json(tmp_path: Path) -> None:
    result = call("run", config(tmp_path), "--out", tmp_path / "out", "--json")
    told = json.loads(result.stdout)
    assert told["breaches"] == []
    assert told["totals"]["client_orders"] == 6
    first = told["parents"][0]
    assert first["venues"] == ["GIVE"]
    with (tmp_path / "out" / "tables" / "parent_orders.csv").open(newline="", encoding="utf-8") as stream:
        assert first["avg_px"] == next(csv.DictReader(stream))["avg_px"]
    totals = told["totals"]
    assert Decimal(totals["notional"]) / totals["cum_qty"] == Decimal(first["avg_px"]) == Decimal("10.01")


def test_run_says_what_the_figures_mean_and_what_to_type_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program, out = tmp_path / "a b" / "smartexec", tmp_path / "out"
    monkeypatch.setattr("sys.argv", [str(program)])
    lines = call("run", config(tmp_path), "--out", out).stdout.splitlines()
    assert lines[-2:] == [f"next: '{program}' replay {out}", f"      '{program}' explain {out} P1"]
    assert any("lots netted inside (both sides, offsets included)" in line for line in lines)
    assert any("positive = worse; parents without executions left out" in line for line in lines)
    monkeypatch.setattr("sys.argv", ["smartexec"])
    lines = call("run", config(tmp_path, orders="count = 0"), "--out", tmp_path / "none").stdout.splitlines()
    assert lines[-1] == f"next: smartexec replay {tmp_path / 'none'}"


def test_run_with_faults_is_usage_and_makes_nothing(tmp_path: Path) -> None:
    path = config(tmp_path, CONFIG.replace("seed = 7", 'seed = "x"').replace("[netting]", "[neting]"))
    result = call("run", path, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    assert result.stderr.splitlines()[1] == f"{path}: run.seed: found 'x', expected an integer"
    assert not (tmp_path / "out").exists()


def test_run_that_lost_something_is_1(tmp_path: Path) -> None:
    path = config(tmp_path, CONFIG.replace('mic = "GIVE"', 'mic = "GIVE"\nbreaks_after = 2'))
    result = call("run", path, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "lost: venue GIVE: adapter giver of acme-plugins 1.2.3: found ValueError: wire is cut" in result.stderr


def test_alert_alone_is_said_and_is_no_loss(tmp_path: Path) -> None:
    path = config(tmp_path, CONFIG.replace('delay = "1s"', "fails = true"))
    result = call("run", path, "--out", tmp_path / "out")
    assert result.exit_code == 0
    assert result.stderr.startswith("alert: ALL: plugin quarantined: ZeroDivisionError: no lots\n")
    told = json.loads(call("run", path, "--out", tmp_path / "json", "--json").stdout)
    assert told["errors"][0] == "ALL: plugin quarantined: ZeroDivisionError: no lots"
    assert told["breaches"] == []


def test_run_says_what_became_of_the_client_orders(tmp_path: Path) -> None:
    path = config(tmp_path, orders="bad = true")
    result = call("run", path, "--out", tmp_path / "out")
    assert "client orders: 6 FILLED, 0 CANCELED, 0 EXPIRED, 1 REJECTED\n" in result.stdout
    assert "  rejected OMS bad: ALL.lots: found 'many', expected an integer\n" in result.stdout
    told = json.loads(call("run", path, "--out", tmp_path / "json", "--json").stdout)
    assert told["clients"] == {
        "statuses": {"FILLED": 6, "CANCELED": 0, "EXPIRED": 0, "REJECTED": 1},
        "partly_executed": {"CANCELED": 0, "EXPIRED": 0},
        "reasons": ["OMS bad: ALL.lots: found 'many', expected an integer"],
    }  # fmt: skip


def test_run_of_no_file_is_usage(tmp_path: Path) -> None:
    result = call("run", tmp_path / "none.toml")
    assert result.exit_code == 2
    assert result.stderr == f"{tmp_path}/none.toml: found No such file or directory, expected a readable TOML file\n"


def test_replay_says_identical(out: Path) -> None:
    result = call("replay", out, "--audit")
    assert result.exit_code == 0
    assert "files in tables/ byte-identical" in result.stdout
    assert "0 different" in result.stdout


def test_replay_json(out: Path) -> None:
    told = json.loads(call("replay", out, "--json").stdout)
    assert (told["identical"], told["torn"], told["differences"]) == (True, "", [])


def test_replay_what_if_compares(out: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = config(tmp_path / "other", CONFIG.replace('delay = "1s"', 'delay = "10s"'))
    result = call("replay", out, "--what-if", other)
    assert result.exit_code == 0
    assert "recorded" in result.stdout
    told = json.loads(call("replay", out, "--what-if", other, "--json").stdout)
    assert told["recorded"]["cum_qty"] == told["what_if"]["cum_qty"] == 615


def test_replay_of_a_changed_config_is_1(out: Path) -> None:
    path = out / "config.toml"
    path.write_text(path.read_text() + "\n")
    result = call("replay", out)
    assert result.exit_code == 1
    assert "it is not what was run" in result.stderr


@pytest.mark.parametrize("command", [["replay"], ["explain", "P1"], ["export", "--out", "x"]])
def test_folder_that_is_no_run_is_usage(tmp_path: Path, command: list[str]) -> None:
    name, *rest = command
    result = call(name, tmp_path, *rest)
    assert result.exit_code == 2
    assert "found no config.toml, expected the folder of a run" in result.stderr


def test_export_writes_the_contract_tables(out: Path, tmp_path: Path) -> None:
    result = call("export", out, "--out", tmp_path / "x", "--format", "csv")
    assert result.exit_code == 0, result.output
    assert {p.name for p in (tmp_path / "x").iterdir()} == {p.name for p in (out / "tables").iterdir()}
    assert (tmp_path / "x" / "allocations.csv").read_bytes() == (out / "tables" / "allocations.csv").read_bytes()


def test_export_that_cannot_be_written_leaves_no_folder(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: Any) -> None:
        raise ConfigError("found no library, expected one")

    monkeypatch.setattr(PlainCsv, "open", missing)
    assert call("export", out, "--out", tmp_path / "x" / "y", "--format", "csv").exit_code == 2
    assert not (tmp_path / "x").exists()
    (tmp_path / "own").mkdir()
    assert call("export", out, "--out", tmp_path / "own", "--format", "csv").exit_code == 2
    assert (tmp_path / "own").is_dir()


def test_export_to_an_unknown_format_names_the_known_ones(out: Path, tmp_path: Path) -> None:
    result = call("export", out, "--out", tmp_path / "x", "--format", "pdf")
    assert result.exit_code == 2
    assert result.stderr == "--format: found 'pdf', expected a sink: one of csv\n"


def test_check(tmp_path: Path) -> None:
    assert call("check", config(tmp_path)).exit_code == 0
    result = call("check", config(tmp_path, CONFIG.replace('"GIVE"', "5")))
    assert result.exit_code == 2
    assert result.stderr == f"{tmp_path}/config.toml: venues[0].mic: found 5, expected text\n"
    told = json.loads(call("check", tmp_path / "config.toml", "--json").stdout)
    assert len(told["faults"]) == 1


def test_plugins_lists_parameters() -> None:
    result = call("plugins")
    assert result.exit_code == 0
    assert "strategy ALL (acme-plugins 1.2.3): Send everything, after a while." in result.stdout
    assert "    delay: duration; default 0\n" in result.stdout
    told = json.loads(call("plugins", "--json").stdout)
    (one,) = [p for p in told["plugins"] if p["kind"] == "strategy"]
    assert one["parameters"][0] == {
        "name": "lots", "type": "int", "default": 10, "required": False, "doc": "", "constraints": "> 0", "unit": "",
    }  # fmt: skip


def test_explain_tells_the_story(out: Path) -> None:
    result = call("explain", out, "c0")
    assert result.exit_code == 0
    assert result.stdout.startswith("client order O1\n")
    assert "BUY 100 ABC at market, ALL" in result.stdout
    (story,) = json.loads(call("explain", out, "P1.1", "--json").stdout)
    assert story["kind"] == "child"


def test_explain_of_an_unknown_order_is_usage(out: Path) -> None:
    result = call("explain", out, "nobody")
    assert result.exit_code == 2
    assert "found no order 'nobody'" in result.stderr


def test_commands_of_plugins_are_added(monkeypatch: pytest.MonkeyPatch) -> None:
    greet = click.Command("greet", callback=lambda: click.echo("hello"), help="Say hello.")
    monkeypatch.setattr("smartexec.cli.main.discover", lambda: registry(hook("smartexec_commands", greet)))
    assert call("greet").stdout == "hello\n"
    assert "Say hello." in call("--help").stdout


def test_unknown_command_is_usage() -> None:
    assert call("nonsense").exit_code == 2


def test_run_that_is_interrupted_says_one_line_and_is_130(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tests.runtime.world.All.decide", interrupt)
    result = call("run", config(tmp_path), "--out", tmp_path / "out")
    assert result.exit_code == 130
    assert result.stderr == f"{tmp_path / 'out'}: interrupted: the journal is closed, there are no tables\n"
