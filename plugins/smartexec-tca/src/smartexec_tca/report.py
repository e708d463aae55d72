"""How costs of a run are printed: columns of the files, of the table on a terminal, of JSON. Works nothing out."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Final

from rich.table import Table as RichTable

from smartexec_tca.cells import NANO, currency, fixed
from smartexec_tca.console import ruled
from smartexec_tca.costs import BPS
from smartexec_tca.orders import BENCHMARKS, OrderCost
from smartexec_tca.summary import Cost, Summary

BP_DIGITS: Final = 5
MONEY_DIGITS: Final = 4
PX_DIGITS: Final = 9
FOOTNOTE: Final = (
    "costs in bp, positive = worse: of what was done, against the market when the order came (arrival), while it\n"
    "lived (VWAP, TWAP) and the last print (close); IS: implementation shortfall, with fees and what was not done,\n"
    "of what was ordered"
)
ORDER_COLUMNS: Final = (
    *("kind", "order_id", "parent_id", "group", "symbol", "side", "order_qty", "cum_qty", "avg_px", "notional"),
    *(f"{name}_{what}" for name in BENCHMARKS for what in ("px", "bps", "money")),
    *("fees", "fees_bps", "start_px", "end_px"),
    *("is_delay", "is_trading", "is_opportunity", "is_fees", "is_money", "is_bps"),
)
SUMMARY_COLUMNS: Final = (
    *("kind", "group", "orders", "executed", "notional", "done"),
    *(f"{name}_{what}" for name in BENCHMARKS for what in ("bps", "money")),
    *("fees_bps", "fees", "is_delay_bps", "is_trading_bps", "is_opportunity_bps", "is_bps", "is_money"),
)


def order_row(one: OrderCost) -> list[str]:
    """Give the row of an order in the order of `ORDER_COLUMNS`."""
    row = [one.kind, one.order_id, one.parent_id, one.group, one.symbol, one.side.name]
    row += [_nano(one.order_qty), _nano(one.cum_qty), _nano(one.avg_px), money(one.notional)]
    for name in BENCHMARKS:
        cost = one.cost(name)
        row += [_nano(one.benchmarks[name]), bps(_ratio(cost, one.weight(name))), money(cost)]
    row += [_nano(one.fees), bps(_ratio(one.fees * NANO, one.notional)), _nano(one.start), _nano(one.end)]
    shortfall = one.shortfall
    if shortfall is None:
        return [*row, *[""] * 6]
    total = shortfall.total()
    return [*row, *map(money, shortfall.kissell()), money(total), bps(shortfall.bps(total))]


def summary_row(line: Summary) -> list[str]:
    """Give the row of a summary in the order of `SUMMARY_COLUMNS`."""
    row = [line.kind, line.group, str(line.orders), str(line.executed), money(line.notional), fixed(line.done, 6)]
    for name in BENCHMARKS:
        row += [bps(line.costs[name].bps), money(line.costs[name].money)]
    row += [bps(line.fees.bps), money(line.fees.money)]
    row += [bps(part.bps) for part in line.parts.values()]
    return [*row, bps(line.shortfall.bps), _known(line.shortfall)]


def summary_table(lines: Sequence[Summary], *, whole: bool = True) -> RichTable:
    """Give the table for people; not whole, it fits into 80 columns."""
    cells = [cell for cell in _CELLS if whole or cell[0] not in _LEFT_OUT]
    table = ruled(_NAMES[lines[0].kind], [head for head, _ in cells])
    for line in lines:
        table.add_row(line.group, *(show(line) or "-" for _, show in cells))
    return table


def bps(value: Fraction | None, digits: int = BP_DIGITS) -> str:
    """Print basis points."""
    return fixed(value, digits)


def money(value: int | Fraction | None) -> str:
    """Print money, given in 1e-18, in the currency."""
    return fixed(currency(value), MONEY_DIGITS)


def _nano(value: int | None) -> str:
    text = fixed(None if value is None else Fraction(value, NANO), PX_DIGITS)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _ratio(part: int | None, whole: int) -> Fraction | None:
    return Fraction(part * BPS, whole) if part is not None and whole else None


def _known(cost: Cost) -> str:
    return money(cost.money) if cost.weight else ""


def _signed(value: Fraction | None) -> str:
    text = fixed(value, 2)
    return text if not text or text.startswith("-") else f"+{text}"


def _whole(value: int | Fraction) -> str:
    return f"{round(currency(value) or 0):,}"


def _benchmark(name: str) -> Callable[[Summary], str]:
    return lambda line: _signed(line.costs[name].bps)


_NAMES: Final = {"CLIENT": "account", "PARENT": "strategy, symbol", "CHILD": "venue"}
_CELLS: Final[Sequence[tuple[str, Callable[[Summary], str]]]] = (
    ("orders", lambda line: f"{line.orders:,}"),
    ("notional", lambda line: _whole(line.notional)),
    ("done\n%", lambda line: fixed(None if line.done is None else line.done * 100, 1)),
    ("arrival\nbp", _benchmark("arrival")),
    ("VWAP\nbp", _benchmark("vwap")),
    ("TWAP\nbp", _benchmark("twap")),
    ("close\nbp", _benchmark("close")),
    ("fees\nbp", lambda line: fixed(line.fees.bps, 2)),
    ("IS\nbp", lambda line: _signed(line.shortfall.bps)),
    ("IS\nmoney", lambda line: _whole(line.shortfall.money) if line.shortfall.weight else ""),
)
_LEFT_OUT: Final = ("notional", "IS\nmoney")
