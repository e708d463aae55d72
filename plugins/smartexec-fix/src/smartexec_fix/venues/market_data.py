"""Market data of a venue: what is subscribed to after a logon, and MarketDataSnapshotFullRefresh(W) and
MarketDataIncrementalRefresh(X) as quotes and trades. A book of each symbol is kept, and a quote given when its touch
changes. A book that cannot be followed is asked for anew.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from attrs import define, field, frozen
from attrs.validators import ge

from smartexec.api import Instrument, Quote, Side, Trade
from smartexec_fix.venues.dialect import with_what_differs
from smartexec_fix.venues.symbology import SECURITY_ID, SYMBOL, Symbology
from smartexec_fix.wire.message import Field, Message
from smartexec_fix.wire.values import read_px, read_qty

REQUEST, SNAPSHOT, UPDATE, REFUSED = b"V", b"W", b"X", b"Y"
SECURITY_STATUS, SESSION_STATUS = b"e", b"g"
MAX_LEVELS: Final = 10_000
"""Entries of a side of a book: a venue that sends more is asked for its book anew."""
_BID, _OFFER, _TRADE = b"0", b"1", b"2"
_NEW, _CHANGE, _DELETE = b"0", b"1", b"2"
_SIDES: Final[Mapping[bytes, Side]] = {b"1": Side.BUY, b"2": Side.SELL}
Entry = dict[int, bytes]
Level = tuple[int, int]
"""(price, quantity)."""


@frozen(kw_only=True, repr=False)
class MarketData:
    """What is subscribed to after each logon."""

    quotes: bool = False
    """Bids and offers."""
    trades: bool = False
    """Trades."""
    phases: bool = False
    """Phases of trading: SecurityStatusRequest(35=e) and TradingSessionStatusRequest(35=g). News of them that come
    without being asked for are taken in any case."""
    symbols: tuple[str, ...] = ()
    """Our symbols; none = all instruments of the run."""
    depth: int = field(default=1, validator=ge(0))
    """MarketDepth(264): levels of the book; 0 = all."""
    incremental: bool = True
    """MDUpdateType(265): changes only after a first snapshot; else a whole book each time."""
    aggressor_tag: int = field(default=2446, validator=ge(0))
    """Tag of a trade that says who was the aggressor, 1 = buyer, 2 = seller; 0 = none does."""

    def __repr__(self) -> str:
        return with_what_differs(self)


@define(eq=False)
class _Book:
    """One symbol."""

    bids: dict[bytes, Level] = field(factory=dict)
    """By MDEntryID(278), or by price where there is none."""
    offers: dict[bytes, Level] = field(factory=dict)
    quote: Quote | None = None
    """The last that was given."""
    fresh: bool = True
    """No snapshot has come since it was subscribed to: trades in that one are of before."""

    def side(self, kind: bytes) -> dict[bytes, Level]:
        return self.bids if kind == _BID else self.offers


@define(eq=False)
class MarketDataIn:
    """Subscriptions and books of one venue."""

    mic: str
    settings: MarketData
    symbology: Symbology
    _books: dict[str, _Book] = field(init=False, factory=dict)
    _count: int = field(init=False, default=0)
    _asked: dict[str, str] = field(init=False, factory=dict)
    """MDReqID(262) -> symbol."""

    @property
    def symbols(self) -> Iterable[str]:
        """What is subscribed to, or could be."""
        return self.settings.symbols or tuple(self.symbology.instruments)

    def subscribe(self) -> Iterator[tuple[bytes, list[Field]]]:
        """Yield (MsgType, body) of what is asked for after a logon."""
        one = self.settings
        self._asked.clear()
        for symbol in self.symbols if one.quotes or one.trades else ():
            yield self._request(symbol)
        for symbol in self.symbols if one.phases else ():
            self._count += 1
            named = self.symbology.fields(symbol)
            yield SECURITY_STATUS, [(324, b"S%d" % self._count), *named, (263, b"1")]
        if one.phases:
            yield SESSION_STATUS, [(335, b"T%d" % (self._count + 1)), (263, b"1")]

    def again(self, symbol: str) -> tuple[bytes, list[Field]]:
        """Give the request for a symbol's book anew."""
        return self._request(symbol)

    def forget(self) -> Iterator[Quote]:
        """The session is lost: what was quoted is not known to hold any more."""
        for symbol, book in self._books.items():
            book.bids.clear()
            book.offers.clear()
            yield from self._quote(symbol, book)
        self._books.clear()

    def snapshot(self, message: Message) -> Iterator[Quote | Trade]:
        """Take a whole book; BookLost if it cannot be read, and the book is empty then."""
        symbol = self._asked.get(message.text(262)) or self.symbology.of(message)
        if not symbol:
            return
        book = self._books.setdefault(symbol, _Book())
        fresh, book.fresh = book.fresh, False
        book.bids.clear()
        book.offers.clear()
        try:
            trades = list(self._fill(symbol, book, message, fresh))
        except ValueError as error:
            book.bids.clear()
            book.offers.clear()
            raise BookLost(symbol, str(error)) from error
        yield from trades
        yield from self._quote(symbol, book)

    def update(self, message: Message) -> Iterator[Quote | Trade]:
        """Take changes; BookLost if they cannot be followed."""
        symbol, touched = self._asked.get(message.text(262), ""), dict[str, _Book]()
        for entry in message.group(268, 279):
            named = self.symbology.symbol(*(entry.get(tag, b"").decode("latin-1") for tag in (SECURITY_ID, SYMBOL)))
            symbol = named or symbol
            if not symbol:
                continue
            try:
                trade = self._change(symbol, entry, touched)
            except ValueError as error:
                raise BookLost(symbol, str(error)) from error
            if trade is not None:
                yield trade
        for one, book in touched.items():
            yield from self._quote(one, book)

    # -- parts ---------------------------------------------------------------------------------------------------------

    def _request(self, symbol: str) -> tuple[bytes, list[Field]]:
        self._count += 1
        ref, one = f"M{self._count}", self.settings
        self._asked = {old: named for old, named in self._asked.items() if named != symbol} | {ref: symbol}
        self._books.setdefault(symbol, _Book()).fresh = True
        kinds = [*([_BID, _OFFER] if one.quotes else []), *([_TRADE] if one.trades else [])]
        body: list[Field] = [(262, ref.encode()), (263, b"1"), (264, b"%d" % one.depth)]
        body.append((265, b"1" if one.incremental else b"0"))
        body += [(267, b"%d" % len(kinds)), *((269, kind) for kind in kinds)]
        return REQUEST, [*body, (146, b"1"), *self.symbology.fields(symbol)]

    def _fill(self, symbol: str, book: _Book, message: Message, fresh: bool) -> Iterator[Trade]:
        for entry in message.group(268, 269):
            if entry[269] in (_BID, _OFFER):
                self._put(symbol, book, entry)
            elif entry[269] == _TRADE and not fresh:
                yield self._trade(symbol, entry)

    def _change(self, symbol: str, entry: Entry, touched: dict[str, _Book]) -> Trade | None:
        """Take one change; give the trade, if it is one."""
        action, kind = entry[279], entry.get(269, b"")
        if kind == _TRADE:
            return self._trade(symbol, entry) if action == _NEW else None
        if kind not in (_BID, _OFFER) and not (action == _DELETE and not kind):
            return None
        book = touched[symbol] = self._books.setdefault(symbol, _Book())
        if action == _DELETE:
            name = self._key(entry)
            for side in [book.side(kind)] if kind else [book.bids, book.offers]:
                side.pop(name, None)
        elif action in (_NEW, _CHANGE):
            self._put(symbol, book, entry)
        else:
            raise ValueError(f"MDUpdateAction(279): found {action.decode('latin-1')!r}, expected 0, 1 or 2")
        return None

    def _put(self, symbol: str, book: _Book, entry: Entry) -> None:
        side, name, instrument = book.side(entry[269]), self._key(entry), self.symbology.instrument(symbol)
        old = side.get(name, (0, 0))
        qty = read_qty(entry[271], instrument) if 271 in entry else old[1]
        px = read_px(entry[270]) if 270 in entry else old[0]
        if 280 in entry and 278 in entry:
            side.pop(b"#" + entry[280], None)
        if qty <= 0:
            side.pop(name, None)
            return
        if name not in side and len(side) >= MAX_LEVELS:
            raise ValueError(f"found more than {MAX_LEVELS} entries of a side, expected fewer")
        side[name] = (px, qty)

    def _key(self, entry: Entry) -> bytes:
        named = entry.get(278) or entry.get(280)
        return b"#" + named if named else b"%d" % read_px(entry.get(270, b""))

    def _trade(self, symbol: str, entry: Entry) -> Trade:
        instrument: Instrument = self.symbology.instrument(symbol)
        if 270 not in entry or 271 not in entry:
            raise ValueError("found a trade without MDEntryPx(270) or MDEntrySize(271), expected both")
        side = _SIDES.get(entry.get(self.settings.aggressor_tag, b""))
        return Trade(symbol, self.mic, read_px(entry[270]), read_qty(entry[271], instrument), side)

    def _quote(self, symbol: str, book: _Book) -> Iterator[Quote]:
        """Yield the touch, if it is another."""
        bid, bid_qty = _touch(book.bids.values(), max)
        ask, ask_qty = _touch(book.offers.values(), min)
        quote = Quote(symbol, self.mic, bid, bid_qty, ask, ask_qty)
        empty = bid is None and ask is None
        if quote != book.quote and not (book.quote is None and empty):
            book.quote = quote
            yield quote


class BookLost(Exception):
    """Changes of a symbol's book cannot be followed: (symbol, why)."""


def _touch(levels: Iterable[Level], best: Callable[[Iterable[int]], int]) -> Level | tuple[None, int]:
    """Give the best price of a side, and the quantity there."""
    found = list(levels)
    if not found:
        return None, 0
    px = best(one for one, _ in found)
    return px, sum(qty for at, qty in found if at == px)
