"""`sim-lit`: a lit venue with price-time priority of own orders against replayed market data. No order protocol.

The data decide the regime, by symbol: order-level messages of this venue rebuild its book order by order; else its own
quotes and prints are used; else a share of the consolidated ones.
"""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from attrs import define, field
from attrs.validators import ge

from smartexec.api import (
    BookAdd,
    BookExecute,
    BookReduce,
    Capabilities,
    Quote,
    ReplaceMode,
    TimeInForce,
    Trade,
    VenueKind,
)
from smartexec_sim.base import SimVenue
from smartexec_sim.book import OrderBook
from smartexec_sim.orders import OwnOrder
from smartexec_sim.quotes import PPM, QuoteBook


@define(eq=False)
class Desk:
    """One symbol at a lit venue."""

    quotes: QuoteBook
    own_quotes: bool = False
    """Quotes of this venue have come: the consolidated ones no longer count."""
    own_trades: bool = False
    book: OrderBook | None = None
    """Order-level messages have come: quotes no longer count."""

    @property
    def matcher(self) -> "OrderBook | QuoteBook":
        return self.quotes if self.book is None else self.book


@define(eq=False, kw_only=True, slots=False)
class SimLit(SimVenue):
    """A lit venue that replays the market: own orders queue, take shown size once, and are filled by prints."""

    name: ClassVar[str] = "sim-lit"
    kind: ClassVar[VenueKind] = VenueKind.LIT

    depth_levels: int = field(default=5, validator=ge(0))
    """Quote-level data: how many ticks beyond the touch an order may sweep, each with the touch's size (assumed)."""

    _desks: dict[str, Desk] = field(init=False, factory=dict)
    _ppm: int = field(init=False, default=PPM)

    def __attrs_post_init__(self) -> None:
        SimVenue.__attrs_post_init__(self)
        self._ppm = max(1, round(self.share * PPM))

    def _declare(self) -> Capabilities:
        return Capabilities(
            kind=self.kind,
            times_in_force=frozenset({TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK}),
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
        if desk.book is None:
            fills = desk.quotes.on_trade(trade, ppm)
        elif trade.mic:
            fills = desk.book.on_trade(trade)
        else:
            return
        if fills:
            self._fill_resting(fills, now)

    def _on_add(self, event: BookAdd, now: int) -> None:
        if (book := self._book(event)) is not None and (fills := book.on_add(event)):
            self._fill_resting(fills, now)

    def _on_reduce(self, event: BookReduce, now: int) -> None:
        if (book := self._book(event)) is not None:
            book.on_reduce(event)

    def _on_execute(self, event: BookExecute, now: int) -> None:
        if (book := self._book(event)) is not None and (fills := book.on_execute(event)):
            self._fill_resting(fills, now)

    def _on_trading(self, symbol: str, trading: bool, now: int) -> None:
        desk = self._desk(symbol)
        if desk is not None:
            desk.matcher.trading = trading

    # -- own orders --------------------------------------------------------------------------------------------------

    def _objection(self, order: OwnOrder, price: int | None, now: int) -> str:
        matcher = self._matcher(order.symbol)
        for other in matcher.own.sides[-order.sign]:
            assert other.price is not None
            if price is None or order.sign * price >= order.sign * other.price:
                return f"would trade with own order {other.cl_ord_id}"
        far = matcher.touch(-order.sign)
        if order.post_only and far is not None and price is not None and order.sign * price >= order.sign * far:
            return f"post_only at {price} would take from {far}"
        return ""

    def _reach(self, order: OwnOrder, now: int) -> int:
        return self._matcher(order.symbol).reach(order.sign, order.price, order.leaves)

    def _enter(self, order: OwnOrder, now: int) -> Sequence[tuple[int, int]]:
        return self._matcher(order.symbol).take(order.sign, order.price, order.leaves)

    def _rest(self, order: OwnOrder, now: int) -> None:
        self._matcher(order.symbol).rest(order)

    def _withdraw(self, order: OwnOrder) -> None:
        self._matcher(order.symbol).own.remove(order)

    # -- desks -------------------------------------------------------------------------------------------------------

    def _desk(self, symbol: str) -> Desk | None:
        """Give the symbol's desk; None for a symbol that is not of this run."""
        desk = self._desks.get(symbol)
        instrument = self._instruments.get(symbol)
        if desk is None and instrument is not None:
            quotes = QuoteBook(instrument.lot, instrument.tick, self.depth_levels, self._ppm)
            desk = self._desks[symbol] = Desk(quotes)
            quotes.trading = not self._trading(symbol)
        return desk

    def _matcher(self, symbol: str) -> OrderBook | QuoteBook:
        desk = self._desk(symbol)
        assert desk is not None, symbol
        return desk.matcher

    def _book(self, event: BookAdd | BookReduce | BookExecute) -> OrderBook | None:
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
        return desk.book
