"""Random commands and market events: conservation, limits, statuses, size used once."""

from collections import Counter
from collections.abc import Callable, Iterable
from random import Random

import pytest
from attrs import define, field
from hypothesis import given, settings
from hypothesis import strategies as st

from smartexec.api import (
    BookAdd,
    BookExecute,
    BookReduce,
    CancelOrder,
    Context,
    ExecType,
    ExecutionReport,
    Instrument,
    Liquidity,
    OrderCancelReject,
    OrdType,
    Peg,
    Phase,
    PhaseChange,
    QueryOrder,
    Quote,
    ReplaceOrder,
    SendOrder,
    Side,
    Tick,
    TimeInForce,
    Trade,
    VenueEvent,
    VenueInput,
)
from smartexec_sim.ats import SimAts
from smartexec_sim.base import SimVenue
from smartexec_sim.dark import SimDark
from smartexec_sim.lit import SimLit

C = 10_000_000
M = "SIMX"
SIDES = (Side.BUY, Side.SELL)
KINDS: dict[str, Callable[[int, int], SimVenue]] = {
    "lit": lambda seed, delay: SimLit(mic=M, seed=seed, latency_in=delay, latency_out=delay, jitter=delay),
    "ats": lambda seed, delay: SimAts(mic=M, seed=seed, latency_in=delay, latency_out=delay, rate=1e8),
    "full": lambda seed, delay: SimLit(
        mic=M,
        seed=seed,
        latency_model="gamma" if delay else "fixed",
        latency_in=delay,
        latency_in_p99=2 * delay,
        latency_out=delay,
        latency_out_p99=2 * delay,
        queue_model="power",
        impact_bps=100.0,
        impact_decay=100,
        self_match=("cancel_oldest", "cancel_both", "decrement")[seed % 3],
        auctions=True,
    ),
    "dark": lambda seed, delay: SimDark(mic=M, seed=seed, latency_in=delay, latency_out=delay, rate=1e8),
}


@define(eq=False)
class Book:
    """What a client of the venue knows, checked report by report."""

    limits: dict[str, tuple[Side, int | None, int]] = field(factory=dict)
    """(side, price, quantity) in force by order; a replaced order keeps its first name here."""
    root: dict[str, str] = field(factory=dict)
    asked: dict[str, tuple[int, int | None]] = field(factory=dict)
    filled: Counter[str] = field(factory=Counter)
    ended: set[str] = field(factory=set)
    execs: set[str] = field(factory=set)

    def check(self, report: VenueEvent) -> None:
        if isinstance(report, OrderCancelReject):
            return
        assert isinstance(report, ExecutionReport)
        if report.exec_type is ExecType.ORDER_STATUS or report.exec_type is ExecType.REJECTED:
            return
        known_as = report.orig_cl_ord_id or report.cl_ord_id
        name = self.root.get(known_as, known_as)
        assert name not in self.ended
        side, price, qty = self.limits[name]
        if report.exec_type is ExecType.REPLACED:
            self.root[report.cl_ord_id] = name
            qty, new = self.asked[report.cl_ord_id]
            price = price if new is None else new
            self.limits[name] = (side, price, qty)
        elif report.exec_type is ExecType.RESTATED:
            assert report.order_qty is not None
            assert self.filled[name] < report.order_qty < qty
            qty = report.order_qty
            self.limits[name] = (side, price, qty)
        elif report.exec_type is ExecType.TRADE:
            assert report.exec_id not in self.execs
            self.execs.add(report.exec_id)
            assert report.last_qty > 0
            self.filled[name] += report.last_qty
            if price is not None:
                assert report.last_px <= price if side is Side.BUY else report.last_px >= price
        assert report.cum_qty == self.filled[name] <= qty == report.order_qty
        if report.ord_status.name in ("FILLED", "CANCELED", "EXPIRED"):
            self.ended.add(name)
            assert (report.ord_status.name == "FILLED") == (self.filled[name] == qty)


