"""What LOBSTER messages do: each gives what happens to the book, the trade, and the new quote if the touch changed.

Keeps the book (`lobster_book`); times and files are the feed's (`lobster`).
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from attrs import define, field

from smartexec.api import BookAdd, BookExecute, BookReduce, MarketEvent, Phase, PhaseChange, Quote, Side, Trade
from smartexec_files.faults import BadValueError
from smartexec_files.lobster_book import LobsterBook
from smartexec_files.lobster_rows import HALT_CODES, Kind, Message
from smartexec_files.units import decimal_text

_PHASES: Final[Mapping[int, Phase]] = dict(
    zip(HALT_CODES, (Phase.HALTED, Phase.AUCTION, Phase.CONTINUOUS), strict=True)
)


@define
class Replay:
    """Turns messages into events, keeping the book."""

    symbol: str
    mic: str
    book: LobsterBook = field(factory=LobsterBook)
    touch: tuple[int | None, int, int | None, int] = (None, 0, None, 0)
    crossed: tuple[int | None, int] | None = None
    """The touch that the last crossing order met."""
    strangers: int = 0
    """Messages on orders that the book never showed: from outside the snapshot's levels."""
    stale: int = 0
    """Orders taken out because orders that came later crossed them."""
    _steps: dict[Kind, Callable[[Message], Iterator[MarketEvent]]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._steps = {
            Kind.ADD: self._add,
            Kind.REDUCE: self._reduce,
            Kind.DELETE: self._reduce,
            Kind.EXECUTE: self._execute,
            Kind.EXECUTE_HIDDEN: self._hidden,
            Kind.CROSS: self._hidden,
            Kind.HALT: self._halt,
        }

    def snapshot(self, levels: list[tuple[Side, int, int]]) -> Iterator[MarketEvent]:
        for side, px, qty in levels:
            yield BookAdd(self.symbol, self.mic, self.book.add_level(side, px, qty), side, px, qty)
        yield from self._quote()

    def step(self, message: Message) -> Iterator[MarketEvent]:
        """Play one message. Raises BadValueError, before any event, if it cannot be true of this book."""
        yield from self._steps[message.kind](message)
        yield from self._quote()

    def _uncross(self, m: Message) -> Iterator[MarketEvent]:
        """Deal with a new order that crosses the book, which no visible order can do in continuous trading.

        Once, its row is taken to be wrong: BadValueError. A second one against the same touch shows that the touch is
        wrong (a row that told of its end is missing): then what both would have met is taken out of the book.
        """
        touch = self.book.best(m.side.opposite)
        price, other = decimal_text(m.px, 9), decimal_text(touch[0] or 0, 9)
        if self.crossed != touch:
            self.crossed = touch
            raise BadValueError(f"{m.side.name} order at {price}", f"one that does not cross the book's {other}")
        for ref in self.book.crossed_by(m.side, m.px):
            yield BookReduce(self.symbol, self.mic, ref, self.book.take(ref, self.book.orders[ref].qty))
            self.stale += 1

    def _quote(self) -> Iterator[MarketEvent]:
        touch = self.book.best(Side.BUY) + self.book.best(Side.SELL)
        if touch != self.touch:
            self.touch = touch
            yield Quote(self.symbol, self.mic, *touch)

    def _add(self, m: Message) -> Iterator[MarketEvent]:
        if m.ref in self.book.orders:
            raise BadValueError(f"order {m.ref} submitted again", "a new order id")
        if self.book.crosses(m.side, m.px):
            yield from self._uncross(m)
        self.book.add(m.ref, m.side, m.px, m.qty)
        yield BookAdd(self.symbol, self.mic, m.ref, m.side, m.px, m.qty)

    def _take(self, m: Message) -> tuple[int, int] | None:
        """Take a message's quantity out of the book; give (reference, quantity), None for a stranger."""
        ref = self.book.find(m.ref, m.side, m.px)
        if ref is None:
            self.strangers += 1
            return None
        # A deletion takes the order whole, whatever size it names; of a snapshot's level it takes the size.
        whole = m.kind is Kind.DELETE and ref == m.ref
        return ref, self.book.take(ref, self.book.orders[ref].qty if whole else m.qty)

    def _reduce(self, m: Message) -> Iterator[MarketEvent]:
        if taken := self._take(m):
            yield BookReduce(self.symbol, self.mic, *taken)

    def _execute(self, m: Message) -> Iterator[MarketEvent]:
        if taken := self._take(m):
            yield BookExecute(self.symbol, self.mic, *taken)
        yield Trade(self.symbol, self.mic, m.px, m.qty, m.side.opposite)

    def _hidden(self, m: Message) -> Iterator[MarketEvent]:
        side = m.side.opposite if m.kind is Kind.EXECUTE_HIDDEN else None
        yield Trade(self.symbol, self.mic, m.px, m.qty, side, hidden=True)

    def _halt(self, m: Message) -> Iterator[MarketEvent]:
        yield PhaseChange(self.symbol, self.mic, _PHASES[m.px])
