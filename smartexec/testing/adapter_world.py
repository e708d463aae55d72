"""A day of an engine with one adapter: its venue decides, its wire loses, doubles and delays, its channels break.

Seeded. Advice is nonsense within the rules, as in the worlds of the laws. At the end everything heals, and the engine
must know what the venue knows.
"""

from random import Random
from typing import Any, Final

from attrs import Factory, define

from smartexec.interfaces.venue import VenueAdapter
from smartexec.kernel.engine import Engine
from smartexec.kernel.settings import Netting, Routing, Settings
from smartexec.model.commands import Alert
from smartexec.model.enums import ExecType, Phase, Side
from smartexec.model.events import EndOfDay, Event, Tick
from smartexec.model.ids import NANOS_PER_SECOND
from smartexec.model.instrument import Instrument
from smartexec.model.market import PhaseChange, Quote
from smartexec.model.orders import CancelRequest, NewOrder, ReplaceRequest
from smartexec.model.wire import Received, Response
from smartexec.runtime.report.outcome import breaches
from smartexec.testing.advice import RandomAdvisor
from smartexec.testing.bench import Bench
from smartexec.testing.counterparty import Counterparty
from smartexec.testing.views import ASK, BID

SECOND: Final = NANOS_PER_SECOND
STEPS: Final = 400
MOVES: Final = (
    *(("new", 3), ("cancel", 1), ("amend", 1), ("wait", 8), ("quote", 4), ("execute", 10), ("hear", 14)),
    *(("hear_twice", 3), ("lose_answer", 2), ("break_off", 1), ("finish", 1)),
)
"""What may happen, and how often."""


