"""Directive `command-reference`: every command of the program with its options, as click has them."""

import click
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from tabling import paragraph, table

from smartexec.cli.main import BUILT_IN, main


def commands() -> list[click.Command]:
    """Give the commands that come with smartexec; those of plugins depend on what is installed."""
    context = click.Context(main)
    found = [main.get_command(context, name) for name in BUILT_IN]
    return [command for command in found if command is not None]


def usage(command: click.Command) -> str:
    """Give the line that a user types."""
    context = click.Context(command, info_name=f"smartexec {command.name}")
    return f"smartexec {command.name} {' '.join(command.collect_usage_pieces(context))}"


def options(command: click.Command) -> list[list[str]]:
    """Give option and help of each option, after a head."""
    context = click.Context(command)
    records = [p.get_help_record(context) for p in command.params if isinstance(p, click.Option)]
    return [["option", "meaning"], *([f"`{record[0]}`", record[1]] for record in records if record)]


class CommandReference(SphinxDirective):
    """Insert a section for each command."""

    def run(self) -> list[nodes.Node]:
        return [self._section(command) for command in commands()]

    def _section(self, command: click.Command) -> nodes.section:
        name = str(command.name)
        section = nodes.section(ids=[f"command-{name}"], names=[name])
        section += nodes.title(text=name)
        section += nodes.literal_block(usage(command), usage(command), language="none")
        section += paragraph(" ".join((command.help or "").split()))
        rows = options(command)
        if len(rows) > 1:
            section += table(rows, (30, 70))
        return section


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive with Sphinx."""
    app.add_directive("command-reference", CommandReference)
    return {"parallel_read_safe": True}
