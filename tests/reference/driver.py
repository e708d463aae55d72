"""Seeded worlds for the comparison: random settings, random moves, faults. Nothing is checked here."""

from random import Random

from attrs import Factory, define, frozen

from smartexec.kernel.engine import Engine
from smartexec.kernel.settings import (
    Aggregation,
    Allocation,
    Limits,
    Netting,
    NettingScope,
    Risk,
    Routing,
    SameOwner,
    Settings,
    Timing,
)
from smartexec.model.enums import Phase, ReplaceMode, Side, TimeInForce, Wake
from smartexec.model.events import EndOfDay, Resolve, VenueStatus
from smartexec.model.instrument import Instrument
from smartexec.model.market import PhaseChange, Quote
from smartexec.model.orders import CancelRequest, NewOrder, ReplaceRequest
from smartexec.model.routing import Capabilities
from smartexec.testing.advice import SECOND, RandomAdvisor
from smartexec.testing.worlds import World

TICK = 10_000_000
TIFS = frozenset({TimeInForce.DAY, TimeInForce.IOC})
VENUES = {
    "AAAA": Capabilities(replace=ReplaceMode.KEEPS_PRIORITY, times_in_force=TIFS, authoritative_unknown=True),
    "BBBB": Capabilities(times_in_force=TIFS, authoritative_unknown=True),
    "CCCC": Capabilities(replace=ReplaceMode.NEW_ORDER, times_in_force=TIFS),
}
STRATEGIES = {"WILD": frozenset({Wake.FILL, Wake.TIMER, Wake.QUOTE}), "TAME": frozenset({Wake.FILL, Wake.TIMER})}
MAX_QUOTE_AGE = 3 * SECOND

COMMON = {"execute": 20, "arrive": 20, "deliver": 22, "order": 7, "wait": 6, "quote": 5, "calm": 2}
RARE = {"cancel": 3, "replace": 4, "bust": 2, "correct": 2, "phase": 1, "venue": 1}
FAULTS = {"lose_command": 2, "lose_report": 2, "twice": 2, "disorder": 3}


