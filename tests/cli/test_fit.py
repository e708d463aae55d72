"""`smartexec fit volume` as a user meets it: what it prints, what it writes, its one-line errors and exit codes."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from smartexec.cli import main as program
from smartexec.runtime.fit.volume_history import MINUTE
from smartexec.runtime.reading.statistics_file import load_statistics
from tests.cli.lobster_world import CONFIG


def call(*arguments: object) -> Result:
    return CliRunner().invoke(program.main, ["fit", *map(str, arguments)])


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """Twelve days of four bins: 40 %, 20 %, 10 % and 30 % of 1,000, 1,010, ... lots."""
    totals = [1_000 + 10 * day for day in range(12)]
    rows = [",".join(["at", *(f"d{day}" for day in range(12))])]
    for begin, share in (("09:30 AM", 0.4), ("10:00 AM", 0.2), ("10:30 AM", 0.1), ("11:00 AM", 0.3)):
        rows.append(",".join([begin, *(f"{total * share:.1f}" for total in totals)]))
    path = tmp_path / "abc.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def test_fit_of_a_file_prints_the_curve_and_writes_the_statistics(profile: Path, tmp_path: Path) -> None:
    out = tmp_path / "s.json"
    result = call("volume", profile, "--symbol", "ABC", "--out", out)
    assert result.exit_code == 0
    assert "ABC: 12 days, average day 1,055 lots, volatility - a day, spread -" in result.stdout
    assert "dynamic model: a_eta" in result.stdout
    for text in ("0:00   40.00%", "0:30   20.00%", "1:00   10.00%", "1:30   30.00%", f"written to {out}"):
        assert text in result.stdout
    known = load_statistics(out)["ABC"]
    assert (known.adv, known.bin) == (1_055, 30 * MINUTE)
    assert known.curve == (400_000_000, 200_000_000, 100_000_000, 300_000_000)
    assert known.model is not None


def test_fit_json(profile: Path) -> None:
    result = call("volume", profile, "--symbol", "ABC", "--days", 3, "--bins", 2, "--json")
    told: dict[str, Any] = json.loads(result.stdout)
    assert told == {
        "ABC": {
            "days": 3,
            "left_out": [],
            "fit": None,
            "statistics": {
                "adv": 1_010,
                "sigma": None,
                "spread": None,
                "bin": 60 * MINUTE,
                "curve": [600_000_000, 400_000_000],
                "model": None,
            },
        }
    }
    fitted = json.loads(call("volume", profile, "--symbol", "ABC", "--json").stdout)["ABC"]["fit"]
    assert fitted["iterations"] > 1


def test_fit_pools_files_of_a_symbol_and_keeps_others_apart(profile: Path) -> None:
    together = json.loads(call("volume", profile, profile, "--symbol", "ABC", "--no-model", "--json").stdout)
    assert (list(together), together["ABC"]["days"], together["ABC"]["fit"]) == (["ABC"], 24, None)
    apart = json.loads(
        call(
            "volume", profile, profile, "--symbol", "A", "--symbol", "B", "--bin", "60m", "--no-model", "--json"
        ).stdout
    )
    assert {symbol: one["days"] for symbol, one in apart.items()} == {"A": 12, "B": 12}


def test_log_mean_curve(profile: Path) -> None:
    told = json.loads(call("volume", profile, "--symbol", "ABC", "--curve", "log-mean", "--no-model", "--json").stdout)
    assert told["ABC"]["statistics"]["curve"] == [400_000_000, 200_000_000, 100_000_000, 300_000_000]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "found nothing to read, expected FILES with --symbol, or --config"),
        (["FILE", "--config", "c.toml"], "found files and --config, expected"),
        (["FILE"], "--symbol: found 0 symbols for 1 files, expected one for all, or one for each file"),
        (["FILE", "--symbol", "A", "--bins", "2", "--bin", "5m"], "found --bins and --bin, expected one of them"),
        (["FILE", "--symbol", "A", "--bin", "5"], "found '5', expected a duration such as"),
        (["FILE", "--symbol", "A", "--bin", "0s"], "found '0s', expected more than 0"),
        (["FILE", "--symbol", "A", "--bins", "3"], "found 4 bins of 30 minutes, expected some that make 3 bins"),
        (["FILE", "--symbol", "A", "--days", "5", "--model"], "found 5 days with volume, expected 10 or more"),
        (["none.csv", "--symbol", "A"], "none.csv: found No such file or directory, expected a readable CSV file"),
        (["--config", "none.toml"], "none.toml: found No such file or directory, expected a readable TOML file"),
    ],
)
def test_mistake_is_said_in_a_line(profile: Path, arguments: list[str], said: str) -> None:
    result = call("volume", *(str(profile) if one == "FILE" else one for one in arguments))
    assert (result.exit_code, said in result.stderr) == (2, True), result.stderr
    assert "Traceback" not in result.stderr


def test_faults_of_all_files_are_said_at_once(profile: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text(profile.read_text().replace("400.0", "many"))
    result = call("volume", bad, profile, tmp_path / "none.csv", "--symbol", "ABC")
    assert (result.exit_code, result.stderr.splitlines()) == (
        2,
        [
            f"{bad} row 2 column d0: found 'many', expected a volume from 0 to 1e+15",
            f"{tmp_path / 'none.csv'}: found No such file or directory, expected a readable CSV file",
        ],
    )


# -- configurations --------------------------------------------------------------------------------------------------


def lobster(folder: Path, name: str, qty: int) -> Path:
    """A morning of ten minutes: a quote of 9.99 x 10.01, then a hidden print of `qty` every ten seconds."""
    open_ = 34_200
    rows = [f"{open_}.0,1,1,500,99900,1", f"{open_}.0,1,2,500,100100,-1"]
    rows += [f"{open_ + 10 * n}.5,5,0,{qty * (2 if n < 30 else 1)},100000,1" for n in range(60)]
    (folder / f"{name}.csv").write_text("\n".join(rows) + "\n")
    path = folder / f"{name}.toml"
    path.write_text(CONFIG.replace("messages.csv", f"{name}.csv") + '\n[statistics]\nvolume = "s.json"\n')
    return path


def test_fit_of_configurations_pools_their_days(tmp_path: Path) -> None:
    """The statistics file that they name is the one to be written: it need not be there."""
    paths = [lobster(tmp_path, "one", 100), lobster(tmp_path, "two", 300)]
    out = tmp_path / "s.json"
    result = call("volume", "--config", paths[0], "--config", paths[1], "--bin", "5m", "--out", out)
    assert result.exit_code == 0, result.stderr
    assert "ABC: 2 days, average day 18,000 lots, volatility -" in result.stdout
    known = load_statistics(out)["ABC"]
    assert (known.adv, known.bin, known.spread) == (18_000, 5 * MINUTE, 20_000_000)
    assert known.curve == (666_666_667, 333_333_333)


def test_fit_of_a_configuration_without_the_symbol(tmp_path: Path) -> None:
    path = lobster(tmp_path, "one", 100)
    result = call("volume", "--config", path, "--bin", "5m", "--symbol", "XYZ")
    assert (result.exit_code, result.stderr) == (2, f"{path}: found no volume, expected prints of XYZ\n")


def test_bins_that_do_not_fit_the_session(tmp_path: Path) -> None:
    path = lobster(tmp_path, "one", 100)
    result = call("volume", "--config", path)
    assert result.stderr == f"{path}: ABC: found a day of 10 minutes, expected one that makes bins of 15 minutes\n"
    assert result.exit_code == 2


def test_group_lists_what_it_can_fit() -> None:
    result = call("--help")
    assert result.exit_code == 0
    assert "volume" in result.stdout
    assert call("nothing").exit_code == 2
