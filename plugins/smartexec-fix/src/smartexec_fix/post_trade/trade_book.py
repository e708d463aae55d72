"""What a post-trade sink knows of orders, parents, allocations and executions: from the rows and reports it is handed.

Quantities are integers in 1e-18, so that those of every instrument can be added; prices in 1e-9, money in cents.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from attrs import define, field, frozen

from smartexec.api import ClientReport, ExecType, Rows, Side
from smartexec_fix.wire.values import PX_DIGITS, read_decimal, write_decimal

QTY_DIGITS: Final = 18
CENTS: Final = 2
EXTERNAL: Final = "EXTERNAL"
"""Parent of executions on orders that nobody knows."""
Row = Mapping[str, str]


def qty(text: str) -> int:
    """Read a cell with a quantity."""
    return read_decimal(text.encode(), QTY_DIGITS)


def px(text: str) -> int:
    """Read a cell with a price."""
    return read_decimal(text.encode(), PX_DIGITS)


def write(lots: int) -> bytes:
    """Write a quantity of this book."""
    return write_decimal(lots, QTY_DIGITS)


def fix_time(cell: str) -> bytes:
    """Write a cell with a time as a UTCTimestamp with milliseconds."""
    return f"{cell[:10].replace('-', '')}-{cell[11:23]}".encode()


@define(eq=False)
class Order:
    """A client's order."""

    order_id: str
    source: str = ""
    account: str = ""
    cl_ord_id: str = ""
    """ClOrdID(11), the last that was accepted."""
    symbol: str = ""
    side: Side | None = None
    order_qty: int = 0
    """Lots."""
    price: int | None = None
    """In 1e-9; None = a market order."""
    priced: bool = False
    """Whether its price is known: what a replace has made of it, nobody is told."""
    placed: bool = False
    """Whether its row has come, with its symbol, side and account."""
    told: int = 0
    """Reports without an ExecID of the engine's."""


@frozen
class Share:
    """A row of the allocations."""

    alloc_id: str
    order_id: str
    account: str
    parent_id: str
    exec_id: str
    cross_id: str
    time: str
    side: Side
    qty: int
    px: int
    money: int
    ref: str
    """The row that this one takes back; "" = none."""


@frozen
class Deal:
    """A row of the executions, or a cross."""

    deal_id: str
    parent_id: str
    cl_ord_id: str
    venue: str
    """"" = a cross."""
    trade_date: str
    time: str
    side: Side
    qty: int
    px: int
    kind: ExecType
    ref: str
    """The one that this one takes back or corrects."""


@define(eq=False)
class Parent:
    """A parent order."""

    parent_id: str
    symbol: str = ""
    side: Side | None = None
    ended: str = ""
    """When, as the cell has it."""
    shares: list[Share] = field(factory=list)
    deals: dict[str, Deal] = field(factory=dict)
    """Those that stand, by key."""

    @property
    def over(self) -> bool:
        """Whether it has ended; what nobody knows is never worked."""
        return bool(self.ended) or self.parent_id == EXTERNAL

    def standing(self) -> list[Share]:
        """Give the rows with shares that no other row takes back."""
        gone = {one.ref for one in self.shares}
        return [one for one in self.shares if one.qty and not one.ref and one.alloc_id not in gone]


def key(deal: Deal, deal_id: str) -> str:
    """Name an execution of a venue, or a cross: ExecIDs are unique within a venue and a day."""
    return f"{deal.venue}-{deal_id}" if deal.venue else deal_id


@frozen
class Change:
    """What rows have brought: to which parents, which shares and deals; which parents have ended."""

    shares: tuple[Share, ...] = ()
    deals: tuple[Deal, ...] = ()
    ended: tuple[Parent, ...] = ()


