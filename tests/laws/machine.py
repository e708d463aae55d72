"""A world and everything that can happen in it: the moves that hypothesis, or a seed, puts in some order.

Every move takes one number and makes of it what it needs, so that a world is a configuration and a list of (name,
number). The laws are checked after every move; law 8 on every command as it leaves.
"""

from collections.abc import Callable, Iterable
from random import Random

from attrs import Factory, define

from smartexec.kernel.engine import Engine
from smartexec.model.commands import SendOrder
from smartexec.model.enums import ExecType, KillLevel, Phase, ReplaceMode, Side, TimeInForce, VenueKind, Wake
from smartexec.model.events import EndOfDay, ExecutionReport, KillSwitch, Resolve, VenueStatus
from smartexec.model.instrument import Instrument
from smartexec.model.market import PhaseChange, Quote, Trade
from smartexec.model.orders import CancelRequest, NewOrder, ReplaceRequest
from smartexec.model.routing import Capabilities
from smartexec.model.statistics import CURVE_SCALE, Statistics
from smartexec.testing.advice import SECOND, RandomAdvisor
from smartexec.testing.worlds import World
from tests.laws import invariants
from tests.laws.configs import CHOICES, MAX_ORDER, Config

TICK = 10_000_000
EVENING = (86_400 - 20) * SECOND
"""Worlds begin shortly before midnight UTC, so that what comes again may come on another day."""
ALL_TIFS = frozenset({TimeInForce.DAY, TimeInForce.IOC, TimeInForce.AT_OPEN, TimeInForce.AT_CLOSE})
VENUES = {
    "AAAA": Capabilities(replace=ReplaceMode.KEEPS_PRIORITY, times_in_force=ALL_TIFS, authoritative_unknown=True),
    "BBBB": Capabilities(kind=VenueKind.DARK, times_in_force=ALL_TIFS, authoritative_unknown=True),
    "CCCC": Capabilities(replace=ReplaceMode.NEW_ORDER, times_in_force=ALL_TIFS),
}
MICS = tuple(VENUES)
KNOWN = Statistics(adv=400, bin=5 * SECOND, curve=(CURVE_SCALE // 8,) * 8)
STRATEGIES = {"WILD": frozenset({Wake.FILL, Wake.TIMER, Wake.QUOTE}), "TAME": frozenset({Wake.FILL, Wake.TIMER})}
KILLS = (
    (KillLevel.FIRM, ""),
    (KillLevel.VENUE, "AAAA"),
    (KillLevel.STRATEGY, "WILD"),
    (KillLevel.INSTRUMENT, "ABC"),
    (KillLevel.CLIENT, "acct1"),
)
NUMBERS = 10_000
"""Moves take a number below this."""


WEIGHTS = {
    "rest": 1,
    "arrive": 16,
    "deliver": 18,
    "execute": 16,
    "new": 6,
    "wait": 7,
    "quote": 5,
    "cancel": 2,
    "replace": 4,
    "calm": 5,
    "deliver_twice": 2,
    "lose_command": 2,
    "lose_report": 3,
    "bust": 3,
    "correct": 2,
    "correct_and_bust": 1,
    "ponder": 2,
    "repeat": 1,
    "trade": 1,
    "halt": 1,
    "call": 1,
    "resume": 4,
    "down": 1,
    "up": 3,
    "kill": 1,
    "release": 3,
    "resolve": 1,
}
"""Move -> how often it is made."""
MOVES = tuple(name for name, weight in WEIGHTS.items() for _ in range(weight))

Step = tuple[str, int]


def engine(config: Config, advisor: object) -> Engine:
    """A fresh engine of this configuration."""
    instruments = {"ABC": Instrument("ABC", tick=TICK, open=EVENING)}
    return Engine(
        config.settings(), instruments, VENUES, STRATEGIES, ["any"], advisor, {"ABC": KNOWN},  # type: ignore[arg-type]
    )  # fmt: skip


def advisor(config: Config) -> RandomAdvisor:
    """Seeded nonsense, as the configuration wants it."""
    return RandomAdvisor(config.seed, config.faults, auctions=config.auctions, learns=config.learns)


def drawn(seed: int, length: int = 150) -> tuple[Config, list[Step]]:
    """A configuration and moves from a seed."""
    rng = Random(seed)
    config = Config(seed=seed, **{name: rng.choice(values) for name, values in CHOICES.items()})  # type: ignore[arg-type]
    return config, [(rng.choice(MOVES), rng.randrange(NUMBERS)) for _ in range(length)]


@define(eq=False)
class Machine:
    """One world, what happens in it, and what must hold."""

    config: Config
    advisor: RandomAdvisor = Factory(lambda self: advisor(self.config), takes_self=True)
    world: World = Factory(lambda self: World(engine(self.config, self.advisor), now=EVENING), takes_self=True)
    sent: int = 0
    killed: dict[tuple[KillLevel, str], bool] = Factory(dict)
    phase: Phase = Phase.CONTINUOUS
    seen: int = 0
    """How many commands have been checked."""
    crossed: int = 0
    """How many crosses have been checked."""

    def run(self, steps: Iterable[Step]) -> World:
        """Begin, make the moves, end; the laws are checked all along."""
        self.begin()
        for name, number in steps:
            self.move(name, number)
        self.end()
        return self.world

    def begin(self) -> None:
        """Open the market; the first clients come."""
        self.world.after = self.leaving
        self.world.tell(PhaseChange("ABC", "", Phase.CONTINUOUS))
        self.world.tell(Quote("ABC", "AAAA", 199 * TICK, 100, 201 * TICK, 100))
        for i in range(self.config.first):
            self.move("new", (self.config.seed // (i + 1) * 37 + 101 * i) % NUMBERS)

    def move(self, name: str, number: int) -> None:
        """Let something happen, and look whether the laws hold."""
        act: Callable[[int], None] = getattr(self, name)
        act(number)
        self.holds()

    def rest(self, i: int) -> None:
        """Nothing happens: what hypothesis shrinks moves to."""

    # -- clients ---------------------------------------------------------------------------------------------------

    def new(self, i: int) -> None:
        """A client sends an order: mostly such that they share two parents, one on each side."""
        i, buy = divmod(i, 2)
        i, who = divmod(i, 4)
        i, qty = divmod(i, 40)
        kind = i % 31
        now, self.sent = self.world.now, self.sent + 1
        end = now // (20 * SECOND) * 20 * SECOND + 40 * SECOND
        order = NewOrder(
            "s", f"c{self.sent}", "ABC", Side.BUY if buy else Side.SELL, qty + 1, "WILD" if kind % 6 == 1 else "TAME",
            account=f"acct{who}", price=None if kind % 3 == 0 else (196 + kind % 9) * TICK, owner=f"own{who % 3}",
            no_cross=kind == 7, house=kind == 8, effective_time=now + SECOND if kind == 9 else None,
            expire_time=end if kind in (10, 11) else None,
        )  # fmt: skip
        self.world.tell(order)

    def cancel(self, i: int) -> None:
        """A client cancels."""
        self.sent += 1
        self.world.tell(CancelRequest("s", f"c{self.sent}", self._name(i)))

    def replace(self, i: int) -> None:
        """A client changes quantity, limit or both."""
        self.sent += 1
        i, which = divmod(i, 16)
        qty = i % 40 + 1 if i % 3 else None
        price = (192 + i % 17) * TICK if i % 3 != 1 else None
        self.world.tell(ReplaceRequest("s", f"c{self.sent}", self._name(which), qty, price))

    def _name(self, which: int) -> str:
        orders = [o for o in self.world.engine.blotter.orders if not o.over] or self.world.engine.blotter.orders
        return orders[which % len(orders)].cl_ord_id if orders else "none"

    # -- links and venues --------------------------------------------------------------------------------------------

    def arrive(self, i: int) -> None:
        """A command reaches its venue."""
        self.world.arrive(i)

    def deliver(self, i: int) -> None:
        """A report reaches the engine: mostly the oldest."""
        self.world.deliver(0 if i % 3 else i // 3)

    def deliver_twice(self, i: int) -> None:
        """A report reaches the engine and will once more."""
        self.world.deliver(i, again=True)

    def lose_command(self, i: int) -> None:
        """A command is lost."""
        self.world.lose_command(i)

    def lose_report(self, i: int) -> None:
        """A report is lost."""
        self.world.lose_report(i)

    def calm(self, _: int) -> None:
        """Everything arrives."""
        self.world.calm()

    def execute(self, i: int) -> None:
        """An order executes at its price or better."""
        live = self.world.live()
        if not live:
            return
        i, which = divmod(i, 16)
        order = live[which % len(live)]
        i, off = divmod(i, 4)
        better = -off if order.side is Side.BUY else off
        px = (200 + better) * TICK if order.price is None else order.price + better * TICK
        self.world.execute(order, i % 12 + 1, max(TICK, px))

    def bust(self, i: int) -> None:
        """A venue takes an execution back."""
        if self.world.executions:
            self.world.bust(self.world.executions[i % len(self.world.executions)])

    def correct(self, i: int) -> None:
        """A venue corrects the price of an execution."""
        if self.world.executions:
            i, off = divmod(i, 11)
            self.world.correct(self.world.executions[i % len(self.world.executions)], (195 + off) * TICK)

    def correct_and_bust(self, i: int) -> None:
        """A venue corrects an execution and takes the correction back; the second may arrive first."""
        if self.world.executions:
            i, off = divmod(i, 11)
            self.world.correct_and_bust(self.world.executions[i % len(self.world.executions)], (195 + off) * TICK)

    def ponder(self, i: int) -> None:
        """A venue says of a request that it is pending."""
        self.world.ponder(i)

    def repeat(self, i: int) -> None:
        """An execution that was reported long ago is reported again."""
        told = [e for _, _, e in self.world.log if isinstance(e, ExecutionReport) and e.exec_type is ExecType.TRADE]
        if told:
            self.world.tell(told[i % len(told)])

    # -- market, time, operators -------------------------------------------------------------------------------------

    def quote(self, i: int) -> None:
        """A venue quotes; now and then locked or crossed."""
        i, mic = divmod(i, 3)
        i, bid = divmod(i, 7)
        width = (2, 2, 4, 2, 1, 3, 0, -1)[i % 8]
        bid += 196
        self.world.tell(Quote("ABC", MICS[mic], bid * TICK, 50, (bid + width) * TICK, 50))
        if i % 4:  # mostly the other venues follow
            for other in MICS:
                self.world.tell(Quote("ABC", other, bid * TICK, 50, (bid + width) * TICK, 50))

    def trade(self, i: int) -> None:
        """Others trade."""
        self.world.tell(Trade("ABC", "AAAA", (195 + i % 10) * TICK, i % 40 + 1))

    def wait(self, i: int) -> None:
        """Time passes."""
        self.world.wait((SECOND // 5, SECOND, SECOND, 5 * SECOND, 30 * SECOND)[i % 5])

    def halt(self, _: int) -> None:
        """Trading stops."""
        self._phase(Phase.HALTED)

    def call(self, _: int) -> None:
        """An auction is called: only what takes part in auctions alone may be sent."""
        self._phase(Phase.AUCTION)

    def resume(self, _: int) -> None:
        """Trading goes on."""
        self._phase(Phase.CONTINUOUS)

    def _phase(self, phase: Phase) -> None:
        self.phase = phase
        self.world.tell(PhaseChange("ABC", "", phase))

    def down(self, i: int) -> None:
        """A venue's session goes down."""
        self.world.tell(VenueStatus(MICS[i % 3], False))

    def up(self, i: int) -> None:
        """A venue's session comes up."""
        for mic in MICS[i % 3 :]:
            self.world.tell(VenueStatus(mic, True))

    def kill(self, i: int) -> None:
        """Somebody pulls a kill switch: everything hit is on its way out within the turn (law 8)."""
        what = KILLS[i % len(KILLS)]
        self.killed[what] = True
        self.world.tell(KillSwitch(*what, user="test"))
        for child in self.world.engine.blotter.child_orders:
            if child.counted and invariants.stopped(child, {what: True}):
                assert child.over or invariants.asked(self.world, child), child.order_id

    def release(self, i: int) -> None:
        """The kill switches are released."""
        for what in list(self.killed):
            del self.killed[what]
            self.world.tell(KillSwitch(*what, on=False, user="test"))

    def resolve(self, i: int) -> None:
        """An operator finds out, by telephone, what became of an order long in doubt at a venue that cannot say."""
        under_way = {c.cl_ord_id for c in self.world.outbound}
        for child in self.world.engine.blotter.child_orders:
            lost = child.order_id not in self.world.orders and child.order_id not in under_way
            if lost and child.mic == "CCCC" and child.queries > 2 and not child.over:
                self.world.tell(Resolve(child.order_id, child.cum_qty, user="test", reason="by telephone"))
                return

    # -- what must hold ----------------------------------------------------------------------------------------------

    def holds(self) -> None:
        """The laws hold."""
        invariants.check(self.world, fair=self.config.rounding == 1)

    def leaving(self, world: World) -> None:
        """Law 8: what leaves is within the limits, is not under a kill switch, and cannot meet our own orders."""
        commands, self.seen = world.commands[self.seen :], len(world.commands)
        for command in commands:
            if not isinstance(command, SendOrder):
                continue
            child = world.engine.blotter.children[command.cl_ord_id]
            assert command.order_qty <= MAX_ORDER, command
            auction = child.time_in_force.auction and self.phase is Phase.AUCTION
            assert self.phase is Phase.CONTINUOUS or auction, command
            assert not invariants.stopped(child, self.killed), command
            assert world.engine.scorecard.up[command.mic], command
            invariants.apart(world, child)
        crosses = world.engine.blotter.crosses
        for cross in crosses[self.crossed :]:
            invariants.priced(world, cross, self.phase)
        self.crossed = len(crosses)

    def end(self) -> None:
        """Heal the world: everything must become known, end, and be booked."""
        world = self.world
        for last in (False, True):
            for _ in range(12):
                world.calm()
                world.wait(200 * SECOND)
            world.tell(EndOfDay(final=last))
        self.holds()
        invariants.ended(world)
