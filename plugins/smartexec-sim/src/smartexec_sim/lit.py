"""`sim-lit`: a lit venue with price-time priority of own orders against replayed market data. No order protocol.

The data decide the regime, by symbol: order-level messages of this venue rebuild its book order by order; else its own
quotes and prints are used; else a share of the consolidated ones.
"""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from attrs import define, field
from attrs.validators import and_, ge, gt, in_, le, optional

from smartexec.api import (
    NANOS_PER_SECOND,
    BookAdd,
    BookExecute,
    BookReduce,
    Capabilities,
    ExecType,
    Liquidity,
    Quote,
    ReplaceMode,
    TimeInForce,
    Trade,
    VenueKind,
)
from smartexec_sim.auction import AuctionBook
from smartexec_sim.base import SimVenue
from smartexec_sim.book import OrderBook
from smartexec_sim.impact import IMPACT_MODELS, Impact
from smartexec_sim.orders import BUY, SELL, OwnOrder
from smartexec_sim.queue_models import QUEUE_MODELS
from smartexec_sim.quotes import PPM, QuoteBook

CONTINUOUS = frozenset({TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK})
AUCTIONS = frozenset({TimeInForce.AT_OPEN, TimeInForce.AT_CLOSE})
QUOTE_IMPACT_BPS = 1.0
"""Of `impact_bps` where it is not given and the data are quotes: about a tick of a liquid share."""


@define(eq=False)
class Desk:
    """One symbol at a lit venue."""

    quotes: QuoteBook
    impact: Impact
    auction: AuctionBook
    own_quotes: bool = False
    """Quotes of this venue have come: the consolidated ones no longer count."""
    own_trades: bool = False
    book: OrderBook | None = None
    """Order-level messages have come: quotes no longer count."""

    @property
    def matcher(self) -> "OrderBook | QuoteBook":
        return self.quotes if self.book is None else self.book

    def displace(self, now: int) -> None:
        """Let own orders see the prices as what they took before has left them."""
        matcher = self.matcher
        for sign in (BUY, SELL):
            matcher.shift[sign] = self.impact.shift(sign, matcher.touch(-sign), now)


