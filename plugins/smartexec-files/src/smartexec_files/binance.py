"""Market-data feed `binance`: collected streams of one Binance market as quotes and trades of one venue.

The lines are `binance_rows`, the book is `binance_book`, the clock `binance_clock`. A bad line is left out and said;
the rest goes on.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar, Final

from attrs import define, field
from attrs.validators import in_, min_len

from smartexec.api import ConfigError, Context, MarketDataFeed, MarketEvent, Phase, PhaseChange, Quote, Side, Trade
from smartexec_files import data_file
from smartexec_files.binance_book import DepthBook
from smartexec_files.binance_clock import AUTO, Clock, measure
from smartexec_files.binance_rows import QTY_DECIMALS, Depth, Line, Print, Snapshot, Ticker, parse
from smartexec_files.faults import BadValueError, Faults, quote
from smartexec_files.in_order import in_order
from smartexec_files.units import decimal_text, scaled

NO_TOUCH: Final = (None, 0, None, 0)
_HEAD: Final = 80
"""Bytes of a line in which the name of its stream stands."""
Half = tuple[int | None, int]


@define
class Binance(MarketDataFeed):
    """One file of lines `<local ns> <JSON>`: depth, bookTicker and trade streams and REST snapshots of one symbol.

    Quantities become lots of the instrument's `qty_decimals`, rounded down: a print of less than a lot is not given, a
    side that shows less than a lot counts as empty; both are counted and said.
    """

    name: ClassVar[str] = "binance"

    path: str = field(validator=min_len(1))
    """File, plain or .gz, relative to the config file."""
    symbol: str = field(validator=min_len(1))
    """Symbol(55) of the events; an instrument of the configuration."""
    mic: str = field(validator=min_len(1))
    """Name of the market as a venue; Binance has no MIC, any name will do."""
    quotes: str = field(default="ticker", validator=in_(("ticker", "depth")))
    """Where quotes come from: the bookTicker stream, or the book built from snapshot and depth stream."""
    clock: str = field(default="local", validator=in_(("local", "exchange")))
    """Time of the events: the collector's less `clock_offset`, or the exchange's (ms) where the message has it; one
    that is earlier than the event before it is then given at that one's time."""
    clock_offset: str = AUTO
    """Seconds by which the collector's clock is ahead, as text, negative if behind; "auto" = measured: the median over
    the file."""
    contract_value: str = ""
    """What one contract is worth in the price's currency, as text: "100" for BTCUSD COIN-M. Quantities, which are
    contracts there, become coins at the price of the print or quote. "" = they are what the instrument counts."""
    _context: Context = field(init=False, factory=Context)
    _clock: Clock = field(init=False, default=Clock(0, False))
    _value: int = field(init=False, default=0)
    _scale: int = field(init=False, default=1)
    _small: int = field(init=False, default=0)

    def start(self, context: Context) -> None:
        """Check parameters and file, measure the clock; ConfigError names the one that cannot be used."""
        self._context = context
        instrument = context.instruments.get(self.symbol)
        if instrument is None:
            text = f"market_data.symbol: found {quote(self.symbol)}, expected an instrument of the configuration"
            raise ConfigError(text)
        self._scale = 10**instrument.qty_decimals
        self._value = self._decimal("contract_value", self.contract_value or "0")
        if self.contract_value and self._value <= 0:
            raise ConfigError(f"market_data.contract_value: found {quote(self.contract_value)}, expected more than 0")
        data_file.check(self._path, "market_data.path")
        self._clock = Clock(self._offset(), self.clock == "exchange")

    @property
    def offset(self) -> int:
        """By how much the collector's clock is ahead, ns; known once started."""
        return self._clock.offset

    @property
    def _path(self) -> Path:
        return self._context.base / self.path

    def _decimal(self, key: str, text: str) -> int:
        value = scaled(text, 9)
        if value is None:
            raise ConfigError(f"market_data.{key}: found {quote(text)}, expected a decimal number as text")
        return value

    def _offset(self) -> int:
        if self.clock_offset != AUTO:
            return self._decimal("clock_offset", self.clock_offset)
        found = measure(self._path)
        if found is None:
            text = f"found {quote(AUTO)} and no message with an exchange time (E) in {self._path.name}"
            raise ConfigError(f"market_data.clock_offset: {text}, expected one, or seconds as text")
        return found

    def events(self) -> Iterator[tuple[int, MarketEvent]]:
        """Yield the phase, quotes where they changed, and trades, all times in ns UTC."""
        faults = Faults(self._context.fault, self._path.name)
        market = _Market(self)
        self._small = now = 0
        for number, (at, line) in in_order(self._timed(faults), _local, _show, faults):
            if not now:
                yield at, PhaseChange(self.symbol, self.mic, Phase.CONTINUOUS)
            now = max(now, at)
            try:
                yield from ((now, event) for event in market.step(line))
            except BadValueError as error:
                faults.row(number, error)
        if self._small:
            faults.line(f"as a whole: found {self._small} quantities of less than a lot, expected lots; left out")
        faults.close()

    def _timed(self, faults: Faults) -> Iterator[tuple[int, tuple[int, Line]]]:
        unused = (b"@bookTicker",) if self.quotes == "depth" else (b"@depth", b'"lastUpdateId"')
        for number, text in data_file.lines(self._path, faults):
            head = text[:_HEAD]
            if any(name in head for name in unused) or not text.strip():
                continue
            try:
                line = parse(text)
                if line is not None:
                    yield number, (self._clock.at(line), line)
            except BadValueError as error:
                faults.row(number, error)

    def lots(self, qty: int, px: int) -> int:
        """Whole lots in a quantity (1e-8 of a coin or contract) at a price (1e-9)."""
        top, bottom = (qty * self._value, px) if self._value else (qty, 1)
        got = top * self._scale // (bottom * 10**QTY_DECIMALS)
        self._small += qty > 0 and not got
        return got

    def digest(self) -> str:
        """SHA-256 of the file, and the parameters."""
        said = (self.symbol, self.mic, self.quotes, self.clock, self.clock_offset, self.contract_value, self._scale)
        return f"{data_file.digest([self._path])} {said}"


