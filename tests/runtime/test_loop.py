"""The loop with an engine that only writes down what it hears: order of inputs, turns, commits before commands."""

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

import pytest
from attrs import define, field

from smartexec.api import (
    BookAdd,
    CancelRequest,
    Capabilities,
    ClientReport,
    ExecType,
    Journal,
    MarketDataFeed,
    NewOrder,
    OrderSource,
    OrdStatus,
    OrdType,
    Quote,
    SendOrder,
    Side,
    Tick,
    TimeInForce,
    VenueAdapter,
    VenueStatus,
)
from smartexec.errors import SmartexecError
from smartexec.model.events import EndOfDay
from smartexec.runtime.journal.records import Writer, read_records
from smartexec.runtime.journal.turns import Turns
from smartexec.runtime.plan.intake import Intake, Strategies
from smartexec.runtime.simulation.loop import DRAIN, Loop
from tests.runtime.world import All

END = 1000


def quote(mic: str = "") -> Quote:
    return Quote("ABC", mic, 1, 1, 2, 1)


def order(name: str = "c1") -> NewOrder:
    return NewOrder("OMS", name, "ABC", Side.BUY, 10, "ALL", "A")


def send(mic: str = "VEN") -> SendOrder:
    return SendOrder(mic, "P1.1", "ABC", Side.BUY, 10, OrdType.MARKET, None, TimeInForce.DAY)


@define
class Heard:
    """An engine: dirty after what `reacts` names, commands from `answers`, timers from a list."""

    log: list[Any]
    reacts: tuple[type, ...] = ()
    answers: list[Any] = field(factory=list)
    timers: list[int] = field(factory=list)
    touched: bool = False
    last: tuple[int, int] = (0, 0)

    @property
    def dirty(self) -> bool:
        return self.touched

    def handle(self, seq: int, now: int, event: Any) -> None:
        assert seq > self.last[0]
        assert now >= self.last[1]
        self.last = seq, now
        self.log.append((now, type(event).__name__))
        self.touched = self.touched or isinstance(event, self.reacts)
        self.timers = [t for t in self.timers if t > now] if isinstance(event, Tick) else self.timers

    def settle(self, seq: int, now: int) -> list[Any]:
        assert seq > self.last[0]
        self.last = seq, now
        self.log.append((now, "settle"))
        self.touched = False
        commands, self.answers = self.answers, []
        return commands

    def next_timer(self) -> int | None:
        return min(self.timers, default=None)


@define
class Feed(MarketDataFeed):
    name: ClassVar[str] = "feed"
    given: list[tuple[int, Any]]

    def events(self) -> Iterator[tuple[int, Any]]:
        return iter(self.given)

    def digest(self) -> str:
        return "feed"


@define
class Source(OrderSource):
    name: ClassVar[str] = "source"
    given: list[tuple[int, Any]]
    told: list[Any] = field(factory=list)

    def events(self) -> Iterator[tuple[int, Any]]:
        return iter(self.given)

    def report(self, command: Any, now: int) -> None:
        self.told.append(command)


@define
class Venue(VenueAdapter):
    """Answers a command `latency` later."""

    name: ClassVar[str] = "venue"
    simulated: ClassVar[bool] = True
    mic: str
    log: list[Any]
    latency: int = 0
    chatty: bool = False
    raises_on: type | None = None
    due: list[int] = field(factory=list)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities()

    def hears(self, mic: str) -> bool:
        return mic in ("", self.mic)

    def handle(self, event: Any, now: int) -> Iterable[Any]:
        self.log.append((now, f"{self.mic} {type(event).__name__}"))
        if self.raises_on is not None and isinstance(event, self.raises_on):
            raise ValueError("cut")
        if isinstance(event, SendOrder):
            self.due.append(now + self.latency)
        if isinstance(event, Tick):
            self.due = [t for t in self.due if t > now] or ([now] if self.chatty else [])
            yield VenueStatus(self.mic, True)

    def next_tick(self) -> int | None:
        return min(self.due, default=None)


@define
class Stuck(Heard):
    """Wants the time at 5 ns for ever."""

    def next_timer(self) -> int | None:
        return 5


