"""Rows of the table `benchmarks`: the market over the life of each client, parent and child order. Facts, no costs.

What an order cost against them is worked out by who reads the table, in one place: the plugin smartexec-tca.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from smartexec.kernel.blotter import Blotter
from smartexec.kernel.market import Mark, Market
from smartexec.kernel.orders import ChildOrder, ClientOrder, ParentOrder

COLUMNS: Final = (
    "kind id parent_id symbol side start end arrival_bid arrival_ask arrival_px volume vwap twap end_bid "
    "end_ask end_px close"
)
"""`kind` CLIENT, PARENT or CHILD; `arrival_px` and `end_px` are midpoints, else last prices; `close` the last print."""

Figures = tuple[str, str, str, Market, str, int, int | None, Mark, Mark]
"""(kind, id, parent_id, market, side, start, end, mark at the start, mark at the end)."""


def figures(blotter: Blotter) -> Iterator[Figures]:
    """Give the orders that reached the market, with what their benchmarks are measured from."""
    for order in blotter.orders:
        if order.parent is not None and order.joined and order.mark0 is not None:
            yield from _client(order, order.parent, order.mark0)
    for parent in blotter.parents:
        end = parent.mark1 or parent.market.mark()
        ids = ("PARENT", parent.parent_id, parent.parent_id, parent.market, parent.side.name)
        yield *ids, parent.start, parent.ended, parent.mark0, end
    for child in blotter.child_orders:
        yield _child(child)


def _client(order: ClientOrder, parent: ParentOrder, start: Mark) -> Iterator[Figures]:
    """A client order's interval is from its arrival to the end of its parent."""
    end = parent.mark1 or parent.market.mark()
    ids = ("CLIENT", order.order_id, parent.parent_id, parent.market, order.side.name)
    yield *ids, order.received, parent.ended, start, end


def _child(child: ChildOrder) -> Figures:
    parent = child.parent
    ids = ("CHILD", child.order_id, parent.parent_id, parent.market, parent.side.name)
    return *ids, child.sent, child.ended, child.mark0, child.mark1 or parent.market.mark()


def prices(start: int, end: int | None, mark0: Mark, mark1: Mark, now: int) -> Sequence[int | None]:
    """Give the prices of a row: vwap, twap, then the touch and price at the end; of an open order as of `now`."""
    twap = mark1.twap(now if end is None else end, mark0, start)
    return mark1.vwap(mark0), twap, mark1.bid, mark1.ask, mark1.price
