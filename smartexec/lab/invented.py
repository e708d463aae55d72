"""The invented market of a lab: what a person may say of it, handed to the feed `synthetic`. Draws nothing itself."""

from collections.abc import Iterable, Mapping
from math import sqrt
from typing import Any, Final

from attrs import fields, frozen

from smartexec.interfaces.market_data import MarketDataFeed
from smartexec.interfaces.venue import VenueAdapter
from smartexec.lab import choice
from smartexec.lab.terms import MAX_PX, Money, price, share, whole
from smartexec.model.enums import VenueKind
from smartexec.model.ids import PX_SCALE
from smartexec.model.instrument import Instrument
from smartexec.model.statistics import Statistics
from smartexec.registry import Registry

DAY: Final = 390
"""Minutes of a usual trading day."""
VOLATILITY: Final = 0.015
"""Standard deviation of the return of such a day."""
VOLUME: Final = 5_000
"""Lots a minute."""
EVENTS: Final = 60
"""Things that happen in a minute."""


@frozen(kw_only=True)
class Invented:
    """What the market is drawn from, besides the seed."""

    price: Money = 100
    spread: int = 1
    volume: int | None = None
    volatility: float | None = None
    events: int | None = None

    def given(self) -> list[str]:
        """Name what is not as it would be anyway."""
        usual = Invented()
        return [one.name for one in fields(Invented) if getattr(self, one.name) != getattr(usual, one.name)]


def invented(
    registry: Registry, terms: Invented, minutes: int, instrument: Instrument, venues: Iterable[VenueAdapter]
) -> tuple[MarketDataFeed, Statistics]:
    """Give the feed, in which all venues but dark ones quote alike, and what is known of the market beforehand."""
    volume = VOLUME * minutes if terms.volume is None else whole(terms.volume, "volume")
    sigma = VOLATILITY * sqrt(minutes / DAY) if terms.volatility is None else share(terms.volatility, "volatility")
    quoting = [venue.mic for venue in venues if venue.capabilities.kind is not VenueKind.DARK]
    section: Mapping[str, Any] = {
        "plugin": "synthetic",
        "venues": dict.fromkeys(quoting, 1.0) or {"TAPE": 1.0},
        "price": price(terms.price, "price") / PX_SCALE,
        "daily_volume": volume,
        "sigma": sigma,
        "spread_ticks": whole(terms.spread, "spread", most=MAX_PX // instrument.tick),
        "events_per_symbol": EVENTS * minutes if terms.events is None else whole(terms.events, "events", 10),
    }
    known = Statistics(adv=volume, sigma=sigma or None, spread=terms.spread * instrument.tick)
    return choice.feed(registry, section), known
