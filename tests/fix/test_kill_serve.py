"""`smartexec serve` killed a few times under load, with FIX on all sides; `kill_serve.py N` does it N times."""

import asyncio
from pathlib import Path

from tests.fix.kill_serve import run


def test_session_that_is_killed_loses_and_doubles_nothing(tmp_path: Path) -> None:
    outcome = asyncio.run(run(3, 7, tmp_path, print))
    assert outcome.faults == []
    assert outcome.kills == 3
    assert outcome.orders > 50
    assert outcome.shares > 100