@define(eq=False)
class TradeBook:
    """All of it."""

    orders: dict[str, Order] = field(init=False, factory=dict)
    parents: dict[str, Parent] = field(init=False, factory=dict)
    _takers: Mapping[str, Callable[[list[dict[str, str]]], Change]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._takers = {
            "client_orders": self._placed,
            "executions": self._executed,
            "crosses": self._crossed,
            "allocations": self._allocated,
            "parent_orders": self._ended,
        }

    def take(self, rows: Rows) -> Change:
        """Take rows; give what they have brought."""
        return self._takers[rows.table](rows.records())

    def hear(self, report: ClientReport) -> Order:
        """Take what a client was told; give its order as it is now."""
        order = self.order(report.order_id)
        order.source = report.source
        order.priced = order.priced and report.exec_type is not ExecType.REPLACED
        ends = report.exec_type is ExecType.CANCELED and report.orig_cl_ord_id  # its ClOrdID(11) is the request's
        if not ends and report.exec_type not in (ExecType.PENDING_CANCEL, ExecType.PENDING_REPLACE):
            order.cl_ord_id, order.order_qty = report.cl_ord_id, report.order_qty
        return order

    def order(self, order_id: str) -> Order:
        """Give an order, known or not."""
        return self.orders.setdefault(order_id, Order(order_id))

    def parent(self, parent_id: str) -> Parent:
        """Give a parent, known or not."""
        return self.parents.setdefault(parent_id, Parent(parent_id))

    # -- by table ------------------------------------------------------------------------------------------------------

    def _placed(self, rows: Iterable[Row]) -> Change:
        for row in rows:
            order = self.order(row["order_id"])
            order.source, order.account, order.symbol = row["source"], row["account"], row["symbol"]
            order.cl_ord_id, order.placed = order.cl_ord_id or row["cl_ord_id"], True
            order.price, order.priced = px(row["price"]) if row["price"] else None, True
            order.side = Side[row["side"]] if row["side"] else None
        return Change()

    def _executed(self, rows: Iterable[Row]) -> Change:
        found = []
        for row in rows:
            deal = Deal(
                row["exec_id"], row["parent_id"], row["cl_ord_id"], row["venue"], row["trade_date"], row["time"],
                Side[row["side"]], qty(row["last_qty"]), px(row["last_px"]), ExecType[row["exec_type"]],
                row["exec_ref_id"],
            )  # fmt: skip
            standing = self.parent(deal.parent_id).deals
            standing.pop(key(deal, deal.ref), None)
            if deal.kind is not ExecType.TRADE_CANCEL:
                standing[key(deal, deal.deal_id)] = deal
            found.append(deal)
        return Change(deals=tuple(found))

    def _crossed(self, rows: Iterable[Row]) -> Change:
        found = []
        for row in rows:
            for side, column in ((Side.BUY, "buy_parent_id"), (Side.SELL, "sell_parent_id")):
                parent = self.parent(row[column])
                parent.symbol, parent.side = row["symbol"], side
                day = row["time"][:10].replace("-", "")
                amount, price = qty(row["qty"]), px(row["px"])
                deal = Deal(
                    row["cross_id"], parent.parent_id, "", "", day, row["time"], side, amount, price, ExecType.TRADE, ""
                )
                parent.deals[key(deal, deal.deal_id)] = deal
                found.append(deal)
        return Change(deals=tuple(found))

    def _allocated(self, rows: Iterable[Row]) -> Change:
        found = []
        for row in rows:
            money = read_decimal(row["money"].encode(), CENTS)
            share = Share(
                row["alloc_id"], row["order_id"], row["account"], row["parent_id"], row["exec_id"], row["cross_id"],
                row["time"], Side[row["side"]], qty(row["qty"]), px(row["px"]), money, row["alloc_ref_id"],
            )  # fmt: skip
            self.parent(share.parent_id).shares.append(share)
            if share.order_id:
                order = self.order(share.order_id)
                order.account, order.side = share.account, share.side
            found.append(share)
        return Change(shares=tuple(found))

    def _ended(self, rows: Iterable[Row]) -> Change:
        found = []
        for row in rows:
            parent = self.parent(row["parent_id"])
            parent.symbol, parent.side, parent.ended = row["symbol"], Side[row["side"]], row["ended"]
            found.append(parent)
        return Change(ended=tuple(found))
