"""`smartexec plugins`: what is installed, with every parameter."""

from typing import Final

import click
from attrs import asdict

from smartexec.cli.show import show_json
from smartexec.registry import PluginInfo, Registry, discover
from smartexec.runtime.reading.constraints import Parameter, describe
from smartexec.runtime.reading.units import WRITTEN

KINDS: Final = {"ns": "duration", "px": "price", "money": "money"}
"""Unit of a field that is an integer -> what it is for people."""


@click.command("plugins")
@click.option("--json", "as_json", is_flag=True, help="Print plugins and their parameters as JSON.")
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """List the installed plugins and their parameters; broken ones with their error."""
    registry = discover()
    if as_json:
        show_json(_report(registry))
    else:
        _show(registry)
    ctx.exit(1 if registry.broken else 0)


def _report(registry: Registry) -> dict[str, object]:
    return {
        "plugins": [_entry(info) for info in registry.infos()],
        "commands": [command.name for command in registry.commands],
        "broken": [asdict(one) for one in registry.broken],
    }


def _entry(info: PluginInfo) -> dict[str, object]:
    return {
        "kind": info.kind,
        "name": info.name,
        "class": f"{info.cls.__module__}.{info.cls.__qualname__}",
        "distribution": info.distribution,
        "version": info.version,
        "doc": _first_line(info.cls),
        "parameters": [asdict(p) for p in describe(info.cls)],
    }


def _first_line(cls: type) -> str:
    return (cls.__doc__ or "").strip().partition("\n")[0]


def _written(p: Parameter) -> object:
    """A default as a file has it."""
    return WRITTEN[p.unit](p.default) if type(p.default) is int and p.default and p.unit in WRITTEN else p.default


def _show(registry: Registry) -> None:
    for info in registry.infos():
        click.echo(f"{info.kind} {info.name} ({info.owner}): {_first_line(info.cls)}")
        for p in describe(info.cls):
            default = "required" if p.required else f"default {_written(p)}"
            kind = KINDS.get(p.unit, "int")
            notes = "; ".join(filter(None, (p.type.replace("int", kind), default, p.constraints, p.doc)))
            click.echo(f"    {p.name}: {notes}")
    for command in registry.commands:
        click.echo(f"command {command.name}: {command.get_short_help_str()}")
    for one in registry.broken:
        click.echo(f"broken: {one.error}", err=True)
