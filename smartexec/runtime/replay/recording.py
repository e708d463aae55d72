"""A recorded run, folded again for who wants to see it pass: turn by turn, with the engine at hand.

No strategy, routing logic or venue runs: what they answered is in the journal. Market data that a simulated run read
from its feeds are read from them again.
"""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from smartexec.errors import JournalError
from smartexec.interfaces.host import Table
from smartexec.interfaces.journal import Journal
from smartexec.kernel.engine import Engine
from smartexec.registry import Registry
from smartexec.runtime.journal.records import End, read_header, read_records
from smartexec.runtime.plan.advisors import RecordedAdvisor
from smartexec.runtime.plan.parts import check_parts, folder_of
from smartexec.runtime.plan.setup import Setup, check_config, make_engine
from smartexec.runtime.replay.refold import Refold, Turn
from smartexec.runtime.replay.replay import open_run, refold
from smartexec.runtime.report.readout import tables_of
from smartexec.runtime.report.tables import table_digest


class Recording:
    """A recorded run as an iterator of its turns; a context manager that closes its journal. Made by `open` or `of`.

    JournalError at the first turn whose commands are not those that were recorded, and after the last one if the tables
    are not.
    """

    def __init__(self, run: Path, journal: Journal, fold: Refold, torn: list[str]) -> None:
        self.run = run
        self._journal = journal
        self._fold = fold
        self._torn = torn
        self._turns = self._all()

    @classmethod
    def open(cls, run: str | Path, registry: Registry | None = None) -> "Recording":
        """Open the folder of a run or session of a configuration file, which it holds a copy of."""
        folder = folder_of("recording", run)
        opened = open_run(folder, registry)
        with _closed_on_error(opened.plan.journal):
            return cls(folder, opened.plan.journal, refold(opened), opened.torn)

    @classmethod
    def of(cls, setup: Setup, journal: Journal, run: str | Path) -> "Recording":
        """Open the folder of a `Session` that was made from a setup."""
        check_parts("recording", setup, journal)
        folder = folder_of("recording", run)
        data = journal.open(folder)
        with _closed_on_error(journal):
            header = read_header(data)
            check_config(setup, header, folder)
            advisor = RecordedAdvisor(setup.memories)
            return cls(folder, journal, Refold(make_engine(header, setup, advisor), advisor), [])

    @property
    def engine(self) -> Engine:
        """The engine as it was after the turn that was given last."""
        return self._fold.engine

    @property
    def finished(self) -> bool:
        """Whether the end of a run that came to its end was read."""
        return self._fold.end is not None

    @property
    def torn(self) -> str:
        """What was bad at the journal's end and left out, once it was read; "" = nothing."""
        return "; ".join(self._torn)

    def tables(self) -> dict[str, Table]:
        """Give the tables of the external contract as they were then, by name."""
        return tables_of(self.engine)

    def __iter__(self) -> Iterator[Turn]:
        return self._turns

    def __next__(self) -> Turn:
        return next(self._turns)

    def _all(self) -> Generator[Turn]:
        fold = self._fold
        yield from fold.turns(read_records(self._journal.records(), self._torn), self.run)
        if fold.events:  # a process that died between an event and the end of its turn
            yield Turn(fold.seq, fold.now, tuple(fold.events), ())
        if fold.end is not None:
            self._compare(fold.end)

    def _compare(self, end: End) -> None:
        for name, table in self.tables().items():
            found, expected = table_digest(table.columns, table.rows), end.tables.get(name)
            if found != expected:
                raise JournalError(f"{self.run}: table {name}: found digest {found}, expected {expected}")

    def close(self) -> None:
        """Let go of the journal."""
        self._turns.close()
        self._journal.close()

    def __enter__(self) -> "Recording":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@contextmanager
def _closed_on_error(journal: Journal) -> Iterator[None]:
    try:
        yield
    except BaseException:
        journal.close()
        raise
