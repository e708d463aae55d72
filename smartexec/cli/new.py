"""`smartexec new KIND NAME`: a package for a plugin, made from the templates that come with smartexec.

A template is a package that works, in `smartexec/templates`; what all kinds have in common is in `common`. Only names
are replaced, and the version of smartexec that it is for.
"""

import builtins
import re
import shlex
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

import click
from attrs import frozen

from smartexec import __version__
from smartexec.errors import ConfigError
from smartexec.registry import discover

COMMON: Final = "common"
NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
LONGEST: Final = 30
"""Letters of a name: with more the templates' lines would be too long."""
_NO_TEXT: Final = frozenset({"__pycache__", ".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache"})
"""What tools leave in a folder of templates."""


@frozen
class Kind:
    """A kind of plugin that a package can be made for."""

    name: str
    """As `smartexec plugins` and the conformance kits call it."""
    says: str
    """What a plugin of the kind does, one sentence."""
    command: str = "smartexec run {folder}/example/config.toml"
    """Shows the new one at work."""


KINDS: Final[Mapping[str, Kind]] = {
    "strategy": Kind("strategy", "says what of an order should be live now"),
    "router": Kind("routing logic", "says to which venues a slice goes"),
    "venue": Kind(
        "venue",
        "speaks a venue's protocol: orders out, executions in",
        "python {folder}/example/toy_venue.py & smartexec serve {folder}/example/config.toml --out session",
    ),
    "source": Kind("order source", "brings client orders"),
    "feed": Kind("market-data feed", "brings what markets say"),
    "journal": Kind("journal", "keeps the records of a run durable"),
    "sink": Kind("sink", "takes the tables of a run out"),
}
NEXT: Final = ("pip install -e {folder}[test,example]", "pytest {folder}", "smartexec certify {folder}")
"""What to do with a new package, before its kind's own command. What has a folder in it is quoted for the shell."""
EPILOG: Final = "\b\nKinds:\n" + "\n".join(f"  {name:<10}{kind.says}" for name, kind in KINDS.items())


@click.command("new", epilog=EPILOG)
@click.argument("kind")
@click.argument("name")
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the project. Default: smartexec-NAME.")
def command(kind: str, name: str, out: Path | None) -> None:
    """Make a package for a plugin of KIND: one that works, with tests, a conformance class, an example and CI.

    NAME is in small letters, such as my-twap. What is there already is never written over.
    """
    folder = out or Path(f"smartexec-{name}")
    faults = list(_faults(kind, name, folder))
    if faults:
        raise ConfigError(faults)
    _write(folder, render(kind, name))
    click.echo(f"{folder}: made, with {KINDS[kind].name} {plugin_name(kind, name)} in it. Next:")
    for line in (*NEXT, KINDS[kind].command):
        click.echo(f"  {_for_shell(line, folder)}")


def render(kind: str, name: str) -> dict[str, str]:
    """Give the files of a package, by their paths in its folder."""
    words = _words(kind, name)
    pattern = re.compile("|".join(map(re.escape, words)))

    def named(text: str) -> str:
        return pattern.sub(lambda found: words[found[0]], text)

    texts = {**_texts(COMMON), **_texts(kind)}
    return {named(path): named(text) for path, text in sorted(texts.items())}


def plugin_name(kind: str, name: str) -> str:
    """The name by which configurations and order files know the plugin."""
    return name.upper() if kind == "strategy" else name


def _words(kind: str, name: str) -> dict[str, str]:
    """What templates have in place of names -> what it is replaced by."""
    major, minor = __version__.split(".")[:2]
    return {
        "your-name": name,
        "your_name": name.replace("-", "_"),
        "YourName": _class_name(name),
        "YOUR-NAME": name.upper(),
        "kind-of-plugin": KINDS[kind].name,
        ">=0.1,<1": f">={major}.{minor},<{int(major) + 1}",
    }


def _class_name(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("-"))


def _texts(template: str) -> dict[str, str]:
    root = files("smartexec") / "templates" / template
    return dict(_below(root, ""))


def _below(folder: Traversable, path: str) -> Iterator[tuple[str, str]]:
    for one in folder.iterdir():
        if one.name in _NO_TEXT:
            continue
        if one.is_dir():
            yield from _below(one, f"{path}{one.name}/")
        else:
            yield f"{path}{one.name}", one.read_text(encoding="utf-8")


def _for_shell(line: str, folder: Path) -> str:
    """Put a folder into a command line as the shell must read it, whatever it is called."""
    words = (shlex.quote(word.format(folder=folder)) if "{folder}" in word else word for word in line.split())
    return " ".join(words)


def _faults(kind: str, name: str, folder: Path) -> Iterator[str]:
    """Say what keeps a package from being made, a line each."""
    if kind not in KINDS:
        yield f"kind: found {kind!r}, expected one of {', '.join(KINDS)}"
    elif not NAME.fullmatch(name) or len(name) > LONGEST:
        yield f"name: found {name!r}, expected small letters, digits and hyphens, at most {LONGEST}, such as my-twap"
    else:
        yield from _taken(kind, name)
    if folder.exists():
        yield f"{folder}: found it there, expected a new folder: nothing is written over"


def _taken(kind: str, name: str) -> Iterator[str]:
    cls = _class_name(name)
    if hasattr(builtins, cls) or re.search(rf"\b{cls}\b", "\n".join(_texts(kind).values())):
        yield f"name: found {name!r}, expected another: its class {cls} would hide one that it needs"
    if cls.startswith("Test"):
        yield f"name: found {name!r}, expected another: pytest would take its class {cls} for one of tests"
    info = discover().plugins.get((KINDS[kind].name, plugin_name(kind, name)))
    if info is not None:
        yield f"name: found {info.kind} {info.name} of {info.owner}, expected a name that is not taken"
        return
    try:
        found = version(f"smartexec-{name}")
    except PackageNotFoundError:
        return
    yield f"name: found smartexec-{name} {found} installed, expected a name that is not taken"


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    try:
        for name, text in texts.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{folder}: found {error.strerror}, expected a folder that can be made") from error
