"""Run two simulated hours with an own routing logic, show what venues did, and compare it with `parallel`."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))  # what the examples share is beside them

from program import new_folder, smartexec  # noqa: E402

if __name__ == "__main__":
    run = new_folder("own-router")
    smartexec("run", HERE / "config.toml", "--out", run)
    smartexec("venues", run)
    smartexec(
        "compare", HERE / "config.toml", "--routers", "frugal,parallel", "--seeds", 4, "--out", run / "comparison"
    )
