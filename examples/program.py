"""What the examples of plugins share: a new run folder, and the program of this interpreter."""

import subprocess
import sys
from pathlib import Path


def smartexec(*words: object) -> None:
    """Say a command of the program and run it; ends the example with its exit code if that is not 0."""
    print(f"$ smartexec {' '.join(map(str, words))}", flush=True)
    program = Path(sys.executable).with_name("smartexec")
    code = subprocess.run([str(program), *map(str, words)], check=False).returncode
    if code:
        sys.exit(code)


def new_folder(name: str) -> Path:
    """Give the first of runs/NAME, runs/NAME-2, ... that is not there."""
    path, number = Path("runs") / name, 1
    while path.exists():
        number += 1
        path = Path("runs") / f"{name}-{number}"
    return path
