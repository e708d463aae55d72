"""The public session acceptance scripts, strict, against the acceptor that comes with the package."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

FIX = Path(os.environ.get("SMARTEXEC_SHARED") or Path(__file__).parents[4] / "shared") / "fix"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not FIX.is_dir(), reason=f"no public data: {FIX} is not there; set SMARTEXEC_SHARED"),
]


@pytest.mark.parametrize("dictionaries", ["", str(FIX / "spec")], ids=["built in", "from files"])
def test_all_scripts_of_fix_4_4_pass(dictionaries: str) -> None:
    acceptor = f"{sys.executable} -m smartexec_fix.acceptance {{port}} {dictionaries}"
    command = [sys.executable, str(FIX / "run_at.py"), str(FIX / "acceptance" / "fix44"), "--spawn", acceptor]
    result = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert result.stdout.splitlines()[-1] == "59 passed, 0 failed", result.stdout


@pytest.mark.parametrize("arguments", [[], ["x"], ["1", "2", "3"]])
def test_wrong_arguments_are_answered_with_the_usage(arguments: list[str]) -> None:
    command = [sys.executable, "-m", "smartexec_fix.acceptance", *arguments]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (result.returncode, result.stderr) == (1, "usage: python -m smartexec_fix.acceptance PORT [SPEC_DIR]\n")