@define(eq=False)
class World:
    """A seeded stream of commands and market events."""

    rng: Random
    book: Book
    level3: bool
    pegs: bool
    auctions: bool = False
    names: list[str] = field(factory=list)
    refs: dict[int, int] = field(factory=dict)
    count: int = 0

    def command(self) -> VenueInput:
        self.count += 1
        rng, new = self.rng, f"A{self.count}"
        draw = rng.random()
        if draw < 0.55 or not self.names:
            return self.order(new)
        old = rng.choice(self.names)
        side = self.book.limits[self.book.root.get(old, old)][0]
        if draw < 0.70:
            return CancelOrder(M, new, old, "ABC", side)
        if draw < 0.75:
            return QueryOrder(M, old, "ABC", side)
        qty, price = rng.randrange(1, 300), rng.choice([None, rng.randrange(990, 1010) * C])
        if self.book.limits[self.book.root.get(old, old)][1] is None:
            price = None
        self.book.asked[new] = (qty, price)
        self.names.append(new)
        self.book.root[new] = self.book.root.get(old, old)
        return ReplaceOrder(M, new, old, "ABC", side, qty, price)

    def order(self, new: str) -> SendOrder:
        rng = self.rng
        side, qty, px = rng.choice(SIDES), rng.randrange(1, 300), rng.randrange(990, 1010) * C
        kind = rng.choice([OrdType.LIMIT] * 3 + [OrdType.PEGGED if self.pegs else OrdType.MARKET])
        price = px if kind is OrdType.LIMIT else None
        kinds = [TimeInForce.DAY, TimeInForce.DAY, TimeInForce.IOC, TimeInForce.FOK]
        tif = rng.choice([*kinds, TimeInForce.AT_OPEN, TimeInForce.AT_CLOSE] if self.auctions else kinds)
        peg = Peg.MID if kind is OrdType.PEGGED else None
        self.names.append(new)
        self.book.limits[new] = (side, price, qty)
        return SendOrder(M, new, "ABC", side, qty, kind, price, tif, peg=peg)

    def market(self) -> VenueInput:
        rng = self.rng
        draw, px = rng.random(), rng.randrange(995, 1005) * C
        if self.auctions and draw < 0.05:
            return PhaseChange("ABC", M, rng.choice(list(Phase)))
        if self.auctions and draw < 0.1:
            return Trade("ABC", M, px, rng.randrange(1, 3000), auction=True)
        draw = rng.random()
        if not self.level3:
            if draw < 0.6:
                gap = rng.randrange(1, 4) * C
                return Quote("ABC", M, px, rng.randrange(400), px + gap, rng.randrange(400))
            return Trade("ABC", M, px, rng.randrange(1, 300), rng.choice([None, *SIDES]), draw < 0.7)
        ref = rng.choice(list(self.refs)) if self.refs and draw > 0.4 else 0
        if not ref:
            self.count += 1
            qty = self.refs[self.count] = rng.randrange(1, 300)
            side = rng.choice(SIDES)
            away = rng.randrange(1, 4) * C
            return BookAdd("ABC", M, self.count, side, 1000 * C + (-away if side is Side.BUY else away), qty)
        qty = rng.randrange(1, self.refs[ref] + 1)
        self.refs[ref] -= qty
        if not self.refs[ref]:
            del self.refs[ref]
        return (BookReduce if draw < 0.7 else BookExecute)("ABC", M, ref, qty)


def started(kind: str, seed: int, delay: int) -> SimVenue:
    venue = KINDS[kind](seed, delay)
    venue.start(Context(instruments={"ABC": Instrument("ABC")}))
    return venue


def until(venue: SimVenue, now: int) -> Iterable[VenueEvent]:
    while (tick := venue.next_tick()) is not None and tick < now:
        yield from venue.handle(Tick(), tick)


@pytest.mark.parametrize(
    ("kind", "level3"),
    [("lit", False), ("lit", True), ("full", False), ("full", True), ("ats", False), ("ats", True), ("dark", False)],
)
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 1 << 32), delay=st.sampled_from([0, 7]))
def test_reports_add_up_and_keep_limits(kind: str, level3: bool, seed: int, delay: int) -> None:
    venue, book = started(kind, seed, delay), Book()
    world = World(Random(seed), book, level3, pegs=kind in ("ats", "dark"), auctions=kind == "full")
    for now in range(0, 4 * 150, 4):
        for report in until(venue, now):
            book.check(report)
        for report in venue.handle(world.command() if world.rng.random() < 0.4 else world.market(), now):
            book.check(report)
    for report in until(venue, 1000):
        book.check(report)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 1 << 32))
