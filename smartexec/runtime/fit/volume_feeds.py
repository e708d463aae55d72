"""Days of volume, volatility and spread read from the market-data feeds of a configuration. Runs no orders.

A day of an instrument is its session, from `open` to `close`, where that is no longer than 24 hours; else each whole
UTC day that the run covers. Volume and volatility are measured by the kernel's own market, as they will be in a run.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from attrs import define, evolve, field

from smartexec.errors import ConfigError
from smartexec.interfaces.context import Context
from smartexec.kernel.market import TRADING, Market
from smartexec.kernel.volatility import DAY
from smartexec.model.instrument import Instrument
from smartexec.model.market import MarketEvent, PhaseChange, Quote, Trade
from smartexec.model.statistics import Statistics
from smartexec.registry import Registry
from smartexec.runtime.feeding.sequencer import merge_feeds
from smartexec.runtime.fit.fit_volume import integer_shares
from smartexec.runtime.fit.volume_history import MINUTE, Day, History
from smartexec.runtime.plan.plan import Plan, plan_file
from smartexec.runtime.plan.starting import broken
from smartexec.runtime.reading.config import Config, read
from smartexec.runtime.reading.units import iso
from smartexec.runtime.simulation.loop import PROGRESS_EVERY, Counts, Progress

Bins = Callable[[int, str], tuple[int, int]]
"""Tells for the length of a session, ns, and its name: how many bins, and how wide each, ns."""
DEFAULT_BIN: Final = 15 * MINUTE
MAX_BINS: Final = 10_000
"""Of a day: more than bins of ten seconds give, and far more than a curve can be told by."""


@define(eq=False)
class Session:
    """One session of one instrument, as it goes by."""

    instrument: Instrument
    """With the session's open and close."""
    bins: int
    bin: int
    market: Market = field(init=False)
    spread: int | None = None
    since: int = 0
    """When the spread became what it is, ns."""
    area: int = 0
    time: int = 0

    def __attrs_post_init__(self) -> None:
        even = Statistics(bin=self.bin, curve=integer_shares([1.0] * self.bins))
        self.market = Market(self.instrument, statistics=even)

    def take(self, event: MarketEvent, now: int) -> None:
        """Take an event of the day."""
        market = self.market
        if isinstance(event, Trade):
            market.on_trade(event, now)
            return
        if isinstance(event, Quote):
            market.on_quote(event, now)
        elif isinstance(event, PhaseChange):
            market.on_phase(event, now)
        self._until(now)
        touch = market.best()
        if touch.bid is not None and touch.ask is not None and touch.bid < touch.ask and market.phase in TRADING:
            self.spread = touch.ask - touch.bid

    def _until(self, now: int) -> None:
        """Count the spread up to a time."""
        start, end = max(self.since, self.instrument.open), min(now, self.instrument.close)
        if self.spread is not None and end > start:
            self.area += self.spread * (end - start)
            self.time += end - start
        self.spread, self.since = None, now

    def day(self) -> Day:
        """Close the session."""
        self._until(self.instrument.close)
        self.market.sample(self.instrument.close + 1)
        sigma, today = self.market.realised.sigma, self.market.today
        volumes = today.volumes if today is not None else []
        label = iso(self.instrument.open)[:10]
        return Day(label, tuple(map(float, volumes)), None if sigma is None else sigma**2, self.area, self.time)


def read_feeds(
    path: Path,
    bins: Bins,
    fault: Callable[[str], None],
    progress: Progress | None = None,
    registry: Registry | None = None,
) -> dict[str, History]:
    """Read all market data of a configuration; give the days of each instrument that had any.

    ConfigError with the faults of the file; bad rows go to `fault`.
    """
    plan = plan_file(path, registry, statistics=False)
    config = plan.config
    book = {
        symbol: _sessions(one, config, bins(_length(one), f"{path}: {symbol}"))
        for symbol, one in config.instruments.items()
    }
    _start(plan, fault)
    counts = Counts()
    for now, event in merge_feeds(plan.feeds, fault):
        if now > config.run.end:
            break
        if event.symbol in book:
            sessions = book[event.symbol]
            passed = (now - sessions[0].instrument.open) // DAY
            sessions[min(max(passed, 0), len(sessions) - 1)].take(event, now)
        counts.market += 1
        if progress is not None and not counts.market % PROGRESS_EVERY:
            progress(counts, now)
    days = {symbol: [one.day() for one in sessions] for symbol, sessions in book.items()}
    return {
        symbol: History(f"{path}: {symbol}", book[symbol][0].bin, tuple(found))
        for symbol, found in days.items()
        if any(day.volume for day in found)
    }


def times_of(path: Path) -> tuple[int, int]:
    """Give the start and end of a configuration's run, as far as they can be read."""
    config, _ = read(path)
    return (0, 0) if config is None else (config.run.start, config.run.end)


def _start(plan: Plan, fault: Callable[[str], None]) -> None:
    """Start the feeds only: orders and venues are not needed."""
    config = plan.config
    context = Context(config.instruments, config.run.seed, config.base, fault)
    faults: list[str] = []
    for feed in plan.feeds:
        try:
            feed.start(context)
        except ConfigError as error:
            faults += [f"{config.path}: {line}" for line in error.faults]
        except Exception as error:
            raise broken(plan, "market-data feed", feed, error) from error
    if faults:
        raise ConfigError(faults)


def _one_session(instrument: Instrument) -> bool:
    return instrument.open != 0 and 0 < instrument.close - instrument.open <= DAY


def _length(instrument: Instrument) -> int:
    """How long a day of the instrument is, ns."""
    return instrument.close - instrument.open if _one_session(instrument) else DAY


def _sessions(instrument: Instrument, config: Config, cut: tuple[int, int]) -> tuple[Session, ...]:
    """Begin every session that the run covers."""
    bins, width = cut
    opens = list(_opens(instrument, config))
    if not opens:
        run = f"{iso(config.run.start)} to {iso(config.run.end)}"
        where = f"{config.path}: instruments.{instrument.symbol}"
        raise ConfigError(f"{where}: found no whole UTC day from {run}, expected one, or an open and a close")
    length = _length(instrument)
    return tuple(Session(evolve(instrument, open=at, close=at + length), bins, width) for at in opens)


def _opens(instrument: Instrument, config: Config) -> Iterator[int]:
    """Yield when each session begins: they are a day apart."""
    if _one_session(instrument):
        yield instrument.open
        return
    first, last = -(-config.run.start // DAY), config.run.end // DAY
    yield from (day * DAY for day in range(first, last))


def cutting(bins: int | None, width: int | None) -> Bins:
    """Cut sessions into `bins`, or into bins of `width` ns, `DEFAULT_BIN` where neither is given."""

    each = width or DEFAULT_BIN

    def cut(length: int, where: str) -> tuple[int, int]:
        count, rest = (length // each, length % each) if bins is None else (bins, length % bins)
        if rest or not 0 < count <= MAX_BINS:
            wanted = f"bins of {each / MINUTE:g} minutes" if bins is None else f"{bins} bins"
            raise ConfigError(f"{where}: found a day of {length / MINUTE:g} minutes, expected one that makes {wanted}")
        return count, length // count

    return cut