@define
class Records(Journal):
    name: ClassVar[str] = "records"
    log: list[Any]
    kept: list[tuple[int, bytes]] = field(factory=list)

    def create(self, run: Any, header: bytes) -> None: ...
    def open(self, run: Any) -> bytes:
        return b""

    def append(self, seq: int, payload: bytes) -> None:
        self.kept.append((seq, payload))

    def commit(self) -> None:
        self.log.append("commit")

    def records(self) -> Iterator[tuple[int, bytes]]:
        return iter(self.kept)

    def close(self) -> None: ...


@define
class World:
    """A loop and all it is connected to."""

    log: list[Any] = field(factory=list)
    feeds: list[list[tuple[int, Any]]] = field(factory=list)
    orders: list[tuple[int, Any]] = field(factory=list)
    venues: list[Venue] = field(factory=list)
    faults: list[str] = field(factory=list)
    engine: Heard = field(init=False)
    source: Source = field(init=False)
    journal: Records = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.engine, self.source, self.journal = Heard(self.log), Source(self.orders), Records(self.log)

    def run(self) -> Loop:
        made = self.loop()
        made.run()
        return made

    def loop(self) -> Loop:
        """A loop that has not begun."""
        return Loop(
            turns=Turns(self.engine, lambda: (), Writer(self.journal)),
            intake=Intake(Strategies({"ALL": All}), {}),
            feeds=[Feed(given) for given in self.feeds],
            sources=[self.source],
            venues={venue.mic: venue for venue in self.venues},
            end=END,
            fault=self.faults.append,
        )

    def heard(self) -> list[Any]:
        """What the engine and venues heard before the end of the day."""
        ends = [i for i, line in enumerate(self.log) if line[1] == "EndOfDay"]
        return [line for line in self.log[: ends[0]] if line != "commit"]


def test_equal_times_come_market_venues_clients_timers() -> None:
    world = World(feeds=[[(5, quote("X"))]], orders=[(5, order())])
    world.venues = [Venue("VEN", world.log, due=[5])]
    world.engine.timers = [5]
    world.engine.reacts = (NewOrder,)
    world.run()
    expected = [(5, "Quote"), (5, "VEN Tick"), (5, "VenueStatus"), (5, "NewOrder"), (5, "Tick"), (5, "settle")]
    assert world.heard() == expected


def test_inputs_come_in_order_of_time() -> None:
    world = World(feeds=[[(1, quote()), (4, quote()), (9, quote())]], orders=[(2, order("a")), (9, order("b"))])
    world.engine.timers = [3, 7]
    world.run()
    names = ["Quote", "NewOrder", "Tick", "Quote", "Tick", "Quote", "NewOrder"]
    assert world.heard() == list(zip([1, 2, 3, 4, 7, 9, 9], names, strict=True))


def test_feeds_are_merged_by_time_then_by_their_order() -> None:
    world = World(feeds=[[(1, quote("A")), (3, quote("A"))], [(1, quote("B")), (2, quote("B"))]])
    world.venues = [Venue("A", world.log), Venue("B", world.log)]
    world.run()
    assert [line[1] for line in world.heard() if " " in line[1]] == ["A Quote", "B Quote", "B Quote", "A Quote"]


def test_one_settle_for_all_that_happens_at_one_time() -> None:
    world = World(feeds=[[(1, quote()), (1, quote()), (2, quote())]])
    world.engine.reacts = (Quote,)
    world.run()
    assert world.heard() == [(1, "Quote"), (1, "Quote"), (1, "settle"), (2, "Quote"), (2, "settle")]


def test_order_level_events_go_to_venues_that_hear_them_only() -> None:
    world = World(feeds=[[(1, BookAdd("ABC", "A", 1, Side.BUY, 1, 1)), (2, quote("A")), (3, quote(""))]])
    world.venues = [Venue("A", world.log), Venue("B", world.log)]
    world.run()
    assert world.heard() == [
        (1, "A BookAdd"),
        (2, "Quote"),
        (2, "A Quote"),
        (3, "Quote"),
        (3, "A Quote"),
        (3, "B Quote"),
    ]


