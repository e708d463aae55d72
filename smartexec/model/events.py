"""What venues and operators say, and the union of all that the kernel folds. Values only, facts, never changed."""

from attrs import define

from smartexec.model.enums import ExecType, KillLevel, Liquidity, OrdStatus, Side
from smartexec.model.market import KernelMarketEvent
from smartexec.model.orders import ClientEvent


@define
class ExecutionReport:
    """ExecutionReport(35=8) of a venue on a child order. Quantities in lots, prices and fees in 1e-9 of the currency.

    A reply to an order status request has ExecType(150) ORDER_STATUS; OrdStatus(39) REJECTED in it means the venue
    does not know the order.
    """

    mic: str
    cl_ord_id: str
    exec_type: ExecType
    ord_status: OrdStatus
    exec_id: str = ""
    orig_cl_ord_id: str = ""
    order_qty: int | None = None
    cum_qty: int | None = None
    last_qty: int = 0
    last_px: int = 0
    avg_px: int | None = None
    price: int | None = None
    exec_ref_id: str = ""
    trade_date: str = ""
    """TradeDate(75), YYYYMMDD; "" = the UTC date of receipt."""
    liquidity: Liquidity = Liquidity.NONE
    fee: int = 0
    """Fee of this execution in 1e-9 of the currency, total; negative = rebate."""
    text: str = ""
    side: Side | None = None
    """Side(54): needed only where the order is not ours; an execution without it is booked as a purchase."""


@define
class OrderCancelReject:
    """OrderCancelReject(35=9) of a venue: `cl_ord_id` is the refused request's."""

    mic: str
    cl_ord_id: str
    orig_cl_ord_id: str
    ord_status: OrdStatus
    text: str = ""


@define
class OrderState:
    """A venue without execution ids says what it has: the kernel books the difference."""

    mic: str
    cl_ord_id: str
    cum_qty: int
    avg_px: int
    ord_status: OrdStatus


@define
class VenueStatus:
    """A venue's session is up or down."""

    mic: str
    up: bool
    text: str = ""


@define
class Tick:
    """Time has come for the timers that are due."""


@define
class KillSwitch:
    """Stop new orders (and cancel working ones) at a level; latched until the same level and name is switched off."""

    level: KillLevel
    name: str = ""
    """What is stopped: "" at firm level, else a client account, strategy, venue or symbol."""
    on: bool = True
    cancel: bool = True
    user: str = ""
    reason: str = ""


@define
class Resolve:
    """An operator says what became of a child order in doubt: its final CumQty(14) and AvgPx(6)."""

    cl_ord_id: str
    cum_qty: int
    avg_px: int = 0
    user: str = ""
    reason: str = ""


@define
class EndOfDay:
    """The session is over. `final`: book what is known of orders still in doubt and end every parent."""

    final: bool = False


VenueEvent = ExecutionReport | OrderCancelReject | OrderState | VenueStatus
OperatorEvent = Tick | KillSwitch | Resolve | EndOfDay
Event = ClientEvent | VenueEvent | OperatorEvent | KernelMarketEvent
