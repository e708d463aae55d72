"""What clients ask for: the events that order sources yield. Values only; quantities in lots, prices in 1e-9.

An order source gives what it read. Strategy parameters arrive as `(name, value)` pairs and are checked against the
strategy's attrs fields before the kernel sees them; what cannot be made an order arrives as `RejectedOrder`, so that
nothing a client sent is lost.
"""

from attrs import define, field

from smartexec.model.enums import Side, TimeInForce

Params = tuple[tuple[str, str | int | float | bool | None], ...]


@define
class NewOrder:
    """NewOrderSingle(35=D)."""

    source: str
    cl_ord_id: str
    symbol: str
    side: Side
    order_qty: int
    strategy: str
    """TargetStrategy(847), by its plugin name."""
    account: str = ""
    price: int | None = None
    """Limit; None for a market order."""
    params: Params = ()
    owner: str = ""
    """Beneficial owner; the account where empty."""
    effective_time: int | None = None
    """EffectiveTime(168), ns; None = at once."""
    expire_time: int | None = None
    """ExpireTime(126), ns; None = end of the session."""
    currency: str = ""
    time_in_force: TimeInForce = TimeInForce.DAY
    no_cross: bool = False
    """The client does not consent to internal crosses."""
    list_id: str = ""
    """ListID(66): orders of one list see each other as peers."""
    house: bool = False
    """Own-account order: shares only what clients leave."""
    origin: str = field(default="", eq=False)
    """Where the source read it (file and row): refusals begin with it."""


@define
class CancelRequest:
    """OrderCancelRequest(35=F)."""

    source: str
    cl_ord_id: str
    orig_cl_ord_id: str
    origin: str = field(default="", eq=False)
    """Where the source read it."""


@define
class ReplaceRequest:
    """OrderCancelReplaceRequest(35=G). `order_qty` is the new total; None leaves a field as it is."""

    source: str
    cl_ord_id: str
    orig_cl_ord_id: str
    order_qty: int | None = None
    price: int | None = None
    origin: str = field(default="", eq=False)
    """Where the source read it."""


@define
class RejectedOrder:
    """Something a source received that is no order: kept, with the reason, as an order with OrdStatus(39) REJECTED."""

    source: str
    cl_ord_id: str
    text: str
    symbol: str = ""
    side: str = ""
    account: str = ""
    owner: str = ""
    order_qty: int = 0
    price: int | None = None
    strategy: str = ""


def at_origin(origin: str, text: str) -> str:
    """The text of a refusal, with where the refused thing was read."""
    return f"{origin}: {text}" if origin else text


ClientEvent = NewOrder | CancelRequest | ReplaceRequest | RejectedOrder
