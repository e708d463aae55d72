"""`smartexec fixatdl STRATEGY...`."""

from collections.abc import Iterable, Iterator
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Final

import click

from smartexec.api import ConfigError, Strategy
from smartexec_fix.atdl.document import Ticket, document

GROUP: Final = "smartexec"
HOOK: Final = "smartexec_strategies"


def pairs(_: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """Read NAME=VALUE, each once."""
    found: dict[str, str] = {}
    for value in values:
        name, equals, rest = value.partition("=")
        if not (name and equals and rest) or name in found:
            raise click.BadParameter(f"found {value!r}, expected NAME=VALUE, each name once", param=param)
        found[name] = rest
    return found


def tags(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, int]:
    """Read NAME=TAG, each once."""
    found = pairs(ctx, param, values)
    for name, tag in found.items():
        if not tag.isdecimal() or not int(tag):
            raise click.BadParameter(f"found {name}={tag}, expected a number, such as {name}=9001", param=param)
    return {name: int(tag) for name, tag in found.items()}


_HELP: Final = {
    "--wire": "What that tag says of a strategy. Default: its name.",
    "--tag": "A parameter has a tag of its own, instead of an entry of NoStrategyParameters(957).",
    "--const": "A parameter has this value, and is not shown.",
}


@click.command("fixatdl")
@click.argument("strategies", nargs=-1, required=True, metavar="STRATEGY...")
@click.option("--out", type=click.Path(path_type=Path), help="File to write. Default: it is printed.")
@click.option("--provider", default="", help="providerID: who offers the strategies.")
@click.option("--identifier-tag", type=click.IntRange(1), default=847, show_default=True, help="Tag that names one.")
@click.option("--wire", "wires", multiple=True, callback=pairs, metavar="STRATEGY=VALUE", help=_HELP["--wire"])
@click.option("--tag", "own", multiple=True, callback=tags, metavar="NAME=TAG", help=_HELP["--tag"])
@click.option("--const", "constants", multiple=True, callback=pairs, metavar="NAME=VALUE", help=_HELP["--const"])
def command(
    strategies: tuple[str, ...],
    out: Path | None,
    provider: str,
    identifier_tag: int,
    wires: dict[str, str],
    own: dict[str, int],
    constants: dict[str, str],
) -> None:
    """Describe strategies in FIXatdl 1.1, so that order management systems can show a ticket for them."""
    ticket = Ticket(provider=provider, identifier_tag=identifier_tag, wires=wires, tags=own, constants=constants)
    known = installed()
    missing = [name for name in strategies if name not in known]
    if missing:
        raise ConfigError(
            [f"fixatdl: found no strategy {name!r}, expected one of {', '.join(known)}" for name in missing]
        )
    made = document([known[name] for name in strategies], ticket)
    if out is None:
        click.echo(made, nl=False)
        return
    try:
        out.write_bytes(made)
    except OSError as error:
        raise ConfigError(f"{out}: found {error.strerror}, expected a file that can be written") from error
    click.echo(f"written to {out}: {', '.join(strategies)}")


def installed() -> dict[str, tuple[type[Strategy], str]]:
    """Give the strategies of all installed distributions by name, with their versions; broken ones are left out."""
    found = {}
    for point in sorted(entry_points(group=GROUP), key=lambda one: one.name):
        version = point.dist.version if point.dist is not None else "0"
        for cls in _strategies(point):
            found[cls.name] = cls, version
    return dict(sorted(found.items()))


def _strategies(point: EntryPoint) -> Iterator[type[Strategy]]:
    try:
        module = point.load()
    except Exception:  # `smartexec plugins` tells what is broken
        return
    for name, value in vars(module).items():
        marked = getattr(value, f"{GROUP}_impl", None)
        if marked is not None and (marked.get("specname") or name) == HOOK:
            given: Iterable[type[Strategy]] = value()
            yield from given
