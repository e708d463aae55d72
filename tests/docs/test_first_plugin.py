"""The distribution that the quickstart writes: laid out as the page says, found by its entry point, and run."""

import re
from pathlib import Path

from tests.docs.test_code_blocks import ROOT, Block, blocks, is_whole
from tests.projects import PROGRAM, call, install

QUICKSTART = ROOT / "docs" / "quickstart.rst"
PROJECT = "smartexec-clip"


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


def test_first_plugin_is_found_tested_and_run(tmp_path: Path) -> None:
    found = list(blocks(QUICKSTART))
    write(tmp_path, found)
    project = tmp_path / PROJECT
    install(project)
    config = next(block.text for block in found if block.language == "toml" and is_whole(block))
    excerpt = next(block.text for block in found if block.language == "toml" and "clip.csv" in block.text)
    for name in ("plugins", "orders"):
        config = config.replace(section(config, name), section(excerpt, name) + "\n")
    (tmp_path / "config.toml").write_text(config, encoding="utf-8")

    call(project, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests")
    assert "CLIP" in call(project, *PROGRAM, "plugins")
    call(project, *PROGRAM, "check", "config.toml", cwd=tmp_path)
    said = call(project, *PROGRAM, "run", "config.toml", "--out", "clip", cwd=tmp_path)
    assert "2 client orders in 2 parents: 1,000 lots netted inside" in said
    assert "C1" in call(project, *PROGRAM, "explain", "clip", "O1", cwd=tmp_path)
