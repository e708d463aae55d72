"""A journal in memory, a sink, and a command."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click
from attrs import define, field

from smartexec.api import Changes, Host, Journal, JournalError, Sink, hookimpl


@define
class Memory(Journal):
    """Keeps records in memory, many turns a commit."""

    name = "memory"

    _header: bytes | None = field(init=False, default=None)
    _records: list[tuple[int, bytes]] = field(init=False, factory=list[tuple[int, bytes]])

    @property
    def turns_per_commit(self) -> int:
        return 100

    def create(self, run: Path, header: bytes) -> None:
        self._header = header

    def open(self, run: Path) -> bytes:
        if self._header is None:
            raise JournalError(f"{run}: found nothing, expected a journal")
        return self._header

    def append(self, seq: int, payload: bytes) -> None:
        self._records.append((seq, payload))

    def commit(self) -> None:
        """Nothing is durable."""

    def records(self) -> Iterator[tuple[int, bytes]]:
        return iter(self._records)

    def close(self) -> None:
        """There is nothing to let go of."""


@define
class Counting(Sink):
    """Counts rows."""

    name = "counting"

    _counts: dict[str, int] = field(init=False, factory=dict[str, int])

    def open(self, folder: Path) -> None:
        self._counts.clear()

    def write(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        self._counts[table] = sum(1 for _ in rows)


@click.command("count")
@click.argument("config", type=click.Path(path_type=Path))
@click.pass_obj
def command(host: Host, config: Path) -> None:
    """Count the client orders of a run."""
    ran = host.run(config, Changes(seed=3))
    click.echo(len(ran.tables["client_orders"].records()))


@hookimpl.journals
def smartexec_journals() -> Iterable[type[Journal]]:
    return (Memory,)


@hookimpl.sinks
def smartexec_sinks() -> Iterable[type[Sink]]:
    return (Counting,)


@hookimpl.commands
def smartexec_commands() -> Iterable[click.Command]:
    return (command,)
