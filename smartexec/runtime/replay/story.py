"""The story of one order, as a timeline read from the tables: received, decided, sent, filled, crossed, allocated.

Takes a client's ClOrdID(11) or order id, a parent's id, or a child's id. Prints nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from attrs import frozen

from smartexec.kernel.advisor import QUARANTINED
from smartexec.runtime.replay.moments import Line, Moment, in_order
from smartexec.runtime.replay.stored import Table

Row = dict[str, str]
Rows = dict[str, list[Row]]
First = Callable[[str, str], tuple[str, str] | None]


@frozen
class Story:
    """What became of an order."""

    kind: str
    """client order, parent or child."""
    order_id: str
    head: Row
    """The order's own row."""
    moments: list[Moment]


def explain(tables: Iterable[Table], order_id: str, first: First | None = None) -> list[Story]:
    """Tell the story of every order of that id; none if there is no such order.

    `first` gives the quantity and price, as text, with which a ClOrdID(11) of a source came; None if not known.
    """
    rows: Rows = {t.name: [dict(zip(t.columns, row, strict=True)) for row in t.rows] for t in tables}
    found = {(row["order_id"], row[key]) for row in rows["requests"] for key in ("cl_ord_id", "orig_cl_ord_id")}
    told = first or _unknown
    stories: list[Story] = []
    for kind, table, keys, tell in _KINDS:
        stories += [
            Story(kind, row[keys[0]], row, in_order(tell(rows, row, told)))
            for row in rows[table]
            if order_id in (row[key] for key in keys) or (row.get("order_id", ""), order_id) in found
        ]
    return stories


def _unknown(_: str, __: str) -> None:
    """Know nothing of how an order came."""


def _line(time: str, what: str, text: str, name: str = "", by: str = "") -> Line:
    return Line(Moment(time, what, text), name, by)


def _client(rows: Rows, o: Row, first: First) -> Iterator[Line]:
    parent_id, requests = o["parent_id"], _where(rows, "requests", order_id=o["order_id"])
    yield _line(o["received"], "received", _received(o, requests, first))
    if o["ord_status"] == "REJECTED":
        yield _line(o["received"], "rejected", o["text"])
    for request in requests:
        yield from _request(request)
    shares = _where(rows, "allocations", order_id=o["order_id"])
    parents = _where(rows, "parent_orders", parent_id=parent_id) if parent_id else ()
    for parent in parents:
        over = _over_at(o, parent, requests, shares)
        yield from _parent_life(parent)
        yield from _alerts(rows, parent_id)
        yield from _plugin_alerts(rows, parent)
        yield from (d for d in _decisions(rows, parent_id) if o["received"] <= d.moment.time <= over)
        if o["offset_qty"] not in ("", "0"):
            text = f"{o['offset_qty']} against opposite orders of the same owner: no execution, by {over[11:-1]}"
            yield _line(over, "offset", text)
    for row in shares:
        source = f"cross {row['cross_id']}" if row["cross_id"] else row["exec_id"] or f"epoch {row['epoch']}"
        text = f"{row['qty']} at {row['px']} from {source}, money {row['money']}"
        wakes = "AMENDED" if row["cross_id"] else "FILL" if row["exec_id"] else ""
        yield Line(Moment(row["time"], "allocated", text), by=row["cross_id"] or row["exec_id"], wakes=wakes)


def _received(o: Row, requests: Sequence[Row], first: First) -> str:
    """What an order was when it came: after a replace its row has the terms of today, the journal the first ones."""
    terms = f"{o['order_qty']} {o['symbol']} {_limit(o['price'])}"
    if not any(r["request"] == "REPLACE" and r["outcome"] == "ACCEPTED" for r in requests):
        return f"{o['side']} {terms}, {o['strategy']}"
    name = requests[0]["orig_cl_ord_id"]
    qty, price = first(o["source"], name) or ("?", "?")
    return (
        f"{o['side']} {qty} {o['symbol']} {_limit(price)}, {o['strategy']}, as {name}; last {o['cl_ord_id']}: {terms}"
    )


def _limit(px: str) -> str:
    return f"limit {px}" if px else "at market"


def _request(r: Row) -> Iterator[Line]:
    terms = [f"{name} {r[name]}" for name in ("order_qty", "price") if r[name]]
    wanted = f" to {', '.join(terms)}" if terms else ""
    yield _line(r["time"], "asked", f"{r['request']} {r['cl_ord_id']} of {r['orig_cl_ord_id']}{wanted}")
    if r["outcome"] == "PENDING":
        yield _line(r["time"], "asked", f"{r['cl_ord_id']} was never answered")
    else:
        why = f": {r['text']}" if r["text"] else ""
        yield _line(r["decided"], r["outcome"].lower(), f"{r['request']} {r['cl_ord_id']}{why}")


def _over_at(o: Row, parent: Row, requests: Sequence[Row], shares: Sequence[Row]) -> str:
    """When an order was over, as far as the tables tell: its last booking, its cancel, or its parent's end."""
    ended = parent["ended"] or max(o["received"], parent["started"])
    cancels = [r["decided"] for r in requests if r["request"] == "CANCEL" and r["outcome"] == "ACCEPTED"]
    if o["ord_status"] == "CANCELED" and cancels:
        return max(cancels)
    if o["ord_status"] == "FILLED" and shares and o["offset_qty"] in ("", "0"):
        return max(row["time"] for row in shares)
    return ended