@frozen
class Character:
    """What differs between worlds before anything happens."""

    seed: int
    timing: Timing
    scope: NettingScope
    same_owner: SameOwner
    netting: bool
    window: int
    rounding: int
    min_qty: int
    lossy: bool
    limits: bool
    """Orders have limits of their own."""
    big: int
    """Largest order."""
    tape: bool
    """A consolidated tape quotes."""

    @classmethod
    def drawn(cls, seed: int) -> "Character":
        """A character from a seed."""
        rng = Random(f"character {seed}")
        return cls(
            seed, rng.choice(list(Timing)), rng.choice(list(NettingScope)), rng.choice(list(SameOwner)),
            rng.random() < 0.6, rng.choice((0, SECOND // 2)), rng.choice((1, 1, 1, 5)), rng.choice((0, 0, 0, 4)),
            rng.random() < 0.5, rng.random() < 0.6, rng.choice((8, 40, 40, 500)), rng.random() < 0.2,
        )  # fmt: skip

    @property
    def settings(self) -> Settings:
        """The engine's settings."""
        return Settings(
            seed=self.seed,
            aggregation=Aggregation(window=self.window),
            netting=Netting(self.netting, self.scope, self.same_owner, MAX_QUOTE_AGE),
            allocation=Allocation(self.timing, self.rounding, self.min_qty),
            routing=Routing(default="any", max_rounds=3),
            risk=Risk(firm=Limits(max_order_qty=self.big * 4)),
        )


@define(eq=False)
class Driver:
    """One world and the moves of one seed."""

    character: Character
    world: World = Factory(lambda self: World(self._engine()), takes_self=True)
    rng: Random = Factory(lambda self: Random(f"moves {self.character.seed}"), takes_self=True)
    sent: int = 0

    def _engine(self) -> Engine:
        instruments = {"ABC": Instrument("ABC", tick=TICK), "XYZ": Instrument("XYZ", tick=TICK, qty_decimals=2)}
        character, advisor = self.character, RandomAdvisor(self.character.seed)
        return Engine(character.settings, instruments, VENUES, STRATEGIES, ["any"], advisor)

    def run(self, moves: int) -> World:
        """Open, move, heal, close."""
        world, rng = self.world, self.rng
        for symbol in ("ABC", "XYZ"):
            world.tell(PhaseChange(symbol, "", Phase.CONTINUOUS))
            world.tell(Quote(symbol, "AAAA", 199 * TICK, 100, 201 * TICK, 100))
        for _ in range(rng.randrange(2, 9)):
            self.order()
        weights = COMMON | RARE | (FAULTS if self.character.lossy else {})
        for name in rng.choices(list(weights), list(weights.values()), k=moves):
            getattr(self, name)()
        self.close()
        return world

    def close(self) -> None:
        """Everything becomes known, and the day ends."""
        for last in (False, True):
            for _ in range(12):
                self.world.calm()
                self.world.wait(200 * SECOND)
            self.world.tell(EndOfDay(final=last))

    # -- moves -----------------------------------------------------------------------------------------------------

    def order(self) -> None:
        """A client sends an order; most share a few parents."""
        rng, self.sent = self.rng, self.sent + 1
        price = rng.randrange(195, 206) * TICK if self.character.limits and rng.random() < 0.6 else None
        order = NewOrder(
            "s", f"c{self.sent}", "XYZ" if rng.random() < 0.1 else "ABC", rng.choice(list(Side)),
            rng.randrange(1, self.character.big + 1), "WILD" if rng.random() < 0.1 else "TAME",
            account=f"acct{rng.randrange(4)}", price=price, owner=rng.choice(("own0", "own1", "own2", "")),
            no_cross=rng.random() < 0.1, house=rng.random() < 0.1,
        )  # fmt: skip
        if rng.random() < 0.1:
            order.effective_time = self.world.now + SECOND
        if rng.random() < 0.1:
            order.expire_time = (self.world.now // (20 * SECOND) + 2) * 20 * SECOND
        self.world.tell(order)

    def _target(self) -> str:
        orders = self.world.engine.blotter.orders
        return self.rng.choice([o for o in orders if not o.over] or orders).cl_ord_id

    def cancel(self) -> None:
        """A client cancels."""
        self.sent += 1
        self.world.tell(CancelRequest("s", f"c{self.sent}", self._target()))

    def replace(self) -> None:
        """A client changes quantity, limit or both."""
        rng, self.sent = self.rng, self.sent + 1
        qty = rng.randrange(1, self.character.big + 1) if rng.random() < 0.7 else None
        price = rng.randrange(193, 208) * TICK if rng.random() < 0.5 else None
        self.world.tell(ReplaceRequest("s", f"c{self.sent}", self._target(), qty, price))

    def arrive(self) -> None:
        """A command reaches its venue."""
        self.world.arrive(self.rng.randrange(3))

    def deliver(self) -> None:
        """The oldest report reaches the engine."""
        self.world.deliver()

    def disorder(self) -> None:
        """Some report reaches the engine."""
        self.world.deliver(self.rng.randrange(1000))

    def twice(self) -> None:
        """A report reaches the engine and will once more."""
        self.world.deliver(self.rng.randrange(1000), again=True)

    def lose_command(self) -> None:
        """A command is lost."""
        self.world.lose_command(self.rng.randrange(3))

    def lose_report(self) -> None:
        """A report is lost."""
        self.world.lose_report(self.rng.randrange(1000))

    def calm(self) -> None:
        """Everything arrives."""
        self.world.calm()

    def execute(self) -> None:
        """A live order executes at its price or a little better."""
        live = self.world.live()
        if live:
            order = self.rng.choice(live)
            better = self.rng.randrange(4) * (-1 if order.side is Side.BUY else 1)
            px = (200 + better) * TICK if order.price is None else order.price + better * TICK
            most = max(2, self.character.big // 3)
            self.world.execute(order, self.rng.randrange(1, most + 1), max(1, px + self.rng.randrange(2) * better))

    def bust(self) -> None:
        """A venue takes an execution back."""
        if self.world.executions:
            self.world.bust(self.rng.choice(self.world.executions))

    def correct(self) -> None:
        """A venue corrects a price."""
        if self.world.executions:
            self.world.correct(self.rng.choice(self.world.executions), self.rng.randrange(195, 206) * TICK)

    def quote(self) -> None:
        """Venues quote; now and then locked, crossed, one-sided or at an odd price."""
        rng, world = self.rng, self.world
        bid = rng.randrange(196, 203) * TICK + rng.choice((0, 0, 0, 1))
        width = rng.choice((2, 2, 2, 4, 1, 3, 0, -1)) * TICK
        ask = None if rng.random() < 0.05 else bid + width
        for mic in ("AAAA", "BBBB", "CCCC")[: rng.choice((1, 2, 3, 3))]:
            world.tell(Quote("ABC", mic, bid, 50, ask, 0 if ask is None else 50))
        if self.character.tape:
            world.tell(Quote("ABC", "", bid, 150, ask, 0 if ask is None else 150))

    def phase(self) -> None:
        """Trading stops, or goes on."""
        self.world.tell(PhaseChange("ABC", "", self.rng.choice((Phase.HALTED, Phase.CONTINUOUS, Phase.CONTINUOUS))))

    def venue(self) -> None:
        """A venue's session goes down or comes up."""
        self.world.tell(VenueStatus(self.rng.choice(list(VENUES)), self.rng.random() < 0.7))

    def wait(self) -> None:
        """Time passes; an operator settles by telephone what a venue cannot say."""
        self.world.wait(self.rng.choice((SECOND // 5, SECOND, SECOND, 5 * SECOND, 30 * SECOND)))
        under_way = {c.cl_ord_id for c in self.world.outbound}
        for child in self.world.engine.blotter.child_orders:
            lost = child.order_id not in self.world.orders and child.order_id not in under_way
            if lost and child.mic == "CCCC" and child.queries > 2 and not child.over:
                self.world.tell(Resolve(child.order_id, child.cum_qty, user="test", reason="by telephone"))
                return
