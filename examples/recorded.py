"""What the examples on recorded data share: where the data are in a configuration, and the program around `prepare`."""

import argparse
import json
import subprocess
from collections.abc import Callable
from pathlib import Path


def config_text(here: Path, data: Path) -> str:
    """The configuration beside an example, with the data folder in place of DATA."""
    prefix = json.dumps(data.as_posix())[:-1]  # the start of a TOML string
    return (here / "config.toml").read_text("utf-8").replace('"DATA', prefix)


def main(about: str, holds: str, here: Path, prepare: Callable[[Path, Path, int], Path]) -> int:
    """Read the command line, let `prepare` write orders and configuration into RUN/input, run them into RUN/run."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("data", type=Path, help=f"folder with {holds}")
    parser.add_argument("--out", type=Path, default=Path("runs") / here.name, help="folder of the run")
    parser.add_argument("--seed", type=int, default=7, help="of the orders")
    args = parser.parse_args()
    config = prepare(args.data.resolve(), args.out / "input", args.seed)
    return subprocess.call(["smartexec", "run", str(config), "--out", str(args.out / "run")])
