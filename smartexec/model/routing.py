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
from smartexec.model.view import MarketView, Slice


@frozen(kw_only=True)
class Capabilities:
    """What a venue can do. The kernel never asks it for more."""

    kind: VenueKind = VenueKind.LIT
    ord_types: frozenset[OrdType] = frozenset({OrdType.MARKET, OrdType.LIMIT})
    times_in_force: frozenset[TimeInForce] = frozenset({TimeInForce.DAY, TimeInForce.IOC})
    replace: ReplaceMode = ReplaceMode.NONE
    min_qty: bool = False
    display_qty: bool = False
    post_only: bool = False
    pegs: frozenset[Peg] = frozenset()
    order_status: bool = True
    """Answers OrderStatusRequest(35=H)."""
    authoritative_unknown: bool = False
    """Its answer "unknown order" is proof that the order never reached the book and never will."""
    fills: FillMode = FillMode.INCREMENTAL
    make_fee: int = 0
    """Fee per unit of quantity when adding liquidity, 1e-9 of the currency; negative = rebate."""
    take_fee: int = 0
    """Fee per unit of quantity when removing liquidity, 1e-9 of the currency."""


@frozen(kw_only=True)
class VenueScore:
    """What the kernel knows of a venue for one instrument. Measured figures are None until something was measured."""

    mic: Mic
    capabilities: Capabilities
    up: bool = True
    shown_qty: Qty | None = None
    """Quantity shown at the far touch by the venue's own quote, in lots; None where it publishes none."""
    spread: Px | None = None
    volume_share: float = 0.0
    """Share of the instrument's traded volume so far, 0..1."""
    make_fee: int = 0
    take_fee: int = 0
    latency: Nanos | None = None
    """Mean time from order to acknowledgement, ns."""
    fill_ratio: float | None = None
    """Filled quantity / quantity of ended child orders."""
    reject_rate: float | None = None
    """Rejected / ended child orders."""
    tried: int = 0
    """Child orders that have ended."""


@frozen(kw_only=True)
class Attempt:
    """An earlier leg of the same slot under the same decision."""

    mic: Mic
    qty: Qty
    cum_qty: Qty
    price: Px | None
    sent: Nanos
    ended: Nanos | None
    outcome: Outcome | None


@frozen
class RouteRequest:
    """Place `qty` lots of `slice` now."""

    now: Nanos
    parent_id: str
    side: Side = field(kw_only=True)
    instrument: Instrument = field(kw_only=True)
    slice: Slice = field(kw_only=True)
    qty: Qty = field(kw_only=True)
    """Lots not placed yet: no route may name more."""
    limit: Px | None = field(kw_only=True)
    """Worst price a leg may have; None = no limit."""
    market: MarketView = field(kw_only=True)
    venues: Mapping[Mic, VenueScore] = field(kw_only=True)
    """In the order of the configuration."""
    attempts: tuple[Attempt, ...] = field(kw_only=True, default=())
    overbook_qty: Qty = field(kw_only=True, default=Qty(0))
    woken_by: Wake = field(kw_only=True, default=Wake.START)
    state: object = field(kw_only=True, default=None)
    seed: int = field(kw_only=True, default=0)


@frozen
class Leg:
    """One child order. `price` None = market. `rest_for` ns: the kernel cancels what is left then."""

    mic: str
    qty: int
    price: int | None = field(kw_only=True, default=None)
    time_in_force: TimeInForce = field(kw_only=True, default=TimeInForce.DAY)
    min_qty: int = field(kw_only=True, default=0)
    display_qty: int | None = field(kw_only=True, default=None)
    post_only: bool = field(kw_only=True, default=False)
    peg: Peg | None = field(kw_only=True, default=None)
    rest_for: int | None = field(kw_only=True, default=None)


def _legs(legs: Iterable[Leg]) -> tuple[Leg, ...]:
    return tuple(legs)


@frozen
class Route:
    """Legs to send now; `wake_at` asks to be called again for what is then unplaced."""

    legs: tuple[Leg, ...] = field(default=(), converter=_legs)
    wake_at: int | None = None
    note: str = field(kw_only=True, default="")
    state: object = field(kw_only=True, default=None)
