"""What DBN events do: order-level messages, trades and quotes of one instrument at one venue. No files, no decoder.

An event is a run of records up to the one with F_LAST; the book is looked at after it. T and F records do not change
the book, the C and M records after them do (Databento, "MBO schema"): a reduction of an order that F named is its
execution, every other one a withdrawal.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar, Final

from attrs import define, field

from smartexec.api import BookAdd, BookExecute, BookReduce, MarketEvent, Phase, PhaseChange, Quote, Side, Trade
from smartexec_files.dbn_rows import ADD, CANCEL, CLEAR, FILL, MODIFY, NONE, TRADE, Message, Touch
from smartexec_files.faults import BadValueError
from smartexec_files.lobster_book import LobsterBook

NO_TOUCH: Final[Touch] = (None, 0, None, 0)
Say = Callable[[BadValueError], None]


@define
class Tape:
    """Quotes and phases of one instrument at one venue.

    No market that matches continuously shows a locked or crossed book after an event. So while the book is, the phase
    is AUCTION and no quote is given; a print without an aggressor is then the auction's.
    """

    symbol: str
    mic: str
    phase: Phase = Phase.UNKNOWN
    touch: Touch = NO_TOUCH

    def look(self, touch: Touch) -> Iterator[MarketEvent]:
        """Give the phase and the quote where they changed."""
        bid, _, ask, _ = touch
        phase = Phase.AUCTION if bid is not None and ask is not None and bid >= ask else Phase.CONTINUOUS
        if phase is not self.phase:
            self.phase = phase
            yield PhaseChange(self.symbol, self.mic, phase)
        if touch != self.touch and phase is Phase.CONTINUOUS:
            self.touch = touch
            yield Quote(self.symbol, self.mic, *touch)

    def trade(self, m: Message, filled: int | None) -> Iterator[MarketEvent]:
        """Give a print; what of it met no visible order (`filled` None: unknown) is a print against hidden size."""
        if m.side is None and self.phase is Phase.AUCTION:
            yield Trade(self.symbol, self.mic, m.px, m.qty, auction=True)
            return
        seen = m.qty if filled is None else min(m.qty, filled)
        if seen:
            yield Trade(self.symbol, self.mic, m.px, seen, m.side)
        if m.qty > seen:
            yield Trade(self.symbol, self.mic, m.px, m.qty - seen, m.side, hidden=True)


@define
class PriceReplay:
    """Schemas mbp-1, tbbo and trades: each record tells its trade and the first level."""

    tape: Tape
    by_event: ClassVar[bool] = False

    def start(self) -> Iterator[MarketEvent]:
        """Forget nothing: each record holds all there is."""
        return iter(())

    def step(self, event: Sequence[Message], _: Say) -> Iterator[MarketEvent]:
        """Play an event's records."""
        for m in event:
            yield from self.tape.look(m.touch or NO_TOUCH)
            if m.action == TRADE:
                yield from self.tape.trade(m, None)

    def sum_up(self) -> str:
        """Nothing was missing."""
        return ""


