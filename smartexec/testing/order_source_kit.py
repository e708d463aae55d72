"""The conformance kit of order sources: scenarios O-01 and on."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import attrs

from smartexec.interfaces.order_source import OrderSource
from smartexec.interfaces.strategy import Strategy
from smartexec.kernel.settings import Routing, Settings
from smartexec.model.commands import ClientCancelReject, ClientReport
from smartexec.model.enums import OrdStatus
from smartexec.model.events import EndOfDay
from smartexec.model.instrument import Instrument
from smartexec.model.orders import CancelRequest, NewOrder, RejectedOrder, ReplaceRequest
from smartexec.model.view import Decision, ParentView
from smartexec.runtime.plan.advisors import PluginAdvisor
from smartexec.runtime.plan.intake import Intake, Strategies
from smartexec.runtime.plan.setup import Setup, header_of, make_engine
from smartexec.runtime.reading.checks import CLIENT
from smartexec.testing.inputs import (
    Inputs,
    Timed,
    check_abandoned,
    check_absent,
    check_again,
    check_timed,
    names_a_row,
)
from smartexec.testing.kit import Kit, needs, scenario
from smartexec.testing.parameters import check_class, check_documented, check_refusals
from smartexec.testing.reference_world import VENUES, ToLit
from smartexec.testing.views import START
from smartexec.testing.wired_sources import READS_NOTHING, WiredSources, all_reports
from smartexec.testing.worlds import World


class OrderSourceKit(WiredSources, Inputs, Kit):
    """Subclass it in a plugin's tests, set `source`, say what it reads (`Inputs`) or what its `peers` are if clients
    connect to it, and pytest runs the scenarios."""

    kind = "order source"
    subject = "source"

    def events(self, folder: Path) -> list[Timed]:
        """Give all events of the good input; skips where clients connect to it."""
        self._reads()
        return super().events(folder)

    def _reads(self) -> None:
        needs(not self.peers(), READS_NOTHING)

    # -- what it is ----------------------------------------------------------------------------------------------------

    @scenario("O-01")
    def test_o01_declares_itself(self) -> None:
        """It is an attrs class with a docstring and a name like synthetic-orders."""
        check_class(self.source, OrderSource)

    @scenario("O-02")
    def test_o02_documents_its_parameters(self) -> None:
        """Every parameter has a type that can be read, and a docstring below it.

        Skipped where there is no source to read docstrings from.
        """
        check_documented(self.source)

    @scenario("O-03")
    def test_o03_refuses_bad_parameters_by_name(self) -> None:
        """A parameter that is no value of its type, and one that it does not have, are refused with their names."""
        check_refusals(self.source, self.params)

    @scenario("O-04")
    def test_o04_names_input_that_is_missing(self, tmp_path: Path) -> None:
        """Input that is not there is a ConfigError that names it, not a traceback.

        Skipped where `absent` gives none.
        """
        check_absent(self, tmp_path)

    # -- what it yields ------------------------------------------------------------------------------------------------

    @scenario("O-05")
    def test_o05_yields_events_in_order_of_time(self, tmp_path: Path) -> None:
        """Events are (ns UTC, event), no time before the one before it, every field exactly of its type.

        Skipped where `peers` gives any: clients connect to it.
        """
        check_timed(self.events(tmp_path), CLIENT)

    @scenario("O-06")
    def test_o06_names_source_and_order(self, tmp_path: Path) -> None:
        """Every event names its source and a ClOrdID(11) that no earlier one of the source has; cancels and replaces
        name the order they are for.

        Skipped where `peers` gives any: clients connect to it.
        """
        seen: set[tuple[str, str]] = set()
        for _, event in self.events(tmp_path):
            assert event.source, f"found {event}, expected the source it comes from"
            assert event.cl_ord_id, f"found {event}, expected a ClOrdID(11)"
            assert (event.source, event.cl_ord_id) not in seen, f"found {event.cl_ord_id} again, expected it once"
            seen.add((event.source, event.cl_ord_id))
            if isinstance(event, CancelRequest | ReplaceRequest):
                assert event.orig_cl_ord_id, f"found {event}, expected an OrigClOrdID(41)"

    @scenario("O-07")
    def test_o07_yields_possible_quantities_and_prices(self, tmp_path: Path) -> None:
        """Quantities are positive, in lots of the instrument, prices positive in 1e-9, on its tick; orders are for
        instruments of the run and end after they start.

        Skipped where `peers` gives any: clients connect to it.
        """
        known = {one.symbol: one for one in self.instruments}
        of: dict[tuple[str, str], Instrument] = {}
        for at, event in self.events(tmp_path):
            if isinstance(event, NewOrder):
                assert event.symbol in known, f"found Symbol(55) {event.symbol}, expected one of {', '.join(known)}"
                of[event.source, event.cl_ord_id] = known[event.symbol]
                _check_sizes(event, known[event.symbol])
                start = max(at, event.effective_time or at)
                assert event.expire_time is None or event.expire_time > start, f"found {event}, expected a later end"
            elif isinstance(event, ReplaceRequest):
                one = of.get((event.source, event.orig_cl_ord_id), Instrument("", tick=1))
                of[event.source, event.cl_ord_id] = one
                _check_sizes(event, one)

    @scenario("O-08")
    def test_o08_yields_the_same_again(self, tmp_path: Path) -> None:
        """A second instance, and one in another process with another hash seed, give the same events.

        Skipped where `peers` gives any: clients connect to it.
        """
        self._reads()
        check_again(self, tmp_path)

    @scenario("O-09")
    def test_o09_loses_nothing(self, tmp_path: Path) -> None:
        """Every bad piece of input becomes a RejectedOrder with the reason, or a line that names file and row; the good
        ones come all the same.

        Skipped where `broken` gives none.
        """
        given = self.broken(tmp_path)
        needs(given is not None, "broken() gives none: its input cannot be bad")
        assert given is not None
        one, bad = given
        faults: list[str] = []
        events = list(self.started(tmp_path, one, faults).events())
        check_timed(events, CLIENT)
        rejected = [event for _, event in events if isinstance(event, RejectedOrder)]
        silent = [event for event in rejected if not event.text.strip()]
        assert not silent, f"found {silent[0]}, expected what was found and what was expected"
        vague = [line for line in faults if not names_a_row(line, tmp_path)]
        assert not vague, f"found {vague[0]!r}, expected the file and the row"
        found = f"{len(rejected)} rejected orders and {len(faults)} lines"
        assert len(rejected) + len(faults) == bad, f"found {found}, expected {bad} in all, one for each bad piece"
        assert len(events) > len(rejected), "found no good order, expected those between the bad ones"

    @scenario("O-10")
    def test_o10_can_be_left_half_way(self, tmp_path: Path) -> None:
        """Who stops asking for events leaves nothing open behind, and a second instance gives them all.

        Skipped where `peers` gives any: clients connect to it.
        """
        self._reads()
        check_abandoned(self, tmp_path)

    # -- what it takes -------------------------------------------------------------------------------------------------

    @scenario("O-11")
    def test_o11_takes_every_report(self, tmp_path: Path) -> None:
        """Reports of every ExecType(150) and OrdStatus(39), and cancel rejects for every reason, raise nothing: of
        known and unknown orders, with any text, before and after its events.

        Skipped where `peers` gives any: clients connect to it.
        """
        self._reads()
        one = self.started(tmp_path, self.make(tmp_path))
        for command in all_reports("?", "nobody's"):
            one.report(command, START)
        events = list(one.events())
        at, event = events[0]
        for command in (*all_reports(event.source, event.cl_ord_id), *all_reports(event.source, "nobody's")):
            one.report(command, at)

    @scenario("O-12")
    def test_o12_reaches_the_engine(self, tmp_path: Path) -> None:
        """Each order reaches the engine once, and is accepted or rejected with a text; so is each cancel and replace.
        All that the engine tells its clients is taken.

        The strategies that orders name are stand-ins that take any parameters and wait. Skipped where `peers` gives
        any: clients connect to it.
        """
        self._reads()
        one = self.started(tmp_path, self.make(tmp_path))
        events = list(one.events())
        world, intake = _desk(self.instruments, events)
        for at, event in events:
            world.now = max(world.now, at)
            for command in world.tell(intake.take(event)):
                if isinstance(command, ClientReport | ClientCancelReject):
                    one.report(command, world.now)
        world.tell(EndOfDay(final=True))
        blotter, said = world.engine.blotter, Counter(type(event) for _, event in events)
        ordered = said[NewOrder] + said[RejectedOrder]
        assert len(blotter.orders) == ordered, f"found {len(blotter.orders)} orders, expected {ordered}"
        refused = [order for order in blotter.orders if order.ord_status is OrdStatus.REJECTED]
        assert all(order.text for order in refused), "found an order rejected without a text, expected why"
        assert len(refused) < ordered, f"found all {ordered} orders rejected, the first: {refused[0].text}"
        asked = said[CancelRequest] + said[ReplaceRequest]
        assert len(blotter.requests) == asked, f"found {len(blotter.requests)} requests, expected {asked}"
        assert all(row.text or row.outcome != "REFUSED" for row in blotter.requests), "found a refusal without a text"


def _check_sizes(event: NewOrder | ReplaceRequest, one: Instrument) -> None:
    qty, price = event.order_qty, event.price
    assert qty is None or (qty > 0 and qty % one.lot == 0), f"found {event}, expected a positive multiple of {one.lot}"
    assert price is None or (price > 0 and price % one.tick == 0), f"found {event}, expected a positive price on a tick"


def _desk(instruments: Iterable[Instrument], events: Iterable[Timed]) -> tuple[World, Intake]:
    """Make an engine for these orders, and what makes them ready for it."""
    setup = Setup(
        instruments=list(instruments),
        venues=VENUES,
        strategies=list(_stand_ins(events)),
        routers=[ToLit()],
        settings=Settings(routing=Routing(default=ToLit.name)),
        unlimited="nothing is sent",
    )
    strategies = Strategies(setup.strategies)
    engine = make_engine(header_of(setup), setup, PluginAdvisor(strategies, setup.routers))
    return World(engine, now=0), Intake(strategies, {})


_ANY: Final[Any] = str | int | float | bool | None
"""What a parameter of an order may be."""


class _StandIn(Strategy):
    """Waits."""

    def decide(self, view: ParentView) -> Decision:
        return Decision(note="waits")


def _stand_ins(events: Iterable[Timed]) -> Iterator[type[Strategy]]:
    """Yield a strategy of each name that orders name, with the parameters they have."""
    names: dict[str, dict[str, Any]] = {}
    for _, event in events:
        if isinstance(event, NewOrder) and event.strategy:
            names.setdefault(event.strategy, {}).update(dict.fromkeys(name for name, _ in event.params))
    for name, params in names.items():
        fields = {key: attrs.field(default=None, type=_ANY) for key in params}
        yield attrs.make_class("StandIn", fields, bases=(_StandIn,), frozen=True, class_body={"name": name})
