"""What a routing logic sees and says: capabilities and scores of venues, requests, legs, routes. Frozen values."""

from collections.abc import Iterable, Mapping

from attrs import field, frozen

from smartexec.model.enums import (
    FillMode,
    OrdType,
    Outcome,
    Peg,
    ReplaceMode,
    Side,
    TimeInForce,
    VenueKind,
    Wake,
)
from smartexec.model.ids import Mic, Nanos, Px, Qty
from smartexec.model.instrument import Instrument
from smartexec.model.survival import Survival
from smartexec.model.view import MarketView, Slice


@frozen(kw_only=True)
class Capabilities:
    """What a venue can do. The kernel never asks it for more."""

    kind: VenueKind = VenueKind.LIT
    """Lit book, dark pool or ATS."""
    ord_types: frozenset[OrdType] = frozenset({OrdType.MARKET, OrdType.LIMIT})
    """Order types it takes."""
    times_in_force: frozenset[TimeInForce] = frozenset({TimeInForce.DAY, TimeInForce.IOC})
    """Times in force it takes."""
    replace: ReplaceMode = ReplaceMode.NONE
    """What it does with a replace; with NONE the kernel cancels and sends anew."""
    min_qty: bool = False
    """Takes MinQty(110)."""
    display_qty: bool = False
    """Takes MaxFloor(111)."""
    post_only: bool = False
    """Takes orders that may only add liquidity."""
    pegs: frozenset[Peg] = frozenset()
    """Pegs it takes; none = it has no pegged orders."""
    order_status: bool = True
    """Answers OrderStatusRequest(35=H)."""
    authoritative_unknown: bool = False
    """Its answer "unknown order" is proof that the order never reached the book and never will."""
    fills: FillMode = FillMode.INCREMENTAL
    """How it reports executions. For people only: the kernel takes reports and totals from every venue."""
    make_fee: int = 0
    """Fee per unit of quantity when adding liquidity, 1e-9 of the currency; negative = rebate."""
    take_fee: int = 0
    """Fee per unit of quantity when removing liquidity, 1e-9 of the currency."""


@frozen(kw_only=True)
class VenueScore:
    """What the kernel knows of a venue for one instrument. Measured figures are None until something was measured."""

    mic: Mic
    """MIC of the venue."""
    capabilities: Capabilities
    """What it can do."""
    up: bool = True
    """Its session is up: a leg to one that is down is refused."""
    shown_qty: Qty | None = None
    """Quantity shown at the far touch by the venue's own quote, in lots; None where it publishes none."""
    touch: Px | None = None
    """Best price of its own quote on the far side, whether or not it is the market's; None where it has none."""
    touch_qty: Qty | None = None
    """Quantity shown at `touch`, in lots; None where it has none."""
    spread: Px | None = None
    """Spread of its own quote, 1e-9; None where it has no two-sided one."""
    volume_share: float = 0.0
    """Share of the instrument's traded volume so far, 0..1."""
    make_fee: int = 0
    """As in the capabilities."""
    take_fee: int = 0
    """As in the capabilities."""
    latency: Nanos | None = None
    """Mean time from order to acknowledgement, ns."""
    fill_ratio: float | None = None
    """Filled quantity / quantity of ended child orders."""
    reject_rate: float | None = None
    """Rejected / ended child orders."""
    tried: int = 0
    """Child orders that have ended."""
    fill_prob: float | None = None
    """Share of ended child orders that executed at least in part, 0..1."""
    time_to_fill: Nanos | None = None
    """Mean time from order to first execution, ns, of those that had one."""
    latency_p50: Nanos | None = None
    """Median time from order to acknowledgement, ns."""
    latency_p90: Nanos | None = None
    """90th percentile of it, ns."""
    latency_p99: Nanos | None = None
    """99th percentile of it, ns."""
    effective_bps: float | None = None
    """Mean effective spread paid, 2 x side x (price - midpoint) / midpoint, basis points, weighted by quantity."""
    markout_100ms: float | None = None
    """Mean move of the midpoint in our favour 100 ms after an execution, from its price, basis points."""
    markout_1s: float | None = None
    """The same after 1 s."""
    markout_10s: float | None = None
    """The same after 10 s."""
    toxicity: float | None = None
    """Minus the mean 10 s markout of executions that added liquidity, basis points: positive = others knew better."""
    hidden: Survival | None = None
    """How likely at least so much hidden size is there; None until a dark or ATS order has ended."""


