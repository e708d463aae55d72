"""The exchange's market data: MarketDataRequest(V) in; snapshots(W), changes(X) and phases(f, h) out: the touch."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from attrs import define, field

from smartexec.api import Instrument, MarketEvent, Phase, PhaseChange, Quote, Side, Trade
from smartexec_fix.wire.message import Field, Message
from smartexec_fix.wire.values import write_px, write_qty, write_time

BID, OFFER, TRADE = b"0", b"1", b"2"
"""MDEntryType(269)."""
NEW, CHANGE, DELETE = b"0", b"1", b"2"
"""MDUpdateAction(279)."""
STOP, UNKNOWN_SYMBOL = b"2", b"0"
"""SubscriptionRequestType(263), MDReqRejReason(281)."""
AGGRESSOR: Final[Mapping[Side, bytes]] = {Side.BUY: b"1", Side.SELL: b"2"}
"""AggressorSide(2446)."""
TRADING: Final[Mapping[Phase, bytes]] = {
    Phase.CONTINUOUS: b"17",
    Phase.HALTED: b"2",
    Phase.CLOSED: b"18",
    Phase.AUCTION: b"21",
    Phase.UNKNOWN: b"20",
}
"""Phase -> SecurityTradingStatus(326)."""
WHOLE_DAY, OPEN = b"1", b"2"
"""TradingSessionID(336), TradSesStatus(340)."""
Said = tuple[str, bytes, list[Field]]
"""(session, MsgType(35), body)."""
Level = tuple[int | None, int]


@define(eq=False)
class QuotesOut:
    """Who is told of which symbol, and what was said last."""

    instruments: Mapping[str, Instrument]
    _subscribed: dict[str, dict[str, str]] = field(init=False, factory=dict)
    """Session -> symbol -> MDReqID(262)."""
    _quotes: dict[str, Quote] = field(init=False, factory=dict)
    _phases: dict[str, Phase] = field(init=False, factory=dict)

    def request(self, session: str, message: Message, now: int) -> Iterator[Said]:
        """Take MarketDataRequest(V): snapshots follow, then changes until it is stopped or the session is lost."""
        wanted = self._subscribed.setdefault(session, {})
        symbols = [entry.get(55, b"").decode("latin-1") for entry in message.group(146, 55)]
        missing = [one for one in symbols if one not in self.instruments]
        if missing:
            text = f"Symbol(55): found {missing[0]!r}, expected one that is listed"
            yield session, b"Y", [(262, message.get(262) or b""), (281, UNKNOWN_SYMBOL), (58, text.encode())]
            return
        for symbol in symbols:
            if message.get(263) == STOP:
                wanted.pop(symbol, None)
                continue
            wanted[symbol] = message.text(262)
            yield session, b"W", self._snapshot(symbol, message.text(262))
            yield session, b"f", self._status(symbol, now)

    def status(self, session: str, message: Message, now: int) -> Iterator[Said]:
        """Answer SecurityStatusRequest(e)."""
        if message.text(55) in self.instruments:
            yield session, b"f", [(324, message.get(324) or b""), *self._status(message.text(55), now)]

    def session_status(self, session: str, message: Message) -> Said:
        """Answer TradingSessionStatusRequest(g): the exchange as a whole is open; symbols have phases of their own."""
        return session, b"h", [(335, message.get(335) or b""), (336, WHOLE_DAY), (340, OPEN)]

    def forget(self, session: str) -> None:
        """The session is lost: it must ask again."""
        self._subscribed.pop(session, None)

    def tell(self, event: MarketEvent, now: int) -> Iterator[Said]:
        """Tell all who want to know what the market says."""
        entries: Iterable[list[Field]] = ()
        if isinstance(event, Quote):
            old, self._quotes[event.symbol] = self._quotes.get(event.symbol), event
            entries = list(self._changes(old, event))
        elif isinstance(event, Trade):
            entries = [[(279, NEW), (269, TRADE), (55, event.symbol.encode()), *self._print(event)]]
        elif isinstance(event, PhaseChange):
            self._phases[event.symbol] = event.phase
        for session, wanted in self._subscribed.items():
            request = wanted.get(event.symbol)
            if request is None:
                continue
            if isinstance(event, PhaseChange):
                yield session, b"f", self._status(event.symbol, now)
            elif entries:
                count = (268, b"%d" % len(list(entries)))
                yield session, b"X", [(262, request.encode()), count, *(one for entry in entries for one in entry)]

    def _snapshot(self, symbol: str, request: str) -> list[Field]:
        quote, one = self._quotes.get(symbol), self.instruments[symbol]
        entries: list[Field] = []
        for kind, (px, qty) in () if quote is None else sides(quote):
            if px is not None:
                entries += [(269, kind), (270, write_px(px)), (271, write_qty(qty, one))]
        count = sum(tag == 269 for tag, _ in entries)
        return [(262, request.encode()), (55, symbol.encode()), (268, b"%d" % count), *entries]

    def _changes(self, old: Quote | None, new: Quote) -> Iterator[list[Field]]:
        """Yield what becomes of each side: an entry is known by its price."""
        before = dict(() if old is None else sides(old))
        for kind, (px, qty) in sides(new):
            had_px, had_qty = before.get(kind, (None, 0))
            if had_px is not None and had_px != px:
                yield self._entry(DELETE, kind, new.symbol, had_px, had_qty)
            if px is not None and (px, qty) != (had_px, had_qty):
                yield self._entry(CHANGE if px == had_px else NEW, kind, new.symbol, px, qty)

    def _entry(self, action: bytes, kind: bytes, symbol: str, px: int, qty: int) -> list[Field]:
        size = write_qty(qty, self.instruments[symbol])
        return [(279, action), (269, kind), (55, symbol.encode()), (270, write_px(px)), (271, size)]

    def _print(self, event: Trade) -> list[Field]:
        taken: list[Field] = [(270, write_px(event.px)), (271, write_qty(event.qty, self.instruments[event.symbol]))]
        return taken if event.side is None else [*taken, (2446, AGGRESSOR[event.side])]

    def _status(self, symbol: str, now: int) -> list[Field]:
        phase = self._phases.get(symbol, Phase.UNKNOWN)
        return [(55, symbol.encode()), (326, TRADING[phase]), (60, write_time(now))]


def sides(quote: Quote) -> tuple[tuple[bytes, Level], tuple[bytes, Level]]:
    """Give both sides of a quote by MDEntryType(269)."""
    return (BID, (quote.bid, quote.bid_qty)), (OFFER, (quote.ask, quote.ask_qty))
