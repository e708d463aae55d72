"""Run two simulated hours with an own strategy, tell the story of its first order, and compare it with TWAP."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))  # what the examples share is beside them

from program import new_folder, smartexec  # noqa: E402

if __name__ == "__main__":
    run = new_folder("own-strategy")
    smartexec("run", HERE / "config.toml", "--out", run)
    smartexec("explain", run, "P1")
    smartexec(
        "compare", HERE / "config.toml", "--strategies", "HARRIER,TWAP", "--seeds", 4, "--out", run / "comparison"
    )
