"""A plugin's project folder made importable as an editable installation makes it, without pip; programs that see it."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Final

PROGRAM: Final = ("-c", "from smartexec.cli.main import main; main()")
"""Words that make Python the program `smartexec`."""


def install(project: Path) -> None:
    """Do what an editable installation does: metadata with the entry points, beside the sources."""
    said = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    info = project / "src" / f"{said['name'].replace('-', '_')}-{said['version']}.dist-info"
    info.mkdir()
    needs = "".join(f"Requires-Dist: {one}\n" for one in said["dependencies"])
    text = f"Metadata-Version: 2.1\nName: {said['name']}\nVersion: {said['version']}\n{needs}"
    (info / "METADATA").write_text(text, encoding="utf-8")
    names = "".join(f"{name} = {module}\n" for name, module in said["entry-points"]["smartexec"].items())
    (info / "entry_points.txt").write_text(f"[smartexec]\n{names}", encoding="utf-8")


def environment(project: Path, **more: str) -> dict[str, str]:
    """Variables of a process that sees the project's sources."""
    return {**os.environ, "PYTHONPATH": str(project / "src"), **more}


def call(project: Path, *words: str, cwd: Path | None = None, code: int = 0, **variables: str) -> str:
    """Call Python with the project's sources on its path; give what it prints. Fails unless it exits with the code."""
    env = environment(project, **variables)
    command = [sys.executable, *words]
    done = subprocess.run(command, cwd=cwd or project, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == code, f"{' '.join(words)}: exit {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout
