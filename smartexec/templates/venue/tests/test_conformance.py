"""The adapter against the conformance kit, and its counterparty: the venue's side of the protocol."""

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from smartexec.api import (
    PX_SCALE,
    CancelOrder,
    ExecutionReport,
    OrderCancelReject,
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

from smartexec_your_name.venue import LINE, YourName


class Venue(Counterparty):
    """Reads commands, numbers reports, and sends those again that it is asked for."""

    def __init__(self) -> None:
        self.reports: list[dict[str, Any]] = []

    def read(self, wanted: Send | Request, now: int) -> Iterable[VenueCommand | WireInput]:
        assert isinstance(wanted, Send)
        for line in wanted.data.splitlines():
            said: dict[str, Any] = json.loads(line)
            if said["type"] in ("logon", "heartbeat"):
                yield told(said["type"], next=len(self.reports) + 1)
            elif said["type"] == "resend":
                yield from (told("report", **one) for one in self.reports[said["number"] - 1 :])
            else:
                yield command(said)

    def write(self, report: VenueEvent, now: int) -> Iterable[Received | Response]:
        if isinstance(report, OrderCancelReject):
            refused = {"id": report.cl_ord_id, "of": report.orig_cl_ord_id, "status": report.ord_status.name}
            return [self.numbered({"type": "refusal", **refused, "text": report.text})]
        assert isinstance(report, ExecutionReport)
        body = {
            "id": report.cl_ord_id, "of": report.orig_cl_ord_id, "kind": report.exec_type.name,
            "status": report.ord_status.name, "exec": report.exec_id, "ref": report.exec_ref_id,
            "size": report.order_qty or 0, "filled": report.cum_qty or 0, "average": text(report.avg_px or 0),
            "qty": report.last_qty, "px": text(report.last_px), "text": report.text,
        }  # fmt: skip
        return [self.numbered({"type": "report", **body})]

    def numbered(self, body: Mapping[str, Any]) -> Received:
        self.reports.append({**body, "number": len(self.reports) + 1})
        return told("report", **self.reports[-1])

    def resend(self, reports: Sequence[VenueEvent], now: int) -> Iterable[Received]:
        return [told("report", **one) for one in self.reports]

    def reset(self, now: int) -> Iterable[Received]:
        self.reports.clear()
        return [told("logon", next=1)]

    def silence(self) -> int:
        return 6_000_000_000

    def quote(self, quote: Quote, now: int) -> Iterable[Received]:
        sides = {"bid": text(quote.bid), "bid_qty": quote.bid_qty, "ask": text(quote.ask), "ask_qty": quote.ask_qty}
        return [told("quote", symbol=quote.symbol, **sides)]

    def phase(self, change: PhaseChange, now: int) -> Iterable[Received]:
        return [told("phase", symbol=change.symbol, phase=change.phase.name)]

    def malformed(self) -> Iterable[Received | Response]:
        yield Received(LINE, b"[1]\n")
        yield Received(LINE, b"\xff\n")
        yield told("strange")
        yield told("report", number="2")
        yield told("report", number=2, id="P1.1", kind="NO_SUCH_KIND", status="NEW")
        yield told("report", number=2, id="P1.1", kind="TRADE", status="FILLED", exec="E9", qty=1.5, px="100")
        yield told("report", number=2, id="P1.1", kind="TRADE", status="FILLED", exec="E9", qty=True, px="dear")


def told(kind: str, /, **body: Any) -> Received:
    """A message of the venue."""
    return Received(LINE, json.dumps({"type": kind, **body}).encode() + b"\n")


def command(said: Mapping[str, Any]) -> VenueCommand:
    """What the adapter wants of an order."""
    if said["type"] == "cancel":
        return CancelOrder("XTOY", said["id"], said["of"], "TEST", Side.BUY)
    if said["type"] == "query":
        return QueryOrder("XTOY", said["id"], "TEST", Side.BUY)
    px = None if said["price"] is None else int(Decimal(said["price"]) * PX_SCALE)
    kind = OrdType.MARKET if px is None else OrdType.LIMIT
    side, tif = Side[said["side"]], TimeInForce[said["tif"]]
    return SendOrder("XTOY", said["id"], said["symbol"], side, said["qty"], kind, px, tif)


def text(px: int | None) -> str | None:
    """A price as the venue writes it."""
    return None if px is None else f"{Decimal(px) / PX_SCALE:f}"


class TestYourName(VenueKit):
    adapter = YourName
    counterparty = Venue
    params: ClassVar = {"mic": "XTOY", "host": "127.0.0.1:1", "account": "ACME"}
