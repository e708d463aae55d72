"""An own order at a simulated venue, and the queue of those that rest. No matching."""

from collections.abc import Sequence
from typing import Final

from attrs import define, field

from smartexec.api import OrdStatus, OrdType, Peg, SendOrder, Side, TimeInForce

BUY: Final = 1
SELL: Final = -1
"""Sign of a side: `sign * px` is larger where the order is more aggressive."""

ENDED: Final = frozenset({OrdStatus.FILLED, OrdStatus.CANCELED, OrdStatus.EXPIRED, OrdStatus.REJECTED})


def sign_of(side: Side) -> int:
    """Give +1 for a buy, -1 for a sell."""
    return BUY if side is Side.BUY else SELL


@define(eq=False)
class OwnOrder:
    """One of the kernel's orders as the venue knows it. Quantities in lots, prices in 1e-9 of the currency."""

    cl_ord_id: str
    """The last accepted ClOrdID(11)."""
    symbol: str
    sign: int
    order_qty: int
    price: int | None
    ord_type: OrdType
    time_in_force: TimeInForce
    min_qty: int = 0
    peg: Peg | None = None
    post_only: bool = False
    status: OrdStatus = OrdStatus.NEW
    cum_qty: int = 0
    notional: int = 0
    """Sum of quantity x price of the fills."""
    ahead: float = field(default=0)
    """Replayed quantity in front of it at its price; whole lots unless a queue model has estimated it."""
    seq: int = field(default=0)
    """Time priority among all orders of the book."""

    @classmethod
    def of(cls, command: SendOrder) -> "OwnOrder":
        """Make it from the command."""
        return cls(
            command.cl_ord_id,
            command.symbol,
            sign_of(command.side),
            command.order_qty,
            command.price,
            command.ord_type,
            command.time_in_force,
            command.min_qty,
            command.peg,
            command.post_only,
        )

    @property
    def leaves(self) -> int:
        return self.order_qty - self.cum_qty

    @property
    def ended(self) -> bool:
        return self.status in ENDED

    @property
    def avg_px(self) -> int:
        """AvgPx(6), rounded down; 0 without fills."""
        return self.notional // self.cum_qty if self.cum_qty else 0

    def admits(self, px: int) -> bool:
        """Whether its limit, if any, lets it trade at `px`."""
        return self.price is None or self.sign * self.price >= self.sign * px


Fill = tuple[OwnOrder, int, int]
"""(order, quantity, price): what a book wants done to a resting own order."""

NO_FILLS: Final[Sequence[Fill]] = ()


@define(eq=False)
class OwnQueue:
    """The own orders that rest on both sides of one book, best price first, then time. All have a price."""

    sides: dict[int, list[OwnOrder]] = field(init=False, factory=lambda: {BUY: [], SELL: []})

    def add(self, order: OwnOrder) -> None:
        """Put the order in its place."""
        orders = self.sides[order.sign]
        orders.append(order)
        orders.sort(key=priority)

    def remove(self, order: OwnOrder) -> None:
        """Take the order out; does nothing if it does not rest here."""
        orders = self.sides[order.sign]
        if order in orders:
            orders.remove(order)

    def all(self) -> list[OwnOrder]:
        """Give all of them, in the order they came."""
        return sorted([*self.sides[BUY], *self.sides[SELL]], key=lambda order: order.seq)


def priority(order: OwnOrder) -> tuple[int, int]:
    """Price, then time."""
    return (0 if order.price is None else -order.sign * order.price, order.seq)


def whole(qty: int, lot: int) -> int:
    """Round down to a multiple of the lot: no fill leaves an order with less than a lot."""
    return qty - qty % lot if lot > 1 else qty
