"""A run, from a configuration file to a run folder: config copy, journal, tables, input faults.

RUN/config.toml   as it was given            RUN/tables/    from the configured sinks
RUN/journal.db    the journal (plugin)       RUN/faults.log one line per bad piece of input
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Final

from attrs import frozen

from smartexec.errors import ConfigError, JournalError, SmartexecError
from smartexec.interfaces.sink import Sink
from smartexec.kernel.blotter import Blotter
from smartexec.registry import Registry
from smartexec.runtime.collector import gc_policy
from smartexec.runtime.feeding.fault_log import FaultLog
from smartexec.runtime.journal.records import End, Header, Writer, encode_header
from smartexec.runtime.journal.turns import Turns
from smartexec.runtime.plan.advisors import PluginAdvisor
from smartexec.runtime.plan.intake import Intake, Strategies
from smartexec.runtime.plan.plan import Plan, plan_file
from smartexec.runtime.plan.setup import Setup, fair_lot, header_of, make_engine
from smartexec.runtime.plan.starting import digests, start
from smartexec.runtime.report.outcome import (
    ClientTally,
    ParentLine,
    Totals,
    breaches,
    client_tally,
    errors,
    parent_lines,
    quarantined,
    totals,
)
from smartexec.runtime.report.tables import table_digest, tables
from smartexec.runtime.simulation.loop import Counts, Loop, Progress

CONFIG: Final = "config.toml"
FAULTS: Final = "faults.log"
TABLES: Final = "tables"
Keep = Callable[[str, Sequence[str], Sequence[Sequence[str]]], None]
"""Is given a table: name, columns, rows."""


@frozen(kw_only=True)
class RunResult:
    """What came of a run."""

    out: Path | None
    """The run folder; None where nothing was kept."""
    parents: list[ParentLine]
    totals: Totals
    breaches: list[str]
    """Laws broken and things lost; none if all is well."""
    clients: ClientTally
    errors: list[str]
    """Alerts of level error: no breach by themselves."""
    quarantined: list[str]
    """Plugins that were quarantined, each with why; they are among the errors."""
    counts: Counts
    faults: int
    """Bad pieces of input that were left out."""
    commands: str
    """Digest of all commands."""
    seconds: float


def run(
    config: Path,
    out: Path,
    progress: Progress | None = None,
    *,
    registry: Registry | None = None,
    base: Path | None = None,
) -> RunResult:
    """Run a configuration into the folder `out`, which must be new or empty."""
    plan = plan_file(config, registry, base)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ConfigError(f"{out}: found a file or a folder with files, expected a new or empty folder")
    return execute(plan, out, progress)


def execute(plan: Plan, out: Path | None, progress: Progress | None = None, keep: Keep | None = None) -> RunResult:
    """Run a plan. Without a folder nothing is kept on disk: no config copy, no tables; `keep` is given each table."""
    began = perf_counter()
    faults = FaultLog()
    start(plan, faults.say)
    setup = plan.setup
    header = header_of(setup, digests(plan.feeds))
    if out is not None:
        prepare(plan, out, faults)
        plan.journal.create(out, encode_header(header))
    try:
        loop, blotter = _loop(plan, setup, header, faults, progress)
        turns = loop.turns
        with gc_policy():
            loop.run()
        folder = None if out is None else out / TABLES
        printed = write_tables(blotter, plan.sinks, folder, fair_lot(plan.config.settings.allocation), keep)
        turns.writer.write(turns.seq + 1, turns.now, "end", End(turns.digest.value(), printed))
        turns.writer.commit()
    except BaseException as error:
        with suppress(JournalError):  # what went wrong first is what is told
            plan.journal.close()
        if type(error) is KeyboardInterrupt:
            raise KeyboardInterrupt(
                f"{out or 'what if'}: interrupted: the journal is closed, there are no tables"
            ) from error
        raise
    else:
        plan.journal.close()
    finally:
        faults.flush()
    return result_of(out, blotter, faults, loop.counts, turns.digest.value().hex(), perf_counter() - began)


def result_of(
    out: Path | None, blotter: Blotter, faults: FaultLog, counts: Counts, commands: str, seconds: float
) -> RunResult:
    """Say what came of a run whose blotter is this."""
    return RunResult(
        out=out,
        parents=parent_lines(blotter),
        totals=totals(blotter),
        breaches=[*faults.lost, *breaches(blotter)],
        clients=client_tally(blotter),
        errors=errors(blotter),
        quarantined=quarantined(blotter),
        counts=counts,
        faults=faults.count,
        commands=commands,
        seconds=seconds,
    )


def prepare(plan: Plan, out: Path, faults: FaultLog) -> None:
    """Make a run folder: the configuration as it was given, the file of faults, a folder for tables."""
    try:
        (out / TABLES).mkdir(parents=True)
        (out / CONFIG).write_bytes(plan.config.text.encode())
        faults.open(out / FAULTS)
    except OSError as error:
        raise ConfigError(f"{out}: found {error.strerror}, expected a folder that can be written") from error


def _loop(
    plan: Plan, setup: Setup, header: Header, faults: FaultLog, progress: Progress | None
) -> tuple[Loop, Blotter]:
    strategies = Strategies(plan.strategies, plan.config.strategies)
    advisor = PluginAdvisor(strategies, plan.routers, raised=faults.note)
    engine = make_engine(header, setup, advisor)
    loop = Loop(
        turns=Turns(engine, advisor.drain, Writer(plan.journal)),
        intake=Intake(strategies, plan.config.accounts),
        feeds=plan.feeds,
        sources=plan.sources,
        venues=plan.venues,
        end=plan.config.run.end,
        fault=faults.lose,
        progress=progress,
        owner=partial(owner_text, plan),
    )
    return loop, engine.blotter


def write_tables(
    blotter: Blotter, sinks: Sequence[Sink], folder: Path | None, lot: int, keep: Keep | None = None
) -> dict[str, str]:
    """Write all tables to the sinks, if there is a folder, and hand them to `keep`; give the digest of each."""
    out = tuple(sinks) if folder is not None else ()
    printed: dict[str, str] = {}
    try:
        for sink in out:
            assert folder is not None
            sink.open(folder)
        for name, columns, rows in tables(blotter, lot):
            whole = list(rows)
            printed[name] = table_digest(columns, whole)
            if keep is not None:
                keep(name, columns, whole)
            for sink in out:
                sink.write(name, columns, whole)
        for sink in out:
            sink.close()
    except OSError as error:
        raise SmartexecError(f"{folder}: found {error.strerror}, expected a folder that can be written") from error
    return printed


def owner_text(plan: Plan, kind: str, name: str) -> str:
    """Give " of DISTRIBUTION VERSION" of a plugin; "" if it came from none."""
    info = plan.registry.plugins.get((kind, name))
    return f" of {info.owner}" if info else ""
