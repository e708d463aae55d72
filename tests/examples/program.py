"""The installed program as a user calls it, and the tables it writes. No assertions about what is in them."""

import csv
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
Row = dict[str, str]


def call(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command with the folder of this interpreter's programs first on PATH; its output is kept."""
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}", "PYTHONWARNINGS": "error"}
    command = [str(a) for a in arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def well(done: subprocess.CompletedProcess[str]) -> str:
    """What it printed; fails with all of its output unless it exits with 0."""
    assert done.returncode == 0, f"{done.args}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def check_run(shared: Path, tables: Path) -> None:
    """The public checker finds no breach."""
    printed = well(call(sys.executable, shared / "check_run.py", tables, cwd=tables))
    assert " 0 breaches;" in printed, printed


def table(folder: Path, name: str) -> list[Row]:
    """The rows of a table."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def header(folder: Path, name: str) -> list[str]:
    """The columns of a table."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))
