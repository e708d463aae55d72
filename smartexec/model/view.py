"""What a strategy sees and says: the views of a parent order and its market, slices, decisions. Frozen values.

Prices in 1e-9 of the currency, quantities in lots, times in ns UTC. Build views in tests with `smartexec.testing.view`.
"""

from collections.abc import Iterable, Mapping

from attrs import field, frozen

from smartexec.model.enums import Outcome, Peg, Phase, Side, TimeInForce, Wake
from smartexec.model.ids import Nanos, Px, Qty
from smartexec.model.instrument import Instrument
from smartexec.model.statistics import NO_STATISTICS, Statistics, VolumeCurve


@frozen(kw_only=True)
class MarketView:
    """The market as the kernel knows it now. A missing figure is None."""

    bid: Px | None = None
    """Best bid: the consolidated tape's where there is one, else the best of the venues that are up."""
    ask: Px | None = None
    """Best offer, likewise."""
    bid_qty: Qty = Qty(0)
    """Lots shown at the best bid."""
    ask_qty: Qty = Qty(0)
    """Lots shown at the best offer."""
    last: Px | None = None
    """Price of the last print."""
    phase: Phase = Phase.UNKNOWN
    """Trading phase of the instrument."""
    age: Nanos | None = None
    """Time since the last quote, ns."""
    open: Nanos = Nanos(0)
    """Start of trading, ns UTC; 0 = not bounded."""
    close: Nanos = Nanos(0)
    """End of trading, ns UTC; 0 = not bounded."""
    volume: Qty = Qty(0)
    """Market volume since the parent's start, own executions included."""
    vwap: Px | None = None
    """Volume weighted average price of that volume, rounded to 1e-9."""
    twap: Px | None = None
    """Time weighted average of the last price since the parent's start, rounded to 1e-9."""
    statistics: Statistics = NO_STATISTICS
    """What was fitted from history: average daily volume, daily volatility, mean spread."""
    curve: VolumeCurve | None = None
    """Historical volume curve of the day, cumulative shares in 1e-9; None where none was fitted."""
    forecast: VolumeCurve | None = None
    """Today's volume in lots, cumulative: what has traded in the bins that are over, then what is expected now."""
    sigma_now: float | None = None
    """Realised volatility today, scaled to a day, as `statistics.sigma` is; None until enough was seen."""
    spread_now: Px | None = None
    """Mean spread today, 1e-9; None until enough was seen."""

    @property
    def valid(self) -> bool:
        """Both sides there and not locked or crossed."""
        return self.bid is not None and self.ask is not None and self.bid < self.ask

    @property
    def mid2(self) -> int | None:
        """Twice the midpoint (exact where the midpoint is a half unit), None without two sides."""
        return None if self.bid is None or self.ask is None else self.bid + self.ask

    @property
    def trading(self) -> bool:
        """Continuous trading: orders may meet now."""
        return self.phase is Phase.CONTINUOUS

    def near(self, side: Side) -> Px | None:
        """The touch on the order's own side."""
        return self.bid if side is Side.BUY else self.ask

    def far(self, side: Side) -> Px | None:
        """The touch on the other side."""
        return self.ask if side is Side.BUY else self.bid


@frozen(kw_only=True)
class SlotView:
    """What became of a slot the strategy named before."""

    want_qty: Qty
    """Open lots the decision asked for, less what has filled since."""
    leaves_qty: Qty
    """Open at venues, confirmed or not."""
    in_doubt_qty: Qty
    """Of these, not confirmed."""
    cum_qty: Qty
    """Executed under this slot so far, all its orders together."""
    price: Px | None
    """Price that the last decision asked for; None = market."""
    sent: Nanos | None
    """When its last order was sent, ns UTC; None = none was yet."""
    ended: Nanos | None
    """When its last order ended, ns UTC; None while one is open."""
    spent: bool
    """An IOC or FOK slot that has ended, or one of an auction that has expired with it: naming it sends nothing."""
    last_outcome: Outcome | None = None
    """How its last order ended, or why none was sent; None = nothing ended yet."""
    clipped_by: str = ""
    """What kept the last decision from being placed whole; "" if nothing did."""


@frozen(kw_only=True)
class PeerView:
    """Another parent of the same list (ListID(66))."""

    parent_id: str
    """Of the other parent."""
    symbol: str
    """Its instrument, Symbol(55)."""
    side: Side
    """Its side."""
    order_qty: Qty
    """Its whole quantity, crosses and offsets included."""
    cum_qty: Qty
    """Its market executions."""
    leaves_qty: Qty
    """What it has still to execute."""


