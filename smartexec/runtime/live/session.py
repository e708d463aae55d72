"""A trading session for who embeds smartexec: an engine, its plugins and its journal. No clock, thread or socket here.

Whoever holds it says what happened and when, and sends what comes back. What comes back is durable: a process that
dies at any moment goes on with `resume`, which folds the journal with the recorded answers of plugins.
"""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol, get_args

from smartexec.errors import JournalError, OrderError, SmartexecError
from smartexec.interfaces.host import Table
from smartexec.interfaces.journal import Journal
from smartexec.kernel.advisor import Advisor, Fault
from smartexec.kernel.engine import Engine
from smartexec.model.commands import CancelOrder, Command
from smartexec.model.events import EndOfDay, Event, Tick
from smartexec.model.orders import NewOrder, Params
from smartexec.model.routing import Route, RouteRequest
from smartexec.model.view import Decision, ParentView
from smartexec.runtime.feeding.sequencer import KERNEL_MARKET
from smartexec.runtime.journal.forget import Forget
from smartexec.runtime.journal.records import End, Header, Writer, encode_header, read_header, read_records
from smartexec.runtime.journal.turns import Turns
from smartexec.runtime.plan.advisors import RecordedAdvisor
from smartexec.runtime.plan.intake import Intake
from smartexec.runtime.plan.parts import check_parts, folder_of, make_folder
from smartexec.runtime.plan.setup import Setup, check_config, header_of, make_engine
from smartexec.runtime.reading.checks import MAX_INT, shown, told, wrong
from smartexec.runtime.replay.refold import Refold, Turn
from smartexec.runtime.report.readout import tables_of
from smartexec.runtime.report.tables import table_digest

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
        self.over = ""
        """Why it takes no more turns; "" = it does."""
        self.turns = turns
        self.intake = intake
        self._journal = journal
        self._failed = False

    @classmethod
    def open(
        cls,
        setup: Setup,
        journal: Journal | None = None,
        run: str | Path | None = None,
        *,
        budget: int | None = None,
        recall: "Recalls | None" = None,
    ) -> "Session":
        """Go on with the session in folder `run` if one was begun there, else begin one."""
        if journal is not None and run is not None:
            check_parts("session", setup, journal)
            if journal.begun(folder_of("session", run)):
                return cls.resume(setup, journal, run, budget=budget, recall=recall)
        return cls.create(setup, journal, run, budget=budget)

    @classmethod
    def create(
        cls, setup: Setup, journal: Journal | None = None, run: str | Path | None = None, *, budget: int | None = None
    ) -> "Session":
        """Begin a session, recorded in folder `run`, which is made if it is not there; without a journal, nowhere.

        `budget`: longest time a plugin's answer may take, ns: one that took longer quarantines it. None = not measured.
        """
        kept = Forget() if journal is None else journal
        check_parts("session", setup, kept)
        if (journal is None) is not (run is None):
            found = "a journal and no folder" if run is None else f"folder {run} and no journal"
            raise OrderError(f"session: found {found}, expected both or neither")
        header, plugins = header_of(setup), setup.advisor(budget)
        engine = make_engine(header, setup, plugins)
        kept.create(Path() if run is None else make_folder(folder_of("session", run)), encode_header(header))
        try:
            return cls(setup, Turns(engine, plugins.drain, Writer(kept)), engine, kept, setup.intake())
        except BaseException:
            kept.close()
            raise

    @classmethod
    def resume(
        cls,
        setup: Setup,
        journal: Journal,
        run: str | Path,
        *,
        budget: int | None = None,
        recall: "Recalls | None" = None,
    ) -> "Session":
        """Go on with the session whose journal is in folder `run`. JournalError if it is over, damaged, or was begun
        with another configuration. Then tell it which venues are up: it asks them for what they have.

        `recall` is told every turn that is folded again.
        """
        check_parts("session", setup, journal)
        folder = folder_of("session", run)
        header = journal.resume(folder)
        try:
            return cls._resumed(setup, journal, folder, read_header(header), budget, recall)
        except BaseException:
            journal.close()
            raise

    @classmethod
    def _resumed(
        cls,
        setup: Setup,
        journal: Journal,
        run: Path,
        header: Header,
        budget: int | None,
        recall: "Recalls | None",
    ) -> "Session":
        check_config(setup, header, run)
        recorded = RecordedAdvisor(setup.memories)
        relay = _Relay(recorded)
        fold = Refold(make_engine(header, setup, relay), recorded)
        last, torn = _fold_all(fold, journal, run, recall)
        plugins = relay.answers = setup.advisor(budget)
        turns = Turns(fold.engine, plugins.drain, Writer(journal, fold.chain))
        turns.seq, turns.now, turns.digest = fold.seq, fold.now, fold.digest
        turns.count, turns.commands = fold.counts.turns, fold.counts.commands
        session = cls(setup, turns, fold.engine, journal, setup.intake())
        session.resumed, session.torn, session.last = True, torn, last
        return session

    # -- what happens --------------------------------------------------------------------------------------------------

    @property
    def now(self) -> int:
        """Time of the last turn, ns UTC; 0 before the first."""
        return self.turns.now

    def turn(self, now: int, *events: Event) -> list[Command]:
        """Fold events, fire the timers that are due, let strategies decide; give the commands, recorded and durable.

        A turn of market data alone that wakes nobody is made durable with the next one that is more: a process that
        dies has acted on none of it.

        OrderError if one is no event or has a field of a wrong type, or the session is over: nothing of the turn is
        folded then. JournalError if it could not be recorded: no command of it may leave, and the session is over; see
        `stop`.
        """
        self._check(now, events)
        try:
            return self._turn(max(now, self.turns.now), events)
        except BaseException as error:
            self._fail(error)
            raise

    def next_timer(self) -> int | None:
        """When a turn is wanted even if nothing happens, ns UTC; None = not at all."""
        return self.engine.next_timer()

    @property
    def working(self) -> bool:
        """Whether a parent order is being worked: after `EndOfDay`, whether venues still have something to say."""
        return bool(self.engine.blotter.working)

    @staticmethod
    def check(event: object) -> None:
        """OrderError if this is no event, or has a field of a wrong type.

        Ask it of input from outside, one by one, before it shares a turn with others.
        """
        fault = wrong(event, EVENTS)
        if fault:
            raise OrderError(f"event: {fault}")

    def knows(self, source: str, cl_ord_id: str) -> bool:
        """Whether a request of a client was taken under this ClOrdID(11): one that is sent again need not be told."""
        return cl_ord_id in self.engine.blotter.by_client_id.get(source, {})

    def stop(self) -> list[CancelOrder]:
        """After a turn that could not be recorded: give the cancels of all that is live. Nothing else may leave.

        OrderError if the last turn could be recorded: a `KillSwitch` is an event like others.
        """
        if not self._failed:
            raise OrderError("session: found a journal that has not failed, expected one that has")
        self._failed = False
        return self.turns.stop(0)

    def _check(self, now: object, events: Sequence[object]) -> None:
        if type(now) is not int or not 0 <= now < MAX_INT:
            raise OrderError(f"turn: found time {shown(now)}, expected ns UTC")
        if self.over:
            raise OrderError(f"turn at {now}: found a session that is over, expected one that goes on: {self.over}")
        for event in events:
            self.check(event)

    def _turn(self, now: int, events: Sequence[Event]) -> list[Command]:
        turns = self.turns
        turns.unsent = []
        for event in events:
            turns.fold(now, self.intake.take(event) if type(event) is NewOrder else event)
        timer = self.engine.next_timer()
        if timer is not None and timer <= now:
            turns.fold(now, Tick())
        if not self.engine.dirty and any(type(event) not in KERNEL_MARKET for event in events):
            turns.writer.commit()
        return self._settle(now)

    def _settle(self, now: int) -> list[Command]:
        out: list[Command] = []
        for _ in range(MAX_SETTLES):
            if not self.engine.dirty:
                self.turns.unsent = out
                return out
            try:
                out += self.turns.settle(now)
            except JournalError:
                self.turns.unsent = [*out, *self.turns.unsent]
                raise
        raise SmartexecError(f"turn at {now}: found {MAX_SETTLES} ends of it, expected the kernel to be done")

    # -- what came of it -----------------------------------------------------------------------------------------------

    def tables(self) -> dict[str, Table]:
        """Give the tables of the external contract as they are now, by name."""
        return tables_of(self.engine)

    def finish(self, now: int) -> list[Command]:
        """End the day: what is still in doubt is booked as far as it is known, every order is over, the journal closed.

        Tell it `EndOfDay()` before, and let venues answer: that cancels what is live. What it raises is what `turn`
        does; the journal has been let go of then too, and the session can be gone on with.
        """
        self._check(now, ())
        try:
            commands = self._turn(max(now, self.turns.now), (EndOfDay(final=True),))
            self._write_end()
            self._end("it was finished")
        except BaseException as error:
            self._fail(error)
            with suppress(JournalError):
                self._end()
            raise
        return commands

    def _write_end(self) -> None:
        turns = self.turns
        printed = {name: table_digest(table.columns, table.rows) for name, table in self.tables().items()}
        turns.writer.write(turns.seq + 1, turns.now, "end", End(turns.digest.value(), printed))

    def close(self) -> None:
        """Let go of the journal: the session can be gone on with, unless it is finished. Does nothing if it is over."""
        self._end("it was closed")

    def _fail(self, error: BaseException) -> None:
        self.over, self._failed = told(error), isinstance(error, JournalError)

    def _end(self, why: str = "") -> None:
        self.over = self.over or why
        journal, self._journal = self._journal, Forget()
        journal.close()

    def __enter__(self) -> "Session":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _fold_all(fold: Refold, journal: Journal, run: Path, recall: "Recalls | None") -> tuple[tuple[Command, ...], str]:
    """Fold all records of a journal; give the commands of its last turn, and what was torn off its end.

    JournalError if it cannot be gone on with.
    """
    torn: list[str] = []
    last: tuple[Command, ...] = ()
    if recall is not None:
        recall.begin(fold.engine)
    for turn in fold.turns(read_records(journal.records(), torn), run):
        last = turn.commands if turn.events else (*last, *turn.commands)  # a turn may end more than once
        if recall is not None:
            recall.turn(turn)
    if fold.end is not None:
        raise JournalError(f"{run}: found a session that is over, expected one to go on with")
    if fold.events:
        last = ()  # another turn had begun
        if recall is not None:
            recall.turn(Turn(fold.seq, fold.now, tuple(fold.events), ()))
    if torn:
        journal.cut(fold.seq + 1)
    return last, "; ".join(torn)


class Recalls(Protocol):
    """Takes the turns of a session that is gone on with, in order."""

    def begin(self, engine: Engine) -> None: ...

    def turn(self, turn: Turn) -> None: ...


class _Relay(Advisor):
    """Hands questions on: to the recording while the journal is folded, then to the plugins."""

    def __init__(self, answers: Advisor) -> None:
        self.answers = answers

    def decide(self, strategy: str, params: Params, view: ParentView) -> Decision | Fault:
        return self.answers.decide(strategy, params, view)

    def route(self, router: str, request: RouteRequest) -> Route | Fault:
        return self.answers.route(router, request)
