"""What a strategy sees and says: the views of a parent order and its market, slices, decisions. Frozen values.

Prices in 1e-9 of the currency, quantities in lots, times in ns UTC. Build views in tests with `smartexec.testing.view`.
"""

from collections.abc import Iterable, Mapping

from attrs import field, frozen

from smartexec.model.enums import Outcome, Peg, Phase, Side, TimeInForce, Wake
from smartexec.model.ids import Nanos, Px, Qty
from smartexec.model.instrument import Instrument


@frozen(kw_only=True)
class MarketView:
    """The market as the kernel knows it now. A missing figure is None."""

    bid: Px | None = None
    ask: Px | None = None
    bid_qty: Qty = Qty(0)
    ask_qty: Qty = Qty(0)
    last: Px | None = None
    phase: Phase = Phase.UNKNOWN
    age: Nanos | None = None
    """Time since the last quote, ns."""
    open: Nanos = Nanos(0)
    close: Nanos = Nanos(0)
    volume: Qty = Qty(0)
    """Market volume since the parent's start, own executions included."""
    vwap: Px | None = None
    """Volume weighted average price of that volume, rounded to 1e-9."""

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
    price: Px | None
    sent: Nanos | None
    ended: Nanos | None
    spent: bool
    """An IOC or FOK slot that has ended: naming it again sends nothing."""
    last_outcome: Outcome | None = None
    clipped_by: str = ""
    """What kept the last decision from being placed whole; "" if nothing did."""


@frozen(kw_only=True)
class PeerView:
    """Another parent of the same list (ListID(66))."""

    parent_id: str
    symbol: str
    side: Side
    order_qty: Qty
    cum_qty: Qty
    leaves_qty: Qty


@frozen
class ParentView:
    """A parent order as its strategy sees it."""

    parent_id: str
    now: Nanos
    start: Nanos = field(kw_only=True)
    end: Nanos = field(kw_only=True)
    side: Side = field(kw_only=True)
    instrument: Instrument = field(kw_only=True)
    order_qty: Qty = field(kw_only=True)
    """Crosses and offsets included; what members are about to take away is already gone."""
    cum_qty: Qty = field(kw_only=True)
    """Market executions only."""
    crossed_qty: Qty = field(kw_only=True, default=Qty(0))
    in_doubt_qty: Qty = field(kw_only=True, default=Qty(0))
    leaves_qty: Qty = field(kw_only=True)
    """Still to be executed."""
    limit: Px | None = field(kw_only=True, default=None)
    """The most permissive member's limit; None if one has none."""
    demand: tuple[tuple[Px | None, Qty], ...] = field(kw_only=True, default=())
    """(limit, leaves of the members with that limit), most permissive first."""
    slots: Mapping[str, SlotView] = field(kw_only=True, factory=dict)
    market: MarketView = field(kw_only=True, factory=MarketView)
    peers: tuple[PeerView, ...] = field(kw_only=True, default=())
    woken_by: Wake = field(kw_only=True, default=Wake.START)
    state: object = field(kw_only=True, default=None)
    seed: int = field(kw_only=True, default=0)

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
    price: int | None = None
    slot: str = field(kw_only=True, default="main")
    time_in_force: TimeInForce = field(kw_only=True, default=TimeInForce.DAY)
    min_qty: int = field(kw_only=True, default=0)
    display_qty: int | None = field(kw_only=True, default=None)
    peg: Peg | None = field(kw_only=True, default=None)
    post_only: bool = field(kw_only=True, default=False)
    router: str = field(kw_only=True, default="")
    """Name of a configured routing logic; "" = the default one."""


def _slices(slices: Iterable[Slice]) -> tuple[Slice, ...]:
    return tuple(slices)


@frozen
class Decision:
    """What should be live now, all of it: a slot that is not named is cancelled. `wake_at` must be later than now."""

    slices: tuple[Slice, ...] = field(default=(), converter=_slices)
    wake_at: int | None = None
    note: str = field(kw_only=True, default="")
    state: object = field(kw_only=True, default=None)
    """The strategy's only memory: any attrs value, handed back as `view.state`."""
