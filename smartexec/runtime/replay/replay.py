"""A run folder folded again: recorded events and advice, market data from the same feeds. No strategy or router runs.

The fold is checked at every turn against the recorded digest of all commands so far, and at the end against the
tables, so that the first difference has a `seq`. With an audit the plugins are asked again and compared.
"""

from collections.abc import Iterator
from pathlib import Path

from attrs import define, evolve, frozen

from smartexec.errors import ConfigError, JournalError, SmartexecError
from smartexec.interfaces.context import Context
from smartexec.interfaces.market_data import MarketDataFeed
from smartexec.kernel.blotter import Blotter
from smartexec.kernel.engine import Engine
from smartexec.registry import Registry
from smartexec.runtime.collector import gc_policy
from smartexec.runtime.feeding.sequencer import merge_feeds
from smartexec.runtime.journal.records import End, Header, Record, read_header, read_records
from smartexec.runtime.plan.advisors import AuditAdvisor, Difference, PluginAdvisor, RecordedAdvisor
from smartexec.runtime.plan.intake import Strategies
from smartexec.runtime.plan.plan import Plan, plan_file
from smartexec.runtime.plan.setup import config_digest, fair_lot, make_engine
from smartexec.runtime.plan.starting import digests
from smartexec.runtime.reading.secrets import left_alone
from smartexec.runtime.replay.refold import Refold
from smartexec.runtime.report.table_files import SINK, first_difference
from smartexec.runtime.report.tables import table_digest, tables
from smartexec.runtime.simulation.loop import Counts, Progress
from smartexec.runtime.simulation.run import CONFIG, TABLES


@frozen(kw_only=True)
class Replay:
    """What a replay found."""

    plan: Plan
    header: Header
    engine: Engine
    blotter: Blotter
    counts: Counts
    records: int
    difference: str
    """The first difference from the recorded run; "" = byte-identical as far as the journal goes."""
    torn: str
    """Why the journal has no end; "" if it has one."""
    audited: int
    differences: list[Difference]
    """Answers of plugins that are not the recorded ones (audit only)."""
    commands: str
    tables: int = 0
    """Tables folded again that were compared with the recorded digests."""
    files: int = 0
    """CSV files of the run folder that were compared with them, row by row."""

    @property
    def compared(self) -> str:
        """What is the same, in words."""
        said = ["commands"]
        if self.tables:
            said.append(f"{self.tables} tables refolded")
        if self.files:
            said.append(f"{self.files} files in {TABLES}/")
        return " and ".join(filter(None, [", ".join(said[:-1]), said[-1]]))

    @property
    def identical(self) -> bool:
        return not self.difference


@define
class Opened:
    """A run folder, checked and ready to be read."""

    folder: Path
    plan: Plan
    header: Header
    torn: list[str]

    @property
    def feeds(self) -> tuple[MarketDataFeed, ...]:
        """Where market data are read again; none if the journal has them, as that of a live session does."""
        return self.plan.feeds if self.header.feeds else ()

    def records(self) -> Iterator[Record]:
        """Read the journal from its beginning."""
        return read_records(self.plan.journal.records(), self.torn)


def replay(
    run: Path,
    progress: Progress | None = None,
    *,
    audit: bool = False,
    registry: Registry | None = None,
    files: bool = True,
    seeded: bool = True,
) -> Replay:
    """Fold the run in folder `run` again and compare; with its table files too, unless `files` is false.

    Unless it is `seeded`, the scorecard begins with nothing and ends with what the run itself has seen: recorded
    routes do not depend on it (an audit's do).
    """
    opened = open_run(run, registry)
    if not seeded:
        opened.header = evolve(opened.header, tallies={}, learned={})
    try:
        with gc_policy():
            return _Fold(opened, progress, audit, files).run()
    finally:
        opened.plan.journal.close()


