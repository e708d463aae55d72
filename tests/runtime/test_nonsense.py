"""Law 10 in the loop: what venues and order sources say that is no event, and what they raise, ends no run."""

from collections.abc import Iterable, Iterator
from typing import Any

import attrs
import pytest
from attrs import define

from smartexec.api import CancelRequest, ExecType, ExecutionReport, NewOrder, OrdStatus, Quote, SendOrder, VenueStatus
from smartexec.runtime.journal.records import read_records
from tests.runtime.test_loop import Heard, Source, Venue, World, order, quote, send


def bad(event: Any, **fields: Any) -> Any:
    """The event with fields that it should not have."""
    return attrs.evolve(event, **fields)


@define
class Says(Venue):
    """Says one and the same when it hears what it waits for, once."""

    says: Any = ()
    on: type = Quote

    def handle(self, event: Any, now: int) -> Any:
        list(super().handle(event, now))
        return self.says if isinstance(event, self.on) else ()


@define
class Echo(Venue):
    """Answers each order at once."""

    def handle(self, event: Any, now: int) -> Iterable[Any]:
        return [VenueStatus(self.mic, True)] if isinstance(event, SendOrder) else []


@define
class Sending(Heard):
    """Sends an order in every turn until its venue is down."""

    down: bool = False

    def handle(self, seq: int, now: int, event: Any) -> None:
        super().handle(seq, now, event)
        self.down = self.down or (isinstance(event, VenueStatus) and not event.up)
        self.answers = [] if self.down else [send()]


REPORT = ExecutionReport("BAD", "P1.1", ExecType.TRADE, OrdStatus.FILLED, exec_id="X", last_qty=1, last_px=1)
"""As it should be."""


@pytest.mark.parametrize(
    ("said", "what"),
    [
        (["fill"], "found str 'fill', expected ExecutionReport or OrderCancelReject or OrderState or VenueStatus"),
        ("ab", "found str 'a', expected ExecutionReport or OrderCancelReject or OrderState or VenueStatus"),
        (7, "found TypeError: 'int' object is not iterable, expected events"),
        (None, "found TypeError: 'NoneType' object is not iterable, expected events"),
        ([bad(REPORT, last_qty=2.5)], "ExecutionReport.last_qty: found float 2.5, expected int"),
        ([bad(REPORT, last_qty=True)], "ExecutionReport.last_qty: found bool True, expected int"),
        ([bad(REPORT, last_px=None)], "ExecutionReport.last_px: found NoneType None, expected int"),
        ([bad(REPORT, exec_type="F")], "ExecutionReport.exec_type: found str 'F', expected ExecType"),
        ([bad(REPORT, order_qty="100")], "ExecutionReport.order_qty: found str '100', expected None or int"),
        ([bad(REPORT, exec_id=None)], "ExecutionReport.exec_id: found NoneType None, expected str"),
        ([bad(REPORT, cum_qty=1 << 63)], f"ExecutionReport.cum_qty: found int {1 << 63}, expected an integer below"),
        ([bad(REPORT, text="\ud800")], "ExecutionReport.text: found str '\\ud800', expected text that can"),
        ([bad(VenueStatus("BAD", True), up=1)], "VenueStatus.up: found int 1, expected bool"),
    ],
)
@pytest.mark.parametrize("on", [Quote, SendOrder])
def test_venue_that_speaks_nonsense_is_taken_down_by_name(said: Any, what: str, on: type) -> None:
    world = World(feeds=[[(1, quote()), (9, quote())]], orders=[(5, order())])
    world.venues = [Says("BAD", world.log, says=said, on=on), Venue("VEN", world.log)]
    world.engine.reacts, world.engine.answers = (NewOrder,), [send("BAD")]
    world.run()
    assert (9, "VEN Quote") in world.heard()
    assert len(world.faults) == 1
    assert world.faults[0].startswith(f"venue BAD: adapter venue: {what}")
    assert "ExecutionReport" not in [line[1] for line in world.log]
    list(read_records(world.journal.records(), []))  # the journal can be read


def test_sound_events_beside_nonsense_are_facts() -> None:
    world = World(feeds=[[(1, quote())]])
    world.venues = [Says("BAD", world.log, says=[REPORT, "x", REPORT])]
    world.run()
    assert world.heard() == [
        (1, "Quote"),
        (1, "BAD Quote"),
        (1, "ExecutionReport"),
        (1, "ExecutionReport"),
        (1, "VenueStatus"),
    ]


def test_venue_that_raises_after_a_fill_has_filled() -> None:
    def says() -> Iterator[Any]:
        yield REPORT
        raise SystemExit("bye")

    world = World(feeds=[[(1, quote())]])
    world.venues = [Says("BAD", world.log, says=says())]
    world.run()
    assert [line[1] for line in world.heard()][-2:] == ["ExecutionReport", "VenueStatus"]
    assert world.faults == ["venue BAD: adapter venue: found SystemExit: bye, expected events"]


