"""Run two simulated hours with both small strategies, and tell the story of an order of each."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))  # what the examples share is beside them

from program import new_folder, smartexec  # noqa: E402

if __name__ == "__main__":
    run = new_folder("small")
    smartexec("run", HERE / "config.toml", "--out", run)
    smartexec("explain", run, "P10")
    smartexec("explain", run, "P19")
