"""The conformance kit of routing logics: scenarios R-01 and on."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, ClassVar, Final

import pytest
from attrs import evolve

from smartexec.interfaces.routing import RoutingLogic
from smartexec.model.enums import Outcome, Side, TimeInForce, VenueKind
from smartexec.model.ids import Nanos
from smartexec.model.instrument import Instrument
from smartexec.model.routing import Capabilities, Route, RouteRequest
from smartexec.model.view import Slice
from smartexec.runtime.journal.records import as_type, encode, to_builtins
from smartexec.runtime.reading.schema import build
from smartexec.testing import source
from smartexec.testing.alike import check_alike, routing_trace
from smartexec.testing.checks import check_route
from smartexec.testing.fuzz import fuzz
from smartexec.testing.kit import Kit, needs, scenario
from smartexec.testing.parameters import check_class, check_documented, check_frozen, check_refusals, check_survival
from smartexec.testing.random_views import REQUEST_BYTES, Draw, draw_request
from smartexec.testing.reference_world import LIT, Reference, reference
from smartexec.testing.rounds import ROUNDS, rounds
from smartexec.testing.route_cases import CENT, LACKS, TAKES_ALL, TERMS, some_requests, three_venues
from smartexec.testing.view_cases import MARKETS
from smartexec.testing.views import ASK, BID, START, request, venue

_CHAIN: Final = 4
"""Requests in a row, each with what was remembered of the one before; together they rarely take all their bytes."""
_SHUFFLED: Final = 300
"""Random requests whose venues are put in another order."""


class RoutingKit(Kit):
    """Subclass it in a plugin's tests, set `logic`, and pytest runs the scenarios."""

    kind = "routing logic"
    subject = "logic"

    logic: ClassVar[type[RoutingLogic]]
    """The class under test."""
    params: ClassVar[Mapping[str, Any]] = {}
    """Its parameters, where it needs any, as a configuration has them."""
    variants: ClassVar[Sequence[Mapping[str, Any]]] = ()
    """Other parameters that are tried as well where requests are."""
    ordered: ClassVar[str] = ""
    """Why the order of the configuration matters to it beyond ties: "" = it does not."""
    completes: ClassVar[str] = ""
    """Why it may leave a quantity unplaced that a venue would take: "" = it may not."""

    def make(self, params: Mapping[str, Any] | None = None) -> RoutingLogic:
        """Make the logic as a configuration file would."""
        return build(self.logic, self.params if params is None else params, self.logic.name)

    def made(self) -> list[RoutingLogic]:
        """Make it with its parameters, and with those of each variant."""
        return [self.make({**self.params, **one}) for one in ({}, *self.variants)]

    def routes(self, asked: RouteRequest) -> list[Route]:
        """Ask it and its variants, and check what they say."""
        found = [logic.route(asked) for logic in self.made()]
        for route in found:
            check_route(asked, route)
        return found

    # -- what it is ----------------------------------------------------------------------------------------------------

    @scenario("R-01")
    def test_r01_declares_itself(self) -> None:
        """It is a frozen attrs class with a docstring and a name like liquidity-seeking."""
        check_class(self.logic, RoutingLogic)
        check_frozen(self.make())

    @scenario("R-02")
    def test_r02_documents_its_parameters(self) -> None:
        """Every parameter has a type that can be read, and a docstring below it.

        Skipped where there is no source to read docstrings from.
        """
        check_documented(self.logic)

    @scenario("R-03")
    def test_r03_refuses_bad_parameters_by_name(self) -> None:
        """A parameter that is no value of its type, and one that it does not have, are refused with their names."""
        check_refusals(self.logic, self.params)

    @scenario("R-04")
    def test_r04_parameters_survive_a_configuration(self) -> None:
        """Its parameters written as a configuration has them, or all as text, give the same logic again."""
        for logic in self.made():
            check_survival(logic)

    # -- what it says --------------------------------------------------------------------------------------------------

    @scenario("R-05")
    def test_r05_says_the_same_of_the_same_request(self) -> None:
        """The same request gives the same route, also from another instance: it keeps nothing to itself."""
        others = self.made()
        for one, other in zip(self.made(), others, strict=True):
            for asked in some_requests():
                first = encode(one.route(asked))
                assert encode(one.route(asked)) == first, "found another route the second time, expected the first"
                assert encode(other.route(asked)) == first, "found another route of another instance, expected the same"

    @scenario("R-06")
    def test_r06_leaves_the_request_alone(self) -> None:
        """It changes nothing of the request it is handed."""
        for asked in some_requests():
            before = source.source(asked)
            self.routes(asked)
            assert source.source(asked) == before, "found a changed request, expected it as it was"

    @scenario("R-07")
    def test_r07_says_why(self) -> None:
        """Every route has a note of one line, also one without legs: it is each child order's reason (law 9)."""
        for asked in (*some_requests(), request(venues=[])):
            self.routes(asked)

    @scenario("R-08")
    def test_r08_conserves_quantity(self) -> None:
        """What it places is what is asked for, to the lot: none lost in a split, none placed twice.

        Odd quantities, all that ends executed; more than is asked for only with a budget for over-booking. That
        nothing is left is not asked where `completes` says why something may be.
        """
        for logic in self.made():
            for qty in (1, 2, 3, 7, 99, 100, 1_001):
                for price in (ASK + 5 * CENT, BID):
                    for budget in (0, 50):
                        asked = request(qty, price, venues=three_venues(), overbook_qty=budget)
                        last = list(rounds(logic, asked, Outcome.FILLED, 100))[-1]
                        assert last.done <= qty + budget, f"found {last.done} lots placed, expected at most {qty}"
                        assert last.left <= 0 or self.completes, f"found {last.left} of {qty} lots left, expected none"

    @scenario("R-09")
    def test_r09_places_whole_lots(self) -> None:
        """Every leg is in whole lots of the instrument; less than a lot is not placed."""
        for lot in (7, 10, 100):
            for qty in (lot - 1, lot, 1_250):
                asked = request(qty, ASK, venues=three_venues(), instrument=Instrument("TEST", lot=lot))
                for route in self.routes(asked):
                    assert qty >= lot or not route.legs, f"found {route.legs}, expected none: {qty} is no lot of {lot}"

    @scenario("R-10")
    @pytest.mark.parametrize("side", list(Side))
    def test_r10_respects_the_limit(self, side: Side) -> None:
        """No leg is priced beyond the limit: within the market, at the touch, beyond it, off the tick."""
        for limit in (BID - 5 * CENT, BID, BID + CENT, ASK, ASK + 5 * CENT, BID + 1, ASK - 1):
            for price in (limit, None, BID, ASK):
                self.routes(request(500, price, side=side, limit=limit, venues=three_venues()))

    @scenario("R-11")
    def test_r11_ignores_venues_that_are_down(self) -> None:
        """No leg goes to a venue that is down, however good it looks, nor to one that is not there."""
        best = venue("XDWN", up=False, shown_qty=10_000, make_fee=-900_000, take_fee=-900_000, fill_ratio=1.0)
        for price in (ASK, BID, None):
            self.routes(request(500, price, venues=[best, *three_venues()]))
            assert not any(route.legs for route in self.routes(request(500, price, venues=[best])))

    @scenario("R-12")
    @pytest.mark.parametrize("name", TERMS)
    def test_r12_sends_only_what_venues_take(self, name: str) -> None:
        """A venue gets only what it can do, on the terms of the slice.

        Order types, times in force, minimum and shown quantity, orders that only add, pegs. Of three venues one takes
        it, then none, then one takes all there is.
        """
        terms, can = TERMS[name]
        price = terms.get("price", ASK)
        wanted = Slice(100, **{"price": price, **terms})
        for kind in VenueKind:
            able = venue("XCAN", capabilities=Capabilities(kind=kind, **can))
            best = venue("XALL", capabilities=evolve(TAKES_ALL, kind=kind))
            lacking = [venue(mic, capabilities=evolve(LACKS, kind=kind)) for mic in ("XNOT", "XNIL")]
            for limit in (price, ASK):
                for venues in ([lacking[0], able, lacking[1]], lacking, [best]):
                    self.routes(request(100, slice=wanted, limit=limit, venues=venues))

    @scenario("R-13")
    def test_r13_places_nothing_without_venues(self) -> None:
        """Without venues, or with none that is up, there are no legs."""
        for venues in ([], [venue("XAAA", up=False), venue("XDRK", VenueKind.DARK, up=False)]):
            legs = [route.legs for route in self.routes(request(venues=venues))]
            assert not any(legs), f"found {legs}, expected none: no venue is up"

    @scenario("R-14")
    def test_r14_does_not_depend_on_the_order_of_the_venues(self) -> None:
        """Where no two venues are alike, the same venues in another order get the same legs: ties are all that the
        order of the configuration decides.

        Random requests. Skipped where `ordered` says why the order matters.
        """
        needs(not self.ordered, self.ordered)
        random, made = Random(14), self.made()
        for _ in range(_SHUFFLED):
            asked = draw_request(Draw(random.randbytes(REQUEST_BYTES)))
            venues = list(asked.venues.items())
            if len({score.volume_share for _, score in venues}) < len(venues):
                continue
            random.shuffle(venues)
            for logic in made:
                found, expected = logic.route(evolve(asked, venues=dict(venues))), logic.route(asked)
                assert found == expected, f"found {found} with {[mic for mic, _ in venues]}, expected {expected}"

    @scenario("R-15")
    @pytest.mark.parametrize("outcome", [Outcome.CANCELED, Outcome.EXPIRED, Outcome.REJECTED])
    @pytest.mark.parametrize("tif", [TimeInForce.DAY, TimeInForce.IOC])
    def test_r15_comes_to_an_end(self, outcome: Outcome, tif: TimeInForce) -> None:
        """Asked again for what its legs leave, it never places more than that, and in the end places no more.

        The kernel asks eight times under one decision. Legs end with nothing or half of them executed, or rejected.
        """
        for logic in self.made():
            for venues in (three_venues(), three_venues()[:2], three_venues()[2:]):
                for price in (ASK, BID):
                    for executed in (0, 50):
                        asked = request(1_000, price, venues=venues, time_in_force=tif)
                        seen = list(rounds(logic, asked, outcome, executed))
                        last = seen[-1]
                        ended = len(seen) < ROUNDS or last.left <= 0 or not last.route.legs
                        assert ended, f"found {last.route.legs} in round {len(seen)}, expected an end by then"

    @scenario("R-16")
    @pytest.mark.parametrize("name", MARKETS)
    def test_r16_lives_with_any_market(self, name: str) -> None:
        """No market makes it raise or place the impossible: empty, one-sided, locked, crossed, stale, halted."""
        for side in Side:
            for price, limit in ((BID, BID), (ASK, None), (None, None), (None, ASK)):
                asked = request(500, price, side=side, limit=limit, venues=three_venues(), market=MARKETS[name])
                self.routes(asked)

    # -- what it remembers ---------------------------------------------------------------------------------------------

    @scenario("R-17")
    def test_r17_memory_survives_the_journal(self) -> None:
        """What it remembers of a slot, and what it has learned, can be recorded, and it routes alike with it read back.

        Skipped where it remembers nothing.
        """
        remembered = 0
        for logic in self.made():
            for price in (ASK, BID):
                for one in rounds(logic, request(1_000, price, venues=three_venues()), Outcome.CANCELED, 30):
                    for name in ("state", "learned"):
                        remembered += _remembers(logic, one.request, name, getattr(one.route, name))
        needs(remembered, "it remembers nothing")

    # -- what comes of it ----------------------------------------------------------------------------------------------

    @scenario("R-18")
    @pytest.mark.parametrize("side", list(Side))
    def test_r18_completes_in_the_reference_world(self, side: Side) -> None:
        """An order of 3,000 lots, part of which rests and part of which crosses, is complete by its end.

        Skipped where `completes` says why it need not be.
        """
        needs(not self.completes, self.completes)
        for logic in self.made():
            world = reference(router=logic)
            world.order(3_000, side, until=1_600)
            _sound(world)
            done = world.engine.blotter.orders[0].cum_qty
            assert done == 3_000, f"found {done} of 3,000 lots executed by {logic}, expected all"

    @scenario("R-19")
    def test_r19_works_for_many_clients(self) -> None:
        """Orders that join, grow, shrink, leave and have limits are worked to their end, every law kept."""
        world = reference(router=self.make(), seed=1)
        first = world.order(2_000)
        world.run(120)
        second = world.order(600, account="BIRCH", limit=world.mid + CENT)
        third = world.order(400, account="CEDAR")
        world.run(200)
        first = world.amend(first, 2_500)
        world.run(100)
        world.amend(first, 1_800)
        world.cancel(third)
        world.run(100)
        world.cancel(second)
        _sound(world)

    @scenario("R-20")
    @pytest.mark.parametrize("seed", range(5))
    def test_r20_survives_faults_of_the_links(self, seed: int) -> None:
        """With reports lost, doubled and out of order it is never at fault, and every execution is booked."""
        world = reference(router=self.make(), seed=seed, faults=True)
        world.order(2_000)
        world.run(200)
        name = world.order(500, account="BIRCH")
        world.run(200)
        world.cancel(name)
        _sound(world)

    @scenario("R-21")
    def test_r21_survives_a_venue_that_goes_down(self) -> None:
        """While the main venue's session is down it gets no order; once it is up the order goes on to its end.

        That the order is complete is not asked where `completes` says why it need not be.
        """
        world = reference(router=self.make(), seed=3)
        world.order(3_000, until=1_600)
        world.run(200)
        world.fall(LIT)
        world.run(400)
        refused = [text for text in world.alerts("warning") if "venue is down (" in text]
        assert not refused, f"found {refused[0]}, expected no leg to {LIT} while it is down"
        world.rise()
        _sound(world)
        done = world.engine.blotter.orders[0].cum_qty
        assert self.completes or done == 3_000, f"found {done} of 3,000 lots executed, expected all"

    @scenario("R-22")
    def test_r22_keeps_to_its_budget(self) -> None:
        """With a budget for over-booking nothing it places is refused, and no client gets more than was ordered."""
        for logic in self.made():
            world = reference(router=logic, seed=5, overbook=30)
            world.order(2_500, until=1_200)
            _sound(world)
            refused = [text for text in world.alerts("warning") if "quantity exceeded" in text]
            assert not refused, f"found {refused[0]}, expected legs within the quantity and the budget"

    @scenario("R-23")
    def test_r23_decides_alike_again(self, tmp_path: Path) -> None:
        """The same requests and the same world give the same routes and commands, byte for byte (law 6).

        Asked a second time, and in another process with another hash seed: sets are in another order there.
        """
        check_alike(self, routing_trace, tmp_path)

    @scenario("R-24")
    def test_r24_keeps_its_word_whatever_it_is_asked(self) -> None:
        """10,000 random requests, each with the memory of the one before: every route is possible and says why.

        The smallest request that breaks it is printed as a ready test. `SMARTEXEC_VIEWS` sets how many are tried.
        """
        made = self.made()
        last: list[tuple[RoutingLogic, RouteRequest]] = []

        def body(draw: Draw) -> None:
            logic, state, learned = draw.choice(made), None, None
            for _ in range(_CHAIN):
                asked = draw_request(draw, state, learned)
                last[:] = [(logic, asked)]
                route = logic.route(asked)
                check_route(asked, route)
                state, learned = route.state, learned if route.learned is None else route.learned

        fuzz(_CHAIN * REQUEST_BYTES * 3 // 4, _CHAIN, body, lambda: ready_test(*last[0]))


def _remembers(logic: RoutingLogic, asked: RouteRequest, name: str, value: object) -> bool:
    """Whether there is something remembered; checks that it survives being recorded."""
    if value is None:
        return False
    kind = getattr(logic, f"{name}_type")
    assert kind is not None, f"{name}_type: found none, expected {type(value).__name__}"
    assert isinstance(value, kind), f"{name}: found {value!r}, expected a {kind.__name__}"
    back = as_type(to_builtins(value), kind)
    assert back == value, f"found {back!r} read back, expected {value!r}"
    later = evolve(asked, now=Nanos(START + 10**12), **{name: value})
    first, again = logic.route(later), logic.route(evolve(later, **{name: back}))
    assert encode(first) == encode(again), f"found {again} with the {name} read back, expected {first}"
    return True


def _sound(world: Reference) -> None:
    """End the day and check that nobody was at fault and every law was kept."""
    world.end()
    found = world.faults_found()
    assert not found, "; ".join(found)


def ready_test(logic: RoutingLogic, asked: RouteRequest) -> str:
    """Write a module with a test that fails as a request did."""
    body = [
        f"asked = {source.source(asked, 1)}",
        f"logic = {source.source(logic, 1)}",
        "check_route(asked, logic.route(asked))",
    ]
    text = source.module(f"{logic.name.replace('-', '_')}_on_this_request", body, asked, logic)
    return f"from smartexec.testing import check_route\n{text}"