@frozen
class ParentView:
    """A parent order as its strategy sees it."""

    parent_id: str
    """Of this parent: P1, P2, ..."""
    now: Nanos
    """Time of the decision, ns UTC."""
    start: Nanos = field(kw_only=True)
    """When it started, ns UTC: its first members were pooled and their EffectiveTime(168) had come."""
    end: Nanos = field(kw_only=True)
    """When it is over, ns UTC: the earliest ExpireTime(126), else the instrument's close; 0 = no end."""
    side: Side = field(kw_only=True)
    """Side(54)."""
    instrument: Instrument = field(kw_only=True)
    """What is traded, with its tick and lot."""
    order_qty: Qty = field(kw_only=True)
    """Crosses and offsets included; what members are about to take away is already gone."""
    cum_qty: Qty = field(kw_only=True)
    """Market executions only."""
    crossed_qty: Qty = field(kw_only=True, default=Qty(0))
    """Crossed inside, offsets of one owner included."""
    in_doubt_qty: Qty = field(kw_only=True, default=Qty(0))
    """Lots of child orders that are sent and not answered, or may still execute after they were said to be over."""
    leaves_qty: Qty = field(kw_only=True)
    """Still to be executed."""
    notional: int = field(kw_only=True, default=0)
    """Sum of quantity x price of the market executions, in lots x 1e-9."""
    arrival: Px | None = field(kw_only=True, default=None)
    """Midpoint when the parent started, rounded to 1e-9, else the last price then; None where there was neither."""
    limit: Px | None = field(kw_only=True, default=None)
    """The most permissive member's limit; None if one has none."""
    demand: tuple[tuple[Px | None, Qty], ...] = field(kw_only=True, default=())
    """(limit, leaves of the members with that limit), most permissive first."""
    slots: Mapping[str, SlotView] = field(kw_only=True, factory=dict[str, SlotView])
    """What became of earlier decisions, by slot; one no longer named goes once nothing of it is open."""
    market: MarketView = field(kw_only=True, factory=MarketView)
    """The market now."""
    peers: tuple[PeerView, ...] = field(kw_only=True, default=())
    """The other parents of its list; none without a ListID(66)."""
    woken_by: Wake = field(kw_only=True, default=Wake.START)
    """Why it is asked: the first reason, where there are several."""
    state: object = field(kw_only=True, default=None)
    """`Decision.state` of the last decision; None at the first."""
    seed: int = field(kw_only=True, default=0)
    """For what must be random: the same for this parent throughout, and in a replay."""

    def leaves_at(self, px: int | None) -> Qty:
        """Lots whose limit admits an execution at `px` (None = at any price)."""
        if px is None:
            return Qty(sum(qty for limit, qty in self.demand if limit is None))
        sign = 1 if self.side is Side.BUY else -1
        return Qty(sum(qty for limit, qty in self.demand if limit is None or (limit - px) * sign >= 0))


@frozen
class Slice:
    """Open lots wanted now at one price. `price` None = market."""

    qty: int
    """Lots to be open now, not in addition to what is; 0 = nothing wanted, which keeps the slot's name and view."""
    price: int | None = None
    """Limit in 1e-9 of the currency; None = market."""
    slot: str = field(kw_only=True, default="main")
    """Its name between decisions; each may be named once."""
    time_in_force: TimeInForce = field(kw_only=True, default=TimeInForce.DAY)
    """DAY rests, IOC and FOK do not: a slot of theirs that has ended is spent, the next attempt needs a new name. So is
    one of AT_OPEN or AT_CLOSE that has expired with its auction, until it is named with another."""
    min_qty: int = field(kw_only=True, default=0)
    """MinQty(110), lots: an execution must be at least this; 0 = any."""
    display_qty: int | None = field(kw_only=True, default=None)
    """MaxFloor(111), lots shown of the order; None = all."""
    peg: Peg | None = field(kw_only=True, default=None)
    """Let the venue move the price with the market, up to `price`; None = it stays."""
    post_only: bool = field(kw_only=True, default=False)
    """Only add liquidity: an order that would take is refused by the venue."""
    router: str = field(kw_only=True, default="")
    """Name of a configured routing logic; "" = the default one."""


def _slices(slices: Iterable[Slice]) -> tuple[Slice, ...]:
    return tuple(slices)


@frozen
class Decision:
    """What should be live now, all of it: a slot that is not named is cancelled. `wake_at` must be later than now."""

    slices: tuple[Slice, ...] = field(default=(), converter=_slices)
    """All that should be open now; any iterable."""
    wake_at: int | None = None
    """Ask again then, ns UTC, unless something else does first; None = only when something happens."""
    note: str = field(kw_only=True, default="")
    """Why, for people: it is in the table decisions and in each child order's reason."""
    state: object = field(kw_only=True, default=None)
    """The strategy's only memory: any attrs value, handed back as `view.state`."""
