"""AllocationInstruction(J) and AllocationReport(AS): how a parent that has ended was shared out, one message for all.

The first is new, AllocTransType(71)=0. When a bust, a correction or a late execution changes the shares, another
replaces it (1), or cancels it (2) where nothing is left; each has an id of its own and names the one before.
"""

from collections.abc import Iterable
from fractions import Fraction
from typing import Final

from attrs import define, field, frozen

from smartexec.api import Instrument, Side
from smartexec_fix.post_trade.outgoing import Out
from smartexec_fix.post_trade.settings import PostTradeSession
from smartexec_fix.post_trade.trade_book import CENTS, Parent, Share, TradeBook, write
from smartexec_fix.wire.message import Field
from smartexec_fix.wire.values import write_decimal, write_px, write_qty, write_time

NEW, REPLACE, CANCEL = b"0", b"1", b"2"
"""AllocTransType(71)."""
INSTRUCTION, REPORT = b"J", b"AS"
_ID: Final = {INSTRUCTION: 70, REPORT: 755}
_REF: Final = {INSTRUCTION: 72, REPORT: 795}
_KIND: Final[dict[bytes, list[Field]]] = {INSTRUCTION: [(626, b"1")], REPORT: [(794, b"4"), (87, b"0")]}
"""AllocType(626) calculated; AllocReportType(794) calculated by the sell side, AllocStatus(87) accepted."""
_UNDERLYING_CHANGED: Final = b"2"
"""AllocCancReplaceReason(796)."""


@frozen
class Version:
    """What was said of a parent last."""

    name: str
    """AllocID(70) or AllocReportID(755)."""
    body: list[Field]
    """All but the ids and the time."""
    canceled: bool = False


@define(eq=False)
class AllocationsOut:
    """What each session was told of each parent."""

    book: TradeBook
    _last: dict[tuple[str, bytes, str], Version] = field(init=False, factory=dict)

    def tell(
        self, session: PostTradeSession, msg_type: bytes, parent: Parent, prefix: str, now: int, one: Instrument
    ) -> Out | None:
        """Give what a session is to be told of a parent now; None if it knows all of it. `prefix`: of ids."""
        place = session.name, msg_type, parent.parent_id
        last = self._last.get(place)
        body = self._body(session, parent, one)
        standing = last if last is not None and not last.canceled else None
        if body == (standing.body if standing is not None else []):
            return None
        trans = NEW if standing is None else REPLACE if body else CANCEL
        name = f"{prefix}{parent.parent_id}" if last is None else f"{prefix}{parent.parent_id}-{_latest(parent)}"
        ref = "" if standing is None else standing.name
        if standing is not None and not body:
            body = standing.body  # what is cancelled is said once more
        self._last[place] = Version(name, body, trans == CANCEL)
        return Out(session.name, msg_type, self._message(msg_type, name, trans, ref, body, now), awaits=name)

    def _message(self, msg_type: bytes, name: str, trans: bytes, ref: str, body: list[Field], now: int) -> list[Field]:
        head: list[Field] = [(_ID[msg_type], name.encode()), (71, trans), *_KIND[msg_type], (60, write_time(now))]
        if ref:
            head += [(_REF[msg_type], ref.encode()), (796, _UNDERLYING_CHANGED)]
        return [*head, *body]

    def _body(self, session: PostTradeSession, parent: Parent, one: Instrument) -> list[Field]:
        """Give what is to be said of a parent; nothing if it has no shares for this session."""
        mine = [share for share in parent.shares if self._wants(session, share)]
        entries = _entries(mine)
        total = sum(shares[0] for shares in entries.values())
        if not total:
            return []
        deals = list(parent.deals.values()) if session.whole else []
        exact = [(deal.qty, deal.px) for deal in deals]
        if sum(lots for lots, _ in exact) != total:
            exact = [(share.qty, share.px) for share in mine]
        side = parent.side or Side.BUY
        body: list[Field] = [
            *self._orders([order_id for _, order_id in entries if order_id], one),
            *_deals([(deal.qty, deal.deal_id, deal.px) for deal in deals]),
            (54, side.value.encode()),
            (55, parent.symbol.encode()),
            (53, write(total)),
            (6, average(exact)),
            (75, _day(parent)),
            (381, write_decimal(sum(share.money for share in mine), CENTS)),
            (78, b"%d" % len(entries)),
        ]
        for (account, order_id), (lots, notional, money) in entries.items():
            body += [
                (79, account.encode()),
                (80, write(lots)),
                (467, f"{parent.parent_id}-{order_id or account}".encode()),
                (153, average([(lots, Fraction(notional, lots))])),
                (154, write_decimal(money, CENTS)),
            ]
        return body

    def _orders(self, order_ids: list[str], one: Instrument) -> list[Field]:
        """NoOrders(73), with whether it is there: AllocNoOrdersType(857)."""
        if not order_ids:
            return [(857, b"0")]
        body: list[Field] = [(857, b"1"), (73, b"%d" % len(order_ids))]
        for order_id in order_ids:
            order = self.book.order(order_id)
            body += [(11, (order.cl_ord_id or order_id).encode()), (37, order_id.encode())]
            body += [(38, write_qty(order.order_qty, one))] if order.order_qty else []
        return body

    def _wants(self, session: PostTradeSession, share: Share) -> bool:
        return session.wants(share.account, self.book.order(share.order_id).source if share.order_id else "")


def average(parts: Iterable[tuple[int, int | Fraction]]) -> bytes:
    """Write the average of (quantity, price): exact, rounded half to even to 1e-9 only here."""
    pairs = list(parts)
    exact = sum((lots * price for lots, price in pairs), Fraction(0)) / sum(lots for lots, _ in pairs)
    return write_px(round(exact))


def _entries(shares: Iterable[Share]) -> dict[tuple[str, str], tuple[int, int, int]]:
    """(account, order) -> (quantity, quantity x price, money) of all that stands; rows of money only are no shares."""
    found: dict[tuple[str, str], tuple[int, int, int]] = {}
    for share in shares:
        if share.qty:
            lots, notional, money = found.get((share.account, share.order_id), (0, 0, 0))
            lots, notional = lots + share.qty, notional + share.qty * share.px
            found[share.account, share.order_id] = lots, notional, money + share.money
    return {place: sums for place, sums in found.items() if sums[0]}


def _deals(deals: list[tuple[int, str, int]]) -> list[Field]:
    """NoExecs(124): executions and crosses."""
    body: list[Field] = [(124, b"%d" % len(deals))] if deals else []
    for lots, deal_id, price in deals:
        body += [(32, write(lots)), (17, deal_id.encode()), (31, write_px(price))]
    return body


def _day(parent: Parent) -> bytes:
    """TradeDate(75): of the last execution that stands, or of the end."""
    days = [deal.trade_date for deal in parent.deals.values() if deal.trade_date]
    return max(days, default=parent.ended[:10].replace("-", "")).encode()


def _latest(parent: Parent) -> str:
    return parent.shares[-1].alloc_id
