"""Orders and what belongs to them: client, parent and child orders, slots, epochs, executions, bookings. Data only.

Hot state is `@define(eq=False)` without validators and is changed in place, by the rooms beside this file. Running
totals (`open_qty`, `cum_qty`, `leaves_qty`) are kept by whoever changes what they sum, so that no event costs more
when there are more orders.
"""

from enum import Enum
from fractions import Fraction

from attrs import Factory, define, field

from smartexec.kernel.curve import NO_LIMIT, Curve
from smartexec.kernel.lifecycle import OrderLife
from smartexec.kernel.market import Mark, Market
from smartexec.kernel.markouts import Marks
from smartexec.kernel.shares import Shares
from smartexec.model.enums import ExecType, Liquidity, Outcome, Side, TimeInForce, Wake
from smartexec.model.instrument import Instrument
from smartexec.model.orders import Params
from smartexec.model.routing import Leg, RouteRequest
from smartexec.model.view import Decision, ParentView, Slice


class ParentState(Enum):
    """Where a parent is in its life."""

    POOLING = "pooling"
    WORKING = "working"
    SAFE = "safe"
    """Its plugin is quarantined: nothing is sent, everything live is cancelled, members may still leave."""
    CLOSING = "closing"
    """Its time is over: waiting for what is live or in doubt."""
    ENDED = "ended"


@define(eq=False)
class ClientOrder(OrderLife):
    """A client order, and the member of a parent that it becomes.

    `cum_qty` and `notional` are what the client was told (booked executions and crosses). `entitled_qty` is the part
    of the parent's market executions that is the client's, booked or not.
    """

    number: int = 0
    source: str = ""
    account: str = ""
    owner: str = ""
    symbol: str = ""
    side: Side = Side.BUY
    sign: int = 1
    strategy: str = ""
    received: int = 0
    effective: int | None = None
    expire: int = 0
    limit_key: int = NO_LIMIT
    entitled_qty: int = 0
    crossed_qty: int = 0
    offset_qty: int = 0
    lots_left: int = 0
    """Still to be executed; 0 once over."""
    carried: int = 0
    """Deficit carried into the next epoch, in 1e-9 lot."""
    no_cross: bool = False
    house: bool = False
    joined: bool = False
    mark0: Mark | None = None
    """The market when it was received."""
    parent: "ParentOrder | None" = None
    text: str = ""

    @property
    def order_id(self) -> str:
        """OrderID(37)."""
        return f"O{self.number}"

    @property
    def done_qty(self) -> int:
        """Lots that are no longer to be executed."""
        return self.entitled_qty + self.crossed_qty + self.offset_qty


@define(eq=False)
class ChildOrder(OrderLife):
    """A child order at a venue."""

    parent: "ParentOrder" = field(kw_only=True)
    slot: "Slot" = field(kw_only=True)
    mic: str = ""
    order_id: str = ""
    """ClOrdID(11) it was first sent under."""
    aliases: list[str] = Factory(list)
    """Every ClOrdID(11) that was ever sent for it."""
    key: int = 0
    """Its worst price as a limit key; both prices count while a replace is pending."""
    terms: Slice = field(kw_only=True)
    leg: Leg | None = None
    time_in_force: TimeInForce = TimeInForce.DAY
    sent: int = 0
    ended: int | None = None
    mark0: Mark = field(kw_only=True)
    """The market when it was sent."""
    repriced: Mark | None = None
    """The market when another price was asked for; None = it never was."""
    mark1: Mark | None = None
    """The market when it ended."""
    acked: bool = False
    counted: int = 0
    """What `parent.open_qty` holds of it."""
    venue_cum: int = 0
    """Highest CumQty(14) the venue has said: more than `cum_qty` means that executions are under way."""
    busted: bool = False
    """An execution of it was undone: a report from before that says more than there is."""
    unverified: bool = False
    """Since then the venue has not said how much is left standing."""
    synthetic: "list[Execution]" = Factory(list)
    """Booked for executions that the venue says exist and has not reported."""
    unseen: bool = False
    """Its venue was away, and has not said since what it has done."""
    queries: int = 0
    query_at: int = 0
    """When the venue is to be asked for its state, if still in doubt; 0 = no such timer."""
    frozen: bool = False
    """To be cancelled and not replaced: the venue has said something of it that cannot be worked with."""
    outcome: Outcome | None = None
    scored: tuple[int, int, bool] | None = None
    """(quantity, executed, whether it explored a dark venue) that the scorecard has counted; None = it is not over."""
    why: "Why | None" = None
    routing: str = ""
    """Name of the routing logic that placed it."""

    @property
    def live_qty(self) -> int:
        """The most that may still execute, reported or not."""
        missing = self.venue_cum - self.cum_qty
        reserved = self.reserved_qty
        return reserved if reserved >= missing else missing

    @property
    def reason(self) -> str:
        """Why it was sent, in words: made when somebody asks."""
        why = self.why
        if why is None:
            return ""
        return f"{self.parent.strategy}: {why.decision.note or 'no note'} | {why.routing}: {why.note or 'no note'}"

    @property
    def cancelling(self) -> bool:
        """A cancel is under way."""
        return any(request.is_cancel for request in self.requests or ())


@define(eq=False)
class Why:
    """What led to a child order (law 9)."""

    view: ParentView
    decision: Decision
    request: RouteRequest
    routing: str
    note: str