@frozen(kw_only=True)
class Attempt:
    """An earlier leg of the same slot under the same decision."""

    mic: Mic
    """Where it was sent."""
    qty: Qty
    """OrderQty(38), lots."""
    cum_qty: Qty
    """Executed so far."""
    price: Px | None
    """Its limit; None = market."""
    sent: Nanos
    """When it was sent, ns UTC."""
    ended: Nanos | None
    """When it ended, ns UTC; None while it is open."""
    outcome: Outcome | None
    """How it ended; None while it is open."""


@frozen
class RouteRequest:
    """Place `qty` lots of `slice` now."""

    now: Nanos
    """Time of the request, ns UTC."""
    parent_id: str
    """Of the parent whose slice it is."""
    side: Side = field(kw_only=True)
    """Side(54)."""
    instrument: Instrument = field(kw_only=True)
    """What is traded, with its tick and lot."""
    slice: Slice = field(kw_only=True)
    """What the strategy wants; its quantity and price are cut to `qty` and `limit`."""
    qty: Qty = field(kw_only=True)
    """Lots not placed yet: no route may name more."""
    limit: Px | None = field(kw_only=True)
    """Worst price a leg may have; None = no limit."""
    market: MarketView = field(kw_only=True)
    """The market now."""
    venues: Mapping[Mic, VenueScore] = field(kw_only=True)
    """In the order of the configuration."""
    attempts: tuple[Attempt, ...] = field(kw_only=True, default=())
    """Legs of the slot under this decision, and those that were open when it was made."""
    outcomes: tuple[Attempt, ...] = field(kw_only=True, default=())
    """Legs of the logic for this instrument, whichever order they were for, that ended since it was last asked about
    it; none before it has given something to be kept (`Route.learned`)."""
    overbook_qty: Qty = field(kw_only=True, default=Qty(0))
    """Lots that legs may have beyond `qty`: the budget that `[routing.overbook]` grants the logic, else 0."""
    woken_by: Wake = field(kw_only=True, default=Wake.START)
    """Why the strategy made the decision."""
    state: object = field(kw_only=True, default=None)
    """`Route.state` of the slot's last route; None at the first."""
    learned: object = field(kw_only=True, default=None)
    """`Route.learned` that the logic gave last for this instrument, whichever order it was for; None at the first."""
    seed: int = field(kw_only=True, default=0)
    """The parent's, as the strategy sees it."""


@frozen
class Leg:
    """One child order. `price` None = market. `rest_for` ns: the kernel cancels what is left then."""

    mic: str
    """Where to."""
    qty: int
    """OrderQty(38), lots; cut to whole lots of the instrument."""
    price: int | None = field(kw_only=True, default=None)
    """Limit in 1e-9; None = the request's limit, or market where it has none. Moved to the tick, passive side."""
    time_in_force: TimeInForce = field(kw_only=True, default=TimeInForce.DAY)
    """TimeInForce(59); the venue must take it."""
    min_qty: int = field(kw_only=True, default=0)
    """MinQty(110), lots; 0 = any."""
    display_qty: int | None = field(kw_only=True, default=None)
    """MaxFloor(111), lots shown; None = all."""
    post_only: bool = field(kw_only=True, default=False)
    """Only add liquidity."""
    peg: Peg | None = field(kw_only=True, default=None)
    """PegPriceType(1094): the venue moves the price, up to `price`; None = it stays."""
    rest_for: int | None = field(kw_only=True, default=None)
    """After this many ns the kernel cancels what is left; None = it rests as the decision says."""


def _legs(legs: Iterable[Leg]) -> tuple[Leg, ...]:
    return tuple(legs)


@frozen
class Route:
    """Legs to send now; `wake_at` asks to be called again for what is then unplaced."""

    legs: tuple[Leg, ...] = field(default=(), converter=_legs)
    """Child orders to send now; any iterable."""
    wake_at: int | None = None
    """Ask again then, ns UTC, about what is still unplaced; None = when a leg has ended."""
    note: str = field(kw_only=True, default="")
    """Why, for people: it is in each child order's reason."""
    state: object = field(kw_only=True, default=None)
    """Memory of this slot: any attrs value, handed back as `request.state`."""
    learned: object = field(kw_only=True, default=None)
    """Memory of the logic for this instrument, kept in the scorecard: any attrs value; None = as it was."""
