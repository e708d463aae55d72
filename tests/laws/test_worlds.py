"""Laws 1 to 5 and 8 to 10 as a hypothesis state machine: any order of requests, faults, busts, crosses and silence.

`SMARTEXEC_WORLDS` says how many worlds are tried (2,000 in CI). A failing world is shrunk and printed as steps.
"""

import os

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from smartexec.kernel.engine import Engine
from smartexec.kernel.settings import Aggregation, Allocation, Limits, Netting, NettingScope, Risk, Routing
from smartexec.kernel.settings import SameOwner, Settings, Timing
from smartexec.model.commands import SendOrder
from smartexec.model.enums import KillLevel, ReplaceMode, Side, TimeInForce, Wake
from smartexec.model.enums import Phase as TradingPhase
from smartexec.model.events import EndOfDay, KillSwitch, VenueStatus
from smartexec.model.instrument import Instrument
from smartexec.model.market import PhaseChange, Quote, Trade
from smartexec.model.orders import CancelRequest, NewOrder, ReplaceRequest
from smartexec.model.routing import Capabilities
from smartexec.testing.advice import SECOND, RandomAdvisor
from smartexec.testing.worlds import World
from tests.laws import invariants

TICK = 10_000_000
ALL_TIFS = frozenset({TimeInForce.DAY, TimeInForce.IOC})
VENUES = {
    "AAAA": Capabilities(replace=ReplaceMode.KEEPS_PRIORITY, times_in_force=ALL_TIFS, authoritative_unknown=True),
    "BBBB": Capabilities(times_in_force=ALL_TIFS, authoritative_unknown=True),
    "CCCC": Capabilities(replace=ReplaceMode.NEW_ORDER, times_in_force=ALL_TIFS),
}
STRATEGIES = {"WILD": frozenset({Wake.FILL, Wake.TIMER, Wake.QUOTE}), "TAME": frozenset({Wake.FILL, Wake.TIMER})}

index = st.integers(0, 30)
small = st.integers(1, 40)
ticks = st.integers(190, 210)


BUSY = (
    ["arrive"] * 6 + ["deliver"] * 6 + ["some_execution"] * 8 + ["some_new"] * 4 + ["some_wait"] * 3 + ["all_calm"]
    + ["cancel", "some_replace", "deliver_twice", "lose_command", "lose_report", "bust", "some_correct"]
)  # fmt: skip