@define(eq=False)
class Slot:
    """A slice between decisions: what is wanted open, and the legs that are."""

    name: str
    slice: Slice
    want: int = 0
    """Open lots wanted: set by a decision, reduced by fills, never raised by the kernel."""
    legs: dict[str, ChildOrder] = Factory(dict)
    attempts: list[ChildOrder] = Factory(list)
    """Legs sent under the present decision."""
    rounds: int = 0
    cum_qty: int = 0
    sent: int | None = None
    ended: int | None = None
    spent: bool = False
    last_outcome: Outcome | None = None
    clipped_by: str = ""
    told: str = ""
    """What last kept a leg back and was alerted; "" since one went out."""
    over: int = 0
    """Lots that a granted budget has put beyond what members want (law 2)."""
    hold_until: int = 0
    """The routing logic asked to be called again then."""
    state: object = None


@define(eq=False)
class Epoch:
    """A run of fills shared by the same members at the same weights and limits."""

    parent: "ParentOrder"
    number: int
    members: list[ClientOrder]
    shares: Shares
    limits: list[int | None]
    scope: tuple[int, int]
    """Range of the parent's `active` it was opened for."""
    money: int = 0
    """Sum of last_qty * last_px of the executions it shares."""
    unbooked: Fraction | int = 0
    """The part of `money` that is not booked yet."""
    booked: list[int] = Factory(list)
    """Lots booked per member."""
    booked_qty: int = 0
    rows: "list[AllocationRow]" = Factory(list)
    """Rows that stand, where executions are booked at completion."""
    closed: bool = False


@define(eq=False)
class ParentOrder:
    """A parent order: members on one side, children on the other."""

    key: tuple[object, ...]
    instrument: Instrument
    market: Market
    side: Side
    sign: int
    strategy: str
    params: Params
    list_id: str
    start: int
    end: int
    parent_id: str = ""
    state: ParentState = ParentState.POOLING
    pool: list[ClientOrder] = Factory(list)
    pool_due: int = 0
    members: list[ClientOrder] = Factory(list)
    active: list[ClientOrder] = Factory(list)
    """Clients, then house orders; each the most permissive limit first, then by arrival."""
    clients: int = 0
    """How many of `active` are clients."""
    stale: bool = True
    """Members, weights or limits have changed since `active` was ordered: the next fill opens an epoch."""
    pending: list[ClientOrder] = Factory(list)
    """Members whose cancel or tightening waits for what is live."""
    leaves_qty: int = 0
    open_qty: int = 0
    """Live and in doubt."""
    cum_qty: int = 0
    notional: int = 0
    house_qty: int = 0
    overbooked: int = 0
    """The most that a granted budget has put beyond the order, less what of it has come back to the house."""
    crossed_qty: int = 0
    offset_qty: int = 0
    curve: Curve | None = None
    target: Curve | None = None
    children: dict[str, ChildOrder] = Factory(dict)
    slots: dict[str, Slot] = Factory(dict)
    child_count: int = 0
    epoch: Epoch | None = None
    epochs: list[Epoch] = Factory(list)
    wake_at: int | None = None
    """When its strategy asked to be woken."""
    timer_at: int | None = None
    """When its earliest timer fires: there is no other before that."""
    last_wake: Wake = Wake.START
    decision: Decision | None = None
    row: "DecisionRow | None" = None
    """The last decision's row."""
    view: ParentView | None = None
    state_value: object = None
    started: int = 0
    ended: int | None = None
    expired: bool = False
    mark0: Mark = field(init=False)
    """The market when it started."""
    mark1: Mark | None = None
    """The market when it ended."""
    charged: int = 0
    """Money of all market rows, in the currency's minor unit."""
    seed: int = 0


@define(eq=False)
class Execution:
    """An execution of a child order, as the venue reported it. `exec_type` TRADE, TRADE_CANCEL or TRADE_CORRECT."""

    mic: str
    trade_date: str
    exec_id: str
    exec_type: ExecType
    time: int
    side: Side
    last_qty: int
    last_px: int
    liquidity: Liquidity = Liquidity.NONE
    fee: int = 0
    cl_ord_id: str = ""
    parent: ParentOrder | None = None
    child: ChildOrder | None = None
    exec_ref_id: str = ""
    superseded: "Execution | None" = None
    """The bust or correction that undid it."""
    marks: Marks | None = None
    """The market then and after it; None of what is no child's."""
    presumed: bool = False
    """Booked on the word of its bust or correction, which came first."""
    parts: "list[tuple[Epoch, int]]" = Factory(list)
    """Lots shared in each epoch."""
    rows: "list[AllocationRow]" = Factory(list)
    """Rows booked for this execution alone: on fill, or beyond the order."""


@define(eq=False)
class AllocationRow:
    """One booking. Append-only: a reversal is a row of its own."""

    number: int
    order: ClientOrder | None
    account: str
    parent: ParentOrder | None
    time: int
    side: Side
    qty: int
    px: int
    money: int
    """In the currency's minor unit (cents)."""
    limit: int | None = None
    exec_id: str = ""
    cross_id: str = ""
    ref: int = 0
    """Number of the row it reverses."""
    epoch: int = 0

    @property
    def alloc_id(self) -> str:
        """IndividualAllocID(467)."""
        return f"A{self.number}"


@define(eq=False)
class DecisionRow:
    """One call of a strategy or a routing step under it."""

    seq: int
    time: int
    parent: ParentOrder
    plugin: str
    wake: Wake
    decision: Decision
    legs: list[ChildOrder] = Factory(list)
    refused: list[str] = Factory(list)
    """Legs that did not go out, and why."""
