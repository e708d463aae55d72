"""The market-data feed `synthetic`: parameters of a seeded day for all instruments of the run. No drawing of events."""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from heapq import merge
from math import fsum
from operator import itemgetter
from random import Random
from typing import ClassVar

from attrs import define, field
from attrs.validators import and_, ge, gt, le, lt

from smartexec.api import NANOS_PER_SECOND, ConfigError, Context, Instrument, MarketDataFeed, MarketEvent
from smartexec_sim.market_path import DayPlan, MarketPath
from smartexec_sim.universe import day, need_instruments, start_ticks

VERSION = 1
"""Of the drawing: raise it when the same parameters give another day."""


def _default_venues() -> dict[str, float]:
    return {"SIMA": 0.5, "SIMB": 0.3, "SIMC": 0.2}


@define(eq=False, kw_only=True)
class SyntheticFeed(MarketDataFeed):
    """A seeded day of quotes and prints at several lit venues, with U-shaped volume. Prices in the currency here."""

    name: ClassVar[str] = "synthetic"

    seed: int | None = None
    """None = the run's."""
    venues: Mapping[str, float] = field(factory=_default_venues)
    """Share of quotes, sizes and prints by MIC; the shares are scaled to sum to 1."""
    first: int | None = None
    """Start of trading, ns UTC; None = the instrument's, else 2026-01-05 14:30 UTC."""
    last: int | None = None
    """End of trading, ns UTC; None = the instrument's, else 2026-01-05 21:00 UTC."""
    price: float = field(default=100.0, validator=gt(0.0))
    """Start price in the currency."""
    prices: Mapping[str, float] = field(factory=dict[str, float])
    """Start prices by symbol."""
    daily_volume: int = field(default=2_000_000, validator=gt(0))
    """Mean traded volume of a full day of each symbol, lots."""
    daily_volumes: Mapping[str, int] = field(factory=dict[str, int])
    """The same by symbol."""
    sigma: float = field(default=0.015, validator=and_(ge(0.0), le(1.0)))
    """Standard deviation of the day's return."""
    spread_ticks: int = field(default=1, validator=ge(1))
    """Usual spread of the best quote; now and then it is a tick wider."""
    events_per_symbol: int = field(default=20_000, validator=ge(10))
    """About how many times something happens in a symbol's day;
    with 3 venues that makes about 1.4 times as many events."""
    trade_probability: float = field(default=0.2, validator=and_(gt(0.0), lt(0.9)))
    """Share of what happens that is prints."""
    round_lot: int = field(default=100, validator=ge(1))
    """Sizes are multiples of this, lots."""
    depth: float = field(default=12.0, validator=gt(0.0))
    """Mean size shown at a touch by all venues together, as a multiple of the mean print."""
    halts: int = field(default=0, validator=ge(0))
    """Trading halts per symbol and day, at random times."""
    halt_seconds: int = field(default=300, validator=gt(0))
    """Length of a halt."""
    auctions: bool = False
    """The day starts and ends with an auction, and trading resumes with one after a halt."""
    auction_seconds: int = field(default=300, validator=and_(gt(0), le(900)))
    """How long an auction collects orders, within the day."""
    auction_volume: float = field(default=0.05, validator=and_(gt(0.0), le(1.0)))
    """Mean size of an auction's print, as a share of the mean day's volume."""

    _instruments: list[Instrument] = field(init=False, factory=list)
    _seed: int = field(init=False, default=0)

    def start(self, context: Context) -> None:
        """Take the instruments and the seed of the run."""
        if not self.venues or min(self.venues.values()) <= 0:
            raise ConfigError(f"market_data.venues: {dict(self.venues)}, expected a positive share for each venue")
        self._instruments = need_instruments("market_data synthetic", context)
        self._seed = context.seed if self.seed is None else self.seed
        for one in self._instruments:
            self._level(one)

    def events(self) -> Iterator[tuple[int, MarketEvent]]:
        """Yield the day of all symbols in order of time; symbols of one instant in the configuration's order."""
        return merge(*(self._path(one).events() for one in self._instruments), key=itemgetter(0))

    def digest(self) -> str:
        """Identify the data by all that they are drawn from."""
        of: list[object] = [
            VERSION,
            self._seed,
            list(self.venues.items()),
            (self.sigma, self.spread_ticks, self.events_per_symbol, self.trade_probability),
            (self.round_lot, self.depth, self.halts, self.halt_seconds),
            [(one.symbol, one.tick, one.lot, self._level(one)) for one in self._instruments],
        ]
        if self.auctions:
            of.append((self.auction_seconds, self.auction_volume))
        return sha256(repr(of).encode()).hexdigest()

    def _level(self, one: Instrument) -> tuple[int, int, int, int]:
        ticks = start_ticks(one, self.price, self.prices)
        return ticks, self.daily_volumes.get(one.symbol, self.daily_volume), *day(one, self.first, self.last)

    def _path(self, one: Instrument) -> MarketPath:
        rng = Random(f"{self._seed}:{one.symbol}")
        ticks, volume, start, end = self._level(one)
        round_lot = max(one.lot, self.round_lot - self.round_lot % one.lot)
        auction_time = self._auction_time(one, end - start)
        trade_lots = volume / (self.events_per_symbol * self.trade_probability * round_lot)
        plan = DayPlan(
            symbol=one.symbol,
            tick=one.tick,
            start_ticks=ticks,
            start=start,
            end=end,
            steps=self.events_per_symbol,
            trade_probability=self.trade_probability,
            round_lot=round_lot,
            trade_lots=trade_lots,
            depth_lots=max(1.0, trade_lots) * self.depth,
            sigma=self.sigma,
            spread_ticks=self.spread_ticks,
            venues=self._cumulative(),
            halts=self._draw_halts(rng, start + auction_time, end - auction_time),
            auction_time=auction_time,
            auction_lots=volume * self.auction_volume / round_lot,
        )
        return MarketPath(plan, rng, Random(f"{self._seed}:{one.symbol}:auctions"))

    def _auction_time(self, one: Instrument, length: int) -> int:
        auction_time = self.auction_seconds * NANOS_PER_SECOND if self.auctions else 0
        if 4 * auction_time > length:
            raise ConfigError(
                f"market_data.auction_seconds: {self.auction_seconds} at {one.symbol}, "
                f"expected at most a quarter of the {length // NANOS_PER_SECOND} seconds of trading"
            )
        return auction_time

    def _cumulative(self) -> tuple[tuple[str, float], ...]:
        total, upto = fsum(self.venues.values()), 0.0
        table: list[tuple[str, float]] = []
        for mic, share in self.venues.items():
            upto += share / total
            table.append((mic, upto))
        return tuple(table)

    def _draw_halts(self, rng: Random, start: int, end: int) -> tuple[tuple[int, int], ...]:
        """Draw halts into equal parts of the day, so that they do not overlap."""
        part = (end - start) // max(1, self.halts)
        length = min(self.halt_seconds * NANOS_PER_SECOND, part // 2)
        begins = (start + part * at + 1 + int(rng.random() * (part - length - 2)) for at in range(self.halts))
        return tuple((begin, begin + length) for begin in begins)
