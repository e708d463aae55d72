"""Configurations served by the wall clock: traded on paper, stopped, replayed. Killed: `test_rest_venue`."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from smartexec.api import ConfigError, JournalError
from smartexec.model.commands import Alert, Command, SendOrder
from smartexec.runtime.live.control import SOCKET
from smartexec.runtime.live.serve import Stop, serve
from smartexec.runtime.replay.replay import replay

CONFIG = """
[run]
name = "paper"
seed = 3
start = {start}
end = {end}

[plugins]
allow = ["smartexec-sim", "smartexec-files", "smartexec-schedules", "smartexec-routers"]

[instruments.AAA]
tick = "0.01"

[market_data]
plugin = "synthetic"
venues = {{ SIMA = 0.6, SIMB = 0.4 }}
events_per_symbol = {events}

[orders]
plugin = "file"
path = "orders.csv"

[[venues]]
plugin = "sim-lit"
mic = "SIMA"

[[venues]]
plugin = "sim-lit"
mic = "SIMB"

[serve]
plugin_budget = "5s"

[risk]
unlimited = "paper"
"""
HEAD = "time,source,account,cl_ord_id,symbol,side,order_qty,ord_type,price,strategy,slices,expire_time"


def iso(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}Z"


def write(folder: Path, seconds: float, *, orders: int = 4, events: int = 400) -> Path:
    """Write a session of so many seconds from now on, with orders from its beginning on."""
    now = datetime.now(UTC)
    end = now + timedelta(seconds=seconds)
    rows = [
        f"{iso(now + timedelta(seconds=0.3 + 0.1 * n))},DESK,A{n},D{n},AAA,BUY,{200 + n},MARKET,,TWAP,3,{iso(end)}"
        for n in range(orders)
    ]
    (folder / "orders.csv").write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    config = folder / "config.toml"
    config.write_text(CONFIG.format(start=iso(now), end=iso(end), events=events), encoding="utf-8")
    return config


def test_session_on_paper_fills_orders_and_is_replayed(tmp_path: Path) -> None:
    told: list[Command] = []
    result = serve(write(tmp_path, 4), tmp_path / "run", told.append)
    assert result.breaches == []
    assert result.clients.statuses["FILLED"] == 4
    assert any(isinstance(one, SendOrder) for one in told)
    again = replay(tmp_path / "run", audit=True)
    assert (again.difference, again.differences) == ("", [])
    assert again.tables == again.files > 0
    assert 0 < again.counts.market <= result.counts.market  # depth is for simulated venues only, and not recorded


def test_stop_from_another_thread_cancels_and_ends(tmp_path: Path) -> None:
    stop = Stop()
    config = write(tmp_path, 3_600)
    threading.Timer(2.0, stop).start()
    began = time.monotonic()
    result = serve(config, tmp_path / "run", None, stop)
    assert time.monotonic() - began < 20
    assert result.breaches == []
    assert result.clients.statuses["FILLED"] + result.clients.statuses["EXPIRED"] == 4


def start(folder: Path, config: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "smartexec", "serve", str(config), "--out", str(folder / "run")]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ))


def test_interrupt_ends_the_program_in_order(tmp_path: Path) -> None:
    process = start(tmp_path, write(tmp_path, 3_600))
    while not (tmp_path / "run" / SOCKET).exists():
        assert process.poll() is None
        time.sleep(0.05)
    time.sleep(1.0)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    assert "4 client orders in 1 parents" in out


def test_another_configuration_is_refused(tmp_path: Path) -> None:
    config = write(tmp_path, 1.5, orders=0)
    serve(config, tmp_path / "run")
    config.write_text(config.read_text(encoding="utf-8").replace("seed = 3", "seed = 4"), encoding="utf-8")
    with pytest.raises(ConfigError, match="found another configuration"):
        serve(config, tmp_path / "run")


def test_session_that_is_over_is_not_gone_on_with(tmp_path: Path) -> None:
    config = write(tmp_path, 1.0, orders=0)
    serve(config, tmp_path / "run")
    with pytest.raises(JournalError, match="found a session that is over"):
        serve(config, tmp_path / "run")


def test_folder_whose_journal_never_began_is_begun(tmp_path: Path) -> None:
    config = write(tmp_path, 1.0)
    (tmp_path / "run" / "tables").mkdir(parents=True)
    (tmp_path / "run" / "config.toml").write_bytes(config.read_bytes())
    result = serve(config, tmp_path / "run")
    assert result.breaches == []
    assert result.totals.client_orders == 4


def test_alerts_are_told(tmp_path: Path) -> None:
    told: list[Command] = []
    config = write(tmp_path, 1.5, orders=1)
    text = (tmp_path / "orders.csv").read_text(encoding="utf-8").replace(",TWAP,", ",NOPE,")
    (tmp_path / "orders.csv").write_text(text, encoding="utf-8")
    result = serve(config, tmp_path / "run", told.append)
    assert result.clients.statuses["REJECTED"] == 1
    assert not [one for one in told if isinstance(one, Alert) and one.level == "error"]