@define
class _Market:
    """What the lines of one market do."""

    feed: Binance
    book: DepthBook = field(factory=DepthBook)
    given: tuple[int | None, int, int | None, int] = NO_TOUCH
    _steps: dict[type, Callable[[Any], Iterator[MarketEvent]]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._steps = {Depth: self._depth, Snapshot: self._snapshot, Ticker: self._ticker, Print: self._print}

    def step(self, line: Line) -> Iterator[MarketEvent]:
        """Play a line. Raises BadValueError if it cannot be true."""
        return self._steps[type(line.body)](line.body)

    def _depth(self, depth: Depth) -> Iterator[MarketEvent]:
        try:
            self.book.apply(depth)
        finally:
            yield from self._quote(*self.book.touch())

    def _snapshot(self, snapshot: Snapshot) -> Iterator[MarketEvent]:
        try:
            self.book.load(snapshot)
        finally:
            yield from self._quote(*self.book.touch())

    def _ticker(self, ticker: Ticker) -> Iterator[MarketEvent]:
        return self._quote(*ticker)

    def _quote(self, bid: int | None, bid_qty: int, ask: int | None, ask_qty: int) -> Iterator[MarketEvent]:
        if bid is not None and ask is not None and bid >= ask:
            found = f"best bid {decimal_text(bid, 9)}, best ask {decimal_text(ask, 9)}"
            raise BadValueError(found, "a bid below the ask")
        touch = (*self._half(bid, bid_qty), *self._half(ask, ask_qty))
        if touch != self.given:
            self.given = touch
            yield Quote(self.feed.symbol, self.feed.mic, *touch)

    def _half(self, px: int | None, qty: int) -> Half:
        lots = 0 if px is None else self.feed.lots(qty, px)
        return (px, lots) if lots else (None, 0)

    def _print(self, trade: Print) -> Iterator[MarketEvent]:
        lots = self.feed.lots(trade.qty, trade.px) if trade.market else 0
        if lots:
            side = Side.SELL if trade.buyer_made else Side.BUY
            yield Trade(self.feed.symbol, self.feed.mic, trade.px, lots, side)


def _local(timed: tuple[int, Line]) -> int:
    return timed[1].local


def _show(at: int) -> str:
    return decimal_text(at, 9)
