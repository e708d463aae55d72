"""What the synthetic market and the synthetic orders have to agree on: the day and the start prices. No randomness."""

from collections.abc import Mapping
from datetime import UTC, datetime

from smartexec.api import PX_SCALE, ConfigError, Context, Instrument

DAY_OPEN = 1_767_623_400_000_000_000
"""2026-01-05 14:30 UTC, ns: used where neither the parameters nor the instrument say when trading starts."""
DAY_CLOSE = 1_767_646_800_000_000_000
"""2026-01-05 21:00 UTC, ns."""


def day(instrument: Instrument, start: int | None, end: int | None) -> tuple[int, int]:
    """Give start and end of trading, ns: the parameters', else the instrument's, else the default day."""
    first = start or instrument.open or DAY_OPEN
    last = end or instrument.close or DAY_CLOSE
    if first >= last:
        found = " to ".join(f"{datetime.fromtimestamp(at // 10**9, UTC):%Y-%m-%dT%H:%M:%SZ}" for at in (first, last))
        raise ConfigError(f"{instrument.symbol}: found trading from {found}, expected the start before the end")
    return first, last


def start_ticks(instrument: Instrument, price: float, prices: Mapping[str, float]) -> int:
    """Give the start price in ticks."""
    px = prices.get(instrument.symbol, price)
    ticks = round(px * PX_SCALE / instrument.tick)
    if ticks < 1:
        raise ConfigError(f"{instrument.symbol}: start price {px}, expected at least a tick")
    return ticks


def need_instruments(who: str, context: Context) -> list[Instrument]:
    """Give the instruments of the run; none is a mistake of the configuration."""
    if not context.instruments:
        raise ConfigError(f"{who}: no instruments, expected at least one in [instruments]")
    return list(context.instruments.values())
