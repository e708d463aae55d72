"""The story of one order, as a timeline read from the tables: received, decided, sent, filled, crossed, allocated.

Takes a client's ClOrdID(11) or order id, a parent's id, or a child's id. Prints nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from attrs import frozen

from smartexec.runtime.stored import Table

Rows = dict[str, list[dict[str, str]]]


@frozen
class Moment:
    """One line of a story."""

    time: str
    what: str
    text: str


@frozen
class Story:
    """What became of an order."""

    kind: str
    """client order, parent or child."""
    order_id: str
    head: dict[str, str]
    """The order's own row."""
    moments: list[Moment]


def explain(tables: Iterable[Table], order_id: str) -> list[Story]:
    """Tell the story of every order of that id; none if there is no such order."""
    rows: Rows = {t.name: [dict(zip(t.columns, row, strict=True)) for row in t.rows] for t in tables}
    stories: list[Story] = []
    for kind, table, keys, tell in _KINDS:
        for row in rows[table]:
            if order_id in (row[key] for key in keys):
                moments = sorted(tell(rows, row), key=lambda m: m.time)  # stable: what comes first in a table stays so
                stories.append(Story(kind, row[keys[0]], row, moments))
    return stories


def _client(rows: Rows, o: dict[str, str]) -> Iterator[Moment]:
    limit = f"limit {o['price']}" if o["price"] else "at market"
    yield Moment(o["received"], "received", f"{o['side']} {o['order_qty']} {o['symbol']} {limit}, {o['strategy']}")
    if o["ord_status"] == "REJECTED":
        yield Moment(o["received"], "rejected", o["text"])
    parent_id = o["parent_id"]
    for parent in _where(rows, "parent_orders", parent_id=parent_id) if parent_id else ():
        yield from _parent_life(parent)
    if parent_id:
        yield from (moment for moment in _decisions(rows, parent_id) if moment.time >= o["received"])
    for row in _where(rows, "allocations", order_id=o["order_id"]):
        source = f"cross {row['cross_id']}" if row["cross_id"] else row["exec_id"] or f"epoch {row['epoch']}"
        yield Moment(row["time"], "allocated", f"{row['qty']} at {row['px']} from {source}, money {row['money']}")


def _parent(rows: Rows, p: dict[str, str]) -> Iterator[Moment]:
    parent_id = p["parent_id"]
    yield from _parent_life(p)
    for row in _where(rows, "client_orders", parent_id=parent_id):
        yield Moment(row["received"], "member", f"{row['order_id']} {row['account']} {row['order_qty']} lots")
    yield from _decisions(rows, parent_id)
    children = _where(rows, "child_orders", parent_id=parent_id)
    yield from map(_sent, children)
    yield from map(_fill, _where(rows, "executions", parent_id=parent_id))
    yield from (_over(child) for child in children if child["ended"])
    for row in rows["crosses"]:
        if parent_id in (row["buy_parent_id"], row["sell_parent_id"]):
            market = f"bid {row['bid']}, ask {row['ask']}"
            yield Moment(row["time"], "crossed", f"{row['qty']} at {row['px']} ({row['cross_id']}: {market})")
    yield from _alerts(rows, parent_id)


def _child(rows: Rows, c: dict[str, str]) -> Iterator[Moment]:
    for row in _where(rows, "decisions", parent_id=c["parent_id"]):
        if any(leg.split(" ", 1)[0] == c["cl_ord_id"] for leg in row["legs"].split("; ")):
            yield _decision(row)
    yield _sent(c)
    for row in _where(rows, "executions", cl_ord_id=c["cl_ord_id"]):
        yield _fill(row)
        for share in _where(rows, "allocations", exec_id=row["exec_id"], parent_id=c["parent_id"]):
            yield Moment(share["time"], "allocated", f"{share['qty']} to {share['order_id'] or share['account']}")
    if c["ended"]:
        yield _over(c)
    yield from _alerts(rows, c["cl_ord_id"])


def _parent_life(p: dict[str, str]) -> Iterator[Moment]:
    yield Moment(p["started"], "started", f"parent {p['parent_id']}: {p['side']} {p['symbol']} {p['strategy']}")
    if p["ended"]:
        done = f"executed {p['cum_qty']} at {p['avg_px'] or '-'}, crossed {p['crossed_qty']}, offset {p['offset_qty']}"
        yield Moment(p["ended"], "ended", f"parent {p['parent_id']}: {done}")


def _decisions(rows: Rows, parent_id: str) -> Iterator[Moment]:
    for row in _where(rows, "decisions", parent_id=parent_id):
        yield _decision(row)


def _decision(row: dict[str, str]) -> Moment:
    legs = f" -> {row['legs']}" if row["legs"] else ""
    return Moment(row["time"], "decided", f"{row['plugin']} ({row['wake']}): {row['note']} [{row['slices']}]{legs}")


def _sent(c: dict[str, str]) -> Moment:
    terms = f"{c['side']} {c['order_qty']} at {c['price'] or 'market'} to {c['venue']} ({c['time_in_force']})"
    return Moment(c["sent"], "sent", f"{c['cl_ord_id']} {terms} by {c['routing']}: {c['reason']}")


def _over(c: dict[str, str]) -> Moment:
    return Moment(c["ended"], "over", f"{c['cl_ord_id']} {c['ord_status']}, executed {c['cum_qty']}")


def _fill(row: dict[str, str]) -> Moment:
    text = f"{row['last_qty']} at {row['last_px']} on {row['venue']} ({row['exec_id']}, {row['cl_ord_id']})"
    return Moment(row["time"], row["exec_type"].lower(), text)


def _alerts(rows: Rows, name: str) -> Iterator[Moment]:
    for row in rows["alerts"]:
        if name in row["where"].split():
            yield Moment(row["time"], row["level"], row["what"])


def _where(rows: Rows, table: str, **equal: str) -> Sequence[dict[str, str]]:
    return [row for row in rows[table] if all(row[key] == value for key, value in equal.items())]


_KINDS: Final[tuple[tuple[str, str, tuple[str, ...], Callable[[Rows, Any], Iterator[Moment]]], ...]] = (
    ("client order", "client_orders", ("order_id", "cl_ord_id"), _client),
    ("parent", "parent_orders", ("parent_id",), _parent),
    ("child", "child_orders", ("cl_ord_id",), _child),
)
"""Kind of order -> its table, the columns that name it, and who tells its story."""