@define(eq=False, kw_only=True, slots=False)
class SimLit(SimVenue):
    """A lit venue that replays the market: own orders queue, take shown size once, and are filled by prints."""

    name: ClassVar[str] = "sim-lit"
    kind: ClassVar[VenueKind] = VenueKind.LIT

    depth_levels: int = field(default=5, validator=ge(0))
    """Quote-level data: how many ticks beyond the touch an order may sweep, each with the touch's size (assumed)."""
    queue_model: str = field(default="risk_averse", validator=in_(QUEUE_MODELS))
    """Quote-level data: where in the queue size stood that leaves without a print. "risk_averse": behind own orders;
    the others estimate it from the size in front and behind."""
    queue_power: float = field(default=3.0, validator=gt(0.0))
    """The n of the queue models power, power2 and power3."""
    impact_bps: float | None = field(default=None, validator=optional(ge(0.0)))
    """How far an order that takes as much as the touch shows moves prices for later own orders of its side, basis
    points; 0 = not. None = 1 on quotes, where size soon comes back, and 0 order by order, where it never does."""
    impact_decay: int = field(default=30 * NANOS_PER_SECOND, validator=gt(0), metadata={"unit": "ns"})
    """Half-life of what own orders took, ns."""
    impact_model: str = field(default="linear", validator=in_(IMPACT_MODELS))
    """How the displacement grows with what own orders took, in multiples of the touch."""
    auctions: bool = False
    """Takes AT_OPEN and AT_CLOSE orders and executes them at the recorded auction print."""
    auction_share: float = field(default=0.1, validator=and_(gt(0.0), le(1.0)))
    """The most that own orders of one side get of an auction print, 0..1."""
    auction_fee: int = field(default=0, metadata={"unit": "px"})
    """Per unit of quantity when executed in an auction."""

    _desks: dict[str, Desk] = field(init=False, factory=dict)
    _ppm: int = field(init=False, default=PPM)

    def __attrs_post_init__(self) -> None:
        SimVenue.__attrs_post_init__(self)
        self._ppm = max(1, round(self.share * PPM))

    def _declare(self) -> Capabilities:
        return Capabilities(
            kind=self.kind,
            times_in_force=CONTINUOUS | AUCTIONS if self.auctions else CONTINUOUS,
            replace=ReplaceMode.KEEPS_PRIORITY,
            post_only=True,
            order_status=self.order_status,
            authoritative_unknown=self.order_status,  # a query never overtakes an order
            make_fee=self.make_fee,
            take_fee=self.take_fee,
        )

    def _market_work(self) -> dict[type, Callable[[Any, int], None]]:
        return {
            Quote: self._on_quote,
            Trade: self._on_trade,
            BookAdd: self._on_add,
            BookReduce: self._on_reduce,
            BookExecute: self._on_execute,
        }

    # -- market events -----------------------------------------------------------------------------------------------

    def _on_quote(self, quote: Quote, now: int) -> None:
        desk = self._desks.get(quote.symbol) or self._desk(quote.symbol)
        if desk is None or desk.book is not None:
            return
        if quote.mic == self.mic:
            if not desk.own_quotes:
                desk.own_quotes, desk.quotes.ppm = True, PPM
        elif quote.mic or desk.own_quotes:
            return
        if desk.impact.active:
            desk.displace(now)
        if fills := desk.quotes.on_quote(quote):
            self._fill_resting(fills, now)

    def _on_trade(self, trade: Trade, now: int) -> None:
        desk = self._desks.get(trade.symbol) or self._desk(trade.symbol)
        if desk is None:
            return
        ppm = PPM
        if trade.mic == self.mic:
            desk.own_trades = True
        elif trade.mic or desk.own_trades:
            return
        else:
            ppm = self._ppm
        if trade.auction:
            self._uncross(desk, trade.px, trade.qty * ppm // PPM, now)
            return
        if desk.impact.active:
            desk.displace(now)
        if desk.book is None:
            fills = desk.quotes.on_trade(trade, ppm)
        elif trade.mic:
            fills = desk.book.on_trade(trade)
        else:
            return
        if fills:
            self._fill_resting(fills, now)

    def _on_add(self, event: BookAdd, now: int) -> None:
        if (book := self._book(event, now)) is not None and (fills := book.on_add(event)):
            self._fill_resting(fills, now)

    def _on_reduce(self, event: BookReduce, now: int) -> None:
        if (book := self._book(event, now)) is not None:
            book.on_reduce(event)

    def _on_execute(self, event: BookExecute, now: int) -> None:
        if (book := self._book(event, now)) is not None and (fills := book.on_execute(event)):
            self._fill_resting(fills, now)

    def _on_trading(self, symbol: str, trading: bool, now: int) -> None:
        desk = self._desk(symbol)
        if desk is not None:
            desk.matcher.trading = trading
            self._end_auction(desk.auction.on_phase(self._phase(symbol), now), now)

    def _fade(self, desk: Desk, book: OrderBook, now: int) -> None:
        """Bring order-level prices up to date while own impact fades; resting orders may meet the other side."""
        desk.displace(now)
        if fills := book.uncross():
            self._fill_resting(fills, now)

    # -- auctions ----------------------------------------------------------------------------------------------------

    def _uncross(self, desk: Desk, px: int, qty: int, now: int) -> None:
        fills, over = desk.auction.on_print(px, qty, now)
        self._fill_resting(fills, now, Liquidity.AUCTION)
        self._end_auction(over, now)

    def _end_auction(self, over: Sequence[tuple[OwnOrder, bool]], now: int) -> None:
        """Expire what an auction left over; cancel what had none."""
        for order, printed in over:
            if printed:
                self.end_own(order, "not executed in the auction", now, ExecType.EXPIRED)
            else:
                self.end_own(order, "no auction", now)

    def _not_now(self, order: OwnOrder) -> str:
        if order.time_in_force.auction:
            desk = self._desk(order.symbol)
            assert desk is not None, order.symbol
            return desk.auction.refusal(order.time_in_force)
        return SimVenue._not_now(self, order)

    def _fee(self, liquidity: Liquidity) -> int:
        return self.auction_fee if liquidity is Liquidity.AUCTION else SimVenue._fee(self, liquidity)

    # -- own orders --------------------------------------------------------------------------------------------------

    def _opposing(self, order: OwnOrder, price: int | None) -> Sequence[OwnOrder]:
        if order.time_in_force.auction:
            return self._auction(order).opposing(order, price)
        sign, others = order.sign, self._matcher(order.symbol).own.sides[-order.sign]
        return [
            other
            for other in others
            if price is None or (other.price is not None and sign * price >= sign * other.price)
        ]

    def _objection(self, order: OwnOrder, price: int | None, now: int) -> str:
        if not order.post_only:
            return ""
        if order.time_in_force.auction:
            return f"post_only with time_in_force {order.time_in_force.name}"
        far = self._current(order.symbol, now).offered(order.sign)
        if far is not None and price is not None and order.sign * price >= order.sign * far:
            return f"post_only at {price} would take from {far}"
        return ""

    def _reach(self, order: OwnOrder, now: int) -> int:
        return self._current(order.symbol, now).reach(order.sign, order.price, order.leaves)

    def _enter(self, order: OwnOrder, now: int, before: int | None = None) -> Sequence[tuple[int, int]]:
        return () if order.time_in_force.auction else self._sweep(order, order.leaves, now, before)

    def _sweep(self, order: OwnOrder, qty: int, now: int, before: int | None = None) -> Sequence[tuple[int, int]]:
        """Take what is displayed, and let it weigh on the prices that come after."""
        matcher, sign = self._current(order.symbol, now), order.sign
        depth = _depth(matcher)
        taken = matcher.take(sign, order.price if before is None else before - sign, qty)
        self._desks[order.symbol].impact.add(sign, taken, depth, now)
        return taken

    def _rest(self, order: OwnOrder, now: int) -> None:
        if order.time_in_force.auction:
            self._auction(order).add(order)
        else:
            self._matcher(order.symbol).rest(order)

    def _withdraw(self, order: OwnOrder) -> None:
        if order.time_in_force.auction:
            self._auction(order).remove(order)
        else:
            self._matcher(order.symbol).own.remove(order)

    # -- desks -------------------------------------------------------------------------------------------------------

    def _desk(self, symbol: str) -> Desk | None:
        """Give the symbol's desk; None for a symbol that is not of this run."""
        desk = self._desks.get(symbol)
        instrument = self._instruments.get(symbol)
        if desk is None and instrument is not None:
            quotes = QuoteBook(instrument.lot, instrument.tick, self.depth_levels, self._ppm)
            quotes.behind, quotes.power = QUEUE_MODELS[self.queue_model], self.queue_power
            bps = QUOTE_IMPACT_BPS if self.impact_bps is None else self.impact_bps
            impact = Impact(bps, self.impact_decay, IMPACT_MODELS[self.impact_model], instrument.tick)
            auction = AuctionBook(instrument.lot, instrument.close, round(self.auction_share * PPM), instrument.open)
            desk = self._desks[symbol] = Desk(quotes, impact, auction)
            quotes.trading = not self._trading(symbol)
        return desk

    def _matcher(self, symbol: str) -> OrderBook | QuoteBook:
        desk = self._desk(symbol)
        assert desk is not None, symbol
        return desk.matcher

    def _current(self, symbol: str, now: int) -> OrderBook | QuoteBook:
        """Give the symbol's book with its prices as own orders see them now."""
        matcher = self._matcher(symbol)
        desk = self._desks[symbol]
        if desk.impact.active:
            desk.displace(now)
        return matcher

    def _auction(self, order: OwnOrder) -> AuctionBook:
        desk = self._desk(order.symbol)
        assert desk is not None, order.symbol
        return desk.auction

    def _book(self, event: BookAdd | BookReduce | BookExecute, now: int) -> OrderBook | None:
        """Give the order-level book; the first message makes it, and own orders move into it, to the back."""
        if event.mic != self.mic:
            return None
        desk = self._desks.get(event.symbol) or self._desk(event.symbol)
        if desk is None:
            return None
        if desk.book is None:
            desk.book = OrderBook(desk.quotes.lot, trading=desk.quotes.trading)
            for order in desk.quotes.own.all():
                desk.book.rest(order)
            if self.impact_bps is None:
                desk.impact.bps = 0.0
        if desk.impact.active:
            self._fade(desk, desk.book, now)
        return desk.book


def _depth(book: OrderBook | QuoteBook) -> int:
    """What a touch shows: the mean of both sides, so that a touch that is nearly used up counts for no less."""
    sizes = [size for sign in (BUY, SELL) if (size := book.touch_qty(sign))]
    return sum(sizes) // max(1, len(sizes))
