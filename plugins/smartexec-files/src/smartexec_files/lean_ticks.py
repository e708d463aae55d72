"""Market-data feed `lean-ticks`: LEAN trade and quote tick files of a US equity as a consolidated tape.

The quote files hold the national best bid and offer with the venue that shows each side, not every venue's own quote.
So quotes are given with mic "" (consolidated), trades with the venue of their print. The rows are `lean_rows`, the
venue letters `us_venues`; here is what joins them.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date as Date  # noqa: N812 - the parameter is called `date`
from heapq import merge
from pathlib import Path
from typing import ClassVar, Final, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from attrs import define, field
from attrs.validators import gt, min_len

from smartexec.api import (
    PX_SCALE,
    ConfigError,
    Context,
    MarketDataFeed,
    MarketEvent,
    Phase,
    PhaseChange,
    Quote,
    Trade,
)
from smartexec_files import data_file
from smartexec_files.faults import BadValueError, Faults
from smartexec_files.in_order import in_order
from smartexec_files.lean_rows import QuoteRow, TradeRow, parse_quote, parse_trade
from smartexec_files.units import MAX_INT, clock_nanos, decimal_text, midnight

_FILE_DATE: Final = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})(?![0-9])")
_PHASE, _QUOTE, _TRADE, _END, _AUCTION = range(5)
"""What comes first at one time: the opening, the quote that a trade met, the trade, the close, what prints after it."""

Row = TypeVar("Row", TradeRow, QuoteRow)
Timed = tuple[int, int, MarketEvent]


@define
class _Nbbo:
    """The consolidated quote, put together from one-sided rows that come in pairs."""

    symbol: str
    bid: int | None = None
    bid_qty: int = 0
    ask: int | None = None
    ask_qty: int = 0
    since: int = -1
    """Time of the rows not yet given, ns after midnight; -1 = all given."""
    row: int = 0
    _sides: int = 0
    _given: Quote | None = None

    def completes(self, row: QuoteRow) -> bool:
        """Whether `row` starts a new quote: another time, or a side that the pending one has already."""
        return self.since >= 0 and (row.at != self.since or bool(self._sides & _sides(row)))

    def take(self, number: int, row: QuoteRow) -> None:
        """Put a row's sides in."""
        if row.bid:
            self.bid, self.bid_qty = row.bid, row.bid_qty
        if row.ask:
            self.ask, self.ask_qty = row.ask, row.ask_qty
        self.since, self.row, self._sides = row.at, number, self._sides | _sides(row)

    def settle(self) -> None:
        """Take what is pending as seen."""
        self.since, self._sides = -1, 0

    def give(self) -> Quote | None:
        """The quote as it stands, None if it has not changed. Raises BadValueError if it is crossed."""
        self.settle()
        if self.bid is not None and self.ask is not None and self.bid > self.ask:
            bid, ask = decimal_text(self.bid, 9), decimal_text(self.ask, 9)
            raise BadValueError(f"best bid {bid} over best ask {ask}", "a market that is not crossed")
        quote = Quote(self.symbol, "", self.bid, self.bid_qty, self.ask, self.ask_qty)
        if quote == self._given:
            return None
        self._given = quote
        return quote


def _sides(row: QuoteRow) -> int:
    return (1 if row.bid else 0) | (2 if row.ask else 0)


