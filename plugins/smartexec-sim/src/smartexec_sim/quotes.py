"""The quote-level book: own orders against replayed best quotes and prints of one symbol. No protocol, no reports.

What a quote does not say is assumed, and this is all that is assumed:

- A marketable order takes the size shown at the touch, then up to `depth_levels` further prices, one tick apart, each
  with the touch's size. What it took is gone while the touch stays at its price: only size that the recording adds is
  new. When the touch's price changes, all sizes are new.
- A resting order stands behind the size shown at its price when it came (behind as much as the touch shows where it
  is deeper than the touch; behind nothing where it is better). Prints at its price shorten the queue; a smaller quote
  shortens it as the queue model says, at least to the size shown; a touch worse than its price ends it. A print is
  expected before the quote that it leaves.
- Prints at its price beyond the queue, or through its price, fill it, never more than the print's quantity. Hidden
  prints do not shorten the queue. A quote that arrives at or through its price fills it up to the size shown.
"""

from collections.abc import Sequence
from math import ceil

from attrs import define, field

from smartexec.api import Quote, Trade
from smartexec_sim.impact import no_shift, seen
from smartexec_sim.orders import BUY, NO_FILLS, SELL, Fill, OwnOrder, OwnQueue, sign_of, whole
from smartexec_sim.queue_models import QUEUE_MODELS, Behind, advance

PPM = 1_000_000


