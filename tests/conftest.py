"""Fixtures for all tests: where the public data are, and the repository as an import root for the tests' own models."""

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The public data folder: SMARTEXEC_SHARED, else `shared` beside the checkout. Skips the test if absent."""
    folder = Path(os.environ.get("SMARTEXEC_SHARED") or ROOT.parent / "shared")
    if not folder.is_dir():
        pytest.skip(f"no public data folder at {folder}: set SMARTEXEC_SHARED")
    return folder