@define
class LeanTicks(MarketDataFeed):
    """LEAN tick files (zip with one member, .gz or plain) of one symbol and day.

    Quotes come before trades of the same millisecond: the files say no more of their order, and a print is judged by
    the quote in force. Only rows with open <= time < close are given; the quote in force at the open is given then.
    Suspicious ticks are passed over, as LEAN does. A crossed consolidated quote is left out and said, a locked
    one is kept. Prints whose sale condition is that of an opening, closing or reopening auction are marked.
    """

    name: ClassVar[str] = "lean-ticks"

    symbol: str = field(validator=min_len(1))
    """Symbol(55) of the events."""
    trade_path: str = ""
    """Trade ticks, relative to the config file; "" = none."""
    quote_path: str = ""
    """Quote ticks, relative to the config file; "" = none."""
    date: str = ""
    """Day, YYYY-MM-DD, in `zone`; "" = the YYYYMMDD in the file's name."""
    zone: str = "America/New_York"
    """Time zone of the file's milliseconds after midnight."""
    scale: int = field(default=10_000, validator=gt(0))
    """The files' prices are this many times the currency unit."""
    open: str = "09:30"
    """Start of the session, local time HH:MM[:SS]; "" = the day's."""
    close: str = "16:00"
    """End of the session, local time HH:MM[:SS]; "" = the day's."""
    auction_until: str = ""
    """Local time HH:MM[:SS] until which closing auctions print. From `close` to it the phase is AUCTION and auction
    prints are given, nothing else; "" = the market is closed at `close`."""
    _context: Context = field(init=False, factory=Context)
    _base: int = field(init=False, default=0)
    _bounds: tuple[int, int] = field(init=False, default=(0, MAX_INT))
    _until: int = field(init=False, default=0)
    """End of the closing auctions, ns after midnight; no later than the session's where there are none."""

    def start(self, context: Context) -> None:
        """Check parameters and files; ConfigError names the one that cannot be used."""
        self._context = context
        if not (self.trade_path or self.quote_path):
            raise ConfigError("market_data: found neither trade_path nor quote_path, expected at least one")
        if PX_SCALE % self.scale:
            raise ConfigError(f"market_data.scale: found {self.scale}, expected a divisor of {PX_SCALE}")
        self._base = self._midnight()
        self._bounds = self._session()
        self._until = self._auctions()
        for key, path in self._paths().items():
            data_file.check(path, f"market_data.{key}")

    def _paths(self) -> dict[str, Path]:
        paths = {"trade_path": self.trade_path, "quote_path": self.quote_path}
        return {key: self._context.base / path for key, path in paths.items() if path}

    def _midnight(self) -> int:
        text = self.date
        if not text:
            found = [m for path in self._paths().values() if (m := _FILE_DATE.search(path.name))]
            text = "-".join(found[0].groups()) if found else ""
        try:
            return midnight(Date.fromisoformat(text), ZoneInfo(self.zone))
        except (ValueError, OSError, ZoneInfoNotFoundError) as error:
            found_text = f'market_data: found date "{text}" in zone "{self.zone}" ({error})'
            raise ConfigError(f"{found_text}, expected YYYY-MM-DD and an IANA time zone") from None

    def _session(self) -> tuple[int, int]:
        try:
            start = clock_nanos(self.open) if self.open else 0
            end = clock_nanos(self.close) if self.close else clock_nanos("23:59:59") + PX_SCALE
        except BadValueError as error:
            raise ConfigError(f"market_data.open, close: {error}") from None
        if end <= start:
            raise ConfigError(f'market_data.close: found "{self.close}", expected a time after open "{self.open}"')
        return start, end

    def _auctions(self) -> int:
        if not self.auction_until:
            return 0
        try:
            until = clock_nanos(self.auction_until)
        except BadValueError as error:
            raise ConfigError(f"market_data.auction_until: {error}") from None
        if until <= self._bounds[1]:
            found = f'found "{self.auction_until}", expected a time after close "{self.close}"'
            raise ConfigError(f"market_data.auction_until: {found}")
        return until

    def events(self) -> Iterator[tuple[int, MarketEvent]]:
        """Yield the open, quotes and trades merged by time, and the close, all times in ns UTC."""
        start, end = self._bounds
        frame: list[Timed] = [
            (start, _PHASE, PhaseChange(self.symbol, "", Phase.CONTINUOUS)),
            (end, _END, PhaseChange(self.symbol, "", Phase.AUCTION if self._until else Phase.CLOSED)),
        ]
        if self._until:
            frame.append((self._until, _END, PhaseChange(self.symbol, "", Phase.CLOSED)))
        streams: list[Iterator[Timed]] = [iter(frame)]
        paths = self._paths()
        if "quote_path" in paths:
            streams.append(self._quotes(paths["quote_path"]))
        if "trade_path" in paths:
            streams.append(self._trades(paths["trade_path"]))
        for at, _, event in merge(*streams, key=_order):
            yield self._base + at, event

    def _rows(self, path: Path, faults: Faults, parse: Callable[[list[str], int], Row]) -> Iterator[tuple[int, Row]]:
        for number, cells in data_file.rows(path, faults):
            try:
                yield number, parse(cells, self.scale)
            except BadValueError as error:
                faults.row(number, error)

    def _trades(self, path: Path) -> Iterator[Timed]:
        faults = Faults(self._context.fault, path.name)
        start, end = self._bounds
        last = max(end, self._until)
        for _, row in in_order(self._rows(path, faults, parse_trade), _trade_at, _show, faults):
            if start <= row.at < (last if row.auction else end) and not row.suspicious:
                order = _TRADE if row.at < end else _AUCTION
                yield row.at, order, Trade(self.symbol, row.mic, row.px, row.qty, auction=row.auction)
        faults.close()

    def _quotes(self, path: Path) -> Iterator[Timed]:
        faults = Faults(self._context.fault, path.name)
        end = self._bounds[1]
        nbbo = _Nbbo(self.symbol)
        for number, row in in_order(self._rows(path, faults, parse_quote), _quote_at, _show, faults):
            if row.suspicious:
                continue
            if nbbo.completes(row):
                yield from self._give(nbbo, row.at, faults)
            if row.at >= end:
                continue
            nbbo.take(number, row)
        if nbbo.since >= 0:
            yield from self._give(nbbo, end, faults)
        faults.close()

    def _give(self, nbbo: _Nbbo, until: int, faults: Faults) -> Iterator[Timed]:
        """Give the pending quote, which holds until `until`. One that is over before the open is not given."""
        start = self._bounds[0]
        at, number = max(nbbo.since, start), nbbo.row
        if until <= start:
            nbbo.settle()
            return
        try:
            quote = nbbo.give()
        except BadValueError as error:
            faults.row(number, error)
            return
        if quote is not None:
            yield at, _QUOTE, quote

    def digest(self) -> str:
        """SHA-256 of the files."""
        return data_file.digest(self._paths().values())


def _order(timed: Timed) -> tuple[int, int]:
    return timed[0], timed[1]


def _trade_at(row: TradeRow) -> int:
    return row.at


def _quote_at(row: QuoteRow) -> int:
    return row.at


def _show(at: int) -> str:
    return decimal_text(at, 6)
