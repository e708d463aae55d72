"""your-name: best bids and offers from a CSV file, row by row.

Prices are in 1e-9 of the currency, quantities in lots, times in ns. A bad row is left out and said once, with its file
and row. The last row counts only if its line has an end.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Final

from attrs import define, field
from attrs.validators import min_len
from smartexec.api import PX_SCALE, ConfigError, Context, MarketDataFeed, MarketEvent, Phase, PhaseChange, Quote

COLUMNS: Final = "time,symbol,bid,bid_qty,ask,ask_qty"
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@define
class YourName(MarketDataFeed):
    """Replay the quotes of a CSV file with the columns time, symbol, bid, bid_qty, ask and ask_qty."""

    name = "your-name"

    path: str = field(validator=min_len(1))
    """File, relative to the configuration, its rows in order of time."""
    mic: str = ""
    """Venue that the quotes are of; "" = the consolidated tape."""

    _context: Context = field(init=False, factory=Context)
    _path: Path = field(init=False, factory=Path)
    _digest: str = field(init=False, default="")

    def start(self, context: Context) -> None:
        """Look at the file; ConfigError where it cannot be read or has other columns."""
        self._context, self._path = context, context.base / self.path
        try:
            data = self._path.read_bytes()
        except OSError as error:
            raise ConfigError(f"{self._path}: found {error.strerror}, expected a CSV file") from error
        head = data.partition(b"\n")[0].decode(errors="replace").strip()
        if head != COLUMNS:
            raise ConfigError(f"{self._path}: found {head[:80]!r}, expected {COLUMNS}")
        self._digest = sha256(self.mic.encode() + b"\n" + data).hexdigest()

    def events(self) -> Iterator[tuple[int, MarketEvent]]:
        """Yield quotes in order of time; before the first of an instrument, that it is traded continuously."""
        last, trading = 0, set[str]()
        with self._path.open(encoding="utf-8", errors="replace") as stream:
            next(stream)
            for number, line in enumerate(stream, 1):
                try:
                    at, quote = self._quote(line, last)
                except (ValueError, KeyError) as error:
                    why = " ".join(str(error).split())
                    self._context.fault(f"{self._path.name} row {number}: found {why}, expected a quote")
                    continue
                last = at
                if quote.symbol not in trading:
                    trading.add(quote.symbol)
                    yield at, PhaseChange(quote.symbol, "", Phase.CONTINUOUS)
                yield at, quote

    def digest(self) -> str:
        """Identify the data by the bytes of the file."""
        return self._digest

    def _quote(self, line: str, last: int) -> tuple[int, Quote]:
        """Read a row. What is wrong with it raises."""
        if not line.endswith("\n"):
            raise ValueError("a row that breaks off")
        time, symbol, bid, bid_qty, ask, ask_qty = line.rstrip("\n").split(",")
        read = datetime.fromisoformat(time)
        if read.tzinfo is None:
            raise ValueError(f"time {time} without an offset")
        at = (read - EPOCH) // timedelta(microseconds=1) * 1_000
        if at < last:
            raise ValueError(f"time {time} after a later one")
        decimals = self._context.instruments[symbol].qty_decimals
        sides = (*_side(bid, bid_qty, decimals), *_side(ask, ask_qty, decimals))
        return at, Quote(symbol, self.mic, *sides)


def _side(px: str, qty: str, decimals: int) -> tuple[int | None, int]:
    """Price and lots of a side; (None, 0) where it is empty."""
    if not px:
        return None, 0
    return _whole(px, Decimal(PX_SCALE)), _whole(qty, Decimal(10) ** decimals)


def _whole(text: str, scale: Decimal) -> int:
    """Read a number in units of 1 / scale; it must be a positive whole number of them."""
    try:
        number = Decimal(text) * scale
        if number > 0 and number % 1 == 0:
            return int(number)
    except ArithmeticError:
        pass  # no number at all, or none that is finite
    raise ValueError(repr(text))
