"""The order gateway against the conformance kit: clients of three versions, one of them on its own connection each."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from attrs import define, field
from gateway_room import Client

from smartexec.api import CancelRequest, NewOrder, OrdStatus, ReplaceRequest
from smartexec.testing import Heard, OrderSourceKit, SourcePeer
from smartexec_fix.clients.gateway import FixGateway
from smartexec_fix.session.outputs import Output
from smartexec_fix.wire.framing import Framer
from smartexec_fix.wire.message import Field
from smartexec_fix.wire.values import write_px

CLIENTS = {"OMS42": "FIX.4.2", "OMS44": "FIX.4.4", "OMS50": "FIX.5.0SP2"}
ASKS = {NewOrder: b"D", CancelRequest: b"F", ReplaceRequest: b"G"}


@define(eq=False)
class Peer(SourcePeer):
    """A client's FIX session."""

    source: str
    channel: str = "fix-gateway"
    got: list[Heard] = field(factory=list)
    client: Client = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.client = Client(self.source, CLIENTS[self.source])

    def opened(self, now: int) -> Iterable[bytes]:
        self.client.framer = Framer()
        return self._take(self.client.session.opened(now))

    def closed(self, now: int) -> None:
        self._take(self.client.session.lost(now, "cut"))

    def received(self, data: bytes, now: int) -> Iterable[bytes]:
        return [
            one
            for frame in self.client.framer.feed(data)
            for one in self._take(self.client.session.received(frame, now))
        ]

    def ask(self, event: NewOrder | CancelRequest | ReplaceRequest, now: int) -> Iterable[bytes]:
        return self._take(self.client.session.send(ASKS[type(event)], self._body(event), now))

    def _body(self, event: Any) -> list[Field]:
        price = getattr(event, "price", None)
        limit = "" if price is None else write_px(price).decode()
        body = self.client.order(event.cl_ord_id, str(getattr(event, "order_qty", 100)), limit, symbol="TEST")
        if isinstance(event, NewOrder):
            return [*body, (847, event.strategy.encode())]
        return [*body, (41, event.orig_cl_ord_id.encode())]

    def _take(self, outputs: Iterable[Output]) -> list[bytes]:
        before = len(self.client.got)
        leaving = [one for one in self.client.take(outputs) if one is not None]
        for message in self.client.got[before:]:
            numbers = (int(message.text(tag) or 0) for tag in (14, 32))
            self.got.append(Heard(message.text(11), OrdStatus(message.text(39)), *numbers))
        return leaving


class TestGateway(OrderSourceKit):
    source = FixGateway
    params: ClassVar[Mapping[str, Any]] = {
        "sessions": [
            {"name": name, "version": version, "sender_comp_id": "DESK", "target_comp_id": name}
            for name, version in CLIENTS.items()
        ]
    }

    def peers(self) -> Sequence[SourcePeer]:
        return [Peer(name) for name in CLIENTS]
