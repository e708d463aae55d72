"""What a picture needs and the blotter does not keep: touch and volume over time, what rested where and how long."""

from collections.abc import Iterator
from typing import ClassVar

from attrs import define, field

from smartexec.interfaces.context import Context
from smartexec.interfaces.market_data import MarketDataFeed
from smartexec.kernel.market import Market
from smartexec.kernel.orders import ChildOrder
from smartexec.model.market import MarketEvent


@define(eq=False)
class Look:
    """The market once all events of a time were folded. Prices in 1e-9; None = that side was empty."""

    time: int
    bid: int | None
    ask: int | None
    volume: int
    """Lots traded so far."""


@define(eq=False)
class Rest:
    """A stretch of time over which a child order stood at a price."""

    parent_id: str
    mic: str
    qty: int
    """Open when it began, lots."""
    price: int
    begin: int
    end: int | None = None
    """None: it stands there still."""


@define(eq=False)
class Trail:
    """Where the market and own orders have been."""

    looks: list[Look] = field(factory=list)
    """Those that differ from the one before."""
    rests: list[Rest] = field(factory=list)
    """In the order in which they began."""
    _open: dict[str, Rest] = field(factory=dict)

    def look(self, market: Market, now: int) -> None:
        """Look at the market; does nothing if touch and volume are what they were."""
        touch, last = market.best(), self.looks[-1] if self.looks else None
        if last is None or (last.bid, last.ask, last.volume) != (touch.bid, touch.ask, market.volume):
            self.looks.append(Look(now, touch.bid, touch.ask, market.volume))

    def follow(self, child: ChildOrder, now: int) -> None:
        """See whether a child order of which something was heard stands anywhere. A pegged one has no price."""
        pegged = child.leg is not None and child.leg.peg is not None
        stands = child.acked and child.leaves_qty > 0 and not pegged
        price, rest = child.price if stands else None, self._open.get(child.order_id)
        if rest is not None and rest.price != price:
            rest.end = now
            del self._open[child.order_id]
        if price is not None and child.order_id not in self._open:
            rest = Rest(child.parent.parent_id, child.mic, child.leaves_qty, price, now)
            self._open[child.order_id] = rest
            self.rests.append(rest)


@define(eq=False)
class Tape(MarketDataFeed):
    """A feed that hands on what another yields, and has the market looked at after each time."""

    name: ClassVar[str] = "tape"
    feed: MarketDataFeed
    trail: Trail
    market: Market

    def start(self, context: Context) -> None:
        self.feed.start(context)

    def events(self) -> Iterator[tuple[int, MarketEvent]]:
        last = 0
        for time, event in self.feed.events():
            if time > last:  # when the next is taken, those before have been folded
                self._look(last)
                last = time
            yield time, event
        self._look(last)

    def digest(self) -> str:
        return self.feed.digest()

    def _look(self, time: int) -> None:
        if time:
            self.trail.look(self.market, time)
