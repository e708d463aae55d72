"""What authors write in their tests: conformance classes with and without annotations, builders, checks, fuzzing."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import ClassVar

import pytest
from good.inputs import Desk, Tape
from good.outputs import Counting, Memory
from good.router import Wary
from good.strategy import Annotated, Patient
from good.venue import Rest, Simulated
from hypothesis import given

from smartexec.api import (
    CancelOrder,
    ParentView,
    Quote,
    Received,
    Request,
    Response,
    RouteRequest,
    Send,
    Side,
    VenueCommand,
    VenueEvent,
    VenueKind,
    WireInput,
)
from smartexec.testing import (
    START,
    CannotSay,
    Counterparty,
    FeedKit,
    JournalKit,
    OrderSourceKit,
    RoutingKit,
    SimulatedVenueKit,
    SinkKit,
    StrategyKit,
    VenueKit,
    any_request,
    any_view,
    check_decision,
    check_route,
    market,
    reference,
    request,
    venue,
    view,
)


class TestPatient(StrategyKit):
    strategy = Patient
    params = {"clip": "10", "every": "2s"}
    variants = ({"mode": "take"}, {"peg": "mid"})
    completes = "it is patient"


class TestAnnotated(StrategyKit):
    strategy = Annotated
    params: ClassVar = {}

    @pytest.mark.xfail(reason="it does not mind")
    def test_s17_stops_when_the_client_does(self) -> None:
        super().test_s17_stops_when_the_client_does()


class TestWary(RoutingKit):
    logic = Wary
    variants = ({"most": 1, "first": "dark"},)
    ordered = "it takes the first"


class TestSimulated(SimulatedVenueKit):
    venue = Simulated


class Peer(Counterparty):
    """The venue's side."""

    def read(self, wanted: Send | Request, now: int) -> Iterable[VenueCommand | WireInput]:
        if isinstance(wanted, Request):
            yield CancelOrder("XAAA", wanted.ref, "P1.1", "TEST", Side.BUY)
            yield Response(wanted.channel, wanted.ref, 202)

    def write(self, report: VenueEvent, now: int) -> Iterable[Received | Response]:
        return [Received("feed", repr(report).encode())]

    def quote(self, quote: Quote, now: int) -> Iterable[Received]:
        raise CannotSay("it has no quotes")

    def resend(self, reports: Sequence[VenueEvent], now: int) -> Iterable[Received]:
        return ()


class TestRest(VenueKit):
    adapter = Rest
    counterparty = Peer
    params = {"mic": "XAAA", "url": "http://127.0.0.1:1", "token": "secret"}


class TestDesk(OrderSourceKit):
    source = Desk

    def make(self, folder: Path) -> Desk:
        return Desk()

    def broken(self, folder: Path) -> tuple[Desk, int]:
        return Desk(), 0


class TestTape(FeedKit):
    feed = Tape
    phases = "it has none"

    def other(self, folder: Path) -> Tape:
        return Tape("BBB")


class TestMemory(JournalKit):
    journal = Memory
    keeps = "it is in memory"


class TestCounting(SinkKit):
    sink = Counting

    def read(self, folder: Path, table: str) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
        return [], []


def test_decision_is_possible() -> None:
    seen = view(order_qty=1_000, cum_qty=900, market=market(None, 101, phase=view().market.phase))
    decision = Patient(clip=300).decide(seen)
    check_decision(seen, decision)
    assert [one.qty for one in decision.slices if one.slot == "rest"] == [100]


def test_route_is_possible() -> None:
    asked = request(100, venues=[venue("XAAA", VenueKind.DARK, shown_qty=10)])
    check_route(asked, Wary().route(asked))


@given(any_view())
def test_whatever_is_seen(seen: ParentView) -> None:
    check_decision(seen, Patient().decide(seen))


@given(any_request())
def test_whatever_is_asked(asked: RouteRequest) -> None:
    check_route(asked, Wary().route(asked))


def test_day_of_trading() -> None:
    world = reference(Patient(), seed=1)
    name = world.order(1_000, Side.SELL)
    world.run(60)
    world.cancel(name)
    world.end()
    assert world.engine.blotter.orders[0].cum_qty <= 1_000
    assert START
