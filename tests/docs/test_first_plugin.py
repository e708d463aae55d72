"""The distribution that the quickstart writes: laid out as the page says, found by its entry point, and run."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.docs.test_code_blocks import ROOT, Block, blocks, is_whole

QUICKSTART = ROOT / "docs" / "quickstart.rst"
PROJECT = "smartexec-clip"
PROGRAM = ("-c", "from smartexec.cli.main import main; main()")


def section(text: str, name: str) -> str:
    """Give a section of a configuration as text."""
    found = re.search(rf"^\[{name}\]\n(?:(?!\[\[?\w).*\n)*", text, re.MULTILINE)
    assert found is not None, name
    return found[0]


def write(folder: Path, found: list[Block]) -> None:
    """Write the files that the page names."""
    for block in found:
        if block.caption:
            path = folder / block.caption
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")


def install(project: Path) -> None:
    """Do what an editable installation does: metadata with the entry points, beside the sources."""
    said = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    info = project / "src" / f"smartexec_clip-{said['version']}.dist-info"
    info.mkdir()
    needs = "".join(f"Requires-Dist: {one}\n" for one in said["dependencies"])
    text = f"Metadata-Version: 2.1\nName: {said['name']}\nVersion: {said['version']}\n{needs}"
    (info / "METADATA").write_text(text, encoding="utf-8")
    names = "".join(f"{name} = {module}\n" for name, module in said["entry-points"]["smartexec"].items())
    (info / "entry_points.txt").write_text(f"[smartexec]\n{names}", encoding="utf-8")


def call(folder: Path, *words: str) -> str:
    """Call Python in a folder with the project's sources on its path; give what it prints."""
    env = {**os.environ, "PYTHONPATH": str(folder / PROJECT / "src")}
    done = subprocess.run([sys.executable, *words], cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_first_plugin_is_found_tested_and_run(tmp_path: Path) -> None:
    found = list(blocks(QUICKSTART))
    write(tmp_path, found)
    install(tmp_path / PROJECT)
    config = next(block.text for block in found if block.language == "toml" and is_whole(block))
    excerpt = next(block.text for block in found if block.language == "toml" and "clip.csv" in block.text)
    for name in ("plugins", "orders"):
        config = config.replace(section(config, name), section(excerpt, name) + "\n")
    (tmp_path / "config.toml").write_text(config, encoding="utf-8")

    call(tmp_path, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"{PROJECT}/tests")
    assert "CLIP" in call(tmp_path, *PROGRAM, "plugins")
    call(tmp_path, *PROGRAM, "check", "config.toml")
    said = call(tmp_path, *PROGRAM, "run", "config.toml", "--out", "clip")
    assert "2 client orders in 2 parents: 1,000 lots netted inside" in said
    assert "C1" in call(tmp_path, *PROGRAM, "explain", "clip", "O1")