class Worlds(RuleBasedStateMachine):
    """One world and everything that can happen in it."""

    world: World

    @initialize(
        seed=st.integers(0, 2**32),
        faults=st.sampled_from([0.0, 0.0, 0.05]),
        timing=st.sampled_from(Timing),
        scope=st.sampled_from(NettingScope),
        same_owner=st.sampled_from(SameOwner),
        window=st.sampled_from([0, SECOND // 2]),
        rounding=st.sampled_from([1, 1, 5]),
        join=st.sampled_from([True, True, True, False]),
        first=st.integers(1, 8),
    )
    def begin(self, seed, faults, timing, scope, same_owner, window, rounding, join, first):  # type: ignore[no-untyped-def]
        self.advisor = RandomAdvisor(seed, faults)
        config = Settings(
            seed=seed,
            aggregation=Aggregation(window=window, join_open=join),
            netting=Netting(scope=scope, same_owner=same_owner),
            allocation=Allocation(timing=timing, rounding_lot=rounding),
            routing=Routing(default="any", max_rounds=3),
            risk=Risk(firm=Limits(max_order_qty=60)),
        )
        self.rounding = rounding
        instruments = {"ABC": Instrument("ABC", tick=TICK)}
        self.world = World(Engine(config, instruments, VENUES, STRATEGIES, ["any"], self.advisor))
        self.world.tell(PhaseChange("ABC", "", TradingPhase.CONTINUOUS))
        self.world.tell(Quote("ABC", "AAAA", 199 * TICK, 100, 201 * TICK, 100))
        self.sent = 0
        self.killed: dict[tuple[KillLevel, str], bool] = {}
        for i in range(first):
            self.some_new(2 * i + (seed + i) % 7 // 6)

    # -- clients ---------------------------------------------------------------------------------------------------

    @rule(
        qty=small, price=st.none() | ticks, buy=st.booleans(), who=st.integers(0, 3), wild=st.booleans(),
        no_cross=st.booleans(), house=st.booleans(), late=st.sampled_from([None, 1, 3]),
        end=st.sampled_from([None, 20]),
    )  # fmt: skip
    def new(self, qty, price, buy, who, wild, no_cross, house, late, end):  # type: ignore[no-untyped-def]
        self.sent += 1
        now = self.world.now
        self.world.tell(
            NewOrder(
                "s",
                f"c{self.sent}",
                "ABC",
                Side.BUY if buy else Side.SELL,
                qty,
                "WILD" if wild else "TAME",
                account=f"acct{who}",
                price=None if price is None else price * TICK,
                owner=f"own{who % 3}",
                no_cross=no_cross and who == 3,
                house=house and who == 0,
                effective_time=None if late is None else now + late * SECOND,
                expire_time=None if end is None else now // (20 * SECOND) * 20 * SECOND + 40 * SECOND,
            )  # fmt: skip
        )

    @rule(which=index)
    def cancel(self, which):  # type: ignore[no-untyped-def]
        self.sent += 1
        self.world.tell(CancelRequest("s", f"c{self.sent}", self._name(which)))

    @rule(which=index, qty=st.none() | small, price=st.none() | ticks)
    def replace(self, which, qty, price):  # type: ignore[no-untyped-def]
        self.sent += 1
        px = None if price is None else price * TICK
        self.world.tell(ReplaceRequest("s", f"c{self.sent}", self._name(which), qty, px))

    def _name(self, which: int) -> str:
        orders = [o for o in self.world.engine.blotter.orders if not o.over] or self.world.engine.blotter.orders
        return orders[which % len(orders)].cl_ord_id if orders else "none"

    # -- links and venues --------------------------------------------------------------------------------------------

    @rule(moves=st.lists(st.tuples(st.sampled_from(BUSY), index), min_size=10, max_size=60))
    def busy(self, moves):  # type: ignore[no-untyped-def]
        """A stretch of an ordinary day: mostly things arrive and execute, and now and then they do not."""
        for name, i in moves:
            getattr(self, name)(i)
            self.laws_hold()

    def some_new(self, i):  # type: ignore[no-untyped-def]
        price = None if i % 3 else 196 + i % 9
        self.new(i + 1, price, i % 2 == 0, i % 4, i % 11 == 0, i % 7 == 0, i % 8 == 0, None, None)

    def some_execution(self, i):  # type: ignore[no-untyped-def]
        self.execute(i, i + 1, i % 3)

    def some_replace(self, i):  # type: ignore[no-untyped-def]
        self.replace(i, i + 1 if i % 2 else None, 195 + i % 10 if i % 3 else None)

    def some_correct(self, i):  # type: ignore[no-untyped-def]
        self.correct(i, 195 + i % 10)

    def all_calm(self, i):  # type: ignore[no-untyped-def]
        self.world.calm()

    def some_wait(self, i):  # type: ignore[no-untyped-def]
        self.wait((0.2, 1, 5)[i % 3])

    @rule(i=index)
    def arrive(self, i):  # type: ignore[no-untyped-def]
        self.world.arrive(i)

    @rule(i=index)
    def deliver(self, i):  # type: ignore[no-untyped-def]
        self.world.deliver(i)

    @rule(i=index)
    def deliver_twice(self, i):  # type: ignore[no-untyped-def]
        self.world.deliver(i, again=True)

    @rule(i=index)
    def lose_command(self, i):  # type: ignore[no-untyped-def]
        self.world.lose_command(i)

    @rule(i=index)
    def lose_report(self, i):  # type: ignore[no-untyped-def]
        self.world.lose_report(i)

    @rule()
    def calm(self):  # type: ignore[no-untyped-def]
        self.world.calm()

    @rule(i=index, qty=small, off=st.integers(0, 3))
    def execute(self, i, qty, off):  # type: ignore[no-untyped-def]
        live = self.world.live()
        if live:
            order = live[i % len(live)]
            better = -off if order.side is Side.BUY else off
            px = (200 + better) * TICK if order.price is None else order.price + better * TICK
            self.world.execute(order, qty, max(TICK, px))

    @rule(i=index)
    def bust(self, i):  # type: ignore[no-untyped-def]
        if self.world.executions:
            self.world.bust(self.world.executions[i % len(self.world.executions)])

    @rule(i=index, px=ticks)
    def correct(self, i, px):  # type: ignore[no-untyped-def]
        if self.world.executions:
            self.world.correct(self.world.executions[i % len(self.world.executions)], px * TICK)

    # -- market, time, operators -------------------------------------------------------------------------------------

    @rule(bid=ticks, width=st.integers(-1, 4), mic=st.sampled_from(list(VENUES)))
    def quote(self, bid, width, mic):  # type: ignore[no-untyped-def]
        self.world.tell(Quote("ABC", mic, bid * TICK, 50, (bid + width) * TICK, 50))

    @rule(px=ticks, qty=small)
    def trade(self, px, qty):  # type: ignore[no-untyped-def]
        self.world.tell(Trade("ABC", "AAAA", px * TICK, qty))

    @rule(seconds=st.sampled_from([0.2, 1, 5, 30]))
    def wait(self, seconds):  # type: ignore[no-untyped-def]
        self.world.wait(int(seconds * SECOND))

    @rule(phase=st.sampled_from([TradingPhase.HALTED, TradingPhase.CONTINUOUS, TradingPhase.CONTINUOUS]))
    def phase(self, phase):  # type: ignore[no-untyped-def]
        self.world.tell(PhaseChange("ABC", "", phase))

    @rule(mic=st.sampled_from(list(VENUES)), up=st.booleans())
    def venue(self, mic, up):  # type: ignore[no-untyped-def]
        self.world.tell(VenueStatus(mic, up))

    @rule(
        what=st.sampled_from(
            [
                (KillLevel.FIRM, ""),
                (KillLevel.VENUE, "AAAA"),
                (KillLevel.STRATEGY, "WILD"),
                (KillLevel.INSTRUMENT, "ABC"),
                (KillLevel.CLIENT, "acct1"),
            ]  # fmt: skip
        ),
        on=st.booleans(),
    )
    def kill(self, what, on):  # type: ignore[no-untyped-def]
        level, name = what
        if on:
            out = self.world.tell(KillSwitch(level, name, user="test"))
            assert not any(isinstance(c, SendOrder) for c in out) or level is not KillLevel.FIRM
            hit = [c for c in self.world.engine.blotter.child_orders if c.counted and self._stopped(c, level, name)]
            assert all(c.cancelling or c.over for c in hit)
            self.killed[what] = True
        else:
            self.world.tell(KillSwitch(level, name, on=False, user="test"))
            self.killed.pop(what, None)

    @staticmethod
    def _stopped(child, level, name):  # type: ignore[no-untyped-def]
        if level is KillLevel.CLIENT:
            return False
        return level is KillLevel.FIRM or name in (child.mic, child.parent.strategy, child.parent.instrument.symbol)

    # -- what must hold ----------------------------------------------------------------------------------------------

    @invariant()
    def laws_hold(self):  # type: ignore[no-untyped-def]
        if hasattr(self, "world"):
            for law in invariants.LAWS:
                if law is not invariants.fair_shares or self.rounding == 1:
                    law(self.world)
            self._nothing_leaves_unchecked()
            self._quarantine_holds()

    def _nothing_leaves_unchecked(self) -> None:
        """Law 8: every order sent is within the limits, and none was sent under a kill switch."""
        commands = self.world.commands
        assert all(c.order_qty <= 60 for c in commands if isinstance(c, SendOrder))

    def _quarantine_holds(self) -> None:
        """Law 10: parents of a quarantined plugin have nothing live that is not being cancelled."""
        engine = self.world.engine
        for parent in engine.blotter.working.values():
            if parent.strategy in engine.quarantined:
                assert all(c.cancelling or c.over for c in parent.children.values()), parent.parent_id

    def teardown(self) -> None:
        """Heal the world: everything must become known, end, and be booked."""
        if not hasattr(self, "world"):
            return
        world = self.world
        for _ in range(12):
            world.calm()
            world.wait(200 * SECOND)
        world.tell(EndOfDay())
        for _ in range(12):
            world.calm()
            world.wait(200 * SECOND)
        world.tell(EndOfDay(final=True))
        self.laws_hold()
        blotter = world.engine.blotter
        assert not blotter.working
        assert all(p.ended for p in blotter.parents)
        assert all(o.over for o in blotter.orders)
        for child in blotter.child_orders:
            truth = world.orders.get(child.order_id)
            assert child.cum_qty == (truth.cum if truth else 0), child.order_id


TestWorlds = Worlds.TestCase
TestWorlds.settings = settings(
    max_examples=int(os.environ.get("SMARTEXEC_WORLDS", "200")),
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate]
    + ([Phase.shrink] if os.environ.get("SMARTEXEC_SHRINK", "1") == "1" else []),
    report_multiple_bugs=False,
    print_blob=True,
)
