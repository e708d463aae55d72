"""The conformance kit of strategies: scenarios S-01 and on."""

import re
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any, ClassVar, Final

import attrs
import pytest

from smartexec.interfaces.strategy import Strategy
from smartexec.model.enums import OrdStatus, Side, Wake
from smartexec.model.instrument import Instrument
from smartexec.model.view import Decision, ParentView
from smartexec.runtime.journal.records import as_type, encode, to_builtins
from smartexec.runtime.reading.schema import build
from smartexec.testing import source
from smartexec.testing.alike import check_alike, strategy_trace
from smartexec.testing.checks import check_decision
from smartexec.testing.fuzz import fuzz
from smartexec.testing.kit import Kit, needs, scenario
from smartexec.testing.parameters import check_class, check_documented, check_frozen, check_refusals, check_survival
from smartexec.testing.random_views import VIEW_BYTES, Draw, draw_view, placed
from smartexec.testing.reference_world import LIT, Reference, reference
from smartexec.testing.view_cases import MARKETS, some_views
from smartexec.testing.views import ASK, BID, HOUR, START, view

_CHAIN: Final = 4
"""Views in a row, each with what was remembered of the one before."""
NAME: Final = re.compile(r"[A-Z][A-Z0-9_-]*")


class StrategyKit(Kit):
    """Subclass it in a plugin's tests, set `strategy`, and pytest runs the scenarios."""

    kind = "strategy"
    subject = "strategy"

    strategy: ClassVar[type[Strategy]]
    """The class under test."""
    params: ClassVar[Mapping[str, Any]] = {}
    """Its parameters, where it needs any; they should let an order be completed."""
    variants: ClassVar[Sequence[Mapping[str, Any]]] = ()
    """Other parameters that random views are tried with as well."""
    completes: ClassVar[str] = ""
    """Why an order need not be complete by its end where the market lets it: "" = it must be."""

    def make(self, params: Mapping[str, Any] | None = None) -> Strategy:
        """Make the strategy as an order file would."""
        return build(self.strategy, self.params if params is None else params, self.strategy.name, text=True)

    def decide(self, seen: ParentView) -> Decision:
        """Ask it, and check what it says."""
        decision = self.make().decide(seen)
        check_decision(seen, decision)
        return decision

    # -- what it is ----------------------------------------------------------------------------------------------------

    @scenario("S-01")
    def test_s01_declares_itself(self) -> None:
        """It is a frozen attrs class with a name in capitals and a docstring, and says what wakes it."""
        check_class(self.strategy, Strategy, NAME)
        check_frozen(self.make())
        wakes = self.strategy.wakes_on
        assert isinstance(wakes, frozenset), f"wakes_on: found {wakes!r}, expected a frozenset"
        assert all(isinstance(one, Wake) for one in wakes), f"wakes_on: found {wakes}, expected Wakes"

    @scenario("S-02")
    def test_s02_documents_its_parameters(self) -> None:
        """Every parameter has a type that can be read, and a docstring below it.

        Skipped where there is no source to read docstrings from.
        """
        check_documented(self.strategy)

    @scenario("S-03")
    def test_s03_refuses_bad_parameters_by_name(self) -> None:
        """A parameter that is no value of its type, and one that it does not have, are refused with their names.

        Each field in turn gets text that is neither number, duration nor member of an enumeration.
        """
        check_refusals(self.strategy, self.params, text=True)

    @scenario("S-04")
    def test_s04_parameters_survive_an_order(self) -> None:
        """Its parameters written as an order file, or a configuration, has them give the same strategy again."""
        check_survival(self.make())

    # -- what it says --------------------------------------------------------------------------------------------------

    @scenario("S-05")
    def test_s05_says_the_same_of_the_same_view(self) -> None:
        """The same view gives the same decision, also from another instance: it keeps nothing to itself."""
        one = self.make()
        for seen in some_views():
            first = one.decide(seen)
            again, other = one.decide(seen), self.make().decide(seen)
            assert encode(first) == encode(again), f"found {again}, expected {first}, as the first time"
            assert encode(first) == encode(other), f"found {other} of another instance, expected {first}"

    @scenario("S-06")
    def test_s06_leaves_the_view_alone(self) -> None:
        """It changes nothing of the view it is handed."""
        for seen in some_views():
            before = source.source(seen)
            self.make().decide(seen)
            assert source.source(seen) == before, "found a changed view, expected it as it was"

    @scenario("S-07")
    def test_s07_wakes_later_than_now(self) -> None:
        """`wake_at` is later than now: at the start, at the end, a nanosecond before it, and after it."""
        for now in (START, START + 1, START + HOUR - 1, START + HOUR, START + HOUR + 1):
            decision = self.make().decide(view(now=now, woken_by=Wake.TIMER))
            assert decision.wake_at is None or decision.wake_at > now, (
                f"found {decision.wake_at} at {now}, expected later"
            )

    @scenario("S-08")
    def test_s08_says_why(self) -> None:
        """Every decision has a note of one line: people read it in the trail of each order (law 9)."""
        for seen in some_views():
            self.decide(seen)

    @scenario("S-09")
    @pytest.mark.parametrize("name", MARKETS)
    def test_s09_lives_with_any_market(self, name: str) -> None:
        """No market makes it raise or ask for the impossible: empty, one-sided, locked, crossed, stale, halted."""
        for side in Side:
            self.decide(view(side=side, market=MARKETS[name]))
            self.decide(view(side=side, market=MARKETS[name], now=START + HOUR - 1, woken_by=Wake.TIMER))

    @scenario("S-10")
    def test_s10_wants_nothing_once_nothing_is_left(self) -> None:
        """Where all is executed or crossed, it wants nothing."""
        for seen in (
            view(order_qty=0),
            view(cum_qty=1_000),
            view(crossed_qty=1_000),
            view(cum_qty=400, crossed_qty=600),
        ):
            wanted = sum(one.qty for one in self.make().decide(seen).slices)
            assert not wanted, f"found {wanted} lots wanted, expected none: leaves_qty is 0"

    @scenario("S-11")
    def test_s11_wants_no_more_than_is_left_after_an_amendment(self) -> None:
        """When members take away what it has already planned, it wants no more than is left.

        An order of 1,000 with 600 executed becomes one of 601, 650 and 900 lots, at three moments; what it wanted
        before is at the venues, or nothing is.
        """
        for now in (START, START + HOUR // 2, START + HOUR - 1):
            before = self.make().decide(view(now=now, cum_qty=600))
            for order_qty, slots in product((601, 650, 900), ({}, placed(before))):
                seen = view(now=now, order_qty=order_qty, cum_qty=600, slots=slots, woken_by=Wake.AMENDED)
                self.decide(attrs.evolve(seen, state=before.state))

    @scenario("S-12")
    @pytest.mark.parametrize("side", list(Side))
    def test_s12_keeps_the_limit(self, side: Side) -> None:
        """With a limit that the market is beyond, nothing is wanted beyond it; nor beyond those of some members."""
        sign = 1 if side is Side.BUY else -1
        limit = BID - sign * 50_000_000 if side is Side.BUY else ASK - sign * 50_000_000
        for now in (START, START + HOUR // 2, START + HOUR - 1):
            self.decide(view(now=now, side=side, limit=limit))
            self.decide(view(now=now, side=side, demand=[(None, 300), (limit, 700)]))

    @scenario("S-13")
    def test_s13_asks_for_what_can_be_traded(self) -> None:
        """What it wants is a whole number of lots, unless it is all that is left."""
        for lot in (1, 10, 100):
            for now in (START, START + HOUR // 3, START + HOUR - 1):
                decision = self.decide(view(now=now, order_qty=1_250, instrument=Instrument("TEST", lot=lot)))
                odd = [one.qty for one in decision.slices if one.qty % lot]
                assert all(qty == 1_250 for qty in odd), f"found {odd} lots wanted, expected whole lots of {lot}"

    # -- what it remembers ---------------------------------------------------------------------------------------------

    @scenario("S-14")
    def test_s14_memory_survives_the_journal(self) -> None:
        """What it remembers can be recorded, and decides alike when it is read back.

        Skipped where it remembers nothing.
        """
        seen = [view(), view(now=START + HOUR // 2, cum_qty=100, woken_by=Wake.FILL)]
        states = [decision.state for decision in map(self.make().decide, seen)]
        needs(any(state is not None for state in states), "it remembers nothing")
        kind = self.strategy.state_type
        for state in states:
            assert state is None or kind is not None, f"state_type: found none, expected {type(state).__name__}"
            assert state is None or isinstance(state, kind or object), f"found {state!r}, expected a {kind}"
            if state is not None and kind is not None:
                back = as_type(to_builtins(state), kind)
                assert back == state, f"found {back!r} read back, expected {state!r}"
                later = view(now=START + HOUR * 3 // 4, cum_qty=200, woken_by=Wake.TIMER, state=state)
                first, again = (self.make().decide(attrs.evolve(later, state=one)) for one in (state, back))
                assert encode(first) == encode(again), f"found {again} with the state read back, expected {first}"

    # -- what comes of it ----------------------------------------------------------------------------------------------

    @scenario("S-15")
    @pytest.mark.parametrize("side", list(Side))
    def test_s15_completes_in_the_reference_world(self, side: Side) -> None:
        """An order of 3,000 lots that ends before the auction is complete by then, where what crosses is filled.

        Skipped where `completes` says why it need not be.
        """
        needs(not self.completes, self.completes)
        world = reference(self.make())
        world.order(3_000, side, until=1_600)
        world.end()
        self._sound(world)
        done = world.engine.blotter.orders[0].cum_qty
        assert done == 3_000, f"found {done} of 3,000 lots executed, expected all"

    @scenario("S-16")
    def test_s16_works_for_many_clients(self) -> None:
        """Orders that join, grow, shrink, leave and have limits are worked to their end, every law kept."""
        world = reference(self.make(), seed=1)
        first = world.order(2_000)
        world.run(120)
        second = world.order(600, account="BIRCH", limit=world.mid + 500_000_000)
        third = world.order(400, account="CEDAR")
        world.run(200)
        first = world.amend(first, 2_500)
        world.run(100)
        world.amend(first, 1_800)
        world.cancel(third)
        world.run(100)
        world.cancel(second)
        world.end()
        self._sound(world)

    @scenario("S-17")
    def test_s17_stops_when_the_client_does(self) -> None:
        """Once the only client has cancelled, nothing of the order stays live or is sent."""
        world = reference(self.make(), seed=2)
        order = world.order(5_000)
        world.run(300)
        world.cancel(order)
        world.run(10)
        sent = len(world.engine.blotter.child_orders)
        assert not world.live(), f"found {len(world.live())} orders live 10 s after the cancel, expected none"
        world.run(300)
        assert len(world.engine.blotter.child_orders) == sent, "found orders sent after the cancel, expected none"
        world.end()
        self._sound(world)
        assert world.engine.blotter.orders[0].ord_status in (OrdStatus.CANCELED, OrdStatus.FILLED)

    @scenario("S-18")
    @pytest.mark.parametrize("seed", range(5))
    def test_s18_survives_faults_of_the_links(self, seed: int) -> None:
        """With reports lost, doubled and out of order it is never at fault, and every execution is booked."""
        world = reference(self.make(), seed=seed, faults=True)
        world.order(2_000)
        world.run(200)
        name = world.order(500, account="BIRCH")
        world.run(200)
        world.cancel(name)
        world.end()
        self._sound(world)

    @scenario("S-19")
    def test_s19_decides_alike_again(self, tmp_path: Path) -> None:
        """The same views and the same world give the same decisions and commands, byte for byte (law 6).

        Asked a second time, and in another process with another hash seed: sets are in another order there.
        """
        check_alike(self, strategy_trace, tmp_path)

    @scenario("S-20")
    def test_s20_keeps_its_word_whatever_it_sees(self) -> None:
        """10,000 random views, each with the memory of the one before: every decision is possible and says why.

        Slots are those that the decision before named: executed, open, in doubt, over, clipped. Some orders are in a
        list with others. The smallest view that breaks it is printed as a ready test. `SMARTEXEC_VIEWS` sets how many
        are tried.
        """
        made = [self.make({**self.params, **one}) for one in ({}, *self.variants)]
        last: list[tuple[Strategy, ParentView]] = []

        def body(draw: Draw) -> None:
            one, before = draw.choice(made), Decision()
            for _ in range(_CHAIN):
                seen = draw_view(draw, before.state, before)
                last[:] = [(one, seen)]
                before = one.decide(seen)
                check_decision(seen, before)

        fuzz(_CHAIN * VIEW_BYTES + 1, _CHAIN, body, lambda: ready_test(*last[0]))

    @scenario("S-21")
    def test_s21_works_in_a_list(self) -> None:
        """An order of a list, with another against it, is worked on while the venue is down and after, every law kept.

        Both are its own, in one instrument: where they would meet at a venue, slots are clipped.
        """
        world = reference(self.make(), seed=6)
        world.order(2_000, in_list="L1")
        world.order(800, Side.SELL, account="BIRCH", in_list="L1")
        world.run(200)
        world.fall(LIT)
        world.run(60)
        world.rise()
        world.end()
        self._sound(world)

    # -- helpers -------------------------------------------------------------------------------------------------------

    @staticmethod
    def _sound(world: Reference) -> None:
        found = world.faults_found()
        assert not found, "; ".join(found)


def ready_test(strategy: Strategy, seen: ParentView) -> str:
    """Write a module with a test that fails as a view did."""
    body = [
        f"seen = {source.source(seen, 1)}",
        f"strategy = {source.source(strategy, 1)}",
        "check_decision(seen, strategy.decide(seen))",
    ]
    text = source.module(f"{strategy.name.lower().replace('-', '_')}_on_this_view", body, seen, strategy)
    return f"from smartexec.testing import check_decision\n{text}"
