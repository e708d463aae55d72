"""The lines of collected Binance streams as values: `<local ns> <JSON>`. No state, no events.

Source: Binance API documents, streams `<symbol>@depth`, `@bookTicker` and `@trade`, and the REST answer `depth`, of
spot and of futures. Numbers are decimal text there and integers here: prices in 1e-9, quantities in 1e-8, times in ns.
"""

import json
from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeGuard, cast

from smartexec_files.faults import BadValueError, quote
from smartexec_files.units import MAX_INT, scaled

QTY_DECIMALS: Final = 8
_MS: Final = 1_000_000
Levels = list[tuple[int, int]]
"""(Price, quantity there now); quantity 0 = none left."""


class Depth(NamedTuple):
    """Change of the book by updates `first` to `last`."""

    first: int
    last: int
    before: int | None
    """The last update before `first` (futures); None on spot, where numbers have no holes."""
    bids: Levels
    asks: Levels


class Snapshot(NamedTuple):
    """The book after update `last`, its best levels."""

    last: int
    bids: Levels
    asks: Levels


class Ticker(NamedTuple):
    """The first level."""

    bid: int
    bid_qty: int
    ask: int
    ask_qty: int


class Print(NamedTuple):
    """A trade."""

    px: int
    qty: int
    buyer_made: bool
    """The buyer was there first: a seller was the aggressor."""
    market: bool
    """From the order book, not an insurance fund's or a forced one."""


Body = Depth | Snapshot | Ticker | Print


class Line(NamedTuple):
    """A line; `local` is the collector's clock, `exchange` the sender's, None where the message does not tell."""

    local: int
    exchange: int | None
    body: Body


def parse(line: bytes) -> Line | None:
    """Read a line; None for streams that are not of these kinds. Raises BadValueError."""
    stamp, _, text = line.partition(b" ")
    if not stamp.isdigit() or len(stamp) > 19 or int(stamp) > MAX_INT:
        raise BadValueError(f"{quote(stamp.decode('ascii', 'replace'))}", "nanoseconds UTC, a blank and JSON")
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        raise BadValueError(quote(text.decode("utf-8", "replace").strip()[:80]), "JSON") from None
    if not isinstance(message, dict):
        raise BadValueError(quote(message), "a JSON object")
    return _line(int(stamp), cast(dict[str, Any], message))


def _line(local: int, message: dict[str, Any]) -> Line | None:
    if "stream" not in message:
        return Line(local, None, _snapshot(message))
    kind = str(message["stream"]).partition("@")[2].partition("@")[0]
    data, read = message.get("data"), _READERS.get(kind)
    if read is None:
        return None
    if not isinstance(data, dict):
        raise BadValueError(f"data {quote(data)}", "a JSON object")
    told = cast(dict[str, Any], data)
    exchange = _whole(told, "E") * _MS if "E" in told else None
    return Line(local, exchange, read(told))


def _whole(data: dict[str, Any], key: str) -> int:
    value = data.get(key)
    if type(value) is not int or not 0 <= value <= MAX_INT // _MS:
        raise BadValueError(f"{key} {quote(value)}", "a whole number")
    return value


def _number(value: object, decimals: int, what: str) -> int:
    number = scaled(value, decimals) if type(value) is str else None
    if number is None or number < 0:
        raise BadValueError(f"{what} {quote(value)}", f"a decimal of at most {decimals} places, as text")
    return number


def _px(value: object) -> int:
    px = _number(value, 9, "price")
    if not px:
        raise BadValueError(f"price {quote(value)}", "more than 0")
    return px


def _qty(value: object) -> int:
    return _number(value, QTY_DECIMALS, "quantity")


def _levels(data: dict[str, Any], key: str) -> Levels:
    found = data.get(key)
    if not _is_list(found) or not all(_is_list(pair) and len(pair) == 2 for pair in found):
        raise BadValueError(f"{key} {quote(found)}", "a list of [price, quantity]")
    return [(_px(px), _qty(qty)) for px, qty in found]


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def _depth(data: dict[str, Any]) -> Depth:
    before = _whole(data, "pu") if "pu" in data else None
    return Depth(_whole(data, "U"), _whole(data, "u"), before, _levels(data, "b"), _levels(data, "a"))


def _snapshot(data: dict[str, Any]) -> Snapshot:
    return Snapshot(_whole(data, "lastUpdateId"), _levels(data, "bids"), _levels(data, "asks"))


def _ticker(data: dict[str, Any]) -> Ticker:
    return Ticker(_px(data.get("b")), _qty(data.get("B")), _px(data.get("a")), _qty(data.get("A")))


def _print(data: dict[str, Any]) -> Print:
    made, qty = data.get("m"), _qty(data.get("q"))
    if type(made) is not bool or not qty:
        raise BadValueError(f"m {quote(made)}, quantity {quote(data.get('q'))}", "true or false, more than 0")
    return Print(_px(data.get("p")), qty, made, data.get("X", "MARKET") == "MARKET")


_READERS: Final[dict[str, Callable[[dict[str, Any]], Body]]] = {
    "depth": _depth,
    "bookTicker": _ticker,
    "trade": _print,
}
"""By kind of stream."""
