"""What the kernel wants done: orders to venues, reports to clients, alerts. Values only."""

from attrs import define

from smartexec.model.enums import (
    CxlRejReason,
    ExecType,
    OrdRejReason,
    OrdStatus,
    OrdType,
    Peg,
    Side,
    TimeInForce,
)


@define
class SendOrder:
    """NewOrderSingle(35=D) to a venue."""

    mic: str
    cl_ord_id: str
    symbol: str
    side: Side
    order_qty: int
    ord_type: OrdType
    price: int | None
    time_in_force: TimeInForce
    min_qty: int = 0
    display_qty: int | None = None
    post_only: bool = False
    peg: Peg | None = None


@define
class CancelOrder:
    """OrderCancelRequest(35=F) to a venue."""

    mic: str
    cl_ord_id: str
    orig_cl_ord_id: str
    symbol: str
    side: Side


@define
class ReplaceOrder:
    """OrderCancelReplaceRequest(35=G) to a venue: `order_qty` is the new total."""

    mic: str
    cl_ord_id: str
    orig_cl_ord_id: str
    symbol: str
    side: Side
    order_qty: int
    price: int | None


@define
class QueryOrder:
    """OrderStatusRequest(35=H) to a venue. The answer is an ExecutionReport with ExecType(150) ORDER_STATUS."""

    mic: str
    cl_ord_id: str
    symbol: str
    side: Side


@define
class ClientReport:
    """ExecutionReport(35=8) to the client who sent the order."""

    source: str
    order_id: str
    cl_ord_id: str
    exec_type: ExecType
    ord_status: OrdStatus
    order_qty: int
    cum_qty: int
    leaves_qty: int
    avg_px: int
    """AvgPx(6) in 1e-9, rounded half to even from the exact average."""
    last_qty: int = 0
    last_px: int = 0
    exec_id: str = ""
    exec_ref_id: str = ""
    orig_cl_ord_id: str = ""
    ord_rej_reason: OrdRejReason | None = None
    text: str = ""


@define
class ClientCancelReject:
    """OrderCancelReject(35=9) to a client."""

    source: str
    order_id: str
    cl_ord_id: str
    orig_cl_ord_id: str
    ord_status: OrdStatus
    cxl_rej_reason: CxlRejReason
    text: str = ""


@define
class Alert:
    """Something a person must know. `level`: info, warning, error."""

    level: str
    what: str
    where: str


VenueCommand = SendOrder | CancelOrder | ReplaceOrder | QueryOrder
ClientCommand = ClientReport | ClientCancelReject
Command = VenueCommand | ClientCommand | Alert
