"""A world with faults around an engine: venues that execute, links that lose, double, delay and reorder, clients.

For property tests of the laws. Nothing here is random by itself: whoever drives a world (hypothesis, a seeded loop)
says what happens next. The venues know the truth, which the engine can only learn through the links.
"""

from collections.abc import Callable

from attrs import Factory, define

from smartexec.kernel.engine import Engine
from smartexec.model.commands import CancelOrder, Command, QueryOrder, ReplaceOrder, SendOrder, VenueCommand
from smartexec.model.enums import ExecType, OrdStatus
from smartexec.model.events import Event, Tick
from smartexec.testing.scripted_venue import OPEN, ScriptedVenue

UNDOING = (ExecType.TRADE_CANCEL, ExecType.TRADE_CORRECT)


@define(eq=False)
class World(ScriptedVenue):
    """An engine, its venues and its links."""

    engine: Engine
    now: int = 1_000_000_000_000
    seq: int = 0
    outbound: list[VenueCommand] = Factory(list)
    """Commands that have left the engine and not reached the venue."""
    commands: list[Command] = Factory(list)
    """Everything the engine ever wanted."""
    log: list[tuple[int, int, Event]] = Factory(list)
    """Everything the engine was ever told."""
    turns: list[tuple[int, int, int]] = Factory(list)
    """Where turns ended: (length of the log, seq, now)."""
    after: Callable[["World"], None] | None = None
    """Called after every turn: where invariants are checked."""

    # -- the engine ------------------------------------------------------------------------------------------------

    def tell(self, *events: Event) -> list[Command]:
        """Give the engine events of one turn."""
        for event in events:
            self.seq += 1
            self.log.append((self.seq, self.now, event))
            self.engine.handle(self.seq, self.now, event)
        out = self.engine.settle(self.seq, self.now)
        self.turns.append((len(self.log), self.seq, self.now))
        self.commands += out
        self.outbound += [c for c in out if isinstance(c, SendOrder | CancelOrder | ReplaceOrder | QueryOrder)]
        if self.after is not None:
            self.after(self)
        return out

    def wait(self, ns: int) -> None:
        """Let time pass, firing the engine's timers on the way."""
        until = self.now + ns
        while (due := self.engine.next_timer()) is not None and due <= until:
            self.now = max(self.now, due)
            self.tell(Tick())
        self.now = until

    # -- the links -------------------------------------------------------------------------------------------------

    def _first(self, index: int) -> int:
        """Where the oldest command of some venue is: a session keeps its order, sessions keep none between them."""
        mics = list(dict.fromkeys(c.mic for c in self.outbound))
        mic = mics[index % len(mics)]
        return next(i for i, c in enumerate(self.outbound) if c.mic == mic)

    def arrive(self, index: int = 0) -> None:
        """Let the oldest command for a venue reach it."""
        if self.outbound:
            self._take(self.outbound.pop(self._first(index)))

    def ponder(self, index: int = 0) -> None:
        """Let a venue say that it has the oldest request on its way to it and has not decided."""
        if not self.outbound:
            return
        c = self.outbound[self._first(index)]
        order = self.orders.get(c.orig_cl_ord_id) if isinstance(c, CancelOrder | ReplaceOrder) else None
        if order is not None and order.status in OPEN:
            status = OrdStatus.PENDING_CANCEL if isinstance(c, CancelOrder) else OrdStatus.PENDING_REPLACE
            self._say(order, ExecType.ORDER_STATUS, cl_ord_id=c.cl_ord_id, ord_status=status)

    def lose_command(self, index: int = 0) -> None:
        """Lose the oldest command for a venue on the way."""
        if self.outbound:
            self.outbound.pop(self._first(index))

    def deliver(self, index: int = 0, *, again: bool = False) -> None:
        """Let a report reach the engine; `again` keeps it on the link, so that it comes twice."""
        if self.inbound:
            index %= len(self.inbound)
            event = self.inbound[index] if again else self.inbound.pop(index)
            self.tell(event)

    def lose_report(self, index: int = 0) -> None:
        """Lose a report on the way; not a bust or correction, which nothing but the venue's own records could tell."""
        if self.inbound and getattr(self.inbound[index % len(self.inbound)], "exec_type", None) not in UNDOING:
            self.inbound.pop(index % len(self.inbound))

    def calm(self, rounds: int = 1000) -> None:
        """Heal: everything arrives, in order, until nobody has anything to say."""
        for _ in range(rounds):
            if not (self.outbound or self.inbound):
                return
            while self.outbound:
                self.arrive()
            while self.inbound:
                self.deliver()
