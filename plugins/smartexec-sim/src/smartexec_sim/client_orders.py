"""The order source `synthetic-orders`: seeded small client orders that make a moderate number of parents. No market."""

from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from random import Random
from typing import ClassVar

from attrs import define, field
from attrs.validators import and_, ge, gt, le, min_len

from smartexec.api import (
    NANOS_PER_SECOND,
    CancelRequest,
    ClientEvent,
    ConfigError,
    Context,
    Instrument,
    NewOrder,
    OrderSource,
    ReplaceRequest,
    Side,
)
from smartexec_sim.universe import day, need_instruments, start_ticks

_share = and_(ge(0.0), le(1.0))
Timed = tuple[int, ClientEvent]


def _windows() -> list[list[float]]:
    return [[0.05, 0.35], [0.30, 0.70], [0.60, 0.95]]


def _twap() -> dict[str, dict[str, str | int | float | bool]]:
    return {"TWAP": {}}


@define(eq=False, kw_only=True)
class SyntheticOrders(OrderSource):
    """Seeded client orders, cancels and replaces. Shares are probabilities, 0..1; prices in the currency here."""

    name: ClassVar[str] = "synthetic-orders"

    seed: int | None = None
    """None = the run's."""
    count: int = field(default=5000, validator=ge(1))
    """Client orders; cancels and replaces come on top."""
    sources: Sequence[str] = field(factory=lambda: ["OMS", "FILE", "BOT"], validator=min_len(1))
    """Names of the sources that orders seem to come from, in turn."""
    accounts: Sequence[str] = field(factory=lambda: [f"ACC{n}" for n in range(1, 13)], validator=min_len(1))
    """Accounts; each order takes one of them."""
    owners: Sequence[str] = field(factory=list[str])
    """Beneficial owners, given to the accounts in turn; none = each account is its own owner."""
    strategies: Mapping[str, Mapping[str, str | int | float | bool]] = field(factory=_twap, validator=min_len(1))
    """Strategy parameters by strategy name; each order takes one of them."""
    windows: Sequence[Sequence[float]] = field(factory=_windows, validator=min_len(1))
    """Start and end of orders as parts of the day, 0..1: orders of one window may share a parent."""
    first: int | None = None
    """Start of trading, ns UTC; None = the instrument's, else 2026-01-05 14:30 UTC."""
    last: int | None = None
    """End of trading, ns UTC; None = the instrument's, else 2026-01-05 21:00 UTC."""
    price: float = field(default=100.0, validator=gt(0.0))
    """Start price that limits are relative to; as in the market-data feed."""
    prices: Mapping[str, float] = field(factory=dict[str, float])
    """Start prices by symbol."""
    round_lot: int = field(default=10, validator=ge(1))
    """Quantities are multiples of this, lots."""
    max_round_lots: int = field(default=60, validator=ge(1))
    """Largest quantity, in round lots; small ones are commoner."""
    sell_share: float = field(default=0.35, validator=_share)
    """Orders that sell."""
    limit_share: float = field(default=0.3, validator=_share)
    """Orders with a limit."""
    limit_bps: float = field(default=100.0, validator=and_(ge(0.0), le(5000.0)))
    """A limit is up to this far beyond the start price, or a tenth of it short of it; in 1/10000 of the price."""
    cancel_share: float = field(default=0.04, validator=_share)
    """Orders that are cancelled later."""
    replace_share: float = field(default=0.04, validator=_share)
    """Orders whose quantity or limit is changed later."""
    no_cross_share: float = field(default=0.05, validator=_share)
    """Orders without consent to internal crosses."""
    house_share: float = field(default=0.02, validator=_share)
    """Orders for own account, which share only what clients leave."""

    _instruments: list[Instrument] = field(init=False, factory=list)
    _seed: int = field(init=False, default=0)

    def start(self, context: Context) -> None:
        """Take the instruments and the seed of the run."""
        for window in self.windows:
            if len(window) != 2 or not 0 <= window[0] < window[1] <= 1:
                raise ConfigError(f"orders.windows: {list(window)}, expected [start, end] with 0 <= start < end <= 1")
        self._instruments = need_instruments("orders synthetic-orders", context)
        self._seed = context.seed if self.seed is None else self.seed
        for one in self._instruments:
            start_ticks(one, self.price, self.prices)
            self._day(one)

    def events(self) -> Iterator[Timed]:
        """Yield orders, cancels and replaces in order of time; of one instant, in the order they were drawn."""
        rng = Random(f"{self._seed}:orders")
        drawn: list[Timed] = []
        for number in range(1, self.count + 1):
            drawn += self._order(rng, number)
        drawn.sort(key=itemgetter(0))
        return iter(drawn)

    def _order(self, rng: Random, number: int) -> list[Timed]:
        """Draw one order and what its client says of it later."""
        random = rng.random
        one = self._instruments[int(random() * len(self._instruments))]
        first, last = self._day(one)
        window = self.windows[int(random() * len(self.windows))]
        seconds = (last - first) / NANOS_PER_SECOND
        begin, end = (first + int(part * seconds) * NANOS_PER_SECOND for part in window)
        # Half of the orders arrive before their window, the others in its first half: these join an open parent.
        early = random() < 0.5
        at = first + int(random() * (begin - first)) if early else begin + int(random() * (end - begin) / 2)
        account = int(random() * len(self.accounts))
        strategies = list(self.strategies.items())
        strategy, params = strategies[int(random() * len(strategies))]
        side = Side.SELL if random() < self.sell_share else Side.BUY
        order = NewOrder(
            self.sources[number % len(self.sources)],
            f"{self.sources[number % len(self.sources)]}-{number}",
            one.symbol,
            side,
            self._qty(rng, one),
            strategy,
            account=self.accounts[account],
            price=self._limit(rng, one, side) if random() < self.limit_share else None,
            params=tuple(params.items()),
            owner=self.owners[account % len(self.owners)] if self.owners else "",
            effective_time=begin,
            expire_time=end,
            no_cross=random() < self.no_cross_share,
            house=random() < self.house_share,
        )
        return [(at, order), *self._afterthought(rng, order, one, at, end)]

    def _afterthought(self, rng: Random, order: NewOrder, one: Instrument, at: int, end: int) -> list[Timed]:
        """Draw a cancel, or a replace of the quantity or the limit, or nothing."""
        draw, later = rng.random(), at + 1 + int(rng.random() * (end - at - 2))
        if draw < self.cancel_share:
            return [(later, CancelRequest(order.source, f"{order.cl_ord_id}-C", order.cl_ord_id))]
        if draw >= self.cancel_share + self.replace_share:
            return []
        replace = ReplaceRequest(order.source, f"{order.cl_ord_id}-R", order.cl_ord_id)
        if order.price is not None and rng.random() < 0.5:
            replace.price = self._limit(rng, one, order.side)
        else:
            replace.order_qty = self._qty(rng, one)
        return [(later, replace)]

    def _day(self, one: Instrument) -> tuple[int, int]:
        return day(one, self.first, self.last)

    def _qty(self, rng: Random, one: Instrument) -> int:
        u = rng.random()
        round_lot = max(one.lot, self.round_lot - self.round_lot % one.lot)
        return round_lot * (1 + int(self.max_round_lots * u * u))

    def _limit(self, rng: Random, one: Instrument, side: Side) -> int:
        ticks = start_ticks(one, self.price, self.prices)
        beyond = int(ticks * self.limit_bps / 10_000 * (1.1 * rng.random() - 0.1))
        return max(1, ticks + (beyond if side is Side.BUY else -beyond)) * one.tick
