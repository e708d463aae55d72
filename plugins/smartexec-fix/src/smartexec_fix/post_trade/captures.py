"""TradeCaptureReport(AE): one for each allocation of a client, or for each execution and cross.

They are told once their parent has ended; what is taken back or corrected later is cancelled or replaced, with
TradeReportRefID(572) for what was told first.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from attrs import define

from smartexec.api import ExecType, Side
from smartexec_fix.clients.reports_out import NO_SYMBOL
from smartexec_fix.post_trade.outgoing import Out
from smartexec_fix.post_trade.settings import OF_ALLOCATIONS, PostTradeSession
from smartexec_fix.post_trade.trade_book import Change, Deal, Parent, Share, TradeBook, fix_time, key, write
from smartexec_fix.wire.message import Field
from smartexec_fix.wire.values import write_px

CAPTURE: Final = b"AE"
_TRANS: Final = {ExecType.TRADE: b"0", ExecType.TRADE_CANCEL: b"1", ExecType.TRADE_CORRECT: b"2"}
"""TradeReportTransType(487)."""


@define(eq=False)
class Captures:
    """Says what is to be told of a change."""

    book: TradeBook

    def tell(self, session: PostTradeSession, change: Change, prefix: str) -> Iterator[Out]:
        """Yield what a session is to be told; `prefix`: of ids."""
        if session.captures == OF_ALLOCATIONS:
            yield from self._of_shares(session, change, prefix)
        else:
            yield from self._of_deals(session, change, prefix)

    def _of_shares(self, session: PostTradeSession, change: Change, prefix: str) -> Iterator[Out]:
        for parent in change.ended:
            for share in parent.standing():
                yield from self._share(session, parent, share, prefix)
        for share in change.shares:
            parent = self.book.parent(share.parent_id)
            if parent.over and share.qty:
                yield from self._share(session, parent, share, prefix)

    def _share(self, session: PostTradeSession, parent: Parent, share: Share, prefix: str) -> Iterator[Out]:
        if not share.order_id:
            return  # the house's own, or an error's: nobody's trade to report
        order = self.book.order(share.order_id)
        if not session.wants(share.account, order.source):
            return
        name = f"{prefix}{share.alloc_id}"
        kind = ExecType.TRADE_CANCEL if share.ref else ExecType.TRADE
        body = [
            *_head(name, kind, f"{prefix}{share.ref}" if share.ref else ""),
            *_trade(parent.symbol, abs(share.qty), share.px, share.time[:10].replace("-", ""), share.time),
            (880, (share.exec_id or share.cross_id or parent.parent_id).encode()),
            *_sides(session, [(share.side, share.order_id, order.cl_ord_id, share.account)]),
        ]
        yield Out(session.name, CAPTURE, body, awaits=name)

    def _of_deals(self, session: PostTradeSession, change: Change, prefix: str) -> Iterator[Out]:
        for parent in change.ended:
            for deal in parent.deals.values():
                if deal.venue:
                    yield self._deal(session, parent.symbol, deal, ExecType.TRADE, prefix)
        crosses: dict[str, list[Deal]] = {}
        for deal in change.deals:
            parent = self.book.parent(deal.parent_id)
            if not deal.venue:
                crosses.setdefault(deal.deal_id, []).append(deal)
            elif parent.over:
                yield self._deal(session, parent.symbol, deal, deal.kind, prefix)
        for sides in crosses.values():
            yield self._cross(session, sides, prefix)

    def _deal(self, session: PostTradeSession, symbol: str, deal: Deal, kind: ExecType, prefix: str) -> Out:
        name = f"{prefix}{key(deal, deal.deal_id)}"
        ref = f"{prefix}{key(deal, deal.ref)}" if deal.ref and kind is not ExecType.TRADE else ""
        body = [
            *_head(name, kind, ref),
            *_trade(symbol or NO_SYMBOL, deal.qty, deal.px, deal.trade_date, deal.time),
            (30, deal.venue.encode()),
            (17, deal.deal_id.encode()),
            (880, deal.deal_id.encode()),
            *_sides(session, [(deal.side, deal.parent_id, deal.cl_ord_id, "")]),
        ]
        return Out(session.name, CAPTURE, body, awaits=name)

    def _cross(self, session: PostTradeSession, sides: list[Deal], prefix: str) -> Out:
        first = sides[0]
        name = f"{prefix}{first.deal_id}"
        body = [
            *_head(name, ExecType.TRADE, ""),
            *_trade(self.book.parent(first.parent_id).symbol, first.qty, first.px, first.trade_date, first.time),
            (880, first.deal_id.encode()),
            *_sides(session, [(one.side, one.parent_id, "", "") for one in sides]),
        ]
        return Out(session.name, CAPTURE, body, awaits=name)


def _head(name: str, kind: ExecType, ref: str) -> list[Field]:
    """Who it is: TradeReportType(856) submit, PreviouslyReported(570) no."""
    body: list[Field] = [(571, name.encode()), (487, _TRANS[kind]), (856, b"0"), (150, kind.value.encode())]
    return [*body, (570, b"N"), *([(572, ref.encode())] if ref else [])]


def _trade(symbol: str, lots: int, price: int, date: str, time: str) -> list[Field]:
    return [
        (55, symbol.encode()),
        (32, write(lots)),
        (31, write_px(price)),
        (75, date.encode()),
        (60, fix_time(time)),
    ]


def _sides(session: PostTradeSession, sides: Iterable[tuple[Side, str, str, str]]) -> list[Field]:
    """NoSides(552) of (side, OrderID(37), ClOrdID(11), Account(1)), in the order of the version."""
    given = list(sides)
    body: list[Field] = [(552, b"%d" % len(given))]
    for side, order_id, cl_ord_id, account in given:
        order, whose = [(37, order_id), (11, cl_ord_id)], [(1, account)]
        parts = [*whose, *order] if session.fixt else [*order, *whose]
        body += [(54, side.value.encode()), *((tag, text.encode()) for tag, text in parts if text)]
    return body
