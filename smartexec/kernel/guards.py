"""Pre-trade guards (law 8): the limits every new child order must pass, and the kill switch. No plugin can skip them.

Limits are scoped firm > strategy > venue > instrument (and client, where the order arrives); the tightest wins.
Sources: RTS 6 Art. 15 (price collars, order value, volume, message limits) and 12 (kill), SEC Rule 15c3-5(c)(1).
"""

from collections.abc import Callable

from attrs import define

from smartexec.kernel.blotter import Blotter, ChildOrder, ParentOrder
from smartexec.kernel.market import Market
from smartexec.kernel.settings import Limits, Risk
from smartexec.model.enums import KillLevel, Phase
from smartexec.model.events import KillSwitch
from smartexec.model.ids import NANOS_PER_SECOND
from smartexec.model.instrument import Instrument

NOT_TRADING = (Phase.HALTED, Phase.CLOSED, Phase.AUCTION)
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
        self._scopes: dict[tuple[str, str, str], list[tuple[str, Limits]]] = {}
        self._buckets: dict[str, Bucket] = {}
        self.checks: tuple[tuple[str, Callable[[ParentOrder, str, int, int | None], bool]], ...] = (
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
        self, parent: ParentOrder, mic: str, qty: int, price: int | None, replaces: ChildOrder | None = None
    ) -> str:
        """The name of the first guard that refuses an order of `qty` lots at `price`; "" if all pass."""
        self._replaced = replaces.counted if replaces else 0
        for name, refuses in self.checks:
            if refuses(parent, mic, qty, price):
                return name
        return ""

    def limits(self, parent: ParentOrder, mic: str) -> list[tuple[str, Limits]]:
        """(scope, limits) that apply to a child order."""
        symbol = parent.instrument.symbol
        key = (parent.strategy, mic, symbol)
        found = self._scopes.get(key)
        if found is None:
            risk = self.risk
            scopes = (
                ("firm", risk.firm),
                (f"strategy {parent.strategy}", risk.strategies.get(parent.strategy)),
                (f"venue {mic}", risk.venues.get(mic)),
                (f"instrument {symbol}", risk.instruments.get(symbol)),
            )
            found = self._scopes[key] = [(name, limits) for name, limits in scopes if limits is not None]
        return found

    # -- one method per guard: True = refused ------------------------------------------------------------------------

    def _killed(self, parent: ParentOrder, mic: str, _qty: int, _price: int | None) -> bool:
        return bool(self.killed) and any(
            key in self.killed
            for key in (
                (KillLevel.FIRM, ""),
                (KillLevel.STRATEGY, parent.strategy),
                (KillLevel.VENUE, mic),
                (KillLevel.INSTRUMENT, parent.instrument.symbol),
            )
        )

    def _phase(self, parent: ParentOrder, mic: str, _qty: int, _price: int | None) -> bool:
        return parent.market.phase_at(mic) in NOT_TRADING

    def _qty(self, parent: ParentOrder, mic: str, qty: int, _price: int | None) -> bool:
        return any(x.max_order_qty is not None and qty > x.max_order_qty for _, x in self.limits(parent, mic))

    def _notional(self, parent: ParentOrder, mic: str, qty: int, price: int | None) -> bool:
        found = [x.max_order_notional for _, x in self.limits(parent, mic) if x.max_order_notional is not None]
        if not found:
            return False
        px = price if price is not None else parent.market.reference()
        return px is None or notional(parent.instrument, qty, px) > min(found)

    def _collar(self, parent: ParentOrder, mic: str, _qty: int, price: int | None) -> bool:
        found = [x.collar_bps for _, x in self.limits(parent, mic) if x.collar_bps is not None]
        if not found or price is None:
            return False
        reference = parent.market.reference()
        return reference is None or (price - reference) * parent.sign * BPS > reference * min(found)

    def _participation(self, parent: ParentOrder, mic: str, qty: int, _price: int | None) -> bool:
        market = parent.market.volume - parent.volume0
        own = parent.cum_qty + parent.open_qty - self._replaced + qty
        return any(
            x.max_participation_pct is not None
            and own > x.participation_floor_qty
            and own * 100 > market * x.max_participation_pct
            for _, x in self.limits(parent, mic)
        )

    def _throttle(self, parent: ParentOrder, mic: str, _qty: int, _price: int | None) -> bool:
        limits = self.limits(parent, mic)
        buckets = [self._bucket(scope, x.max_msgs_per_s) for scope, x in limits if x.max_msgs_per_s is not None]
        now = self.blotter.now
        if not all(bucket.ready(now) for bucket in buckets):
            return True
        for bucket in buckets:  # only what passes every scope counts at any
            bucket.tokens -= NANOS_PER_SECOND
        return False

    def _bucket(self, scope: str, rate: int) -> Bucket:
        bucket = self._buckets.get(scope)
        if bucket is None:
            bucket = self._buckets[scope] = Bucket(rate, rate * NANOS_PER_SECOND, self.blotter.now)
        return bucket

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
