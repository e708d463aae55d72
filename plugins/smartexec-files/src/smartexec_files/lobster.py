"""Market-data feed `lobster`: LOBSTER message files as order-level events, trades and quotes of one venue.

What a message does is in `lobster_replay`, the rows are `lobster_rows`. A bad row is left out and
said; the rest goes on.
"""

from collections.abc import Iterator
from datetime import date as Date  # noqa: N812 - the parameter is called `date`
from itertools import chain
from pathlib import Path
from typing import ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from attrs import define, field
from attrs.validators import min_len

from smartexec.api import (
    ConfigError,
    Context,
    MarketDataFeed,
    MarketEvent,
    Phase,
    PhaseChange,
    Side,
)
from smartexec_files import data_file
from smartexec_files.faults import BadValueError, Faults
from smartexec_files.in_order import in_order
from smartexec_files.lobster_replay import Replay
from smartexec_files.lobster_rows import Message, parse_levels, parse_message
from smartexec_files.units import decimal_text, midnight


@define
class Lobster(MarketDataFeed):
    """LOBSTER message file (plain, .gz or .zip), from an optional snapshot of the book.

    With `book_path` the events start from the first row of that order-book file. It is the book *after* message 1, so
    message 1 itself is not played again. Without it the book starts empty. A message on an order that the book does
    not hold takes from the snapshot's level at its price; if there is none either (the order came from outside the
    snapshot's levels) only its trade, if any, is given, and the number of such messages is said at the end.
    """

    name: ClassVar[str] = "lobster"

    message_path: str = field(validator=min_len(1))
    """Message file, relative to the config file."""
    symbol: str = field(validator=min_len(1))
    """Symbol(55) of the events."""
    date: str = field()
    """Day of the file, YYYY-MM-DD, in `zone`."""
    book_path: str = ""
    """Order-book file whose first row is the book after message 1; "" = start from an empty book."""
    mic: str = "XNAS"
    """MIC of the events."""
    zone: str = "America/New_York"
    """Time zone of the file's seconds after midnight."""
    _context: Context = field(init=False, factory=Context)
    _base: int = field(init=False, default=0)

    def start(self, context: Context) -> None:
        """Check parameters and files; ConfigError names each that cannot be used."""
        self._context = context
        try:
            self._base = midnight(Date.fromisoformat(self.date), ZoneInfo(self.zone))
        except (ValueError, OSError, ZoneInfoNotFoundError) as error:
            text = f'market_data: found date "{self.date}" in zone "{self.zone}" ({error}), expected YYYY-MM-DD'
            raise ConfigError(f"{text} and an IANA time zone") from None
        data_file.check(self._messages, "market_data.message_path")
        if self.book_path:
            data_file.check(self._book, "market_data.book_path")
            self._levels()

    @property
    def _messages(self) -> Path:
        return self._context.base / self.message_path

    @property
    def _book(self) -> Path:
        return self._context.base / self.book_path

    def _levels(self) -> list[tuple[Side, int, int]]:
        faults: list[str] = []
        for number, cells in data_file.rows(self._book, Faults(faults.append, self._book.name)):
            try:
                levels = parse_levels(cells)
                _uncrossed(levels)
            except BadValueError as error:
                raise ConfigError(f"market_data.book_path: {self._book.name} row {number}: {error}") from None
            return levels
        found = faults[0] if faults else f"{self._book.name}: found no row, expected one"
        raise ConfigError(f"market_data.book_path: {found}")

    def events(self) -> Iterator[tuple[int, MarketEvent]]:
        """Yield the phase, the snapshot and what each message did, all times in ns UTC."""
        faults = Faults(self._context.fault, self._messages.name)
        replay = Replay(self.symbol, self.mic)
        start: Iterator[MarketEvent] = iter(())
        if self.book_path:
            start = replay.snapshot(self._levels())
        opening = chain([PhaseChange(self.symbol, self.mic, Phase.CONTINUOUS)], start)
        for number, message in in_order(self._parsed(faults), _at, _show, faults):
            now = self._base + message.at
            try:
                yield from ((now, event) for event in opening)
                if not (self.book_path and number == 1):  # the snapshot is the book after row 1
                    yield from ((now, event) for event in replay.step(message))
            except BadValueError as error:
                faults.row(number, error)
        _sum_up(replay, faults)

    def _parsed(self, faults: Faults) -> Iterator[tuple[int, Message]]:
        for number, cells in data_file.rows(self._messages, faults):
            try:
                yield number, parse_message(cells)
            except BadValueError as error:
                faults.row(number, error)

    def digest(self) -> str:
        """SHA-256 of the files."""
        return data_file.digest([self._messages] + ([self._book] if self.book_path else []))


def _at(message: Message) -> int:
    return message.at


def _show(at: int) -> str:
    return decimal_text(at, 9)


def _sum_up(replay: Replay, faults: Faults) -> None:
    if replay.strangers:
        faults.line(f"as a whole: found {replay.strangers} rows on orders the book never showed, expected known ones")
    if replay.stale:
        faults.line(f"as a whole: found {replay.stale} orders crossed by later ones, expected their ends; taken out")
    faults.close()


def _uncrossed(levels: list[tuple[Side, int, int]]) -> None:
    bids = [px for side, px, _ in levels if side is Side.BUY]
    asks = [px for side, px, _ in levels if side is Side.SELL]
    if bids and asks and max(bids) >= min(asks):
        bid, ask = decimal_text(max(bids), 9), decimal_text(min(asks), 9)
        raise BadValueError(f"best bid {bid}, best ask {ask}", "a bid below the ask")
