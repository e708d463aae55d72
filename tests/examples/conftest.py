"""One run of the demo for all tests of this folder: it takes a while."""

from pathlib import Path

import pytest

from tests.examples.program import call, well


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished `smartexec demo`."""
    folder = tmp_path_factory.mktemp("demo")
    well(call("smartexec", "demo", "--out", "run", cwd=folder))
    return folder / "run"


@pytest.fixture(scope="session")
def tables(demo: Path) -> Path:
    """Its tables."""
    return demo / "tables"
