"""your-name: client orders from a CSV file, all for one strategy.

Prices are in 1e-9 of the currency, quantities in lots, times in ns. A row that is no order arrives as a RejectedOrder
with the reason, so that nothing a client sent is lost.
"""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from operator import itemgetter
from pathlib import Path
from typing import Final

from attrs import define, field
from attrs.validators import min_len
from smartexec.api import PX_SCALE, ClientEvent, ConfigError, Context, NewOrder, OrderSource, RejectedOrder, Side

COLUMNS: Final = ("time", "client", "id", "symbol", "side", "qty", "limit")
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
Row = dict[str, str]


@define
class YourName(OrderSource):
    """Read orders from a CSV file with the columns time, client, id, symbol, side, qty and limit."""

    name = "your-name"

    path: str = field(validator=min_len(1))
    """File, relative to the configuration."""
    strategy: str = field(default="TWAP", validator=min_len(1))
    """TargetStrategy(847) of all orders."""

    _context: Context = field(init=False, factory=Context)
    _rows: list[Row] = field(init=False, factory=list[Row])

    def start(self, context: Context) -> None:
        """Read the file; ConfigError where it cannot be read or lacks a column."""
        self._context, self._rows = context, _read(context.base / self.path)

    def events(self) -> Iterator[tuple[int, ClientEvent]]:
        """Yield orders by time; one whose time cannot be read comes at that of the row before it."""
        timed: list[tuple[int, ClientEvent]] = []
        last = 0
        for number, row in enumerate(self._rows, 1):
            try:
                last = _time(row["time"])
                timed.append((last, self._order(row)))
            except (ValueError, KeyError) as error:
                where, why = f"{Path(self.path).name} row {number}", " ".join(str(error).split())
                rejected = RejectedOrder(self.name, row["id"] or where, f"{where}: found {why}, expected an order")
                timed.append((last, rejected))
        yield from sorted(timed, key=itemgetter(0))

    def _order(self, row: Row) -> NewOrder:
        """Make an order of a row. What is wrong with it raises."""
        one = self._context.instruments[row["symbol"]]
        qty = _whole(row, "qty", Decimal(10) ** one.qty_decimals, one.lot)
        price = _whole(row, "limit", Decimal(PX_SCALE), one.tick) if row["limit"] else None
        if not row["id"]:
            raise ValueError("no id")
        side = Side[row["side"].upper()]
        return NewOrder(self.name, row["id"], one.symbol, side, qty, self.strategy, row["client"], price)


def _whole(row: Row, column: str, scale: Decimal, step: int) -> int:
    """Read a number in units of 1 / scale; it must be a positive multiple of the step."""
    try:
        number = Decimal(row[column]) * scale
        if number > 0 and number % step == 0:
            return int(number)
    except ArithmeticError:
        pass  # no number at all, or none that is finite
    raise ValueError(f"{column} {row[column]!r}")


def _read(path: Path) -> list[Row]:
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            rows: list[Row] = [dict(zip(COLUMNS, row, strict=False)) for row in csv.reader(stream)]
    except (OSError, ValueError, csv.Error) as error:
        raise ConfigError(f"{path}: found {error}, expected a CSV file") from error
    if not rows or tuple(rows[0].values()) != COLUMNS:
        raise ConfigError(f"{path}: found {rows[:1]}, expected the columns {', '.join(COLUMNS)}")
    blank: Row = dict.fromkeys(COLUMNS, "")
    return [blank | row for row in rows[1:]]


def _time(text: str) -> int:
    """Nanoseconds UTC of a time with its offset, to the microsecond."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"time {text} without an offset")
    return (at - EPOCH) // timedelta(microseconds=1) * 1_000
