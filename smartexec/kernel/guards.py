"""Pre-trade guards (law 8): the limits every new child order must pass, and the kill switch. No plugin can skip them.

Limits are scoped firm > strategy > venue > instrument (and client, where the order arrives); the tightest wins.
Sources: RTS 6 Art. 15 (price collars, order value, volume, message limits) and 12 (kill), SEC Rule 15c3-5(c)(1).
"""

from collections.abc import Callable, Iterable

from attrs import define

from smartexec.kernel.blotter import Blotter
from smartexec.kernel.market import STOPPED, Market
from smartexec.kernel.orders import ChildOrder, ParentOrder
from smartexec.kernel.settings import Risk
from smartexec.model.enums import KillLevel, Phase
from smartexec.model.events import KillSwitch
from smartexec.model.ids import NANOS_PER_SECOND
from smartexec.model.instrument import Instrument

NOT_TRADING = (*STOPPED, Phase.AUCTION)
"""Where nothing is sent but what takes part in an auction only."""
BPS = 10_000


@define(eq=False)
class Bucket:
    """Token bucket in integers: `rate` messages a second, as many at once."""

    rate: int
    tokens: int
    """In 1e-9 message."""
    time: int

    def ready(self, now: int) -> bool:
        """Fill up to now; whether there is a message to take."""
        self.tokens = min(self.rate * NANOS_PER_SECOND, self.tokens + (now - self.time) * self.rate)
        self.time = now
        return self.tokens >= NANOS_PER_SECOND


@define(eq=False)
class Bounds:
    """The tightest limits of all scopes for one strategy at one venue in one instrument; None = not limited."""

    qty: int | None
    notional: int | None
    collar_bps: int | None
    participation: list[tuple[int, int]]
    """(percentage of the market's volume, lots always left free) of each scope that has one."""
    buckets: list[Bucket]
    """Of each scope that counts messages."""


Refuses = Callable[[Bounds, ParentOrder, str, int, int | None], bool]


def least(limits: Iterable[int | None]) -> int | None:
    """The smallest of those that there are."""
    return min((x for x in limits if x is not None), default=None)


def notional(instrument: Instrument, qty: int, px: int) -> int:
    """Value of lots at a price, in 1e-9 of the currency."""
    unit: int = 10**instrument.qty_decimals
    return qty * px // unit


