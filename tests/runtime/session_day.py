"""A day around a session: clients that send and change their minds, two venues by script, links that lose and double.

Seeded: as long as the session says the same, the same happens. Who holds the session (the test, or a process that is
killed) is said by `turn` and `timer`. No assertions here.
"""

from collections.abc import Callable
from fractions import Fraction
from random import Random
from typing import Any, ClassVar, Final

from attrs import Factory, define, evolve, field, frozen

from smartexec.api import (
    CancelOrder,
    CancelRequest,
    Capabilities,
    ClientEvent,
    Decision,
    Instrument,
    Leg,
    NewOrder,
    ParentView,
    Phase,
    PhaseChange,
    QueryOrder,
    Quote,
    ReplaceMode,
    ReplaceOrder,
    ReplaceRequest,
    Route,
    RouteRequest,
    RoutingLogic,
    SendOrder,
    Side,
    Slice,
    Strategy,
    TimeInForce,
    Trade,
    VenueCommand,
    VenueEvent,
    VenueStatus,
)
from smartexec.embed import (
    Account,
    Aggregation,
    Allocation,
    Command,
    EndOfDay,
    Event,
    Netting,
    Routing,
    Settings,
    Setup,
    Timing,
)
from smartexec.testing.scripted_venue import ScriptedVenue

SECOND: Final = 10**9
MS: Final = 10**6
TICK: Final = 10**7
START: Final = 1_767_623_400 * SECOND
"""2026-01-05T14:30:00Z."""
SYMBOLS: Final = ("ABC", "XYZ")
MICS: Final = ("XONE", "XTWO")
TO_VENUE: Final = (SendOrder, CancelOrder, ReplaceOrder, QueryOrder)


@frozen
class Memory:
    """What the strategy remembers: more than plain data."""

    asked: int
    share: Fraction


@frozen
class Drip(Strategy):
    """Wants a part of what is left at the touch, another part each time it is asked; believes its memory blindly."""

    name: ClassVar[str] = "DRIP"
    state_type: ClassVar[type | None] = Memory
    every: int = field(default=2 * SECOND, metadata={"unit": "ns"})

    def decide(self, view: ParentView) -> Decision:
        state: Any = Memory(0, Fraction(1, 3)) if view.state is None else view.state
        share = Fraction(1, 2 + (view.seed + state.asked) % 3) + state.share / 7
        qty = min(view.leaves_qty, 1 + int(share * view.leaves_qty))
        price = view.market.far(view.side) if state.asked % 2 else view.market.near(view.side)
        slices = (Slice(qty, price, slot=f"{state.asked // 3}"),) if price is not None else ()
        return Decision(slices, view.now + self.every, note=f"{share}", state=Memory(state.asked + 1, share))


@frozen
class Calm(Drip):
    """The same under another name."""

    name: ClassVar[str] = "CALM"


@frozen
class Calls:
    """What the routing logic remembers, of a slot and of an instrument."""

    count: int


@frozen
class Turns(RoutingLogic):
    """Goes to the venues in turn, by what it has learned."""

    name: ClassVar[str] = "turns"
    state_type: ClassVar[type | None] = Calls
    learned_type: ClassVar[type | None] = Calls

    def route(self, request: RouteRequest) -> Route:
        asked, learned = request.state or Calls(0), request.learned or Calls(0)
        up = [mic for mic, venue in request.venues.items() if venue.up]
        if not up:
            return Route(note="no venue is up")
        mic = up[(asked.count + learned.count) % len(up)]  # type: ignore[attr-defined]
        tif = TimeInForce.IOC if request.attempts else TimeInForce.DAY
        leg = Leg(mic, request.qty, price=request.slice.price, time_in_force=tif)
        more = Calls(learned.count + len(request.outcomes))  # type: ignore[attr-defined]
        return Route((leg,), note="in turn", state=Calls(asked.count + 1), learned=more)  # type: ignore[attr-defined]


def setup(seed: int = 0, **changes: Any) -> Setup:
    """What the session is made from; the seed chooses how it aggregates, crosses and books."""
    capabilities = Capabilities(authoritative_unknown=True)
    made = Setup(
        instruments=[Instrument(symbol, tick=TICK) for symbol in SYMBOLS],
        venues={
            "XONE": evolve(capabilities, replace=ReplaceMode.KEEPS_PRIORITY),
            "XTWO": capabilities,
        },
        strategies=[Drip, Calm],
        routers=[Turns()],
        settings=Settings(
            seed=seed,
            aggregation=Aggregation(window=(seed % 2) * SECOND),
            netting=Netting(enabled=seed % 3 > 0),
            allocation=Allocation(timing=tuple(Timing)[seed % 2]),
            routing=Routing(default="turns", in_doubt_wait=SECOND),
        ),
        unlimited="a test",
        accounts={"HOUSE": Account(house=True)},
    )
    return evolve(made, **changes)