def _parent(rows: Rows, p: Row, _: First) -> Iterator[Line]:
    parent_id = p["parent_id"]
    yield from _parent_life(p)
    for row in _where(rows, "client_orders", parent_id=parent_id):
        yield _line(row["received"], "member", f"{row['order_id']} {row['account']} {row['order_qty']} lots")
    yield from _decisions(rows, parent_id)
    children = _where(rows, "child_orders", parent_id=parent_id)
    first = _first_qtys(rows, parent_id)
    yield from (_sent(child, first) for child in children)
    yield from map(_fill, _where(rows, "executions", parent_id=parent_id))
    yield from (_over(child) for child in children if child["ended"])
    for row in rows["crosses"]:
        if parent_id in (row["buy_parent_id"], row["sell_parent_id"]):
            market = f"bid {row['bid']}, ask {row['ask']}"
            yield _line(
                row["time"], "crossed", f"{row['qty']} at {row['px']} ({row['cross_id']}: {market})", row["cross_id"]
            )
    yield from _alerts(rows, parent_id)
    yield from _plugin_alerts(rows, p)


def _child(rows: Rows, c: Row, _: First) -> Iterator[Line]:
    for row in _where(rows, "decisions", parent_id=c["parent_id"]):
        if c["cl_ord_id"] in _children(row):
            yield _decision(row)
    yield _sent(c, _first_qtys(rows, c["parent_id"]))
    for row in _where(rows, "executions", cl_ord_id=c["cl_ord_id"]):
        yield _fill(row)
        for share in _where(rows, "allocations", exec_id=row["exec_id"], parent_id=c["parent_id"]):
            yield _line(
                share["time"],
                "allocated",
                f"{share['qty']} to {share['order_id'] or share['account']}",
                by=row["exec_id"],
            )
    if c["ended"]:
        yield _over(c)
    yield from _alerts(rows, c["cl_ord_id"])


def _parent_life(p: Row) -> Iterator[Line]:
    yield _line(p["started"], "started", f"parent {p['parent_id']}: {p['side']} {p['symbol']} {p['strategy']}")
    if p["ended"]:
        done = f"executed {p['cum_qty']} at {p['avg_px'] or '-'}, crossed {p['crossed_qty']}, offset {p['offset_qty']}"
        yield _line(p["ended"], "ended", f"parent {p['parent_id']}: {done}")


def _decisions(rows: Rows, parent_id: str) -> Iterator[Line]:
    for row in _where(rows, "decisions", parent_id=parent_id):
        yield _decision(row)


def _decision(row: Row) -> Line:
    legs = f" -> {row['legs']}" if row["legs"] else ""
    text = f"{row['plugin']} ({row['wake']}): {row['note']} [{row['slices']}]{legs}"
    return Line(Moment(row["time"], "decided", text), row["wake"], sent=_children(row))


def _children(decision: Row) -> tuple[str, ...]:
    return tuple(leg.split(" ", 1)[0] for leg in _legs(decision))


def _sent(c: Row, first: dict[str, str]) -> Line:
    """How an order left. After replaces its row has the last terms; `first` has the quantities of before."""
    last = f"{c['order_qty']} at {c['price'] or 'market'}"
    qty = first.get(c["cl_ord_id"], c["order_qty"])
    terms = f"{last} to" if qty == c["order_qty"] else f"{qty}, replaced since by {last}, to"
    text = f"{c['cl_ord_id']} {c['side']} {terms} {c['venue']} ({c['time_in_force']}) by {c['routing']}: {c['reason']}"
    return _line(c["sent"], "sent", text, name=c["cl_ord_id"])


def _first_qtys(rows: Rows, parent_id: str) -> dict[str, str]:
    """With which quantity the decisions sent each order of a parent."""
    legs = (leg.split(" ") for row in _where(rows, "decisions", parent_id=parent_id) for leg in _legs(row))
    return {leg[0]: leg[2] for leg in legs if len(leg) > 2}


def _legs(decision: Row) -> list[str]:
    return [leg for leg in decision["legs"].split("; ") if leg]


def _over(c: Row) -> Line:
    text = f"{c['cl_ord_id']} {c['ord_status']}, executed {c['cum_qty']}"
    return _line(c["ended"], "over", text, by=c["cl_ord_id"])


def _fill(row: Row) -> Line:
    text = f"{row['last_qty']} at {row['last_px']} on {row['venue']} ({row['exec_id']}, {row['cl_ord_id']})"
    return _line(row["time"], row["exec_type"].lower(), text, row["exec_id"], row["cl_ord_id"])


def _alerts(rows: Rows, name: str) -> Iterator[Line]:
    for row in rows["alerts"]:
        if name in row["where"].split():
            yield _line(row["time"], row["level"], row["what"])


def _plugin_alerts(rows: Rows, p: Row) -> Iterator[Line]:
    """What was quarantined while a parent lived: its strategy, or a routing logic, which may be its own."""
    others = {row["strategy"] for row in rows["parent_orders"]} - {p["strategy"]}
    for row in rows["alerts"]:
        lived = p["started"] <= row["time"] <= (p["ended"] or row["time"])
        if lived and row["what"].startswith(QUARANTINED) and row["where"] not in others:
            yield _line(row["time"], row["level"], f"{row['where']}: {row['what']}")


def _where(rows: Rows, table: str, **equal: str) -> Sequence[Row]:
    return [row for row in rows[table] if all(row[key] == value for key, value in equal.items())]


_KINDS: Final[tuple[tuple[str, str, tuple[str, ...], Callable[[Rows, Any, First], Iterator[Line]]], ...]] = (
    ("client order", "client_orders", ("order_id", "cl_ord_id"), _client),
    ("parent", "parent_orders", ("parent_id",), _parent),
    ("child", "child_orders", ("cl_ord_id",), _child),
)
"""Kind of order -> its table, the columns that name it, and who tells its story."""