def test_no_replayed_order_is_taken_for_more_than_its_size(seed: int) -> None:
    """On a book whose recording never trades, all that orders take comes out of what was added, price by price."""
    rng, venue = Random(seed), started("lit", seed, 0)
    added: Counter[int] = Counter()
    taken: Counter[int] = Counter()
    for now in range(150):
        px = rng.randrange(1001, 1006) * C
        event: VenueInput = BookAdd("ABC", M, now + 1, Side.SELL, px, rng.randrange(1, 100))
        if isinstance(event, BookAdd) and rng.random() < 0.5:
            added[px] += event.qty
        else:
            event = SendOrder(M, f"A{now}", "ABC", Side.BUY, rng.randrange(1, 300), OrdType.LIMIT, px, TimeInForce.IOC)
        for report in venue.handle(event, now):
            assert isinstance(report, ExecutionReport)
            taken[report.last_px] += report.last_qty
            assert taken[report.last_px] <= added[report.last_px] or not report.last_qty


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 1 << 32))
def test_an_unchanged_quote_gives_no_more_than_it_shows(seed: int) -> None:
    rng, venue = Random(seed), started("lit", seed, 0)
    shown, taken = 0, 0
    for now in range(100):
        event: VenueInput
        if rng.random() < 0.2:
            mid, shown, taken = rng.randrange(900, 1100) * C + now % 2 * C, rng.randrange(200), 0
            event = Quote("ABC", M, mid - C, 100, mid, shown)
            # The same price again would give only what is added: see the quote-level tests.
            venue.handle(Quote("ABC", M, None, 0, None, 0), now)
        else:
            price = None if rng.random() < 0.5 else 2000 * C
            kind = OrdType.MARKET if price is None else OrdType.LIMIT
            event = SendOrder(M, f"A{now}", "ABC", Side.BUY, rng.randrange(1, 90), kind, price, TimeInForce.IOC)
        for report in venue.handle(event, now):
            assert isinstance(report, ExecutionReport)
            if report.liquidity is Liquidity.REMOVED:
                taken += report.last_qty
        assert taken <= shown * (1 + 5)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 1 << 32), bps=st.sampled_from([0.0, 30.0, 300.0]), model=st.sampled_from(["sqrt", "linear"]))
def test_impact_gives_no_size_twice_and_never_a_better_price(seed: int, bps: float, model: str) -> None:
    """What is taken comes out of what was added, and each order pays at least the best price that was added."""
    rng = Random(seed)
    venue = SimLit(mic=M, impact_bps=bps, impact_model=model)
    venue.start(Context(instruments={"ABC": Instrument("ABC")}))
    added = taken = 0
    best = 10**18
    for now in range(0, 150_000_000_000, 1_000_000_000):
        event: VenueInput = BookAdd("ABC", M, now + 1, Side.SELL, rng.randrange(1001, 1006) * C, rng.randrange(1, 100))
        if isinstance(event, BookAdd) and rng.random() < 0.5:
            added, best = added + event.qty, min(best, event.px)
        else:
            px = rng.randrange(1001, 1100) * C
            tif = rng.choice([TimeInForce.IOC, TimeInForce.DAY])
            event = SendOrder(M, f"A{now}", "ABC", Side.BUY, rng.randrange(1, 300), OrdType.LIMIT, px, tif)
        for report in venue.handle(event, now):
            assert isinstance(report, ExecutionReport)
            taken += report.last_qty
            assert not report.last_qty or best <= report.last_px <= (report.price or 0)
        assert taken <= added


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_same_seed_same_reports(kind: str) -> None:
    def session() -> list[VenueEvent]:
        venue, book = started(kind, 4, 7), Book()
        world = World(Random(4), book, level3=False, pegs=kind in ("ats", "dark"), auctions=kind == "full")
        said: list[VenueEvent] = []
        for now in range(0, 4 * 300, 4):
            said += until(venue, now)
            said += venue.handle(world.command() if world.rng.random() < 0.4 else world.market(), now)
        return said

    first = session()
    assert first == session()
    assert any(isinstance(one, ExecutionReport) and one.exec_id for one in first)