class Guards:
    """Checks in the send path."""

    def __init__(self, blotter: Blotter, risk: Risk) -> None:
        self.blotter = blotter
        self.risk = risk
        self.killed: dict[tuple[KillLevel, str], KillSwitch] = {}
        self._bounds: dict[tuple[str, str, str], Bounds] = {}
        """By (strategy, MIC, symbol)."""
        self._buckets: dict[str, Bucket] = {}
        self.checks: tuple[tuple[str, Refuses], ...] = (
            ("kill switch", self._killed),
            ("trading phase", self._phase),
            ("max_order_qty", self._qty),
            ("max_order_notional", self._notional),
            ("collar_bps", self._collar),
            ("max_participation_pct", self._participation),
            ("max_msgs_per_s", self._throttle),
        )
        """In this order; the throttle is last because it counts what passes."""

    def check(
        self,
        parent: ParentOrder,
        mic: str,
        qty: int,
        price: int | None,
        replaces: ChildOrder | None = None,
        *,
        auction: bool = False,
    ) -> str:
        """The name of the first guard that refuses an order of `qty` lots at `price`; "" if all pass."""
        self._replaced = replaces.counted if replaces else 0
        self._auction = auction
        bounds = self.bounds(parent, mic)
        for name, refuses in self.checks:
            if refuses(bounds, parent, mic, qty, price):
                return name
        return ""

    def bounds(self, parent: ParentOrder, mic: str) -> Bounds:
        """The limits that apply to child orders of the parent at a venue."""
        key = (parent.strategy, mic, parent.instrument.symbol)
        found = self._bounds.get(key)
        if found is None:
            found = self._bounds[key] = self._tightest(*key)
        return found

    def _tightest(self, strategy: str, mic: str, symbol: str) -> Bounds:
        risk = self.risk
        by_scope = {
            "firm": risk.firm,
            f"strategy {strategy}": risk.strategies.get(strategy),
            f"venue {mic}": risk.venues.get(mic),
            f"instrument {symbol}": risk.instruments.get(symbol),
        }
        scopes = [(scope, limits) for scope, limits in by_scope.items() if limits is not None]
        return Bounds(
            least(x.max_order_qty for _, x in scopes),
            least(x.max_order_notional for _, x in scopes),
            least(x.collar_bps for _, x in scopes),
            [(x.max_participation_pct, x.participation_floor_qty) for _, x in scopes if x.max_participation_pct],
            [self._bucket(scope, x.max_msgs_per_s) for scope, x in scopes if x.max_msgs_per_s],
        )

    def _bucket(self, scope: str, rate: int) -> Bucket:
        bucket = self._buckets.get(scope)
        if bucket is None:
            bucket = self._buckets[scope] = Bucket(rate, rate * NANOS_PER_SECOND, self.blotter.now)
        return bucket

    def stopped(self, parent: ParentOrder, *, auction: bool = False) -> str:
        """What keeps a parent from trading anywhere, crosses included; "" if nothing does."""
        if self.killed and self._kill_for(parent):
            return "kill switch"
        return "trading phase" if parent.market.phase in (STOPPED if auction else NOT_TRADING) else ""

    def _kill_for(self, parent: ParentOrder) -> bool:
        keys = (
            (KillLevel.FIRM, ""),
            (KillLevel.STRATEGY, parent.strategy),
            (KillLevel.INSTRUMENT, parent.instrument.symbol),
        )
        return any(key in self.killed for key in keys)

    # -- one method per guard: True = refused ------------------------------------------------------------------------

    def _killed(self, _bounds: Bounds, parent: ParentOrder, mic: str, _qty: int, _price: int | None) -> bool:
        return bool(self.killed) and ((KillLevel.VENUE, mic) in self.killed or self._kill_for(parent))

    def _phase(self, _bounds: Bounds, parent: ParentOrder, mic: str, _qty: int, _price: int | None) -> bool:
        return parent.market.phase_at(mic) in (STOPPED if self._auction else NOT_TRADING)

    def _qty(self, bounds: Bounds, _parent: ParentOrder, _mic: str, qty: int, _price: int | None) -> bool:
        return bounds.qty is not None and qty > bounds.qty

    def _notional(self, bounds: Bounds, parent: ParentOrder, _mic: str, qty: int, price: int | None) -> bool:
        if bounds.notional is None:
            return False
        px = price if price is not None else parent.market.reference()
        return px is None or notional(parent.instrument, qty, px) > bounds.notional

    def _collar(self, bounds: Bounds, parent: ParentOrder, _mic: str, _qty: int, price: int | None) -> bool:
        if bounds.collar_bps is None:
            return False
        reference = parent.market.reference()
        if price is None or reference is None:
            return reference is None  # no price: pegged; what would be a market order has the price of `collared`
        return (price - reference) * parent.sign * BPS > reference * bounds.collar_bps

    def collared(self, parent: ParentOrder, mic: str) -> int | None:
        """The worst price the collar leaves to a market order, which goes out as a limit there; None without one."""
        bps, reference = self.bounds(parent, mic).collar_bps, parent.market.reference()
        if bps is None or reference is None:
            return None
        return reference + parent.sign * (reference * bps // BPS)

    def _participation(self, bounds: Bounds, parent: ParentOrder, _mic: str, qty: int, _price: int | None) -> bool:
        if not bounds.participation:
            return False
        market = parent.market.volume - parent.mark0.volume
        own = parent.cum_qty + parent.open_qty - self._replaced + qty
        return any(own > floor and own * 100 > market * pct for pct, floor in bounds.participation)

    def _throttle(self, bounds: Bounds, _parent: ParentOrder, _mic: str, _qty: int, _price: int | None) -> bool:
        now = self.blotter.now
        if not all(bucket.ready(now) for bucket in bounds.buckets):
            return True
        for bucket in bounds.buckets:  # only what passes every scope counts at any
            bucket.tokens -= NANOS_PER_SECOND
        return False

    # -- orders as they arrive ---------------------------------------------------------------------------------------

    def client(self, account: str, market: Market, qty: int, price: int | None) -> str:
        """Why a client order is refused at its own scope; "" if it is not."""
        if self.killed and (KillLevel.CLIENT, account) in self.killed:
            return f"kill switch is on for client {account}"
        limits = self.risk.clients.get(account)
        if limits is None:
            return ""
        if limits.max_order_qty is not None and qty > limits.max_order_qty:
            return f"max_order_qty of client {account}: found {qty}, expected at most {limits.max_order_qty}"
        px = price if price is not None else market.reference()
        most = limits.max_order_notional
        if most is not None and (px is None or notional(market.instrument, qty, px) > most):
            return f"max_order_notional of client {account} exceeded (or no price to measure it by)"
        return ""

    # -- the kill switch -------------------------------------------------------------------------------------------

    def kill(self, event: KillSwitch) -> None:
        """Latch or release a kill switch."""
        key = (event.level, "" if event.level is KillLevel.FIRM else event.name)
        if event.on:
            self.killed[key] = event
        else:
            self.killed.pop(key, None)
        text = f"kill switch {'on' if event.on else 'off'} by {event.user or 'unnamed'}: {event.reason or 'no reason'}"
        self.blotter.alert("error" if event.on else "warning", text, f"{event.level.value} {event.name}".strip())
