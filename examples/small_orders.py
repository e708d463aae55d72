"""Make small client orders for recorded data: on both sides, with limits near the market. Same seed, same file.

Orders of one side and one window share a parent, so that thousands of them make about thirty. Prices are taken from
the recorded trades: a limit is set around the last trade before the order arrives. What differs between the examples
is a `Day`.
"""

import csv
import random
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from attrs import frozen

COLUMNS: Final = (
    *("time", "source", "account", "cl_ord_id", "symbol", "side", "order_qty", "ord_type", "price", "strategy"),
    *("slices", "effective_time", "expire_time", "action", "orig_cl_ord_id"),
)
ACCOUNTS: Final = ("ACME", "ACME_PENSION", "BIRCH", "BIRCH_INCOME", "CEDAR", "DELTA", "ELM", "FJORD")
SECOND: Final = 1_000_000_000
TICK: Final = 10_000_000
"""One cent in 1e-9 of the currency."""

Row = dict[str, str]


@frozen(kw_only=True)
class Day:
    """The orders of one recorded day."""

    symbol: str
    prefix: str
    """Of every ClOrdID(11)."""
    orders: int
    open: int
    """ns UTC."""
    windows: Sequence[tuple[int, int]]
    """Start and end of each window in minutes after the open."""
    early: int
    """Seconds before its window at which an order arrives at the earliest."""
    lot: int
    """Quantities are multiples of this, from one to `most_lots` of them."""
    most_lots: int
    raised: int
    """What an order of one lot may be raised to."""
    behind: int
    """Cents behind the last trade at which a limit is at the farthest."""
    through: int
    """Cents through the last trade at which it is at the most."""


def iso(nanos: int) -> str:
    """ISO-8601, UTC, nanoseconds."""
    seconds, fraction = divmod(nanos, SECOND)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{fraction:09d}Z"


def price_text(px: int) -> str:
    """A price in whole cents as decimal text."""
    cents = px // TICK
    return f"{cents // 100}.{cents % 100:02d}"


def make(day: Day, trades: Sequence[tuple[int, int]], seed: int) -> list[Row]:
    """Give the rows in order of time. `trades`: (time in ns, price in 1e-9) of the recorded market, likewise."""
    rng = random.Random(seed)
    rows: list[tuple[int, Row]] = []
    for number in range(1, day.orders + 1):
        rows += _order(day, rng, trades, f"{day.prefix}{number:05d}")
    return [row for _, row in sorted(rows, key=lambda timed: timed[0])]


def _order(
    day: Day, rng: random.Random, trades: Sequence[tuple[int, int]], cl_ord_id: str
) -> Iterator[tuple[int, Row]]:
    start, end = (day.open + minute * 60 * SECOND for minute in rng.choice(day.windows))
    # Two in three arrive before their window, the others join in its first half.
    arrives = start + rng.randrange(-day.early * SECOND, (end - start) // 2 if rng.random() < 1 / 3 else 0)
    side, qty = rng.choice(("BUY", "SELL")), day.lot * rng.randint(1, day.most_lots)
    row = {
        "time": iso(arrives),
        "source": rng.choice(("OMS1", "OMS2")),
        "account": rng.choice(ACCOUNTS),
        "cl_ord_id": cl_ord_id,
        "symbol": day.symbol,
        "side": side,
        "order_qty": str(qty),
        "ord_type": "MARKET",
        "price": "",
        "strategy": "TWAP",
        "slices": "20",
        "effective_time": iso(start),
        "expire_time": iso(end),
        "action": "NEW",
    }
    limit = _limit(day, rng, trades, arrives, side)
    if rng.random() < 0.8:
        row |= {"ord_type": "LIMIT", "price": price_text(limit)}
    yield arrives, row
    fate, later = rng.random(), arrives + rng.randrange(SECOND, end - arrives)
    change = {"time": iso(later), "cl_ord_id": f"{cl_ord_id}x", "orig_cl_ord_id": cl_ord_id, "side": side}
    change |= {"source": row["source"], "account": row["account"], "symbol": row["symbol"]}
    if fate < 0.04:
        yield later, change | {"action": "CANCEL"}
    elif fate < 0.08:
        changed = {"order_qty": str(qty + rng.choice((-1, 1, 2)) * day.lot if qty > day.lot else day.raised)}
        if row["price"] and rng.random() < 0.5:
            changed = {"price": price_text(_limit(day, rng, trades, later, side))}
        yield later, change | {"action": "REPLACE"} | changed


def _limit(day: Day, rng: random.Random, trades: Sequence[tuple[int, int]], at: int, side: str) -> int:
    """A limit around the last trade."""
    last = trades[max(0, bisect_left(trades, (at, 0)) - 1)][1]
    through = rng.randint(-day.behind, day.through) * TICK
    return last // TICK * TICK + (through if side == "BUY" else -through)


def write(path: Path, rows: Iterable[Row]) -> None:
    """Write the order file."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
