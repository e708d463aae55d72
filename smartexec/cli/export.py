"""`smartexec export RUN --out DIR`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from smartexec.cli.show import progress_bar
from smartexec.errors import SmartexecError
from smartexec.runtime.reading.schema import build
from smartexec.runtime.replay.replay import open_run
from smartexec.runtime.replay.stored import stored_tables, write_sink


@click.command("export")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for the tables.")
@click.option("--format", "form", default="csv", show_default=True, help="A sink: csv, parquet, jsonl ...")
def command(run: Path, out: Path, form: str) -> None:
    """Write the tables of RUN in another format, or to another place."""
    plan = open_run(run).plan
    plan.journal.close()
    registry, times = plan.registry, plan.config.run
    sink = build(registry.find("sink", form, "--format"), {}, "--format")
    with progress_bar("export", times.start, times.end) as progress:
        found = stored_tables(run, progress, registry)
    with _no_empty_folder(out):
        write_sink(sink, found, out)
    for table in found:
        click.echo(f"{table.name}: {len(table.rows):,} rows")
    click.echo(f"written to {out}")


@contextmanager
def _no_empty_folder(out: Path) -> Iterator[None]:
    """Leave no folder behind that was made for a sink that could write nothing."""
    missing = next((one for one in reversed((out, *out.parents)) if not one.exists()), None)
    try:
        yield
    except SmartexecError:
        for folder in (out, *out.parents) if missing is not None else ():
            if not folder.is_dir() or any(folder.iterdir()):
                break
            folder.rmdir()
            if folder == missing:
                break
        raise
