"""ACME: orders over REST, executions and quotes over a WebSocket. The whole adapter; `acme_exchange.py` is its venue.

An HTTP request without an answer leaves its order in doubt: the adapter says nothing, and the kernel asks.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar, Final, cast

from attrs import define, field

from smartexec import api
from smartexec.api import PX_SCALE, ExecType, ExecutionReport, Liquidity, OrdStatus

STATUS: Final = {
    "open": OrdStatus.NEW, "partial": OrdStatus.PARTIALLY_FILLED, "filled": OrdStatus.FILLED,
    "canceled": OrdStatus.CANCELED, "expired": OrdStatus.EXPIRED, "rejected": OrdStatus.REJECTED,
}  # fmt: skip
KINDS: Final = {"fill": ExecType.TRADE, "bust": ExecType.TRADE_CANCEL, "correct": ExecType.TRADE_CORRECT}
LIQUIDITY: Final = {"maker": Liquidity.ADDED, "taker": Liquidity.REMOVED}
Asked = api.SendOrder | api.CancelOrder | api.QueryOrder
Said = Mapping[str, Any]


@define(eq=False, kw_only=True, slots=False)
class AcmeVenue(api.VenueAdapter):
    """Trade at ACME over REST and WebSocket."""

    name: ClassVar[str] = "acme"

    mic: str = "ACME"
    """ISO 10383 code of the venue."""
    rest: str
    """Address of its REST interface, http:// or https://."""
    feed: str
    """Address of its WebSocket, ws:// or wss://."""
    token: str = field(repr=False, metadata={"secret": True})
    """Of the account: sent with each request."""

    _requests: int = field(init=False, default=0)
    _asked: dict[str, Asked] = field(init=False, factory=dict[str, Asked])
    """By reference: requests without a response."""

    @property
    def capabilities(self) -> api.Capabilities:
        return api.Capabilities(authoritative_unknown=True)

    @property
    def _headers(self) -> tuple[tuple[str, str], ...]:
        return (("Authorization", f"Bearer {self.token}"), ("Content-Type", "application/json"))

    @property
    def channels(self) -> Sequence[api.Channel]:
        return (api.Http("rest", self.rest), api.WebSocket("feed", self.feed, self._headers))

    def handle(self, event: api.VenueInput, now: int) -> Iterable[api.VenueOutput]:
        work = self._WORK.get(type(event))
        return () if work is None else work(self, event)

    def _send(self, order: api.SendOrder) -> Iterator[api.Request]:
        price = None if order.price is None else f"{Decimal(order.price) / PX_SCALE:f}"
        terms = {"qty": order.order_qty, "price": price, "tif": order.time_in_force.name.lower()}
        body = {"id": order.cl_ord_id, "symbol": order.symbol, "side": order.side.name.lower(), **terms}
        yield self._request(order, "POST", "/orders", json.dumps(body).encode())

    def _cancel(self, cancel: api.CancelOrder) -> Iterator[api.Request]:
        yield self._request(cancel, "DELETE", f"/orders/{cancel.orig_cl_ord_id}?request={cancel.cl_ord_id}")

    def _query(self, query: api.QueryOrder) -> Iterator[api.Request]:
        yield self._request(query, "GET", f"/orders/{query.cl_ord_id}")

    def _request(self, asked: Asked, method: str, path: str, data: bytes = b"") -> api.Request:
        self._requests += 1
        self._asked[str(self._requests)] = asked
        return api.Request("rest", str(self._requests), method, path, data, self._headers)

    def _answered(self, answer: api.Response) -> Iterator[api.VenueOutput]:
        asked = self._asked.pop(answer.ref, None)
        if asked is None or answer.status == 0 or answer.status >= 500:
            return  # nobody knows what became of it
        said, refused = _object(answer.data), answer.status >= 400
        text, status = str(said.get("error", "")), STATUS.get(said.get("status", "rejected" if refused else "open"))
        if status is None:
            raise api.VenueProtocolError(f"rest: found {answer.data[:200]!r}, expected a known status")
        if isinstance(asked, api.SendOrder):
            kind = ExecType.REJECTED if refused else ExecType.NEW
            yield ExecutionReport(self.mic, asked.cl_ord_id, kind, status, text=text)
        elif isinstance(asked, api.QueryOrder):
            for fill in said.get("fills", ()):  # the kernel books each once, however often it hears of it
                yield from self._fill({**fill, "id": asked.cl_ord_id})
            cum_qty = said.get("filled", 0)
            yield ExecutionReport(self.mic, asked.cl_ord_id, ExecType.ORDER_STATUS, status, cum_qty=cum_qty, text=text)
        elif refused:
            yield api.OrderCancelReject(self.mic, asked.cl_ord_id, asked.orig_cl_ord_id, status, text)

    def _changed(self, event: api.Opened | api.Closed) -> Iterator[api.VenueStatus]:
        if event.channel == "feed":
            yield api.VenueStatus(self.mic, isinstance(event, api.Opened), getattr(event, "reason", ""))

    def _received(self, event: api.Received) -> Iterator[api.VenueOutput]:
        if event.channel != "feed":
            return
        said = _object(event.data)
        try:
            yield from self._MESSAGES[said["type"]](self, said)
        except (KeyError, ValueError, ArithmeticError, TypeError) as error:
            raise api.VenueProtocolError(f"feed: found {event.data[:200]!r}, expected a known message") from error

    def _fill(self, said: Said) -> Iterator[ExecutionReport]:
        yield ExecutionReport(
            self.mic, said["id"], KINDS[said["type"]], STATUS[said["status"]], exec_id=said["exec"],
            exec_ref_id=said.get("of", ""), last_qty=said["qty"], last_px=int(Decimal(said["px"]) * PX_SCALE),
            cum_qty=said["filled"], liquidity=LIQUIDITY.get(said.get("liquidity", ""), Liquidity.NONE),
        )  # fmt: skip

    def _over(self, said: Said) -> Iterator[ExecutionReport]:
        status, request = STATUS[said["status"]], said.get("request")
        kind = ExecType(status.value) if status in (OrdStatus.CANCELED, OrdStatus.EXPIRED) else ExecType.RESTATED
        yield ExecutionReport(
            self.mic, request or said["id"], kind, status, orig_cl_ord_id=said["id"] if request else "",
            order_qty=said["size"], cum_qty=said["filled"], text=said.get("why", ""),
        )  # fmt: skip

    def _quote(self, said: Said) -> Iterator[api.Quote]:
        bid, ask = (None if px is None else int(Decimal(px) * PX_SCALE) for px in (said["bid"], said["ask"]))
        yield api.Quote(said["symbol"], self.mic, bid, said["bid_qty"], ask, said["ask_qty"])

    def _phase(self, said: Said) -> Iterator[api.PhaseChange]:
        yield api.PhaseChange(said["symbol"], self.mic, api.Phase[said["phase"].upper()])

    _WORK: ClassVar[Mapping[type, Callable[[Any, Any], Iterator[api.VenueOutput]]]] = {
        api.SendOrder: _send, api.CancelOrder: _cancel, api.QueryOrder: _query,
        api.Response: _answered, api.Received: _received, api.Opened: _changed, api.Closed: _changed,
    }  # fmt: skip
    _MESSAGES: ClassVar[Mapping[str, Callable[[Any, Said], Iterator[api.VenueOutput]]]] = {
        "fill": _fill, "bust": _fill, "correct": _fill, "over": _over, "quote": _quote, "phase": _phase,
    }  # fmt: skip


def _object(data: bytes) -> Said:
    try:
        found = json.loads(data or b"{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise api.VenueProtocolError(f"found {data[:200]!r}, expected a JSON object")
    return cast(Said, found)