def open_run(run: Path, registry: Registry | None = None) -> Opened:
    """Open a run folder; refuses a changed configuration and a missing journal. The caller closes the journal."""
    if not (run / CONFIG).is_file():
        raise ConfigError(f"{run}: found no {CONFIG}, expected the folder of a run")
    with left_alone():
        plan = plan_file(run / CONFIG, registry, statistics=False, live=True)
    try:
        header = read_header(plan.journal.open(run))
        found = config_digest(plan.config.text)
        if found != header.config:
            raise JournalError(
                f"{run / CONFIG}: found digest {found}, expected {header.config}: it is not what was run"
            )
    except BaseException:
        plan.journal.close()
        raise
    return Opened(run, plan, header, [])


def start_feeds(opened: Opened) -> None:
    """Start the recorded feeds; refuses data that are not those of the run."""
    base = Path(opened.header.base)
    config = opened.plan.config
    for feed in opened.feeds:
        feed.start(Context(config.instruments, config.run.seed, base))
    for found, expected in zip(digests(opened.feeds), opened.header.feeds, strict=True):
        if found != expected:
            raise ConfigError(f"{opened.folder}: market data: found {found}, expected {expected}")


def refold(opened: Opened, advisor: RecordedAdvisor | None = None, progress: Progress | None = None) -> Refold:
    """Begin to fold a run again, with its market data."""
    start_feeds(opened)
    answers = advisor or RecordedAdvisor()
    engine = make_engine(opened.header, opened.plan.setup, answers)
    return Refold(engine, answers, merge_feeds(opened.feeds, lambda _: None), progress)


class _Fold:
    """One replay."""

    def __init__(self, opened: Opened, progress: Progress | None, audit: bool, files: bool = True) -> None:
        self.opened = opened
        self.audit = _auditor(opened.plan) if audit else None
        self.refold = refold(opened, self.audit, progress)
        self.engine = self.refold.engine
        self.records = 0
        self.compare_files = files
        self.tables = 0
        self.files = 0

    def run(self) -> Replay:
        difference = self.fold()
        torn, end = "; ".join(self.opened.torn), self.refold.end
        if end is None and not difference:
            last = self.refold.seq
            torn = torn or f"journal: found its last record at seq {last}, expected a trailer: the run was cut off"
        if end is not None and not difference:
            difference = self.compare(end)
        return Replay(
            plan=self.opened.plan,
            header=self.opened.header,
            engine=self.engine,
            blotter=self.engine.blotter,
            counts=self.refold.counts,
            records=self.records,
            difference=difference,
            torn=torn,
            audited=self.audit.asked if self.audit else 0,
            differences=self.audit.differences if self.audit else [],
            commands=self.refold.digest.value().hex(),
            tables=self.tables,
            files=self.files,
        )

    def fold(self) -> str:
        """Fold record by record; give the first difference."""
        for record in self.opened.records():
            self.records += 1
            try:
                found = self.refold.take(record)
            except SmartexecError as error:
                found = str(error)
            if found:
                return f"seq {record.seq}: {found}"
        return ""

    def compare(self, end: End) -> str:
        """Compare the tables with those of the run: their digests, then the files that its CSV sink wrote."""
        plan = self.opened.plan
        folder = self.opened.folder / TABLES
        written = self.compare_files and any(sink.name == SINK for sink in plan.sinks)
        for name, columns, rows in tables(self.engine.blotter, fair_lot(plan.config.settings.allocation)):
            whole = list(rows)
            found, expected = table_digest(columns, whole), end.tables.get(name)
            if found != expected:
                return f"table {name}: found digest {found}, expected {expected}"
            self.tables += 1
            if written:
                differs = first_difference(folder / f"{name}.csv", columns, whole)
                if differs:
                    return f"table {name}: {differs}"
                self.files += 1
        return ""


def _auditor(plan: Plan) -> AuditAdvisor:
    return AuditAdvisor(PluginAdvisor(Strategies(plan.strategies), plan.routers), plan.setup.memories)
