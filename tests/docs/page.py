"""A tutorial as what its reader does: the files, commands, outputs and keys of a page, in their order.

Commands are in blocks of `console`. One with a caption is another terminal's, in which it keeps running. Literal blocks
are what the terminal used last shows. Blocks with a file for a caption are files; `diff` blocks change one.
"""

import re
import textwrap
from pathlib import Path
from typing import Final

from attrs import frozen

BLOCK: Final = re.compile(
    r"^\.\. code-block:: (?P<language>\w+)\n(?:   :caption: (?P<caption>\S[^\n]*)\n)?\n(?P<code>(?:(?:   .*)?\n)+)"
    r"|^\.\. literalinclude:: (?P<source>\S+)\n(?:   :(?!caption)[^\n]*\n)*   :caption: (?P<name>\S+)\n"
    r"|Press Ctrl-C in the (?P<key>\w+ terminal)"
    r"|(?:the (?P<where>\w+ terminal) says)?::\n\n(?P<shown>(?:(?:   .*)?\n)+)",
    re.MULTILINE,
)


@frozen
class File:
    """The reader writes a file."""

    path: str
    text: str


@frozen
class Change:
    """The reader changes lines of a file."""

    path: str
    old: str
    new: str


@frozen
class Commands:
    """The reader types commands; `terminal` "" is the one that they come back to."""

    terminal: str
    lines: tuple[str, ...]


@frozen
class Shown:
    """The reader sees this, in a terminal or, if none is named, in the one used last."""

    text: str
    terminal: str | None


@frozen
class Interrupt:
    """The reader presses Ctrl-C in a terminal."""

    terminal: str


Step = File | Change | Commands | Shown | Interrupt


def steps(page: Path) -> list[Step]:
    """Read a tutorial."""
    found = BLOCK.finditer(page.read_text(encoding="utf-8") + "\n")
    return [step for one in found if (step := _step(page, one)) is not None]


def _step(page: Path, found: re.Match[str]) -> Step | None:
    if found["key"]:
        return Interrupt(found["key"])
    if found["source"]:
        return File(found["name"], (page.parent / found["source"]).read_text(encoding="utf-8"))
    if found["shown"] is not None:
        return Shown(textwrap.dedent(found["shown"]).strip("\n"), found["where"])
    code, caption = textwrap.dedent(found["code"]).strip("\n"), found["caption"] or ""
    if found["language"] == "console":
        return Commands(caption, tuple(line.removeprefix("$ ") for line in code.splitlines() if line.startswith("$ ")))
    if found["language"] == "diff":
        return _change(caption, code.splitlines())
    return File(caption, code + "\n") if caption else None


def _change(path: str, lines: list[str]) -> Change:
    old, new = ("\n".join(line[1:] for line in lines if line[:1] in ("", " ", sign)) for sign in "-+")
    return Change(path, old, new)
