"""One row of an order file to one event. Says what is wrong with a row; where rows come from is not known here.

Numbers become integers exactly: quantities x 10^qty_decimals, prices x 1e9. A further column is a strategy parameter
and is handed on as it is: whether the strategy knows it is checked by the runtime.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from attrs import define, field

from smartexec.api import (
    CancelRequest,
    ClientEvent,
    Instrument,
    NewOrder,
    OrdType,
    Params,
    RejectedOrder,
    ReplaceRequest,
    Side,
    TimeInForce,
)
from smartexec_files.faults import BadValueError, quote
from smartexec_files.order_columns import KNOWN
from smartexec_files.order_readers import Cell, Row
from smartexec_files.units import decimal_text, parse_time, scaled

_SIDES: Final = {"BUY": Side.BUY, "SELL": Side.SELL}
_TYPES: Final = {"MARKET": OrdType.MARKET, "LIMIT": OrdType.LIMIT}
_FLAGS: Final = {"true": True, "false": False}
_ACTIONS: Final = ("NEW", "CANCEL", "REPLACE")
_PX_DECIMALS: Final = 9


def _bad(column: str, cell: Cell, expected: str) -> BadValueError:
    found = "nothing" if cell is None else quote(cell if isinstance(cell, str | bool) else str(cell))
    return BadValueError(found, expected, column)


@define
class Cells:
    """The cells of one row, read as what a column must hold. Every method raises BadValueError naming the column."""

    row: Mapping[str, Cell]

    def text(self, column: str, expected: str = "text") -> str:
        """A compulsory name: something, all of it printable."""
        value = self.optional(column)
        if not value:
            raise _bad(column, None, expected)
        return value

    def optional(self, column: str) -> str:
        """A name, "" where the cell is empty. A number of a typed format counts as its digits."""
        cell = self.row.get(column)
        if cell is None:
            return ""
        value = str(cell) if isinstance(cell, int) and not isinstance(cell, bool) else cell
        if not isinstance(value, str) or not value.isprintable():
            raise _bad(column, cell, "printable text")
        return value

    def word(self, column: str, words: Mapping[str, object]) -> str:
        """One of `words`."""
        cell = self.row.get(column)
        if not isinstance(cell, str) or cell not in words:
            raise _bad(column, cell, _either(list(words)))
        return cell

    def time(self, column: str) -> int | None:
        """ns UTC, None where the cell is empty."""
        cell = self.row.get(column)
        if cell is None:
            return None
        try:
            return parse_time(cell if isinstance(cell, str) else str(cell))
        except BadValueError as error:
            raise _bad(column, cell, error.expected) from None

    def number(self, column: str, decimals: int, expected: str) -> int:
        """A positive number x 10^decimals."""
        cell = self.row.get(column)
        if isinstance(cell, bool) or cell is None:
            raise _bad(column, cell, expected)
        value = scaled(f"{cell:f}" if isinstance(cell, Decimal) else str(cell), decimals)
        if value is None or value <= 0:
            raise _bad(column, cell, expected)
        return value

    def qty(self, instrument: Instrument) -> int:
        """`order_qty` in lots of the instrument."""
        decimals = instrument.qty_decimals
        kind = f"a positive number with at most {decimals} decimals" if decimals else "a positive whole number"
        qty = self.number("order_qty", decimals, kind)
        if qty % instrument.lot:
            lot = decimal_text(instrument.lot, decimals)
            raise _bad("order_qty", self.row["order_qty"], f"a multiple of the lot {lot}")
        return qty

    def px(self, instrument: Instrument) -> int:
        """`price` in 1e-9 of the currency."""
        px = self.number("price", _PX_DECIMALS, "a positive price")
        if px % instrument.tick:
            tick = decimal_text(instrument.tick, _PX_DECIMALS)
            raise _bad("price", self.row["price"], f"a multiple of the tick {tick}")
        return px

    def flag(self, column: str) -> bool:
        """true or false; an empty cell is false."""
        cell = self.row.get(column, False)
        value = cell if isinstance(cell, bool) else _FLAGS.get(str(cell).lower())
        if value is None:
            raise _bad(column, cell, "true or false")
        return value


def _either(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else words[0]


@define
class OrderRows:
    """Turns rows into events. Remembers which symbol a ClOrdID(11) stands for, so that replaces know their units."""

    file: str
    instruments: Mapping[str, Instrument]
    _symbols: dict[tuple[str, str], str] = field(factory=dict)

    def time(self, row: Row) -> int:
        """When the row happens, ns UTC. Raises BadValueError."""
        at = Cells(row.cells).time("time")
        if at is None:
            raise _bad("time", None, "a time")
        return at

    def action(self, row: Row) -> str:
        """NEW, CANCEL or REPLACE; NEW where the row does not say, or says something else."""
        cell = row.cells.get("action", "NEW")
        return cell if isinstance(cell, str) and cell in _ACTIONS else "NEW"

    def event(self, row: Row, at: int) -> ClientEvent:
        """Make the row's event. Raises BadValueError."""
        if row.broken is not None:
            raise row.broken
        cells = Cells(row.cells)
        if "action" in row.cells:
            cells.word("action", dict.fromkeys(_ACTIONS))
        action = self.action(row)
        event = self._new(cells, at) if action == "NEW" else self._request(cells, action)
        event.origin = f"{self.file} row {row.number}"
        return event

    def _request(self, cells: Cells, action: str) -> CancelRequest | ReplaceRequest:
        names = (
            cells.text("source"),
            cells.text("cl_ord_id"),
            cells.text("orig_cl_ord_id", "the cl_ord_id of an earlier order"),
        )
        return CancelRequest(*names) if action == "CANCEL" else self._replace(cells, *names)

    def _new(self, cells: Cells, at: int) -> NewOrder:
        if "orig_cl_ord_id" in cells.row:
            raise _bad("orig_cl_ord_id", cells.row["orig_cl_ord_id"], "none without action CANCEL or REPLACE")
        source, cl_ord_id, symbol = cells.text("source"), cells.text("cl_ord_id"), cells.text("symbol")
        instrument = self._instrument(cells, symbol)
        market = _TYPES[cells.word("ord_type", _TYPES)] is OrdType.MARKET
        if market and "price" in cells.row:
            raise _bad("price", cells.row["price"], "none for a MARKET order")
        order = NewOrder(
            source=source,
            cl_ord_id=cl_ord_id,
            symbol=symbol,
            side=_SIDES[cells.word("side", _SIDES)],
            order_qty=cells.qty(instrument),
            strategy=cells.text("strategy", "a strategy's name"),
            account=cells.text("account"),
            price=None if market else cells.px(instrument),
            params=_params(cells.row),
            owner=cells.optional("owner"),
            effective_time=cells.time("effective_time"),
            expire_time=cells.time("expire_time"),
            currency=cells.optional("currency"),
            time_in_force=_time_in_force(cells),
            no_cross=cells.flag("no_cross"),
            list_id=cells.optional("list_id"),
        )
        start = max(at, order.effective_time or at)
        if order.expire_time is not None and order.expire_time <= start:
            raise _bad("expire_time", cells.row["expire_time"], "a time after the order's start")
        self._symbols.setdefault((source, cl_ord_id), symbol)
        return order

    def _replace(self, cells: Cells, source: str, cl_ord_id: str, orig: str) -> ReplaceRequest:
        symbol = cells.optional("symbol") or self._symbols.get((source, orig), "")
        # An order this file does not know: the kernel will refuse the request, whatever its units.
        instrument = self._instrument(cells, symbol) if symbol else Instrument("", tick=1)
        if symbol:
            self._symbols.setdefault((source, cl_ord_id), symbol)
        qty = cells.qty(instrument) if "order_qty" in cells.row else None
        px = cells.px(instrument) if "price" in cells.row else None
        return ReplaceRequest(source, cl_ord_id, orig, qty, px)

    def _instrument(self, cells: Cells, symbol: str) -> Instrument:
        instrument = self.instruments.get(symbol)
        if instrument is None:
            some = [*self.instruments][:8] + (["..."] if len(self.instruments) > 8 else [])
            raise _bad("symbol", cells.row.get("symbol"), _either(some or ["a configured instrument"]))
        return instrument

    def rejected(self, row: Row, error: BadValueError) -> RejectedOrder:
        """The row as a rejected order, with all of its fields that can be read."""
        cells = Cells(row.cells)
        where = f", {error.column}" if error.column else ""
        instrument = self.instruments.get(_text(row.cells, "symbol"), Instrument("", tick=1))
        side = row.cells.get("side")
        return RejectedOrder(
            source=_text(row.cells, "source"),
            cl_ord_id=_text(row.cells, "cl_ord_id"),
            text=f"{self.file} row {row.number}{where}: {error}",
            symbol=_text(row.cells, "symbol"),
            side=side if isinstance(side, str) and side in _SIDES else "",
            account=_text(row.cells, "account"),
            owner=_text(row.cells, "owner"),
            order_qty=_or_none(cells, "order_qty", instrument.qty_decimals) or 0,
            price=_or_none(cells, "price", _PX_DECIMALS),
            strategy=_text(row.cells, "strategy"),
        )


def _time_in_force(cells: Cells) -> TimeInForce:
    if "time_in_force" not in cells.row:
        return TimeInForce.DAY
    return TimeInForce[cells.word("time_in_force", TimeInForce.__members__)]


def _params(row: Mapping[str, Cell]) -> Params:
    return tuple((n, float(v) if isinstance(v, Decimal) else v) for n, v in row.items() if n not in KNOWN)


def _text(row: Mapping[str, Cell], column: str) -> str:
    cell = row.get(column, "")
    return "".join(c for c in str(cell) if c.isprintable())


def _or_none(cells: Cells, column: str, decimals: int) -> int | None:
    try:
        return cells.number(column, decimals, "")
    except BadValueError:
        return None