@define(eq=False)
class QuoteBook:
    """Best bid and offer of one symbol at one venue, and the own orders that meet it."""

    lot: int
    tick: int
    depth_levels: int = 5
    ppm: int = PPM
    """The venue's share of the sizes in the data, in 1e-6."""
    behind: Behind = QUEUE_MODELS["risk_averse"]
    """The queue model: where in the queue cancelled size stood."""
    power: float = 3.0
    """Its n."""
    own: OwnQueue = field(factory=OwnQueue)
    trading: bool = True
    shift: dict[int, int] = field(factory=no_shift)
    """How far own orders of a side see the other side's replayed prices away from where they are."""
    _quote: Quote | None = field(init=False, default=None)
    _taken: dict[int, dict[int, int]] = field(init=False, factory=lambda: {BUY: {}, SELL: {}})
    """Replayed quantity taken by own orders, by side of the quote and price."""
    _printed: dict[int, int] = field(init=False, factory=no_shift)
    """Printed at the touch of a side since its last quote, while own orders rest."""
    _quiet: bool = field(init=False, default=True)
    """No own order rests and nothing was taken: a quote only has to be kept."""
    _seq: int = field(init=False, default=0)
    _carry: int = field(init=False, default=0)

    def touch(self, sign: int) -> int | None:
        """Give the best price of a side."""
        return None if self._quote is None else _side(self._quote, sign)[0]

    def offered(self, sign: int) -> int | None:
        """Give the best price that an own order of `sign` could trade at."""
        touch = self.touch(-sign)
        return None if touch is None else seen(sign, touch, self.shift[sign])

    def touch_qty(self, sign: int) -> int:
        """Give the size shown at the touch of a side."""
        return self.shown(sign)

    def shown(self, sign: int) -> int:
        """Give the size shown at the touch of a side, what own orders took included."""
        return 0 if self._quote is None else self._scaled(_side(self._quote, sign)[1])

    # -- replayed events ---------------------------------------------------------------------------------------------

    def on_quote(self, quote: Quote) -> Sequence[Fill]:
        """Take a new best bid and offer."""
        if self._quiet:
            self._quote = quote
            return NO_FILLS
        old, self._quote = self._quote, quote
        for sign in (BUY, SELL):
            self._replenish(sign, old)
            self._requeue(sign, old)
        fills = [*self._meet(BUY), *self._meet(SELL)] if self.trading else NO_FILLS
        self._settle()
        return fills

    def on_trade(self, trade: Trade, ppm: int = PPM) -> Sequence[Fill]:
        """Take a print, or a share of it."""
        buys, sells = self.own.sides[BUY], self.own.sides[SELL]
        if not (buys or sells) or not self.trading:
            return NO_FILLS
        qty = trade.qty if ppm == PPM else self._share_of(trade.qty, ppm)
        hit = (BUY, SELL) if trade.side is None else (-sign_of(trade.side),)
        for sign in hit:
            px = trade.px if trade.side else seen(sign, trade.px, self.shift[sign])
            if not trade.hidden and trade.px == self.touch(sign):
                self._printed[sign] += qty
            fills = self._print(sign, px, qty, trade.hidden)
            if fills:
                return fills
        return NO_FILLS

    # -- own orders --------------------------------------------------------------------------------------------------

    def rest(self, order: OwnOrder) -> None:
        """Let an own order queue at its price."""
        assert order.price is not None
        self._seq += 1
        order.seq = self._seq
        touch = self.touch(order.sign)
        if touch is None or order.sign * order.price > order.sign * touch:
            order.ahead = 0
        else:
            order.ahead = max(0, self.shown(order.sign) - self._taken[order.sign].get(order.price, 0))
        self.own.add(order)
        self._quiet = False

    def reach(self, sign: int, limit: int | None, qty: int) -> int:
        """How much of `qty` an own order could take at once."""
        return min(qty, sum(got for _, got in self._ladder(sign, limit)))

    def take(self, sign: int, limit: int | None, qty: int) -> list[tuple[int, int]]:
        """Take what is shown, from the touch on: (price, quantity) by level."""
        taken: list[tuple[int, int]] = []
        gone = self._taken[-sign]
        for px, there in self._ladder(sign, limit):
            got = whole(min(qty, there), self.lot)
            if got:
                gone[px] = gone.get(px, 0) + got
                taken.append((seen(sign, px, self.shift[sign]), got))
                qty -= got
            if not qty:
                break
        if taken:
            self._quiet = False
        return taken

    # -- inside ------------------------------------------------------------------------------------------------------

    def _ladder(self, sign: int, limit: int | None) -> list[tuple[int, int]]:
        """(price, quantity still there) of the other side, best first, within the limit."""
        touch = self.touch(-sign)
        size = self.shown(-sign)
        if touch is None or not size:
            return []
        prices = [touch + sign * step * self.tick for step in range(self.depth_levels + 1)]
        gone = self._taken[-sign]
        return [
            (px, max(0, size - gone.get(px, 0)))
            for px in prices
            if px > 0 and (limit is None or sign * seen(sign, px, self.shift[sign]) <= sign * limit)
        ]

    def _replenish(self, sign: int, old: Quote | None) -> None:
        """Forget what was taken at an old price; at the same price, as far as the recording shows less than that."""
        gone = self._taken[sign]
        if not gone:
            return
        if old is None or self.touch(sign) != _side(old, sign)[0]:
            gone.clear()
        elif (size := self.shown(sign)) < max(gone.values()):
            self._taken[sign] = {px: min(qty, size) for px, qty in gone.items()}

    def _requeue(self, sign: int, old: Quote | None) -> None:
        """Move own orders up in their queues. One that came later never overtakes one at the same price."""
        touch, size, printed = self.touch(sign), self.shown(sign), self._printed[sign]
        before, before_qty = _side(old, sign) if old is not None else (None, 0)
        last: float = 0
        self._printed[sign] = 0
        for order in self.own.sides[sign]:
            assert order.price is not None
            if touch is None or sign * order.price > sign * touch:
                order.ahead = 0
            elif order.price == touch:
                if before == touch:
                    left = advance(order.ahead, self._scaled(before_qty), size, printed, self.behind, self.power)
                    last = order.ahead = max(last, left)
                else:
                    order.ahead = min(order.ahead, size)

    def _meet(self, sign: int) -> list[Fill]:
        """Fill resting orders that the other side's quote has come to, at their price, up to the size shown."""
        touch = self.touch(-sign)
        fills: list[Fill] = []
        if touch is None or not self.own.sides[sign]:
            return fills
        at = seen(sign, touch, self.shift[sign])
        there = self.shown(-sign) - self._taken[-sign].get(touch, 0)
        for order in self.own.sides[sign]:
            assert order.price is not None
            got = whole(min(there, order.leaves), self.lot)
            if sign * order.price < sign * at or got <= 0:
                break
            fills.append((order, got, order.price))
            there -= got
            self._taken[-sign][touch] = self._taken[-sign].get(touch, 0) + got
        return fills

    def _print(self, sign: int, px: int, qty: int, hidden: bool) -> list[Fill]:
        """Fill resting orders from a print in order of priority; what stands ahead at the price goes first."""
        fills: list[Fill] = []
        passed = 0
        for order in self.own.sides[sign]:
            assert order.price is not None
            better = sign * (order.price - px)
            if better < 0 or (better == 0 and hidden and order.ahead):
                break
            if better == 0:
                gone = min(max(0, ceil(order.ahead) - passed), qty)
                passed += gone
                qty -= gone
                order.ahead = max(0, order.ahead - passed)
            got = whole(min(qty, order.leaves), self.lot)
            if got:
                fills.append((order, got, order.price))
                qty -= got
        return fills

    def _share_of(self, qty: int, ppm: int) -> int:
        """Give the venue's share of a print in whole lots; what rounding leaves over is carried to the next one."""
        total = self._carry + qty * ppm
        got = min(whole(total // PPM, self.lot), qty)
        self._carry = min(total - got * PPM, self.lot * PPM - 1)
        return got

    def _scaled(self, size: int) -> int:
        return size if self.ppm == PPM else whole(size * self.ppm // PPM, self.lot)

    def _settle(self) -> None:
        self._quiet = not (self._taken[BUY] or self._taken[SELL] or self.own.sides[BUY] or self.own.sides[SELL])


def _side(quote: Quote, sign: int) -> tuple[int | None, int]:
    return (quote.bid, quote.bid_qty) if sign == BUY else (quote.ask, quote.ask_qty)
