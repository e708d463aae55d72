"""The host that plugins' commands get: runs under changes are the runs of the changed files, and keep nothing."""

import pickle
from pathlib import Path

import pytest

from smartexec.api import Changes, ConfigError, Host, PluginError, Table
from smartexec.cli.host import Installed
from smartexec.runtime.simulation.run import run
from tests.runtime.day import write_day


@pytest.fixture
def host() -> Host:
    """The host after a journey to another process."""
    found: Host = pickle.loads(pickle.dumps(Installed()))
    return found


def small_day(folder: Path, **changes: object) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return write_day(folder, **{"end": "14:50:00", "events": 120, "count": 40, **changes})


def rows(tables: dict[str, Table]) -> dict[str, list[list[str]]]:
    return {name: [list(row) for row in table.rows] for name, table in tables.items()}


def test_run_gives_the_tables_of_the_run_folder_and_leaves_none(host: Host, tmp_path: Path) -> None:
    config = small_day(tmp_path / "a")
    ran = host.run(config, Changes())
    assert ran.breaches == ()
    assert ran.seconds > 0
    assert [p.name for p in (tmp_path / "a").iterdir()] == ["config.toml"]
    assert run(config, tmp_path / "out").breaches == []
    assert rows(dict(ran.tables)) == rows(dict(host.tables(tmp_path / "out")))


def test_run_changes_seed_and_router_as_the_file_would(host: Host, tmp_path: Path) -> None:
    """Of what draws from the seed of the run: feed, orders, venues, and the strategies that vary themselves by it."""
    varied = "5\nrandomize_pct = 40"
    config = small_day(tmp_path / "a", slices=varied)
    other = small_day(tmp_path / "b", seed=8, slices=varied)
    other.write_text(other.read_text(encoding="utf-8").replace('"parallel"', '"sequential"'), encoding="utf-8")
    changed = host.run(config, Changes(seed=8, router="sequential"))
    assert rows(dict(changed.tables)) == rows(dict(host.run(other, Changes()).tables))
    assert rows(dict(changed.tables)) != rows(dict(host.run(config, Changes(seed=8)).tables))


def test_run_changes_the_strategy_of_every_order_before_defaults_are_merged(host: Host, tmp_path: Path) -> None:
    config = small_day(tmp_path)
    ran = host.run(config, Changes(strategy="TWAP", params={"slices": "3"}))
    parents = ran.tables["parent_orders"].records()
    assert parents
    assert all("slices=3" in p["params"].split(";") for p in parents)
    defaults = host.run(config, Changes(strategy="TWAP")).tables["parent_orders"].records()
    assert all("slices=5" in p["params"].split(";") for p in defaults)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        (Changes(strategy="NONE"), "strategy: found 'NONE', expected a strategy: one of "),
        (Changes(strategy="TWAP", params={"slices": "0"}), "TWAP.slices: found 0, expected >"),
        (Changes(strategy="TWAP", params={"pieces": "1"}), "TWAP.pieces: found an unknown key, expected one of "),
        (Changes(params={"slices": "3"}), "found parameters slices, expected a strategy to give them"),
        (Changes(router="none"), "routing.default: found 'none', expected one of "),
    ],
)
def test_check_and_run_refuse_changes_before_the_run(host: Host, tmp_path: Path, changes: Changes, fault: str) -> None:
    config = small_day(tmp_path)
    for call in (host.check, host.run):
        with pytest.raises(ConfigError) as caught:
            call(config, changes)
        (line,) = caught.value.faults
        assert line.startswith(f"{config}: ")
        assert fault in line


def test_check_says_all_faults_of_changes_at_once(host: Host, tmp_path: Path) -> None:
    config = small_day(tmp_path)
    with pytest.raises(ConfigError) as caught:
        host.check(config, Changes(strategy="TWAP", params={"slices": "0", "pieces": "1"}, router="none"))
    assert [fault.split(": ")[1] for fault in caught.value.faults] == ["TWAP.pieces", "TWAP.slices", "routing.default"]


def test_check_tells_of_a_file_and_of_plugins_that_are_not_there(host: Host, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="expected a readable TOML file"):
        host.check(tmp_path / "none.toml", Changes())
    config = small_day(tmp_path)
    config.write_text(config.read_text(encoding="utf-8").replace("smartexec-sim", "acme-none"), encoding="utf-8")
    with pytest.raises(PluginError, match="found no installed plugin acme-none"):
        host.check(config, Changes())


def test_tables_refuse_a_folder_that_is_no_run(host: Host, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"found no config\.toml, expected the folder of a run"):
        host.tables(tmp_path)