@pytest.mark.parametrize("due", [1.5, "6", True])
def test_venue_whose_next_tick_is_no_time_is_taken_down(due: Any) -> None:
    world = World(feeds=[[(1, quote())]])
    world.venues = [Venue("BAD", world.log, due=[due])]
    world.run()
    assert world.faults == [
        f"venue BAD: adapter venue: next_tick: found {type(due).__name__} {due!r}, expected ns or None"
    ]


@pytest.mark.parametrize("part", ["handle", "next_tick", "hears"])
def test_venue_that_exits_does_not_end_the_run(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Leaves(Venue):
        pass

    def leave(*_: Any) -> Any:
        raise SystemExit(3)

    monkeypatch.setattr(Leaves, part, leave)
    world = World(feeds=[[(1, quote()), (9, quote())]])
    world.venues = [Leaves("BAD", world.log), Venue("VEN", world.log)]
    world.run()
    assert (9, "VEN Quote") in world.heard()
    (fault,) = world.faults
    assert fault.startswith("venue BAD: adapter venue: found SystemExit: 3, expected ")


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ((5, bad(order(), order_qty="100")), "NewOrder.order_qty: found str '100', expected int"),
        ((5, bad(order(), order_qty=2.5)), "NewOrder.order_qty: found float 2.5, expected int"),
        ((5, bad(order(), side="1")), "NewOrder.side: found str '1', expected Side"),
        ((5, bad(order(), source=None)), "NewOrder.source: found NoneType None, expected str"),
        ((5, bad(order(), params=[("lots", 1)])), "NewOrder.params: found list [('lots', 1)], expected tuple"),
        (
            (5, bad(order(), params=(("a", []),))),
            "NewOrder.params: found tuple (('a', []),), expected (name, ",
        ),
        ((5, bad(order(), price=1 << 70, origin="f row 3")), "f row 3: NewOrder.price: found int 118059162071741"),
        ((5, bad(order(), account="\ud800")), "NewOrder.account: found str '\\ud800', expected text that can"),
        (
            (5, bad(CancelRequest("OMS", "c1", "c0"), orig_cl_ord_id=3)),
            "CancelRequest.orig_cl_ord_id: found int 3, expected str",
        ),
        (("5", order()), "time: found str '5', expected nanoseconds UTC"),
        ((5.0, order()), "time: found float 5.0, expected nanoseconds UTC"),
        ((-1, order()), "time: found int -1, expected nanoseconds UTC"),
    ],
)
def test_nonsense_that_names_an_order_is_a_rejection(item: Any, text: str) -> None:
    world = World(orders=[(1, order("c0")), item, (9, order("c2"))])
    world.run()
    assert world.faults == []
    (kept,) = [r.body for r in read_records(world.journal.records(), []) if r.kind == "RejectedOrder"]
    assert (kept.source, kept.cl_ord_id) == ("source" if "source" in text else "OMS", "c1")
    assert kept.text.startswith(text)
    assert (9, "NewOrder") in world.heard()


@pytest.mark.parametrize(
    ("item", "what"),
    [
        ("order", "found str 'order', expected (time, event)"),
        (None, "found NoneType None, expected (time, event)"),
        ((5, "order"), "found str 'order', expected NewOrder or CancelRequest or ReplaceRequest or RejectedOrder"),
        ((5, bad(order(), cl_ord_id=7)), "NewOrder.cl_ord_id: found int 7, expected str"),
    ],
)
def test_nonsense_that_names_no_order_is_said(item: Any, what: str) -> None:
    world = World(orders=[item, (9, order("c2"))])
    world.run()
    assert world.faults == [f"order source source: {what}"]
    assert world.heard() == [(9, "NewOrder")]


def test_source_that_exits_is_over_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def leave(self: Any) -> Iterator[Any]:
        yield 5, order()
        raise SystemExit("bye")

    monkeypatch.setattr(Source, "events", leave)
    world = World()
    world.run()
    assert world.faults == ["order source source: found SystemExit: bye, expected events to the end"]
    assert world.heard() == [(5, "NewOrder")]


def test_venue_that_answers_the_kernel_for_ever_is_taken_down() -> None:
    world = World(orders=[(5, order()), (9, order())])
    world.venues = [Venue("OTHER", world.log), Echo("VEN", world.log)]
    world.engine = Sending(world.log, reacts=(NewOrder, VenueStatus))
    world.run()
    assert (9, "NewOrder") in world.heard()
    assert world.faults == ["venue VEN: adapter venue: found 10001 turns at 5 ns, expected time to go on"]
