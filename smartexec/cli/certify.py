"""`smartexec certify PACKAGE`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from smartexec.cli.show import show_json
from smartexec.errors import ConfigError

if TYPE_CHECKING:
    from smartexec.testing.certify import Certificate


@click.command("certify")
@click.argument("package")
@click.option("--tests", type=click.Path(path_type=Path), help="Its conformance classes. Default: PROJECT/tests.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for certificate.md, .json and .txt.")
@click.option("--json", "as_json", is_flag=True, help="Print the certificate as JSON.")
@click.pass_context
def command(ctx: click.Context, package: str, tests: Path | None, out: Path | None, as_json: bool) -> None:
    """Run all plugins of PACKAGE through their conformance kits and print a certificate.

    PACKAGE is the name of an installed distribution, or its project folder. Exit code 1 if a plugin is not certified:
    then what pytest said is shown too, with the smallest case that fails as a test. certificate.txt has it always.
    """
    try:
        from smartexec.testing.certify import certify
    except ImportError as error:
        raise ConfigError(f"certify: found no {error.name}, expected it: pip install 'smartexec[testing]'") from error
    with Console(stderr=True).status(f"certifying {package} ..."):
        made = certify(package, tests)
    if out is not None:
        _write(out, made)
    if as_json:
        show_json(made.as_json())
    else:
        click.echo(made.as_markdown(), nl=False)
    if not made.passed:
        click.echo(made.output, err=True)
    ctx.exit(0 if made.passed else 1)


def _write(out: Path, made: "Certificate") -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / "certificate.md").write_text(made.as_markdown(), encoding="utf-8")
        (out / "certificate.json").write_text(json.dumps(made.as_json(), indent=2) + "\n", encoding="utf-8")
        (out / "certificate.txt").write_text(made.output, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{out}: found {error.strerror}, expected a folder that can be written") from error
