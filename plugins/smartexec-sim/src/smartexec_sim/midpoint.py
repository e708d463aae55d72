"""The midpoint book of one symbol: own orders against hidden size at the midpoint of the last quote. No protocol.

Hidden size is a seeded renewal process on each side: at the end of each spell (`rate` a second) the
pool holds either nothing or, with `fill_prob`, a new random size. What own orders take is gone until the next spell,
so many small orders find no more than one large one.
"""

from collections.abc import Sequence
from random import Random

from attrs import define, field

from smartexec.api import NANOS_PER_SECOND, Quote
from smartexec_sim.orders import BUY, SELL, Fill, OwnOrder, OwnQueue, whole

NBBO = ""


@define(eq=False)
class Hidden:
    """What others hide on one side. `rate` is spells a second; sizes in lots, multiples of the instrument's lot."""

    rng: Random
    rate: float
    mean_size: int
    fill_prob: float
    lot: int
    size: int = field(init=False, default=0)
    until: int = field(init=False, default=-1)
    """When the spell ends, ns."""

    def at(self, now: int) -> int:
        """Give the hidden size at `now`."""
        if now >= self.until:
            # Spells have no memory: those that nobody saw need not be drawn.
            there = self.rng.random() < self.fill_prob
            drawn = int(2 * self.mean_size * self.rng.random())
            self.size = max(self.lot, whole(drawn, self.lot)) if there else 0
            self.until = now + 1 + int(2 * self.rng.random() * NANOS_PER_SECOND / self.rate)
        return self.size


@define(eq=False)
class MidpointBook:
    """Own orders of one symbol that wait for the midpoint, and the hidden size they wait for."""

    lot: int
    hidden: dict[int, Hidden]
    """By sign of the hidden orders' side."""
    own: OwnQueue = field(factory=OwnQueue)
    trading: bool = True
    wake_at: int | None = field(init=False, default=None)
    """The wake-up that is on its way."""
    _quotes: dict[str, Quote] = field(init=False, factory=dict)
    _seq: int = field(init=False, default=0)

    def keep(self, quote: Quote) -> bool:
        """Keep a quote; say whether orders wait that it might matter to."""
        self._quotes[quote.mic] = quote
        return self.trading and bool(self.own.sides[BUY] or self.own.sides[SELL])

    def mid(self) -> int | None:
        """Give the midpoint, rounded down to 1e-9; None without a market, or if it is locked or crossed."""
        tape = self._quotes.get(NBBO)
        quotes = self._quotes.values() if tape is None else (tape,)
        bids = [quote.bid for quote in quotes if quote.bid is not None]
        asks = [quote.ask for quote in quotes if quote.ask is not None]
        if not bids or not asks or (bid := max(bids)) >= (ask := min(asks)):
            return None
        return (bid + ask) // 2

    def reach(self, order: OwnOrder, now: int) -> int:
        """How much of the order could be executed now."""
        mid = self.mid()
        if mid is None or not order.admits(mid):
            return 0
        got = whole(min(self.hidden[-order.sign].at(now), order.leaves), self.lot)
        return got if got >= min(order.min_qty, order.leaves) else 0

    def take(self, order: OwnOrder, now: int) -> list[tuple[int, int]]:
        """Execute what can be executed now: (price, quantity)."""
        got, mid = self.reach(order, now), self.mid()
        if not got or mid is None:
            return []
        self.hidden[-order.sign].size -= got
        return [(mid, got)]

    def rest(self, order: OwnOrder) -> None:
        """Let the order wait."""
        self._seq += 1
        order.seq = self._seq
        self.own.add(order)

    def opposing(self, sign: int, price: int | None) -> list[OwnOrder]:
        """Give the waiting own orders that one of the other side could meet at some midpoint."""
        return [
            other
            for other in self.own.sides[-sign]
            if price is None or other.price is None or sign * price >= sign * other.price
        ]

    def match(self, now: int) -> Sequence[Fill]:
        """Execute what waits and can be executed; all meet at one price, so time decides."""
        fills: list[Fill] = []
        if not self.trading:
            return fills
        for sign in (BUY, SELL):
            for order in sorted(self.own.sides[sign], key=_arrival):
                fills += [(order, qty, px) for px, qty in self.take(order, now)]
        return fills

    def next_spell(self, now: int) -> int | None:
        """When new hidden size may come for what waits; None if nothing waits."""
        waited_for = [self.hidden[-sign] for sign in (BUY, SELL) if self.own.sides[sign]]
        for hidden in waited_for:
            hidden.at(now)
        return min((hidden.until for hidden in waited_for), default=None)


def _arrival(order: OwnOrder) -> int:
    return order.seq
