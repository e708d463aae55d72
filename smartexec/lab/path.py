"""A market of one's own, event by event: what happens is written without symbol, when it happens without date."""

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import ClassVar, Final, get_args

from attrs import define, evolve

from smartexec.errors import ConfigError
from smartexec.interfaces.market_data import MarketDataFeed
from smartexec.lab.terms import Money, clock, offset, price, text, whole
from smartexec.model.enums import Phase, Side
from smartexec.model.instrument import Instrument
from smartexec.model.market import MarketEvent, PhaseChange, Quote, Trade
from smartexec.runtime.reading.checks import MAX_QTY, wrong

KINDS: Final = get_args(MarketEvent)


def quote(
    bid: Money | None, ask: Money | None, qty: int = 1_000, *, ask_qty: int | None = None, mic: str = ""
) -> Quote:
    """Make a quote of the symbol of the lab: `qty` lots at the bid, and at the offer unless `ask_qty` is given.

    A side that is None shows nothing. `mic` is the venue that quotes; "" = the consolidated tape, which all hear.
    """
    bid_qty = whole(qty, "quote: qty", 0, MAX_QTY - 1)
    return Quote(
        symbol="",
        mic=text(mic, "quote: mic"),
        bid=None if bid is None else price(bid, "quote: bid"),
        bid_qty=0 if bid is None else bid_qty,
        ask=None if ask is None else price(ask, "quote: ask"),
        ask_qty=0 if ask is None else bid_qty if ask_qty is None else whole(ask_qty, "quote: ask_qty", 0, MAX_QTY - 1),
    )


def trade(px: Money, qty: int, *, side: Side | None = None, mic: str = "") -> Trade:
    """Make a print of the symbol of the lab. `side` is the aggressor's, where it is to be known."""
    if not isinstance(side, Side | None):
        raise ConfigError(f"trade: side: found {side!r}, expected a Side or None")
    return Trade("", text(mic, "trade: mic"), price(px, "trade: px"), whole(qty, "trade: qty", most=MAX_QTY - 1), side)


@define
class PathFeed(MarketDataFeed):
    """A feed of given events."""

    name: ClassVar[str] = "path"
    given: tuple[tuple[int, MarketEvent], ...]
    """(time in ns UTC, event), in order of time."""

    def events(self) -> Iterator[tuple[int, MarketEvent]]:
        return iter(self.given)

    def digest(self) -> str:
        return blake2b(repr(self.given).encode(), digest_size=16).hexdigest()


def path(given: object, instrument: Instrument) -> PathFeed:
    """Make a feed of (time since the start, event) pairs: "90s" or ns. Without any phase, trading is continuous.

    ConfigError for what would not be heard as it was written: of another symbol, after the end, or with a field that is
    not of its type.
    """
    events: list[tuple[int, MarketEvent]] = []
    if not isinstance(given, Iterable):
        raise ConfigError(f"market: found {given!r}, expected a feed, the section of one, or pairs of time and event")
    for number, item in enumerate(given):
        where = f"market[{number}]"
        if not isinstance(item, tuple | list) or len(item) != 2 or not isinstance(item[1], KINDS):
            raise ConfigError(f'{where}: found {item!r}, expected a pair such as ("10s", quote("99.99", "100.01"))')
        when, event = item
        at = _time(when, where, instrument)
        if events and at < events[-1][0]:
            raise ConfigError(f"{where}: found {when!r}, expected a time not before the one above it")
        events.append((at, _heard(event, where, instrument.symbol)))
    if not events:
        raise ConfigError("market: found no events, expected at least one quote")
    if not any(isinstance(event, PhaseChange) for _, event in events):
        events.insert(0, (instrument.open, PhaseChange(instrument.symbol, "", Phase.CONTINUOUS)))
    return PathFeed(tuple(events))


def _time(when: object, where: str, instrument: Instrument) -> int:
    """Read when something happens as ns UTC."""
    at = instrument.open + (whole(when, where, 0) if type(when) is int else offset(when, where))
    if at > instrument.close:
        last = clock(instrument.close - instrument.open)
        raise ConfigError(f"{where}: found {when!r}, expected no later than the end of the market, {last}")
    return at


def _heard(event: MarketEvent, where: str, symbol: str) -> MarketEvent:
    """Give an event as it is heard: of the symbol of the lab."""
    if fault := wrong(event, KINDS):
        raise ConfigError(f"{where}: {fault}")
    if event.symbol not in ("", symbol):
        raise ConfigError(f"{where}: found symbol {event.symbol!r}, expected {symbol!r}, or none")
    return event if event.symbol else evolve(event, symbol=symbol)
