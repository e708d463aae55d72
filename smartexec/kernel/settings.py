"""What the kernel is told once: how to aggregate, net, allocate, route and guard. Values only; times in ns.

The configuration file spells durations as text ("250ms", "5s") and prices as decimals; the runtime turns them into
these integers.
"""

from collections.abc import Mapping
from enum import Enum

from attrs import field, frozen
from attrs.validators import and_, deep_mapping, ge, gt, instance_of, le, optional

from smartexec.model.ids import NANOS_PER_SECOND


class NettingScope(Enum):
    """What may cross: all that is uncommitted, or only what the strategy wants now."""

    ALL = "all"
    DUE = "due"


class SameOwner(Enum):
    """What happens to opposing quantities of one owner."""

    OFFSET = "offset"
    NONE = "none"


class Timing(Enum):
    """When an entitled quantity is booked."""

    ON_FILL = "on_fill"
    AT_COMPLETION = "at_completion"


@frozen
class Aggregation:
    """`[aggregation]`: which client orders share a parent."""

    window: int = field(default=0, validator=ge(0))
    """Pool orders for this long before a parent starts (and before joiners join)."""
    bucket: int = field(default=0, validator=ge(0))
    """Starts and ends that fall into the same bucket count as equal; 0 = exactly equal."""
    join_open: bool = True
    """Later orders join a parent that has started."""


@frozen
class Netting:
    """`[netting]`: internal crosses at the midpoint."""

    enabled: bool = True
    """Whether opposing parents cross at all."""
    scope: NettingScope = NettingScope.ALL
    """What may cross: all that is left, or what the strategy wants now."""
    same_owner: SameOwner = SameOwner.OFFSET
    """What becomes of opposing orders of one owner."""
    max_quote_age: int = field(default=5 * NANOS_PER_SECOND, validator=gt(0))
    """A midpoint from an older quote is no valid market."""


@frozen
class Allocation:
    """`[allocation]`: how fills are booked to clients."""

    timing: Timing = Timing.AT_COMPLETION
    """When fills are booked to clients."""
    rounding_lot: int = field(default=1, validator=ge(1))
    """At completion, quantities are rounded to multiples of this."""
    min_qty: int = field(default=0, validator=ge(0))
    """At completion, members who would get less get nothing, unless that is all they wanted."""
    remainder_account: str = "house"
    """Takes the cents that rounding leaves over."""


@frozen
class Routing:
    """`[routing]`: the default routing logic, and when the kernel stops asking it."""

    default: str = "parallel"
    """Routing logic of slices that name none."""
    max_rounds: int = field(default=8, validator=ge(1))
    """How often it is asked under one decision; then the strategy is woken."""
    in_doubt_wait: int = field(default=2 * NANOS_PER_SECOND, validator=gt(0))
    """Ask the venue for the state of an order or request that has not been answered for this long."""
    overbook: Mapping[str, int] = field(factory=dict, validator=deep_mapping(instance_of(str), and_(ge(0), le(100))))
    """Routing logic -> percentage of a parent's leaves that it may have live beyond them (law 2); none = 0. What comes
    back beyond the order is the house's."""


@frozen
class Limits:
    """`[risk]` and its scopes: pre-trade limits; None = not limited at this scope."""

    max_order_qty: int | None = field(default=None, validator=optional(gt(0)))
    """Largest quantity of a child order, in lots; in `[risk.clients.X]`, of a client order."""
    max_order_notional: int | None = field(default=None, validator=optional(gt(0)))
    """Largest value of a child order, in 1e-9 of the currency; in `[risk.clients.X]`, of a client order."""
    collar_bps: int | None = field(default=None, validator=optional(gt(0)))
    """Distance of a child's price beyond the midpoint (else the last trade), in basis points."""
    max_participation_pct: int | None = field(default=None, validator=optional(gt(0)))
    """Own open + executed quantity of a parent, as a percentage of the market's volume since its start."""
    participation_floor_qty: int = field(default=0, validator=ge(0))
    """Quantity that the participation limit always leaves free, in lots."""
    max_msgs_per_s: int | None = field(default=None, validator=optional(gt(0)))
    """New orders and replaces per second, counted per scope; cancels are never counted or held."""


@frozen
class Risk:
    """Limits by scope: the tightest wins. A client's limits are checked when its order arrives."""

    firm: Limits = field(factory=Limits)
    """`[risk]` itself: of every child order."""
    clients: Mapping[str, Limits] = field(factory=dict)
    """By account: of its client orders, not of child orders; only quantity and value are looked at."""
    strategies: Mapping[str, Limits] = field(factory=dict)
    """By strategy: of the child orders of its parents."""
    venues: Mapping[str, Limits] = field(factory=dict)
    """By MIC: of the child orders sent there."""
    instruments: Mapping[str, Limits] = field(factory=dict)
    """By symbol: of the child orders in it."""


@frozen
class Scoring:
    """`[scorecard]`: how the kernel measures venues."""

    half_life: int = field(default=7 * 86_400 * NANOS_PER_SECOND, validator=ge(0))
    """After this long an observation counts half as much as a new one; 0 = nothing is ever forgotten."""
    min_trials: int = field(default=30, validator=ge(1))
    """Orders, as new ones count, that must speak for a hidden size before the estimate of it is believed."""


@frozen
class Settings:
    """All of it."""

    seed: int = 0
    """Of all that is drawn at random: the same seed gives the same run."""
    aggregation: Aggregation = field(factory=Aggregation)
    """Which client orders share a parent."""
    netting: Netting = field(factory=Netting)
    """What is crossed inside."""
    allocation: Allocation = field(factory=Allocation)
    """How fills are booked."""
    routing: Routing = field(factory=Routing)
    """Which routing logic is asked, and how often."""
    risk: Risk = field(factory=Risk)
    """Limits before the trade."""
    scorecard: Scoring = field(factory=Scoring)
    """How venues are measured."""
