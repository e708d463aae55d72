"""An order source with a way back to its clients, and a market-data feed."""

from collections.abc import Iterable, Iterator

from attrs import define, field
from attrs.validators import min_len

from smartexec.api import (
    BookAdd,
    CancelRequest,
    ClientCommand,
    ClientEvent,
    ClientReport,
    ConfigError,
    Context,
    MarketDataFeed,
    MarketEvent,
    NewOrder,
    OrderSource,
    Phase,
    PhaseChange,
    Quote,
    ReplaceRequest,
    Side,
    Trade,
    hookimpl,
)


@define
class Desk(OrderSource):
    """An order, a replace and a cancel."""

    name = "desk"

    accounts: tuple[str, ...] = field(default=("ACME",), validator=min_len(1))
    """Clients."""
    _context: Context = field(init=False, factory=Context)
    _told: list[ClientReport] = field(init=False, factory=list[ClientReport])

    def start(self, context: Context) -> None:
        if not context.instruments:
            raise ConfigError("desk: found no instrument, expected one")
        self._context = context

    def events(self) -> Iterator[tuple[int, ClientEvent]]:
        for symbol in self._context.instruments:
            yield 1, NewOrder(self.name, "A", symbol, Side.BUY, 100, "TWAP", self.accounts[0], params=(("slices", 3),))
            yield 2, ReplaceRequest(self.name, "B", "A", order_qty=200)
            yield 3, CancelRequest(self.name, "C", "B")

    def report(self, command: ClientCommand, now: int) -> None:
        if isinstance(command, ClientReport):
            self._told.append(command)


@define
class Tape(MarketDataFeed):
    """A quote and a print."""

    name = "tape"

    symbol: str = "AAA"
    """Instrument."""

    def events(self) -> Iterator[tuple[int, MarketEvent]]:
        yield 1, PhaseChange(self.symbol, "", Phase.CONTINUOUS)
        yield 2, Quote(self.symbol, "", 99, 100, None, 0)
        yield 3, Trade(self.symbol, "XAAA", 100, 10)
        yield 4, BookAdd(self.symbol, "XAAA", 1, Side.BUY, 99, 100)

    def digest(self) -> str:
        return self.symbol


@hookimpl.order_sources
def smartexec_order_sources() -> Iterable[type[OrderSource]]:
    return [Desk]


@hookimpl.market_data_feeds
def smartexec_market_data_feeds() -> list[type[MarketDataFeed]]:
    return [Tape]
