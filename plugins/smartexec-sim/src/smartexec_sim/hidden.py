"""A venue with a midpoint book for each symbol: what `sim-dark` and `sim-ats` share. No order protocol."""

from attrs import define, field
from attrs.validators import and_, ge, gt, le

from smartexec.api import Quote
from smartexec_sim.base import SimVenue
from smartexec_sim.midpoint import Hidden, MidpointBook
from smartexec_sim.orders import BUY, SELL, OwnOrder


@define(eq=False, kw_only=True, slots=False)
class MidpointVenue(SimVenue):
    """Base of venues with hidden size at the midpoint of the best quote they hear."""

    mean_size: int = field(default=500, validator=gt(0))
    """Mean hidden size, where there is some, lots."""
    fill_prob: float = field(default=0.3, validator=and_(ge(0.0), le(1.0)))
    """Probability that a side holds hidden size, 0..1."""
    rate: float = field(default=0.2, validator=gt(0.0))
    """How often a side's hidden size is drawn anew, per second."""

    _mids: dict[str, MidpointBook] = field(init=False, factory=dict)

    def hears(self, mic: str) -> bool:
        return True

    def _mid(self, symbol: str) -> MidpointBook | None:
        """Give the symbol's midpoint book; None for a symbol that is not of this run."""
        book = self._mids.get(symbol)
        instrument = self._instruments.get(symbol)
        if book is None and instrument is not None:
            hidden = {
                sign: Hidden(self.rng(f"{symbol}:{sign}"), self.rate, self.mean_size, self.fill_prob, instrument.lot)
                for sign in (BUY, SELL)
            }
            book = self._mids[symbol] = MidpointBook(instrument.lot, hidden, trading=not self._trading(symbol))
        return book

    def _pool(self, symbol: str) -> MidpointBook:
        pool = self._mid(symbol)
        assert pool is not None, symbol
        return pool

    def _wait(self, order: OwnOrder, now: int) -> None:
        pool = self._pool(order.symbol)
        pool.rest(order)
        self._wake_for(order.symbol, pool, now)

    def _open_pool(self, symbol: str, trading: bool, now: int) -> None:
        pool = self._mid(symbol)
        if pool is not None:
            pool.trading = trading
            self._match_mid(symbol, pool, now)

    def _keep_quote(self, quote: Quote, now: int) -> None:
        book = self._mids.get(quote.symbol) or self._mid(quote.symbol)
        if book is not None and book.keep(quote):
            self._match_mid(quote.symbol, book, now)

    def _woken(self, symbol: str, now: int) -> None:
        book = self._mids[symbol]
        book.wake_at = None
        self._match_mid(symbol, book, now)

    def _match_mid(self, symbol: str, book: MidpointBook, now: int) -> None:
        if fills := book.match(now):
            self._fill_resting(fills, now)
        self._wake_for(symbol, book, now)

    def _wake_for(self, symbol: str, book: MidpointBook, now: int) -> None:
        """Ask to be woken when hidden size may come; a wake-up that is on its way already is enough."""
        at = book.next_spell(now) if book.trading else None
        if at is not None and (book.wake_at is None or at < book.wake_at):
            book.wake_at = at
            self._line.wake(symbol, at)
