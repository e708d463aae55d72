"""A client order of the lab: the handle that `buy` and `sell` give, and what has become of the order so far."""

from collections.abc import Callable
from decimal import Decimal

from attrs import define, field

from smartexec.kernel.orders import ClientOrder
from smartexec.lab.terms import coin, lots
from smartexec.model.ids import PX_SCALE
from smartexec.model.orders import NewOrder


@define(eq=False)
class Order:
    """A client order. What it was when it was given, and what it is now; prices in the currency."""

    sent: NewOrder
    """As it was given."""
    at: int
    """When it arrives, ns UTC."""
    _find: Callable[[str], ClientOrder | None] = field(repr=False)
    _decimals: int = 0

    @property
    def cl_ord_id(self) -> str:
        """ClOrdID(11) it was given under."""
        return self.sent.cl_ord_id

    @property
    def order_qty(self) -> int:
        """OrderQty(38), lots: as it was amended."""
        return self.sent.order_qty if (one := self._now) is None else one.order_qty

    @property
    def cum_qty(self) -> int:
        """Lots executed for it and crossed, booked or not."""
        return 0 if (one := self._now) is None else one.entitled_qty + one.crossed_qty

    @property
    def leaves_qty(self) -> int:
        """Lots still to be executed."""
        return self.sent.order_qty if (one := self._now) is None else one.lots_left

    @property
    def avg_px(self) -> Decimal | None:
        """Average price of what is booked so far, rounded to 1e-9; None before anything is. Executions are booked when
        the order is over, crosses at once, unless the settings say otherwise."""
        one = self._now
        return Decimal(round(one.avg_px)) / PX_SCALE if one is not None and one.cum_qty else None

    @property
    def status(self) -> str:
        """OrdStatus(39) by name; "" before it has arrived."""
        return "" if (one := self._now) is None else one.ord_status.name

    @property
    def text(self) -> str:
        """Why it was rejected, or has ended early."""
        return "" if (one := self._now) is None else one.text

    @property
    def parent_id(self) -> str:
        """The parent that works it; "" while there is none."""
        one = self._now
        return "" if one is None or one.parent is None else one.parent.parent_id

    def __str__(self) -> str:
        limit = "" if self.sent.price is None else f" limit {coin(self.sent.price)}"
        whole, done = lots(self.order_qty, self._decimals), lots(self.cum_qty, self._decimals)
        head = f"{self.cl_ord_id} {self.sent.account} {self.sent.side.name} {whole}{limit} {self.sent.strategy}"
        return f"{head}: {self.status or 'not there yet'}, {done} done"

    @property
    def _now(self) -> ClientOrder | None:
        return self._find(self.cl_ord_id)
