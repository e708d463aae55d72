"""The order book of one instrument at one venue, rebuilt from order messages. Knows no files and no events.

Prices and quantities are integers in whatever unit the caller uses. Orders of a snapshot are known only as the sum at
a price: one pseudo-order per level, with a negative reference, stands for them.
"""

from attrs import define, field

from smartexec.api import Side
from smartexec_files.ladder import Ladder


@define
class Resting:
    """A visible order, or a snapshot's level."""

    side: Side
    px: int
    qty: int


@define
class LobsterBook:
    """Orders by reference and quantities by price."""

    orders: dict[int, Resting] = field(factory=dict)
    _levels: dict[tuple[Side, int], int] = field(factory=dict)
    """Reference of the snapshot's pseudo-order at (side, price)."""
    _halves: dict[Side, Ladder] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._halves = {Side.BUY: Ladder(1), Side.SELL: Ladder(-1)}

    def add(self, ref: int, side: Side, px: int, qty: int) -> None:
        """Put an order at the back of its price's queue."""
        self.orders[ref] = Resting(side, px, qty)
        self._halves[side].change(px, qty)

    def add_level(self, side: Side, px: int, qty: int) -> int:
        """Put a level of the snapshot into the book; give the reference of its pseudo-order."""
        ref = -len(self._levels) - 1
        self._levels[side, px] = ref
        self.add(ref, side, px, qty)
        return ref

    def find(self, ref: int, side: Side, px: int) -> int | None:
        """The order itself, else the snapshot's level at its price, which it then belonged to; None if neither."""
        if ref in self.orders:
            return ref
        level = self._levels.get((side, px))
        return level if level in self.orders else None

    def take(self, ref: int, qty: int) -> int:
        """Take `qty` from an order, at most what is left of it; give what was taken."""
        order = self.orders[ref]
        qty = min(qty, order.qty)
        order.qty -= qty
        if not order.qty:
            del self.orders[ref]
        self._halves[order.side].change(order.px, -qty)
        return qty

    def crosses(self, side: Side, px: int) -> bool:
        """Whether an order on `side` at `px` would trade at once."""
        touch = self._halves[side.opposite].best()[0]
        return touch is not None and (px >= touch if side is Side.BUY else px <= touch)

    def crossed_by(self, side: Side, px: int) -> list[int]:
        """References of the orders that an order on `side` at `px` would meet. Looks at every order."""
        sign = 1 if side is Side.BUY else -1
        return [ref for ref, order in self.orders.items() if order.side is not side and (px - order.px) * sign >= 0]

    def best(self, side: Side) -> tuple[int | None, int]:
        """Best price and the quantity there; (None, 0) where a side is empty."""
        return self._halves[side].best()
