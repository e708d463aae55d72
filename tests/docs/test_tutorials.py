"""Pages to be followed: their files are written, their commands typed, and what they say is seen is seen."""

from pathlib import Path

import pytest

from tests.docs.page import Change, Commands, File, Interrupt, Shown, Step, steps
from tests.docs.terminal import Terminals
from tests.docs.test_code_blocks import ROOT

TUTORIALS = sorted((ROOT / "docs" / "tutorials").glob("*.rst"))
FOLLOWED = [*TUTORIALS, *(ROOT / "docs" / "howto" / f"{name}.rst" for name in ("operate", "read"))]


def do(step: Step, terminals: Terminals) -> None:
    """Do what a step says."""
    if isinstance(step, File):
        path = terminals.folder / step.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(terminals.local(step.text), encoding="utf-8")
    elif isinstance(step, Change):
        change(terminals.folder / step.path, terminals.local(step.old), terminals.local(step.new))
    elif isinstance(step, Shown):
        terminals.sees(step.text, step.terminal)
    elif isinstance(step, Interrupt):
        terminals.interrupt(step.terminal)
    else:
        if not step.terminal:
            terminals.clear()
        for line in step.lines:
            terminals.type(step.terminal, line)


def change(path: Path, old: str, new: str) -> None:
    """Change lines, which must be there once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{path}: found {text.count(old)} times, expected once:\n{old}"
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize("page", FOLLOWED, ids=lambda page: page.stem)
def test_reader_who_follows_a_page_sees_what_it_says(page: Path, tmp_path: Path) -> None:
    folder = tmp_path / "first-sitting"
    folder.mkdir()
    terminals = Terminals(folder)
    try:
        for step in steps(page):
            do(step, terminals)
    finally:
        terminals.close()


def test_every_reader_has_a_tutorial() -> None:
    assert [page.stem for page in TUTORIALS] == ["embedding", "strategy", "venue"]
    for page in TUTORIALS:
        kinds = [type(step) for step in steps(page)]
        assert kinds.count(Commands) >= 5
        assert kinds.count(Shown) >= 5


def test_what_is_not_shown_is_noticed(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    terminals = Terminals(folder)
    terminals.type("", "echo one 2 three")
    terminals.sees("one ... three")
    with pytest.raises(AssertionError, match="expected\nfour"):
        terminals.sees("four")
    with pytest.raises(AssertionError, match="exit code 1"):
        terminals.type("", "false")
    terminals.type("", "false  # exit code 1")