@define(eq=False)
class Day(ScriptedVenue):
    """The world. `orders` and `executions` are what the venues know."""

    seed: int
    turn: Callable[[int, tuple[Event, ...]], list[Command]]
    """Hands events to the session; gives its commands."""
    timer: Callable[[], int | None]
    now: int = START
    mid: int = 100 * SECOND
    given: list[Command] = Factory(list)
    """Every command that the session gave out."""
    outbound: list[VenueCommand] = Factory(list)
    """Commands that have left the session and not reached their venue."""
    reached: list[VenueCommand] = Factory(list)
    """Those that have, in order."""
    script: list[tuple[int, tuple[Event, ...]]] = Factory(list)
    """Every turn, as it was asked for."""
    asked: dict[str, ClientEvent] = Factory(dict)
    """What clients have sent, by ClOrdID(11)."""
    rng: Random = Factory(lambda self: Random(self.seed), takes_self=True)

    def tell(self, *events: Event) -> None:
        """Let the session hear events, and its commands out."""
        self.script.append((self.now, events))
        self.leave(self.turn(self.now, events))

    def leave(self, commands: list[Command]) -> None:
        """Let commands out."""
        self.given += commands
        self.outbound += [one for one in commands if isinstance(one, TO_VENUE)]

    def open(self) -> None:
        """Open market and venues."""
        up = [VenueStatus(mic, True) for mic in MICS]
        self.tell(*up, *(PhaseChange(symbol, "", Phase.CONTINUOUS) for symbol in SYMBOLS), *self._quotes())

    def run(self, steps: int) -> None:
        """Let things happen, one after the other."""
        for _ in range(steps):
            self.step()

    def step(self) -> None:
        """Let one thing happen, and a little time pass."""
        things = (
            self._market,
            self._client,
            self._execute,
            self._execute,
            self._arrive,
            self._deliver,
            self._deliver,
            self._lose,
        )
        self.rng.choice(things)()
        self.wait(self.rng.randrange(400) * MS)

    def wait(self, ns: int) -> None:
        """Let time pass, with a turn whenever one is wanted."""
        until = self.now + ns
        while (due := self.timer()) is not None and due <= until:
            self.now = max(self.now, due)
            self.tell()
        self.now = until

    def close(self) -> None:
        """Heal the links, hear everything, and end the day but for its last turn."""
        self.tell(*(VenueStatus(mic, True) for mic in MICS))
        for _ in range(4):
            self._calm()
            self.wait(4 * SECOND)
        self.tell(EndOfDay())
        for _ in range(8):
            self._calm()
            self.wait(4 * SECOND)

    # -- things --------------------------------------------------------------------------------------------------------

    def _quotes(self) -> list[Quote]:
        bid, ask = self.mid - TICK, self.mid + TICK
        return [Quote(symbol, "", bid, 100, ask, 100) for symbol in SYMBOLS]

    def _market(self) -> None:
        self.mid += self.rng.choice((-1, 0, 1)) * TICK
        symbol = self.rng.choice(SYMBOLS)
        self.tell(*self._quotes(), Trade(symbol, self.rng.choice(MICS), self.mid, self.rng.randrange(1, 50)))

    def _client(self) -> None:
        rng, name = self.rng, f"c{len(self.asked)}"
        if self.asked and rng.random() < 0.4:
            old = rng.choice(list(self.asked))
            event: ClientEvent = CancelRequest("OMS", name, old)
            if rng.random() < 0.5:
                event = ReplaceRequest("OMS", name, old, order_qty=rng.randrange(1, 400))
        else:
            side = rng.choice((Side.BUY, Side.SELL))
            limit = self.mid + rng.randrange(-2, 12) * TICK * (1 if side is Side.BUY else -1)
            event = NewOrder(
                "OMS", name, rng.choice(SYMBOLS), side, rng.randrange(1, 300), rng.choice(("DRIP", "CALM")),
                rng.choice(("A", "B", "C", "HOUSE")), limit if rng.random() < 0.8 else None,
            )  # fmt: skip
        self.asked[name] = event
        self.tell(event)

    def _execute(self) -> None:
        live = self.live()
        if live:
            order = self.rng.choice(live)
            self.execute(order, self.rng.randrange(1, 80), order.price or self.mid)

    def _arrive(self) -> None:
        for _ in range(self.rng.randrange(1, 5)):
            if self.outbound:
                command = self.outbound.pop(0)
                self.reached.append(command)
                self._take(command)

    def _deliver(self) -> None:
        rng = self.rng
        reports: list[VenueEvent] = []
        for _ in range(rng.randrange(1, 4)):
            if self.inbound:
                index = rng.randrange(min(3, len(self.inbound)))
                reports.append(self.inbound[index] if rng.random() < 0.2 else self.inbound.pop(index))
        if reports:
            self.tell(*reports)

    def _lose(self) -> None:
        link = self.rng.choice((self.inbound, self.outbound))
        if link and self.rng.random() < 0.5:
            link.pop(self.rng.randrange(len(link)))

    def _calm(self) -> None:
        while self.outbound or self.inbound:
            while self.outbound:
                self._arrive()
            reports, self.inbound = self.inbound, []
            self.tell(*reports)


def executed(day: Day) -> dict[str, tuple[int, int]]:
    """What the venues have executed of each order, lots and money, by the ClOrdID(11) it was first sent under."""
    return {key: (order.cum, order.money) for key, order in day.orders.items() if key == order.first_id and order.cum}
