"""The page on a plugin of one's own: its commands are called and say what it has, its mistake is made and found.

What the page on types quotes is in `tests/typing`.
"""

import re
import shlex
from pathlib import Path

import pytest

from smartexec.cli.new import KINDS
from tests.docs.test_code_blocks import ROOT, blocks
from tests.projects import PROGRAM, call, install

PAGE = ROOT / "docs" / "howto" / "new-plugin.rst"
LITERAL = re.compile(r"::\n\n((?:   .*\n|\n)+)")
PROJECT = "smartexec-my-twap"
RIGHT, WRONG = (
    "min(self._due(view, number) - done, view.leaves_at(near)) - take",
    "self._due(view, number) - done - take",
)


def commands() -> list[list[str]]:
    lines = [line for block in blocks(PAGE, "console") for line in block.text.splitlines() if line]
    return [shlex.split(line.removeprefix("$ ")) for line in lines]


def shown(word: str) -> list[str]:
    """Lines of the literal blocks that have a word in them, blanks as they come."""
    lines = [line for text in LITERAL.findall(PAGE.read_text(encoding="utf-8")) for line in text.splitlines()]
    return [" ".join(line.split()) for line in lines if word in line]


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder in which all commands of the page were called, and what they said."""
    folder = tmp_path_factory.mktemp("howto")
    told = ""
    for program, *words in commands():
        if program == "pip":
            assert words == ["install", "-e", f"{PROJECT}[test,example]"]
            install(folder / PROJECT)
            continue
        before = {"smartexec": PROGRAM, "pytest": ("-m", "pytest", "-p", "no:cacheprovider")}[program]
        told += call(folder / PROJECT, *before, *words, cwd=folder)
    return folder, " ".join(told.split())


def test_commands_say_what_the_page_has(said: tuple[Path, str]) -> None:
    folder, told = said
    expected = [*shown("20 passed"), *shown("S-14 skipped"), *shown(": certified"), *shown("0 REJECTED")]
    assert len(expected) == 4
    assert [line for line in expected if line not in told] == []
    certificate = (folder / "certificate" / "certificate.md").read_text(encoding="utf-8")
    assert [certificate.partition("\n")[0]] == shown(": certified")


def test_files_are_those_of_the_page(said: tuple[Path, str]) -> None:
    folder, _ = said
    there = {str(path.relative_to(folder / PROJECT)) for path in (folder / PROJECT).rglob("*") if path.is_file()}
    text = PAGE.read_text(encoding="utf-8")
    tree = text.partition(f"   {PROJECT}/\n")[2].partition("\n\n")[0]
    named = {name for line in tree.splitlines() for name in re.split(r",? +", line.strip().partition("  ")[0])}
    assert named == {path.replace("example/orders.csv", "orders.csv") for path in there if kept(path)}


def kept(path: str) -> bool:
    """Whether a file is of the package, and neither of git, of an installation nor of Python."""
    return not re.search(r"\.gitignore|dist-info|__pycache__|\.hypothesis", path)


def test_mistake_of_the_page_is_found(said: tuple[Path, str]) -> None:
    folder, _ = said
    assert shown(RIGHT)
    assert shown(WRONG)
    path = folder / PROJECT / "src" / "smartexec_my_twap" / "strategy.py"
    text = path.read_text(encoding="utf-8")
    assert text.count(RIGHT) == 1
    path.write_text(text.replace(RIGHT, WRONG), encoding="utf-8")
    words = ("-m", "pytest", "-p", "no:cacheprovider", "--tb=no", PROJECT)
    told = " ".join(call(folder / PROJECT, *words, cwd=folder, code=1).split())
    path.write_text(text, encoding="utf-8")
    expected = [*shown("18 passed"), *shown("S-12 failed")]
    assert len(expected) == 2
    assert [line for line in expected if line not in told] == []


def test_every_kind_is_in_the_table() -> None:
    rows = re.findall(r"^``(\w+)`` ", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == ["new", *KINDS]
