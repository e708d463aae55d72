"""Directive `command-reference`: every command of the program with its options, as click has them.

With arguments, those commands, which plugins that are there when the pages are built may have added.
"""

from collections.abc import Iterable, Iterator

import click
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from tabling import paragraph, table

from smartexec.cli.main import BUILT_IN, main


def commands(names: Iterable[str] = BUILT_IN) -> list[tuple[str, click.Command]]:
    """Give the commands that come with smartexec and the words that call them; what plugins add is not always there."""
    assert isinstance(main, click.Group)
    return list(below(main, names))


def below(group: click.Group, names: Iterable[str], words: str = "") -> Iterator[tuple[str, click.Command]]:
    """Yield the commands of a group, those of groups in it after them."""
    context = click.Context(group)
    for name in names:
        command = group.get_command(context, name)
        if command is not None:
            yield f"{words}{name}", command
        if isinstance(command, click.Group):
            yield from below(command, command.list_commands(context), f"{words}{name} ")


def usage(words: str, command: click.Command) -> str:
    """Give the line that a user types."""
    context = click.Context(command, info_name=f"smartexec {words}")
    return f"smartexec {words} {' '.join(command.collect_usage_pieces(context))}"


def options(command: click.Command) -> list[list[str]]:
    """Give option and help of each option, after a head."""
    context = click.Context(command)
    records = [p.get_help_record(context) for p in command.params if isinstance(p, click.Option)]
    return [["option", "meaning"], *([f"`{record[0]}`", record[1]] for record in records if record)]


class CommandReference(SphinxDirective):
    """Insert a section for each command."""

    optional_arguments = len(BUILT_IN)

    def run(self) -> list[nodes.Node]:
        return [self._section(words, command) for words, command in commands(self.arguments or BUILT_IN)]

    def _section(self, words: str, command: click.Command) -> nodes.section:
        section = nodes.section(ids=[f"command-{words.replace(' ', '-')}"], names=[words])
        section += nodes.title(text=words)
        section += nodes.literal_block(usage(words, command), usage(words, command), language="none")
        section += paragraph(" ".join((command.help or "").split()))
        rows = options(command)
        if len(rows) > 1:
            section += table(rows, (30, 70))
        return section


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive with Sphinx."""
    app.add_directive("command-reference", CommandReference)
    return {"parallel_read_safe": True}