@define
class OrderReplay:
    """Schema mbo: keeps the book, order by order."""

    tape: Tape
    by_event: ClassVar[bool] = True
    """Whether only the last record of an event leaves a whole book."""
    book: LobsterBook = field(factory=LobsterBook)
    strangers: int = 0
    """Cancels of orders that the book never showed."""
    _fills: dict[int, int] = field(factory=dict)
    """Quantity that F records of this event named, by order (what an iceberg hid included), less what was executed."""
    _trades: list[tuple[Message, int]] = field(factory=list)
    """Prints of this event, each with the visible quantity that its F records named."""
    _steps: dict[str, Callable[[Message], Iterator[MarketEvent]]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._steps = {
            ADD: self._add,
            CANCEL: self._cancel,
            MODIFY: self._modify,
            CLEAR: self._clear,
            TRADE: self._trade,
            FILL: self._fill,
            NONE: lambda _: iter(()),
        }

    def start(self) -> Iterator[MarketEvent]:
        """Empty the book: a snapshot begins."""
        for ref, order in list(self.book.orders.items()):
            yield self._reduce(ref, order.qty)

    def step(self, event: Sequence[Message], say: Say) -> Iterator[MarketEvent]:
        """Play an event: changes of the book, then the prints, then the phase and the quote."""
        self._fills.clear()
        self._trades.clear()
        for m in event:
            try:
                yield from self._steps[m.action](m)
            except BadValueError as error:
                say(error)
        for m, filled in self._trades:
            yield from self.tape.trade(m, filled)
        yield from self.tape.look((*self.book.best(Side.BUY), *self.book.best(Side.SELL)))

    def sum_up(self) -> str:
        """Say what was missing, if anything."""
        found = f"as a whole: found {self.strangers} cancels of orders the book never showed, expected known ones"
        return found if self.strangers else ""

    def _add(self, m: Message) -> Iterator[MarketEvent]:
        if m.ref in self.book.orders:
            raise BadValueError(f"order {m.ref} added again", "a new order id")
        assert m.side is not None  # `dbn_rows.parse` lets no other pass
        self.book.add(m.ref, m.side, m.px, m.qty)
        yield BookAdd(self.tape.symbol, self.tape.mic, m.ref, m.side, m.px, m.qty)

    def _cancel(self, m: Message) -> Iterator[MarketEvent]:
        if m.ref not in self.book.orders:
            self.strangers += 1
            return
        yield from self._take(m.ref, m.qty)

    def _modify(self, m: Message) -> Iterator[MarketEvent]:
        """A smaller size at the same price keeps priority; all else is a new order of that reference.

        So is an order that has more left than its fills leave: an iceberg that shows its next part.
        """
        order = self.book.orders.get(m.ref)
        left = 0 if order is None else order.qty - self._fills.get(m.ref, 0)
        if order is not None and (order.side, order.px) == (m.side, m.px) and m.qty <= left:
            if m.qty < order.qty:
                yield from self._take(m.ref, order.qty - m.qty)
            return
        if order is not None:
            yield from self._take(m.ref, order.qty)
        yield from self._add(m)

    def _take(self, ref: int, qty: int) -> Iterator[MarketEvent]:
        """Take from an order: what F records named of it is executed, unless in an auction (its price is another)."""
        qty = min(qty, self.book.orders[ref].qty)
        executed = min(self._fills.get(ref, 0), qty)
        if executed and self.tape.phase is not Phase.AUCTION:
            self._fills[ref] -= executed
            self.book.take(ref, executed)
            yield BookExecute(self.tape.symbol, self.tape.mic, ref, executed)
            qty -= executed
        if qty:
            yield self._reduce(ref, qty)

    def _reduce(self, ref: int, qty: int) -> MarketEvent:
        return BookReduce(self.tape.symbol, self.tape.mic, ref, self.book.take(ref, qty))

    def _clear(self, _: Message) -> Iterator[MarketEvent]:
        return self.start()

    def _trade(self, m: Message) -> Iterator[MarketEvent]:
        self._trades.append((m, 0))
        return iter(())

    def _fill(self, m: Message) -> Iterator[MarketEvent]:
        """Note a fill of a resting order. The aggressor has one too if it rested before: it left the book for this."""
        print_, filled = self._trades[-1] if self._trades else (None, 0)
        if print_ is not None and m.ref == print_.ref:
            return iter(())
        before, order = self._fills.get(m.ref, 0), self.book.orders.get(m.ref)
        self._fills[m.ref] = before + m.qty
        if print_ is not None and order is not None:
            self._trades[-1] = print_, filled + min(m.qty, max(0, order.qty - before))
        return iter(())


REPLAYS: Final[dict[str, Callable[[Tape], PriceReplay | OrderReplay]]] = {
    "mbo": OrderReplay,
    "mbp-1": PriceReplay,
    "tbbo": PriceReplay,
    "trades": PriceReplay,
}
"""By schema."""
