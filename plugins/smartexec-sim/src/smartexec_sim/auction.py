"""Own orders of one symbol that wait for an auction, and their uncross at the recorded print. No protocol, no reports.

Which auction is on follows from the phases: before the first CONTINUOUS it is the opening one (none counts before a
known open: a book that is not crossed yet looks continuous). Later it is the closing one, except after a halt of
trading, and except earlier than `CLOSING_WINDOW` before a close that is known: those reopen trading, and orders of
neither kind take part. An auction that was halted itself goes on. Without phases the first print is the opening's, one
at or after a known close the closing's. A print during CONTINUOUS before the close is neither's: it restates an
opening or a reopening that the feed did not announce.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from attrs import define, field

from smartexec.api import NANOS_PER_SECOND, Phase, TimeInForce
from smartexec_sim.orders import BUY, SELL, Fill, OwnOrder, whole

PPM: Final = 1_000_000
CLOSING_WINDOW: Final = 900 * NANOS_PER_SECOND
"""An auction that starts no earlier before the close than this is the closing one, ns."""
_OPEN, _CLOSE = TimeInForce.AT_OPEN, TimeInForce.AT_CLOSE
_TRADED: Final = (Phase.AUCTION, Phase.CONTINUOUS, Phase.HALTED)


@define(eq=False)
class AuctionBook:
    """Orders with TimeInForce(59) AT_OPEN and AT_CLOSE. Times in ns, quantities in lots."""

    lot: int
    close: int
    """End of trading; 0 = not known."""
    share_ppm: int
    """Share of a print that own orders of one side may have at most, in 1e-6."""
    open: int = 0
    """Start of trading; 0 = not known."""
    waiting: dict[TimeInForce, list[OwnOrder]] = field(init=False, factory=lambda: {_OPEN: [], _CLOSE: []})
    phase: Phase = field(init=False, default=Phase.UNKNOWN)
    _opened: bool = field(init=False, default=False)
    """The opening is over."""
    _stage: TimeInForce | None = field(init=False, default=None)
    """Whose auction is on; None = nobody's."""
    _printed: bool = field(init=False, default=False)
    _seq: int = field(init=False, default=0)

    def refusal(self, time_in_force: TimeInForce) -> str:
        """Say why an order cannot wait for its auction; "" if it can."""
        if self.phase in (Phase.HALTED, Phase.CLOSED):
            return self.phase.name.lower()
        return "the opening auction is over" if time_in_force is _OPEN and self._opened else ""

    def add(self, order: OwnOrder) -> None:
        """Let an order wait: market orders first, then by price, then by time."""
        self._seq += 1
        order.seq = self._seq
        orders = self.waiting[order.time_in_force]
        orders.append(order)
        orders.sort(key=_priority)

    def remove(self, order: OwnOrder) -> None:
        """Take an order out; does nothing if it does not wait here."""
        orders = self.waiting.get(order.time_in_force, [])
        if order in orders:
            orders.remove(order)

    def opposing(self, order: OwnOrder, price: int | None) -> list[OwnOrder]:
        """Give the orders of the other side that it would meet in their common auction."""
        others = self.waiting[order.time_in_force]
        return [other for other in others if other.sign != order.sign and _cross(order.sign, price, other.price)]

    def on_phase(self, phase: Phase, now: int) -> list[tuple[OwnOrder, bool]]:
        """Take the phase; give the orders whose auction is over, and whether there was a print in it."""
        before, self.phase = self.phase, phase
        resumed = before is Phase.HALTED and self._stage is not None
        if phase is Phase.AUCTION and before is not Phase.AUCTION and not resumed:
            self._stage, self._printed = self._which(before, now), False
        over: list[tuple[OwnOrder, bool]] = []
        if phase is Phase.CONTINUOUS and (now >= self.open or self._printed):
            over = [*self._end(_OPEN), *(self._end(_CLOSE) if self._stage is _CLOSE else ())]
            self._opened = True
        elif phase is Phase.CLOSED and before in _TRADED:
            over = [*self._end(_OPEN), *self._end(_CLOSE)]
            self._opened = False
        if phase in (Phase.CONTINUOUS, Phase.CLOSED):
            self._stage = None
        return over

    def on_print(self, px: int, qty: int, now: int) -> tuple[Sequence[Fill], list[tuple[OwnOrder, bool]]]:
        """Uncross at a print: the fills, and the orders that are over with it where no phase will end them."""
        called = self.phase is Phase.AUCTION
        stage = self._stage if called else self._unannounced(now)
        if stage is None or self.phase in (Phase.HALTED, Phase.CLOSED):
            return (), []
        self._printed = True
        fills = [*self._side(stage, BUY, px, qty), *self._side(stage, SELL, px, qty)]
        for order, got, _ in fills:
            if got == order.leaves:
                self.remove(order)
        if called:
            return fills, []
        self._opened, self._stage = True, stage
        over = list(self._end(stage))
        self._stage = None
        return fills, over

    def _unannounced(self, now: int) -> TimeInForce | None:
        """Say whose print it is that no phase has announced. While a session runs it is nobody's before the close."""
        if self.close and now >= self.close:
            return _CLOSE
        return None if self.phase is Phase.CONTINUOUS else self._which(self.phase, now)

    def _which(self, before: Phase, now: int) -> TimeInForce | None:
        if not self._opened:
            return _OPEN
        if self.close:
            return _CLOSE if now >= self.close - CLOSING_WINDOW else None
        return None if before is Phase.HALTED else _CLOSE

    def _side(self, stage: TimeInForce, sign: int, px: int, qty: int) -> Iterator[Fill]:
        left = whole(qty * self.share_ppm // PPM, self.lot)
        for order in self.waiting[stage]:
            got = whole(min(left, order.leaves), self.lot) if order.sign == sign and order.admits(px) else 0
            if got:
                left -= got
                yield order, got, px

    def _end(self, stage: TimeInForce) -> Iterator[tuple[OwnOrder, bool]]:
        printed = self._printed and self._stage is stage
        orders, self.waiting[stage] = self.waiting[stage], []
        for order in orders:
            yield order, printed


def _cross(sign: int, price: int | None, other: int | None) -> bool:
    return price is None or other is None or sign * price >= sign * other


def _priority(order: OwnOrder) -> tuple[bool, int, int]:
    return order.price is not None, -order.sign * (order.price or 0), order.seq
