"""The adapter against the conformance kit: its counterparty is the exchange's side of the protocol."""

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, ClassVar

from smartexec.api import (
    PX_SCALE,
    CancelOrder,
    ExecType,
    ExecutionReport,
    Liquidity,
    OrderCancelReject,
    OrdStatus,
    OrdType,
    PhaseChange,
    QueryOrder,
    Quote,
    Received,
    Request,
    Response,
    Send,
    SendOrder,
    Side,
    TimeInForce,
    VenueCommand,
    VenueEvent,
    WireInput,
)
from smartexec.testing import Counterparty, VenueKit
from smartexec_acme.venue import LIQUIDITY, STATUS, AcmeVenue

NAMES = {status: name for name, status in STATUS.items()}


class Acme(Counterparty):
    """Reads requests, writes responses and messages of the feed."""

    def __init__(self) -> None:
        self.open: dict[tuple[str, str], str] = {}
        """(method, ClOrdID(11) of what was asked) -> reference of the request."""

    def read(self, wanted: Send | Request, now: int) -> Iterable[VenueCommand | WireInput]:
        assert isinstance(wanted, Request)
        path, _, request = wanted.path.removeprefix("/orders").removeprefix("/").partition("?request=")
        body = json.loads(wanted.data or b"{}")
        name = request or path or body["id"]
        self.open[wanted.method, name] = wanted.ref
        if wanted.method == "POST":
            px = None if body["price"] is None else int(Decimal(body["price"]) * PX_SCALE)
            kind, tif = OrdType.MARKET if px is None else OrdType.LIMIT, TimeInForce[body["tif"].upper()]
            yield SendOrder("ACME", name, body["symbol"], Side[body["side"].upper()], body["qty"], kind, px, tif)
        elif wanted.method == "DELETE":
            yield CancelOrder("ACME", name, path, "TEST", Side.BUY)
        else:
            yield QueryOrder("ACME", name, "TEST", Side.BUY)

    def write(self, report: VenueEvent, now: int) -> Iterable[Received | Response]:
        if isinstance(report, OrderCancelReject):
            return self.answer("DELETE", report.cl_ord_id, 409, error="too late", status=NAMES[report.ord_status])
        assert isinstance(report, ExecutionReport)
        return self.writers[report.exec_type](self, report)

    def accepted(self, report: ExecutionReport) -> Iterable[Received | Response]:
        return self.answer("POST", report.cl_ord_id, 201, status="open")

    def rejected(self, report: ExecutionReport) -> Iterable[Received | Response]:
        return self.answer("POST", report.cl_ord_id, 422, error=report.text)

    def state(self, report: ExecutionReport) -> Iterable[Received | Response]:
        if report.ord_status is OrdStatus.REJECTED:
            return self.answer("GET", report.cl_ord_id, 404, error="unknown order")
        order, status = self.venue.orders[report.cl_ord_id], NAMES[report.ord_status]
        fills = [
            {
                "type": "fill",
                "exec": one.exec_id,
                "qty": one.qty,
                "px": text(one.px),
                "status": status,
                "filled": order.cum,
            }
            for one in self.venue.executions
            if one.order is order and one.standing
        ]
        return self.answer("GET", report.cl_ord_id, 200, status=status, filled=report.cum_qty, fills=fills)

    def executed(self, report: ExecutionReport) -> Iterable[Received | Response]:
        kinds = {ExecType.TRADE: "fill", ExecType.TRADE_CANCEL: "bust", ExecType.TRADE_CORRECT: "correct"}
        made = next(name for name, one in LIQUIDITY.items() if one is Liquidity.ADDED)
        return self.tell(
            type=kinds[report.exec_type], id=report.cl_ord_id, status=NAMES[report.ord_status], exec=report.exec_id,
            of=report.exec_ref_id, qty=report.last_qty, px=text(report.last_px), filled=report.cum_qty, liquidity=made,
        )  # fmt: skip

    def over(self, report: ExecutionReport) -> Iterable[Received | Response]:
        request = report.cl_ord_id if report.orig_cl_ord_id else None
        told = self.tell(
            type="over", id=report.orig_cl_ord_id or report.cl_ord_id, request=request, why=report.text,
            status=NAMES[report.ord_status], size=report.order_qty, filled=report.cum_qty,
        )  # fmt: skip
        return [*(self.answer("DELETE", request, 200) if request else ()), *told]

    def quote(self, quote: Quote, now: int) -> Iterable[Received]:
        return self.tell(
            type="quote", symbol=quote.symbol, bid=text(quote.bid), bid_qty=quote.bid_qty, ask=text(quote.ask),
            ask_qty=quote.ask_qty,
        )  # fmt: skip

    def phase(self, change: PhaseChange, now: int) -> Iterable[Received]:
        return self.tell(type="phase", symbol=change.symbol, phase=change.phase.name.lower())

    def malformed(self) -> Iterable[Received | Response]:
        for body in ({"type": "fill"}, {"type": "?"}, {"type": "over", "id": "P1.1", "status": "odd", "size": 1}):
            yield Received("feed", json.dumps(body).encode())

    def closed(self, channel: str) -> None:
        if channel == "rest":
            self.open.clear()

    def answer(self, method: str, name: str, code: int, **body: Any) -> list[Response]:
        ref = self.open.pop((method, name), None)
        return [] if ref is None else [Response("rest", ref, code, json.dumps(body).encode())]

    def tell(self, **body: Any) -> list[Received]:
        return [Received("feed", json.dumps(body).encode())]

    writers: ClassVar = {
        ExecType.NEW: accepted,
        ExecType.REJECTED: rejected,
        ExecType.ORDER_STATUS: state,
        **dict.fromkeys((ExecType.TRADE, ExecType.TRADE_CANCEL, ExecType.TRADE_CORRECT), executed),
        **dict.fromkeys((ExecType.CANCELED, ExecType.EXPIRED, ExecType.RESTATED), over),
    }


def text(px: int | None) -> str | None:
    """A price as the exchange writes it."""
    return None if px is None else f"{Decimal(px) / PX_SCALE:f}"


class TestAcmeVenue(VenueKit):
    adapter = AcmeVenue
    counterparty = Acme
    params: ClassVar = {"rest": "http://127.0.0.1:1", "feed": "ws://127.0.0.1:1/feed", "token": "open sesame"}
