"""Runs that die at a given moment, and the fold of what they left behind. The tests are in `test_durability`.

A moment is the k-th commit (before or after it is durable) or the k-th command, when the venue has it in hand.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, ClassVar, Final

from attrs import define, evolve, field

from smartexec.api import (
    Capabilities,
    Context,
    ExecType,
    ExecutionReport,
    Journal,
    OrdStatus,
    VenueAdapter,
    VenueStatus,
)
from smartexec.kernel.blotter import Blotter
from smartexec.model.commands import CancelOrder, Command, QueryOrder, ReplaceOrder, SendOrder
from smartexec.model.events import EndOfDay, Tick
from smartexec.registry import Registry, discover
from smartexec.runtime.feeding.sequencer import KERNEL_MARKET
from smartexec.runtime.journal.records import CommandDigest, encode
from smartexec.runtime.plan.advisors import PluginAdvisor, RecordedAdvisor
from smartexec.runtime.plan.intake import Strategies
from smartexec.runtime.plan.plan import plan_file
from smartexec.runtime.replay import replay as replay_module
from smartexec.runtime.simulation.run import execute
from tests.runtime.day import ALLOW

VENUE_COMMANDS: Final = (SendOrder, CancelOrder, ReplaceOrder, QueryOrder)
OPEN: Final = (OrdStatus.NEW, OrdStatus.PARTIALLY_FILLED)
MOMENTS: Final = ("before commit", "after commit", "command")
Line = tuple[str, ...]
"""("command", MIC, its text, OrigClOrdID(41)) | ("fill", MIC, ExecID(17)) | ("over", MIC, ClOrdID(11)) |
("durable",): what happened, in order."""


class Killed(KeyboardInterrupt):
    """The process is dead: nothing catches this."""


@define
class Fate:
    """Says at what moment the run dies, and writes down what happened until then."""

    log: Callable[[Line], None]
    moment: str = ""
    at: int = 0
    die: Callable[[], None] = field(default=lambda: _raise())
    _passed: dict[str, int] = field(init=False, factory=dict)

    def passes(self, moment: str) -> None:
        """Die here, if it is time."""
        self._passed[moment] = self._passed.get(moment, 0) + 1
        if (moment, self._passed[moment]) == (self.moment, self.at):
            self.die()


def _raise() -> None:
    raise Killed


@define
class MortalJournal(Journal):
    """Keeps records in another journal until it dies."""

    name: ClassVar[str] = "mortal"
    inner: Journal
    fate: Fate
    _pending: list[tuple[int, bytes]] = field(init=False, factory=list)

    @property
    def turns_per_commit(self) -> int:
        return self.inner.turns_per_commit

    def create(self, run: Path, header: bytes) -> None:
        self.inner.create(run, header)

    def open(self, run: Path) -> bytes:
        return self.inner.open(run)

    def append(self, seq: int, payload: bytes) -> None:
        self._pending.append((seq, payload))

    def commit(self) -> None:
        self.fate.passes("before commit")
        for seq, payload in self._pending:
            self.inner.append(seq, payload)
        self._pending.clear()
        self.inner.commit()
        self.fate.log(("durable",))
        self.fate.passes("after commit")

    def records(self) -> Iterator[tuple[int, bytes]]:
        return self.inner.records()

    def close(self) -> None:
        self.inner.close()


@define(slots=False)
class WatchedVenue(VenueAdapter):
    """Writes down what reaches a venue and what it says."""

    name: ClassVar[str] = "watched"
    simulated: ClassVar[bool] = True
    inner: VenueAdapter
    fate: Fate
    mic: str = ""

    def __attrs_post_init__(self) -> None:
        self.mic = self.inner.mic
        self.next_tick = self.inner.next_tick  # type: ignore[method-assign]
        self.hears = self.inner.hears  # type: ignore[method-assign]

    @property
    def capabilities(self) -> Capabilities:
        return self.inner.capabilities

    def start(self, context: Context) -> None:
        self.inner.start(context)

    def handle(self, event: Any, now: int) -> Iterable[Any]:
        if isinstance(event, VENUE_COMMANDS):
            self.fate.log(("command", self.mic, text(event), getattr(event, "orig_cl_ord_id", "")))
            self.fate.passes("command")
        said = list(self.inner.handle(event, now))
        for one in said:
            if isinstance(one, ExecutionReport) and one.exec_type is ExecType.TRADE:
                self.fate.log(("fill", one.mic, one.exec_id))
            if isinstance(one, ExecutionReport) and one.ord_status not in OPEN:
                self.fate.log(("over", one.mic, one.orig_cl_ord_id or one.cl_ord_id))
        return said


def text(command: Command) -> str:
    """A command, comparable and printable."""
    return f"{type(command).__name__} {encode(command).hex()}"


@cache
def _installed() -> Registry:
    """The plugins, looked for once."""
    return discover(ALLOW)


def live(config: Path, out: Path, fate: Fate) -> None:
    """Run a configuration until its fate."""
    plan = plan_file(config, _installed())
    venues: dict[str, VenueAdapter] = {mic: WatchedVenue(venue, fate) for mic, venue in plan.venues.items()}
    execute(evolve(plan, venues=venues, journal=MortalJournal(plan.journal, fate)), out)


# -- what was left -----------------------------------------------------------------------------------------------------


class Resuming(RecordedAdvisor):
    """Gives recorded answers, and asks plugins once there are none: as a restart goes on."""

    live: PluginAdvisor | None = None

    def decide(self, strategy: str, params: Any, view: Any) -> Any:
        return self.live.decide(strategy, params, view) if self.live else super().decide(strategy, params, view)

    def route(self, router: str, request: Any) -> Any:
        return self.live.route(router, request) if self.live else super().route(router, request)


class Collecting(CommandDigest):
    """Keeps the commands, too."""

    def __init__(self) -> None:
        super().__init__()
        self.commands: list[Command] = []

    def add(self, commands: Iterable[Command]) -> None:
        commands = list(commands)
        self.commands += commands
        super().add(commands)


@define
class Left:
    """The fold of a journal that was cut off, and what the engine does when it goes on from there."""

    blotter: Blotter
    live: set[str]
    """ClOrdID(11) of children that were not over when the journal ended."""
    commands: list[Command]
    resumed: list[Command]


def fold(out: Path) -> Left:
    """Fold what was committed in the folder `out`; then go on with live plugins to the end of the day."""
    opened = replay_module.open_run(out, _installed())
    try:
        folding = replay_module._Fold(opened, None, False)
        digest = folding.refold.digest = Collecting()
        advisor = folding.refold.advisor = Resuming()
        folding.engine.decider.advisor = folding.engine.router.advisor = advisor
        difference = folding.fold()
        assert difference == "", difference
    finally:
        opened.plan.journal.close()
    recorded, blotter = list(digest.commands), folding.engine.blotter
    open_ids = {c.cl_ord_id for c in blotter.child_orders if not c.over}
    advisor.live = PluginAdvisor(Strategies(opened.plan.strategies), opened.plan.routers)
    return Left(blotter, open_ids, recorded, _resume(folding))


def _resume(folding: Any) -> list[Command]:
    """Venues come back, the market goes on, timers fire, the day ends: what is sent meanwhile."""
    engine, out, seq = folding.engine, [], count(folding.refold.seq + 1)
    now = folding.refold.now

    def take(*events: Any) -> None:
        for event in events:
            engine.handle(next(seq), now, event)
        out.extend(engine.settle(next(seq), now))

    take(*(VenueStatus(mic, True) for mic in folding.opened.plan.venues))
    for time, event in folding.refold.feed:
        while (due := engine.next_timer()) is not None and due < time:
            now = max(now, due)
            take(Tick())
        now = max(now, time)
        if type(event) in KERNEL_MARKET:
            take(event)
    take(EndOfDay())
    return out
