"""Code in the documentation is run: Python of a page in one namespace, whole configurations checked and run, commands
looked up. Text with a file name for a caption is a file that the page's configurations name."""

import doctest
import re
import textwrap
import tomllib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import click
import pytest
from attrs import frozen
from click.testing import CliRunner

from smartexec.cli.main import main

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [
        *(path for path in (ROOT / "docs").rglob("*.rst") if "_build" not in path.parts),
        *ROOT.glob("*.md"),
        *ROOT.glob("plugins/smartexec-*/*.md"),
        *ROOT.glob("examples/*/*.md"),
    ]
)
FENCED = re.compile(r"^```(\w+)\n()(.*?)^```$", re.MULTILINE | re.DOTALL)
DIRECTIVE = re.compile(r"^\.\. code-block:: (\w+)\n(?:   :caption: (\S[^\n]*)\n)?\n((?:(?:   .*)?\n)+)", re.MULTILINE)
KNOWN = frozenset({"python", "pycon", "toml", "console", "diff"})
SHELL = frozenset({"cat", "cd", "cp", "kill", "mkdir", "sleep", "source", "tail", "touch"})
"""Commands of any shell; those of tutorials are run."""


@frozen
class Block:
    """A code block of a page."""

    language: str
    caption: str
    text: str


def blocks(page: Path, *languages: str) -> Iterator[Block]:
    """Yield the code blocks of a page, those in some languages only if any are named."""
    pattern = FENCED if page.suffix == ".md" else DIRECTIVE
    for language, caption, text in pattern.findall(page.read_text(encoding="utf-8") + "\n"):
        if not languages or language in languages:
            yield Block(language, caption, textwrap.dedent(text))


def pages(*languages: str) -> list[object]:
    """Pages that have blocks in one of these languages, as test parameters."""
    found = [page for page in PAGES if any(blocks(page, *languages))]
    return [pytest.param(page, id=str(page.relative_to(ROOT))) for page in found]


def test_every_block_is_in_a_language_that_is_checked() -> None:
    odd = [(str(page), it.language) for page in PAGES for it in blocks(page) if it.language not in KNOWN]
    assert [one for one in odd if one[1] != "text"] == []


def test_text_is_a_file_or_output() -> None:
    files = [block for page in PAGES for block in blocks(page, "text") if block.caption]
    assert [block for block in files if "." not in block.caption] == []


def test_every_directive_is_read_as_a_block() -> None:
    for page in PAGES:
        if page.suffix == ".rst":
            directives = page.read_text(encoding="utf-8").count(".. code-block::")
            assert len(list(blocks(page))) == directives, page


@pytest.mark.parametrize("page", pages("python", "pycon"))
def test_python_runs(page: Path) -> None:
    namespace: dict[str, object] = {"__name__": page.stem}
    for number, block in enumerate(blocks(page, "python", "pycon"), 1):
        if block.caption:
            continue  # a file of a distribution: tests/docs/test_first_plugin.py
        name = f"{page.name}, block {number}"
        if block.language == "python":
            exec(compile(block.text, name, "exec"), namespace)
        else:
            said: list[str] = []
            session = doctest.DocTestParser().get_doctest(block.text, namespace, name, None, None)
            result = doctest.DocTestRunner().run(session, out=said.append, clear_globs=False)
            namespace |= session.globs
            assert result.attempted, name
            assert not result.failed, "".join(said)


@pytest.mark.parametrize("page", pages("toml"))
def test_toml_parses(page: Path) -> None:
    for block in blocks(page, "toml"):
        assert tomllib.loads(block.text)


def is_whole(block: Block) -> bool:
    """Whether a TOML block is a configuration and not a part of one."""
    return "[run]" in block.text.splitlines()


@pytest.mark.parametrize(
    "page", [page for page in PAGES if any(map(is_whole, blocks(page, "toml")))], ids=lambda page: page.stem
)
def test_whole_configurations_have_no_faults_and_run(page: Path, tmp_path: Path) -> None:
    for block in blocks(page, "text"):
        (tmp_path / block.caption).write_text(block.text, encoding="utf-8")
    for number, block in enumerate(filter(is_whole, blocks(page, "toml"))):
        config = tmp_path / f"{number}.toml"
        config.write_text(block.text, encoding="utf-8")
        for words in (["check", str(config)], ["run", str(config), "--out", str(tmp_path / str(number))]):
            result = CliRunner().invoke(main, words)
            assert result.exit_code == 0, result.output


@pytest.mark.parametrize("page", pages("console"))
def test_commands_exist(page: Path) -> None:
    assert [line for block in blocks(page, "console") for line in unknown_commands(block.text)] == []


def unknown_commands(text: str) -> list[str]:
    """Give the lines of a console block that are no command with known options: after `$`, or as a whole."""
    lines = [line.removeprefix("$ ") for line in text.splitlines() if line]
    return [line for line in lines if not known(line)]


def known(line: str) -> bool:
    """Whether a line calls a make target, a command of smartexec, pip, or a program of this repository."""
    program, *words = line.partition("  #")[0].split()
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    if program == "make":
        return words[0] in targets
    if program in SHELL:
        return bool(words)
    if program in ("python", ".venv/bin/python"):
        return is_module(words) or (ROOT / words[0]).is_file() or shown(words[0])
    if program == "pip":
        return words[0] == "install" and (
            (ROOT / "plugins" / words[-1].strip("'").partition("[")[0]).is_dir()
            or written(words[-1])
            or made(words[-1])
        )
    if program == "pytest":
        return made(words[-1])
    return program in ("smartexec", ".venv/bin/smartexec") and knows(words)


def written(folder: str) -> bool:
    """Whether a page says what is in the project folder."""
    path = f"{folder.removeprefix('./')}/pyproject.toml"
    return any(block.caption == path for page in PAGES for block in blocks(page, "toml"))


def is_module(words: list[str]) -> bool:
    """Whether it is `-m` and a module that is there."""
    return words[0] == "-m" and find_spec(words[1]) is not None


def shown(file: str) -> bool:
    """Whether a page shows a file of that name, or a package made by `smartexec new` has it."""
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    return f":caption: {file}\n" in text or (made(file.partition("/")[0]) and in_template(file.partition("/")[2]))


def in_template(path: str) -> bool:
    """Whether a template has the file."""
    return any((ROOT / "smartexec" / "templates").glob(f"*/{path}"))


def made(folder: str) -> bool:
    """Whether a page makes the project folder with `smartexec new`."""
    text = "".join(block.text for page in PAGES for block in blocks(page, "console"))
    names = re.findall(r"smartexec new [a-z]+ ([a-z0-9-]+)", text)
    return folder.strip("'").partition("[")[0] in {f"smartexec-{name}" for name in names}


def knows(words: list[str]) -> bool:
    """Whether `smartexec` has the command, and it these options."""
    assert isinstance(main, click.Group)
    if words == ["--version"]:
        return True
    command = main.get_command(click.Context(main), words[0])
    while isinstance(command, click.Group) and len(words) > 1:
        words = words[1:]
        command = command.get_command(click.Context(command), words[0])
    if command is None:
        return False
    options = {option for param in command.params for option in param.opts}
    return all(word in options for word in words[1:] if word.startswith("-"))


@pytest.mark.parametrize(
    "line", ["smartexec fly", "smartexec run x --fast", "make haste", "sudo make demo", "rm -rf /"]
)
def test_commands_that_do_not_exist_are_noticed(line: str) -> None:
    assert unknown_commands(f"$ {line}") == [line]