def test_time_that_falls_in_a_feed_is_held() -> None:
    world = World(feeds=[[(5, quote()), (3, quote()), (6, quote())]])
    world.run()
    assert world.heard() == [(5, "Quote"), (5, "Quote"), (6, "Quote")]


def test_market_data_after_the_end_are_not_heard() -> None:
    world = World(feeds=[[(END, quote()), (END + 1, quote())]])
    loop = world.run()
    assert world.heard() == [(END, "Quote")]
    assert loop.counts.market == 1


def test_client_events_after_the_end_still_reach_the_engine() -> None:
    late = END + 2 * DRAIN
    world = World(orders=[(END, order("a")), (END + 1, order("b")), (late, order("c")), (late + 5, order("d"))])
    world.engine.reacts = (NewOrder,)
    loop = world.run()
    assert [line for line in world.log if line[1] in ("NewOrder", "EndOfDay")] == [
        (END, "NewOrder"),
        (END, "EndOfDay"),
        (END + 1, "NewOrder"),
        (END + 1, "EndOfDay"),
        (late, "NewOrder"),
        (late + 5, "NewOrder"),
    ]
    assert loop.counts.orders == 4
    assert world.log[-3:] == [(late + 5, "settle"), "commit", "commit"]


def test_records_are_committed_before_commands_leave() -> None:
    world = World(orders=[(5, order())])
    world.venues = [Venue("VEN", world.log, latency=10)]
    world.engine.reacts, world.engine.answers = (NewOrder,), [send()]
    world.run()
    cut = world.log.index((5, "settle"))
    assert world.log[cut : cut + 3] == [(5, "settle"), "commit", (5, "VEN SendOrder")]


def test_answer_of_a_venue_comes_at_its_time() -> None:
    world = World(orders=[(5, order())], feeds=[[(8, quote("X")), (20, quote("X"))]])
    world.venues = [Venue("VEN", world.log, latency=10)]
    world.engine.reacts, world.engine.answers = (NewOrder,), [send()]
    world.run()
    assert world.heard() == [
        (5, "NewOrder"),
        (5, "settle"),
        (5, "VEN SendOrder"),
        (8, "Quote"),
        (15, "VEN Tick"),
        (15, "VenueStatus"),
        (20, "Quote"),
    ]


def test_reports_go_to_the_source_of_the_order() -> None:
    world = World(orders=[(5, order())])
    report = ClientReport("OMS", "O1", "c1", ExecType.NEW, OrdStatus.NEW, 10, 0, 10, 0)
    world.engine.reacts, world.engine.answers = (NewOrder,), [report]
    world.run()
    assert world.source.told == [report]


@pytest.mark.parametrize(("kind", "at"), [(Quote, 1), (SendOrder, 5), (Tick, 7)])
def test_venue_that_raises_is_down_and_hears_no_more(kind: type, at: int) -> None:
    world = World(feeds=[[(1, quote()), (9, quote())]], orders=[(5, order())])
    bad = Venue("BAD", world.log, latency=2, raises_on=kind)
    world.venues = [bad, Venue("VEN", world.log)]
    world.engine.reacts, world.engine.answers = (NewOrder,), [send("BAD")]
    world.run()
    heard = world.heard()
    assert (at, "VenueStatus") in heard
    assert not [line for line in heard if line[1].startswith("BAD") and line[0] > at]
    assert (9, "VEN Quote") in heard
    assert world.faults == ["venue BAD: adapter venue: found ValueError: cut, expected events"]


def test_end_of_day_waits_for_answers_then_is_final() -> None:
    world = World()
    world.venues = [Venue("VEN", world.log, latency=50)]
    world.engine.reacts, world.engine.answers = (EndOfDay,), [send()]
    world.run()
    log = [line for line in world.log if line != "commit"]
    first = log.index((END, "EndOfDay"))
    assert log[first:] == [
        (END, "EndOfDay"),
        (END, "settle"),
        (END, "VEN SendOrder"),
        (END + 50, "VEN Tick"),
        (END + 50, "VenueStatus"),
        (END + 50, "EndOfDay"),
        (END + 50, "settle"),
    ]


