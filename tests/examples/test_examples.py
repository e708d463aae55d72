"""The examples, run as their READMEs say, on the public data."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.examples.program import ROOT, call, check_run, table, well

pytestmark = pytest.mark.shared

DATA = {
    "aapl_hour": Path("us_equity_lobster_aapl_20120621"),
    "ibm_day": Path("us_equity_multivenue_lean_201310/tick"),
    "btc_three_markets": Path("crypto_binance_3markets_20240808"),
}


def run(name: str, shared: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run an example from an empty folder."""
    script = ROOT / "examples" / name / "run.py"
    return call(sys.executable, script, shared / "data" / DATA[name], "--out", "tmp", cwd=folder)


@pytest.fixture(scope="module")
def aapl(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The finished AAPL hour."""
    folder = tmp_path_factory.mktemp("aapl")
    well(run("aapl_hour", shared_data, folder))
    return folder / "tmp" / "run"


@pytest.fixture(scope="module")
def ibm(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The finished IBM day."""
    folder = tmp_path_factory.mktemp("ibm")
    well(run("ibm_day", shared_data, folder))
    return folder / "tmp" / "run"


@pytest.fixture(scope="module")
def btc(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The finished six minutes of BTC."""
    folder = tmp_path_factory.mktemp("btc")
    well(run("btc_three_markets", shared_data, folder))
    return folder / "tmp" / "run"


def test_aapl_hour_breaks_no_law(aapl: Path, shared_data: Path) -> None:
    assert len(table(aapl / "tables", "client_orders")) >= 2_000
    assert table(aapl / "tables", "executions")
    check_run(shared_data, aapl / "tables")


def test_aapl_hour_replays_byte_for_byte(aapl: Path) -> None:
    assert "byte-identical" in well(call("smartexec", "replay", aapl, cwd=aapl.parent))


def test_aapl_hour_replays_at_another_hash_seed_and_place(aapl: Path, tmp_path: Path) -> None:
    """Law 6: neither the hash seed nor the working folder is an input."""
    done = call("env", "PYTHONHASHSEED=4711", "smartexec", "replay", aapl, cwd=tmp_path)
    assert "byte-identical" in well(done)


def test_ibm_day_breaks_no_law(ibm: Path, shared_data: Path) -> None:
    assert len(table(ibm / "tables", "client_orders")) >= 3_000
    assert len({row["venue"] for row in table(ibm / "tables", "executions")}) >= 5
    check_run(shared_data, ibm / "tables")


def test_btc_breaks_no_law_at_three_markets(btc: Path, shared_data: Path) -> None:
    assert len(table(btc / "tables", "client_orders")) == 1_200
    assert {row["venue"] for row in table(btc / "tables", "executions")} == {"BNSP", "BNUM", "BNCM"}
    assert (btc / "faults.log").read_text("utf-8") == ""
    check_run(shared_data, btc / "tables")


def test_btc_is_traded_where_its_instrument_is(btc: Path) -> None:
    venues = {"BTCUSDT": "BNSP", "BTCUSDT_PERP": "BNUM", "BTCUSD_PERP": "BNCM"}
    symbols = {row["parent_id"]: row["symbol"] for row in table(btc / "tables", "parent_orders")}
    for row in table(btc / "tables", "child_orders"):
        assert row["venue"] == venues[symbols[row["parent_id"]]], row


def test_btc_replays_byte_for_byte(btc: Path) -> None:
    assert "byte-identical" in well(call("smartexec", "replay", btc, cwd=btc.parent))


def test_data_that_are_not_there_are_named(tmp_path: Path) -> None:
    script = ROOT / "examples" / "aapl_hour" / "run.py"
    done = call(sys.executable, script, tmp_path / "nowhere", "--out", "tmp", cwd=tmp_path)
    assert done.returncode != 0
    assert "nowhere" in done.stderr
