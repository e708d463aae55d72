"""Operators and a session that is served: asked what it is about, stopped, paused, resumed, by command and by file."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.test_serve import write

LONG = 3_600


class Served:
    """`smartexec serve` in a process, and the commands that reach it."""

    def __init__(self, folder: Path) -> None:
        self.config = write(folder, LONG, orders=3)
        self.out = folder / "run"
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "smartexec", "serve", str(self.config), "--out", str(self.out), "--quiet"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, command: str, *more: str) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "smartexec", command, str(self.out), *more]
        return subprocess.run(line, capture_output=True, text=True, timeout=60, check=False)

    def state(self, command: str = "status", *more: str) -> dict[str, Any]:
        done = self.run(command, *more, "--json")
        assert done.stdout, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def until(self, wanted: Any) -> dict[str, Any]:
        """Wait until something holds of its state."""
        for _ in range(60):
            done = self.run("status", "--json")
            if done.stdout and wanted(state := json.loads(done.stdout)):
                return dict(state)
            time.sleep(0.25)
        raise AssertionError(f"found {self.process.communicate(timeout=1) if self.process.poll() else self.state()}")

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str, str]:
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    made = Served(tmp_path)
    yield made
    made.process.kill()
    made.process.communicate()


def working(state: dict[str, Any]) -> bool:
    return bool(state["client_orders"].get("NEW", 0) + state["client_orders"].get("PARTIALLY_FILLED", 0) >= 3)


def test_operator_sees_stops_and_resumes(served: Served) -> None:
    state = served.until(working)
    assert (state["run"], state["venues"], state["unwell"]) == ("paper", {"SIMA": "up", "SIMB": "up"}, [])
    assert served.run("status").returncode == 0
    killed = served.state("kill", "--reason", "drill", "--user", "ann")
    assert killed["switches"] == ["firm"]
    assert (killed["child_orders"], killed["unwell"]) == (0, ["stopped: firm"])
    assert any("kill switch on by ann: drill" in line for line in killed["errors"])
    assert served.run("status").returncode == 1
    again = served.state("resume", "--reason", "drill is over")
    assert (again["switches"], again["unwell"]) == ([], [])
    paused = served.state("pause", "--venue", "SIMA", "--reason", "they are slow")
    assert paused["switches"] == ["venue SIMA"]
    text = served.run("status").stdout
    assert "switches       venue SIMA" in text
    assert "NOT WELL       stopped: venue SIMA" in text
    assert served.state("resume", "--venue", "SIMA", "--reason", "fine")["switches"] == []
    assert served.end()[0] == 0
    assert not (served.out / "control.sock").exists()


def test_file_stops_everything_and_resuming_takes_it_away(served: Served) -> None:
    served.until(working)
    (served.out / "KILL").write_text("fire in the data centre\n")
    state = served.until(lambda state: state["switches"])
    assert any("by the file KILL: fire in the data centre" in line for line in state["errors"])
    served.state("resume", "--reason", "it is out")
    assert not (served.out / "KILL").exists()
    time.sleep(1)
    assert served.state()["switches"] == []


def test_switch_outlives_the_process(served: Served) -> None:
    served.until(working)
    served.state("kill", "--reason", "drill")
    served.process.kill()
    served.process.communicate()
    served.start()
    state = served.until(lambda state: state["switches"])
    assert state["switches"] == ["firm"]


def test_suspended_session_is_gone_on_with(served: Served) -> None:
    served.until(working)
    code, _, err = served.end(signal.SIGHUP)
    assert (code, err.strip().endswith("suspended; the same command goes on with it")) == (0, True)
    served.start()
    state = served.until(working)
    assert state["over"] is False
    code, out, err = served.end()
    assert "3 client orders in 1 parents" in out
    assert (code, "in doubt at the end of the day" in err) == (1, True)  # simulated venues forget with their process


@pytest.mark.parametrize(
    ("command", "found"),
    [
        (["kill", "--venue", "XXXX", "--reason", "x"], "venue: found 'XXXX', expected one of SIMA, SIMB"),
        (["pause", "--strategy", "MAGIC", "--reason", "x"], "strategy: found 'MAGIC', expected one of"),
        (["pause", "--venue", "SIMA", "--instrument", "AAA", "--reason", "x"], "pause: found 2 of"),
        (["resolve", "P1.1", "5", "1.x", "--reason", "x"], "price: found '1.x'"),
    ],
)
def test_wrong_request_is_refused_in_a_line(served: Served, command: list[str], found: str) -> None:
    served.until(lambda _: True)
    done = served.run(command[0], *command[1:])
    assert done.returncode == 2
    assert found in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_operator_settles_what_is_in_doubt(served: Served) -> None:
    served.until(working)
    done = served.state("resolve", "P1.1", "0", "--reason", "their desk said so", "--user", "bob")
    assert done["run"] == "paper"
    served.end()
    exported = served.out.parent / "tables"
    line = [sys.executable, "-m", "smartexec", "export", str(served.out), "--out", str(exported)]
    subprocess.run(line, capture_output=True, check=True)
    assert "resolved by bob: CumQty(14) 0; their desk said so" in (exported / "alerts.csv").read_text()


# -- nobody there ------------------------------------------------------------------------------------------------------


def alone(command: str, folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "smartexec", command, str(folder), *more]
    return subprocess.run(line, capture_output=True, text=True, timeout=60, check=False)


def test_status_of_what_nobody_serves(tmp_path: Path) -> None:
    done = alone("status", tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith(f"{tmp_path}: found nobody who serves it")


def test_kill_of_what_nobody_serves_stops_it_once_it_is_served(tmp_path: Path) -> None:
    done = alone("kill", tmp_path, "--reason", "drill")
    assert done.returncode == 1
    assert (tmp_path / "KILL").read_text() == "drill"
    assert alone("kill", tmp_path, "--venue", "SIMA", "--reason", "drill").returncode == 1
    assert alone("kill", tmp_path / "none", "--reason", "drill").returncode == 1
