"""A trading session for who embeds smartexec: an engine, its plugins and its journal. No clock, thread or socket here.

Whoever holds it says what happened and when, and sends what comes back. What comes back is durable: a process that
dies at any moment goes on with `resume`, which folds the journal with the recorded answers of plugins.
"""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, get_args

from smartexec.errors import JournalError, OrderError
from smartexec.interfaces.host import Table
from smartexec.interfaces.journal import Journal
from smartexec.kernel.advisor import Advisor, Fault
from smartexec.kernel.engine import Engine
from smartexec.model.commands import Command
from smartexec.model.events import EndOfDay, Event, Tick
from smartexec.model.orders import NewOrder, Params
from smartexec.model.routing import Route, RouteRequest
from smartexec.model.view import Decision, ParentView
from smartexec.runtime.advisors import PluginAdvisor, RecordedAdvisor
from smartexec.runtime.checks import wrong
from smartexec.runtime.forget import Forget
from smartexec.runtime.intake import Intake, Strategies
from smartexec.runtime.records import End, Header, Writer, encode_header, read_header, read_records
from smartexec.runtime.refold import Refold
from smartexec.runtime.setup import Setup, fair_lot, header_of, make_engine
from smartexec.runtime.tables import table_digest, tables
from smartexec.runtime.turns import Turns

MAX_SETTLES: Final = 1_000
"""Ends of a turn at one time: more is a kernel that is never done."""
EVENTS: Final[tuple[type, ...]] = get_args(Event)


