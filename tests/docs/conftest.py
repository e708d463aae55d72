"""The documentation, built once for all tests that read its pages, whichever process asks first."""

import fcntl
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The folder with the pages as HTML. Warnings are errors."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "docs"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "index.html").is_file():
            words = ["-E", "-W", "--keep-going", "-q", str(DOCS), str(folder)]
            # In a process of its own: autodoc leaves annotations in classes, where other tests would meet them.
            code = subprocess.run([sys.executable, "-m", "sphinx", *words]).returncode
            assert code == 0, f"found that sphinx-build ended with {code}, expected 0: see its warnings"
    return folder