@define(eq=False)
class AdapterWorld:
    """An engine and a bench."""

    engine: Engine
    bench: Bench
    instrument: Instrument
    rng: Random
    seq: int = 0
    told: int = 0
    clients: list[str] = Factory(list)
    heard: int = 0
    """Events of the adapter that the engine has."""

    @classmethod
    def made(cls, adapter: VenueAdapter, peer: Counterparty, instrument: Instrument, seed: int) -> "AdapterWorld":
        """Make a world around a started adapter."""
        advisor = RandomAdvisor(seed)
        settings = Settings(seed=seed, routing=Routing(default="any"), netting=Netting(enabled=False))
        venues = {adapter.mic: adapter.capabilities}
        engine = Engine(settings, {instrument.symbol: instrument}, venues, {"WILD": frozenset()}, ["any"], advisor)
        return cls(engine, Bench(adapter, peer), instrument, Random(seed))

    def day(self) -> None:
        """Begin, make random moves, heal, end."""
        moves = [name for name, weight in MOVES for _ in range(weight)]
        self.tell(PhaseChange(self.instrument.symbol, "", Phase.CONTINUOUS))
        self.move_quote()
        self.bench.connect()
        self.listen()
        for _ in range(STEPS):
            getattr(self, f"move_{self.rng.choice(moves)}")()
        self.heal()

    def faults_found(self) -> list[str]:
        """Say what is wrong after the day; nothing, if engine and venue agree and no law is broken."""
        blotter, true = self.engine.blotter, dict[str, int]()
        for one in self.bench.executions:
            name = one.order.first_id
            true[name] = true.get(name, 0) + one.qty
        found = breaches(blotter)
        for child in blotter.child_orders:
            expected = true.pop(child.order_id, 0)
            if child.cum_qty != expected:
                found.append(f"child {child.order_id}: found {child.cum_qty} lots booked, expected {expected}")
        found += [f"order {name}: found nothing booked, expected {qty} lots" for name, qty in true.items()]
        return found

    # -- the engine ----------------------------------------------------------------------------------------------------

    def tell(self, *events: Event) -> None:
        """One turn: fold, settle, hand commands to the adapter."""
        for event in events:
            self.seq += 1
            self.engine.handle(self.seq, self.bench.now, event)
        self.seq += 1
        for command in self.engine.settle(self.seq, self.bench.now):
            if not isinstance(command, Alert) and getattr(command, "mic", None) is not None:
                self.bench.command(command)  # type: ignore[arg-type]

    def listen(self) -> None:
        """Let the engine have what the adapter has said, until neither has more to say."""
        while self.heard < len(self.bench.said):
            events = self.bench.said[self.heard :]
            self.heard = len(self.bench.said)
            self.tell(*events)

    # -- moves ---------------------------------------------------------------------------------------------------------

    def move_new(self) -> None:
        """A client sends an order."""
        self.told += 1
        self.clients.append(f"C{self.told}")
        side = self.rng.choice((Side.BUY, Side.SELL))
        limit = self.rng.choice((None, BID, ASK))
        qty = self.instrument.lot * self.rng.randrange(1, 500)
        self.tell(NewOrder("OMS", f"C{self.told}", self.instrument.symbol, side, qty, "WILD", "ACME", price=limit))
        self.listen()

    def move_cancel(self) -> None:
        """A client cancels an order."""
        if self.clients:
            self.told += 1
            self.tell(CancelRequest("OMS", f"C{self.told}", self.rng.choice(self.clients)))
            self.listen()

    def move_amend(self) -> None:
        """A client changes a quantity."""
        if self.clients:
            self.told += 1
            qty = self.instrument.lot * self.rng.randrange(1, 500)
            self.tell(ReplaceRequest("OMS", f"C{self.told}", self.rng.choice(self.clients), order_qty=qty))
            self.listen()

    def move_wait(self) -> None:
        """Time passes, up to three seconds."""
        self.wait(self.rng.randrange(1, 3 * SECOND))

    def move_quote(self) -> None:
        """The market moves."""
        step = self.rng.randrange(-3, 4) * self.instrument.tick
        self.tell(Quote(self.instrument.symbol, "", BID + step, 500, ASK + step, 500))
        self.listen()

    def move_execute(self) -> None:
        """The venue executes an order."""
        if live := self.bench.live():
            order = self.rng.choice(live)
            self.bench.execute(order, self.rng.randrange(1, order.leaves + 1), order.price or BID)

    def move_finish(self) -> None:
        """The venue cancels an order by itself."""
        if live := self.bench.live():
            self.bench.finish(self.rng.choice(live), ExecType.CANCELED, "by the venue")

    def move_hear(self) -> None:
        """Some of what the venue has said arrives."""
        self._deliver(self._some())

    def move_hear_twice(self) -> None:
        """The same twice; a response comes once, its request is gone."""
        wire = self._some()
        self._deliver([*wire, *(one for one in wire if isinstance(one, Received))])

    def move_lose_answer(self) -> None:
        """Responses are lost: their requests run into the time-out."""
        self._deliver([one for one in self._some() if not isinstance(one, Response)])
        self.bench.time_out()
        self.listen()

    def move_break_off(self) -> None:
        """The channels break, with all that is under way; a little later they are back."""
        self.bench.inbound.clear()
        self.bench.disconnect()
        self.listen()
        self.wait(self.rng.randrange(1, 5 * SECOND))
        self.bench.inbound.clear()
        self.bench.connect()
        self.listen()

    def heal(self) -> None:
        """Reconnect, ask for what is in doubt, and end the day."""
        self.move_break_off()
        for _ in range(20):
            self.wait(3 * SECOND)
            self._deliver(self.bench.wire())
        self.tell(EndOfDay())
        for _ in range(20):
            self._deliver(self.bench.wire())
            self.wait(3 * SECOND)
        self.tell(EndOfDay(final=True))
        self.listen()

    def wait(self, ns: int) -> None:
        """Let time pass for engine and adapter."""
        until = self.bench.now + ns
        while True:
            due = [one for one in (self.engine.next_timer(), self.bench.adapter.next_tick()) if one is not None]
            if not due or min(due) > until:
                break
            self.bench.wait(max(0, min(due) - self.bench.now))
            self.tell(Tick())
            self.listen()
        self.bench.wait(until - self.bench.now)
        self.listen()

    def _some(self) -> list[Any]:
        """Take the first few reports of the venue, encoded."""
        count = self.rng.randrange(len(self.bench.inbound) + 1)
        kept = self.bench.inbound[count:]
        self.bench.inbound = self.bench.inbound[:count]
        wire = self.bench.wire()
        self.bench.inbound = kept
        return wire

    def _deliver(self, wire: list[Any]) -> None:
        self.bench.deliver(wire)
        self.listen()
