"""`smartexec explain RUN ORDER_ID`."""

from pathlib import Path

import click

from smartexec.cli.show import progress_bar, show_json
from smartexec.errors import ConfigError
from smartexec.runtime.config import load
from smartexec.runtime.replay import open_run
from smartexec.runtime.run import CONFIG
from smartexec.runtime.stored import stored_tables
from smartexec.runtime.story import Story, explain


@click.command("explain")
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("order_id")
@click.option("--json", "as_json", is_flag=True, help="Print the story as JSON.")
def command(run: Path, order_id: str, as_json: bool) -> None:
    """Tell what became of an order, and why: a client's ClOrdID(11) or order id, a parent's, or a child's."""
    open_run(run).plan.journal.close()
    times = load(run / CONFIG).run
    with progress_bar("explain", times.start, times.end) as progress:
        stories = explain(stored_tables(run, progress), order_id)
    if not stories:
        expected = "a ClOrdID(11), or the id of a client order, a parent or a child"
        raise ConfigError(f"{run}: found no order {order_id!r}, expected {expected}")
    if as_json:
        show_json(stories)
        return
    for story in stories:
        _show(story)


def _show(story: Story) -> None:
    click.echo(f"{story.kind} {story.order_id}")
    click.echo("  " + ", ".join(f"{name} {value}" for name, value in story.head.items() if value))
    for moment in story.moments:
        click.echo(f"  {moment.time[11:-1] or '-':18} {moment.what:10} {moment.text}")