class Session:
    """Events in, durable commands out. Made by `open`, `create` or `resume`; a context manager that closes its journal.

    Times are ns UTC and never run backwards: an earlier one counts as the last. Not for more than one thread at a time.
    """

    def __init__(self, setup: Setup, turns: Turns, engine: Engine, journal: Journal, intake: Intake) -> None:
        self.setup = setup
        self.engine = engine
        """The pure fold: its `blotter` has all orders, executions and alerts."""
        self.resumed = False
        """Whether it was gone on with."""
        self.torn = ""
        """What was cut off the end of its journal then; "" = nothing."""
        self.last: Sequence[Command] = ()
        """Commands of the last turn before it was gone on with: recorded, and perhaps never sent."""
        self.turns = turns
        self.intake = intake
        self._journal = journal

    @classmethod
    def open(
        cls, setup: Setup, journal: Journal | None = None, run: Path | None = None, *, budget: int | None = None
    ) -> "Session":
        """Begin a session, or go on with the one in folder `run` if there is something in it."""
        if journal is not None and run is not None and run.is_dir() and any(run.iterdir()):
            return cls.resume(setup, journal, run, budget=budget)
        return cls.create(setup, journal, run, budget=budget)

    @classmethod
    def create(
        cls,
        setup: Setup,
        journal: Journal | None = None,
        run: Path | None = None,
        *,
        header: Header | None = None,
        budget: int | None = None,
    ) -> "Session":
        """Begin a session. Without a journal nothing is recorded.

        `budget`: longest time a plugin's answer may take, ns: one that took longer quarantines it. None = not measured.
        """
        head = header or header_of(setup)
        strategies = Strategies(setup.strategies, setup.defaults)
        plugins = PluginAdvisor(strategies, setup.routers, budget)
        engine = make_engine(head, setup, plugins)
        kept = journal or Forget()
        if run is not None:
            run.mkdir(parents=True, exist_ok=True)
        kept.create(run or Path(), encode_header(head))
        turns = Turns(engine, plugins.drain, Writer(kept))
        return cls(setup, turns, engine, kept, Intake(strategies, setup.accounts))

    @classmethod
    def resume(cls, setup: Setup, journal: Journal, run: Path, *, budget: int | None = None) -> "Session":
        """Go on with the session whose journal is in folder `run`. JournalError if it is over, damaged, or was begun
        with another configuration. Then tell it which venues are up: it asks them for what is in doubt."""
        header = read_header(journal.resume(run))
        if header.config != setup.digest:
            found = f"found a session of configuration {header.config}, expected {setup.digest}"
            raise JournalError(f"{run}: {found}: settings cannot change while a session lasts")
        recorded, strategies = RecordedAdvisor(setup.memories), Strategies(setup.strategies, setup.defaults)
        relay = _Relay(recorded)
        fold = Refold(make_engine(header, setup, relay), recorded)
        torn = _fold_all(fold, journal, run)
        plugins = relay.answers = PluginAdvisor(strategies, setup.routers, budget)
        turns = Turns(fold.engine, plugins.drain, Writer(journal, fold.chain))
        turns.seq, turns.now, turns.digest = fold.seq, fold.now, fold.digest
        session = cls(setup, turns, fold.engine, journal, Intake(strategies, setup.accounts))
        session.resumed, session.torn, session.last = True, torn, tuple(fold.commands)
        return session

    # -- what happens --------------------------------------------------------------------------------------------------

    @property
    def now(self) -> int:
        """Time of the last turn, ns UTC; 0 before the first."""
        return self.turns.now

    def turn(self, now: int, *events: Event) -> list[Command]:
        """Fold events, fire the timers that are due, let strategies decide; give the commands, recorded and durable.

        OrderError if one is no event or has a field of a wrong type: nothing of the turn is folded then. JournalError
        if it could not be recorded: no command of it may leave, and the session is over.
        """
        for event in events:
            fault = wrong(event, EVENTS)
            if fault:
                raise OrderError(f"turn at {now}: {fault}")
        turns, engine = self.turns, self.engine
        now = max(now, turns.now)
        for event in events:
            turns.fold(now, self.intake.take(event) if type(event) is NewOrder else event)
        timer = engine.next_timer()
        if timer is not None and timer <= now:
            turns.fold(now, Tick())
        return self._settle(now)

    def next_timer(self) -> int | None:
        """When a turn is wanted even if nothing happens, ns UTC; None = not at all."""
        return self.engine.next_timer()

    def _settle(self, now: int) -> list[Command]:
        out: list[Command] = []
        for _ in range(MAX_SETTLES):
            if not self.engine.dirty:
                return out
            out += self.turns.settle(now)
        raise OrderError(f"turn at {now}: found {MAX_SETTLES} ends of it, expected the kernel to be done")

    # -- what came of it -----------------------------------------------------------------------------------------------

    def tables(self) -> dict[str, Table]:
        """Give the tables of the external contract as they are now, by name."""
        lot = fair_lot(self.setup.settings.allocation)
        return {name: Table(tuple(columns), list(rows)) for name, columns, rows in tables(self.engine.blotter, lot)}

    def finish(self, now: int) -> list[Command]:
        """End the day: what is still in doubt is booked as far as it is known, every order is over, the journal closed.

        Tell it `EndOfDay()` before, and let venues answer: that cancels what is live.
        """
        commands = self.turn(now, EndOfDay(final=True))
        turns = self.turns
        printed = {name: table_digest(table.columns, table.rows) for name, table in self.tables().items()}
        turns.writer.write(turns.seq + 1, turns.now, "end", End(turns.digest.value(), printed))
        self.close()
        return commands

    def close(self) -> None:
        """Let go of the journal. The session can be gone on with, unless it is finished."""
        self._journal.close()

    def __enter__(self) -> "Session":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _fold_all(fold: Refold, journal: Journal, run: Path) -> str:
    """Fold all records of a journal; give what was torn off its end. JournalError if it cannot be gone on with."""
    torn: list[str] = []
    for record in read_records(journal.records(), torn):
        difference = fold.take(record)
        if difference:
            raise JournalError(f"{run}: seq {record.seq}: {difference}")
    if fold.end is not None:
        raise JournalError(f"{run}: found a session that is over, expected one to go on with")
    if torn:
        journal.cut(fold.seq + 1)
    return "; ".join(torn)


class _Relay(Advisor):
    """Hands questions on: to the recording while the journal is folded, then to the plugins."""

    def __init__(self, answers: Advisor) -> None:
        self.answers = answers

    def decide(self, strategy: str, params: Params, view: ParentView) -> Decision | Fault:
        return self.answers.decide(strategy, params, view)

    def route(self, router: str, request: RouteRequest) -> Route | Fault:
        return self.answers.route(router, request)