def test_venue_that_is_never_done_is_taken_down_and_the_run_goes_on() -> None:
    world = World(orders=[(9, order())])
    world.venues = [Venue("OTHER", world.log), Venue("VEN", world.log, chatty=True, due=[5])]
    world.run()
    assert (9, "NewOrder") in world.heard()
    assert world.faults == ["venue VEN: adapter venue: found 10001 turns at 5 ns, expected time to go on"]


def test_timer_that_is_always_due_is_an_error_that_says_so() -> None:
    world = World()
    world.engine = Stuck(world.log)
    with pytest.raises(SmartexecError, match=r"10001 turns at 5 ns, expected time to go on: a timer of the kernel"):
        world.run()


def test_records_leave_gaps_for_feed_events() -> None:
    world = World(feeds=[[(1, quote()), (2, quote()), (7, quote())]], orders=[(5, order())])
    world.engine.reacts = (NewOrder,)
    world.run()
    torn: list[str] = []
    records = list(read_records(world.journal.records(), torn))
    assert [(r.seq, r.now, r.kind) for r in records] == [
        (3, 5, "NewOrder"),
        (4, 5, "settle"),
        (6, END, "EndOfDay"),
        (7, END, "settle"),
        (8, END, "EndOfDay"),
        (9, END, "settle"),
    ]
    assert torn == []


def test_run_turn_by_turn_has_done_nothing_beyond_the_turn() -> None:
    world = World(feeds=[[(1, quote()), (4, quote()), (9, quote())]], orders=[(2, order("a")), (7, order("b"))])
    world.engine.reacts = (NewOrder,)
    turns = world.loop().turns_of_run()
    assert next(turns) == 2
    assert world.log == [(1, "Quote"), (2, "NewOrder"), (2, "settle"), "commit"]
    assert next(turns) == 7
    assert world.log[4:] == [(4, "Quote"), (7, "NewOrder"), (7, "settle"), "commit"]


def test_run_turn_by_turn_is_the_run() -> None:
    def world() -> World:
        made = World(
            feeds=[[(t, quote()) for t in range(0, END, 7)]], orders=[(t, order(str(t))) for t in (3, 50, 2000)]
        )
        made.venues = [Venue("VEN", made.log, latency=10)]
        made.engine.reacts, made.engine.answers, made.engine.timers = (NewOrder,), [send()], [20, 30]
        return made

    whole, stepped = world(), world()
    whole.run()
    times = list(stepped.loop().turns_of_run())
    assert times == sorted(times)
    assert stepped.log == whole.log


def test_event_submitted_between_turns_comes_at_its_time_and_before_later_orders() -> None:
    world = World(feeds=[[(8, quote())]], orders=[(2, order("a")), (5, order("b")), (9, order("c"))])
    world.engine.reacts = (NewOrder, CancelRequest)
    loop = world.loop()
    turns = loop.turns_of_run()
    assert next(turns) == 2
    loop.submit(3, 0, CancelRequest("OMS", "x", "a"))
    loop.submit(9, 0, CancelRequest("OMS", "y", "b"))
    assert list(turns)[:3] == [3, 5, 9]
    clients = [line for line in world.heard() if line[1] in ("NewOrder", "CancelRequest")]
    assert clients == [(2, "NewOrder"), (3, "CancelRequest"), (5, "NewOrder"), (9, "NewOrder"), (9, "CancelRequest")]
    assert loop.counts.orders == 5


def test_event_submitted_before_the_run_or_for_the_past_is_not_lost() -> None:
    world = World(orders=[(5, order("a"))])
    world.engine.reacts = (NewOrder, CancelRequest)
    loop = world.loop()
    loop.submit(4, 0, order("early"))
    turns = loop.turns_of_run()
    assert [next(turns), next(turns)] == [4, 5]
    loop.submit(1, 0, CancelRequest("OMS", "x", "a"))
    assert next(turns) == 5
    assert world.log[-3:] == [(5, "CancelRequest"), (5, "settle"), "commit"]
