"""Code in the documentation is run: Python blocks of a page in one namespace, TOML parsed, commands looked up."""

import re
import textwrap
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from smartexec.cli.main import main

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [
        *(ROOT / "docs").rglob("*.rst"),
        *ROOT.glob("*.md"),
        *ROOT.glob("plugins/smartexec-*/*.md"),
        *(path for path in (ROOT / "docs").rglob("*.md") if "_build" not in path.parts),
    ]
)
FENCED = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DIRECTIVE = re.compile(r"^\.\. code-block:: (\w+)\n\n((?:(?:   .*)?\n)+)", re.MULTILINE)
KNOWN = frozenset({"python", "toml", "console"})


def blocks(page: Path) -> Iterator[tuple[str, str]]:
    """Yield (language, text) of each code block of a page."""
    pattern = FENCED if page.suffix == ".md" else DIRECTIVE
    for language, text in pattern.findall(page.read_text(encoding="utf-8") + "\n"):
        yield language, textwrap.dedent(text)


def of(language: str) -> list[object]:
    """Pages that have blocks in a language, as test parameters."""
    pages = [page for page in PAGES if any(it == language for it, _ in blocks(page))]
    return [pytest.param(page, id=str(page.relative_to(ROOT))) for page in pages]


def test_every_block_is_in_a_language_that_is_checked() -> None:
    odd = [(str(page.relative_to(ROOT)), it) for page in PAGES for it, _ in blocks(page) if it not in KNOWN]
    assert odd == []


@pytest.mark.parametrize("page", of("python"))
def test_python_runs(page: Path) -> None:
    namespace: dict[str, object] = {"__name__": page.stem}
    for number, (language, text) in enumerate(blocks(page), 1):
        if language == "python":
            exec(compile(text, f"{page.name}, block {number}", "exec"), namespace)


@pytest.mark.parametrize("page", of("toml"))
def test_toml_parses(page: Path) -> None:
    for language, text in blocks(page):
        if language == "toml":
            assert tomllib.loads(text)


@pytest.mark.parametrize("page", of("console"))
def test_commands_exist(page: Path) -> None:
    missing = [line for language, text in blocks(page) if language == "console" for line in unknown_commands(text)]
    assert missing == []


def unknown_commands(text: str) -> list[str]:
    """Give the lines of a console block, after a `$`, whose command, option or make target does not exist."""
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    unknown = []
    for line in (line[2:] for line in text.splitlines() if line.startswith("$ ")):
        program, *words = line.split()
        good = {"make": lambda words: words[0] in targets, "smartexec": knows}.get(program, lambda _: False)
        if not good(words):
            unknown.append(line)
    return unknown


def knows(words: list[str]) -> bool:
    """Whether `smartexec` has the command and its options."""
    assert isinstance(main, click.Group)
    context = click.Context(main)
    command = main.get_command(context, words[0])
    if command is None:
        return False
    options = {option for param in command.params for option in param.opts}
    return all(word in options for word in words[1:] if word.startswith("-"))
