"""An adapter and its venue for the tests: a bench, and what the venue was sent."""

from typing import Any

from test_venue_conformance import params
from venue_peer import MIC, PRICE, Venue

from smartexec.api import (
    CancelOrder,
    Context,
    Instrument,
    OrdType,
    QueryOrder,
    ReplaceOrder,
    SendOrder,
    Side,
    TimeInForce,
)
from smartexec.testing import Bench
from smartexec_fix.session.settings import SessionSettings
from smartexec_fix.venues.dialect import Dialect
from smartexec_fix.venues.market_data import MarketData
from smartexec_fix.venues.venue import FixVenue
from smartexec_fix.wire.message import Message

INSTRUMENTS = {"TEST": Instrument("TEST"), "COIN": Instrument("COIN", qty_decimals=8)}


def adapter(
    version: str = "FIX.4.4",
    dialect: Dialect | None = None,
    market_data: MarketData | None = None,
    faults: list[str] | None = None,
    **more: Any,
) -> FixVenue:
    """A started one."""
    ids = SessionSettings(**{**params(version)["session"], "heartbeat": 120 * 10**9, **more})
    parts = {"dialect": dialect or Dialect(), "market_data": market_data or MarketData()}
    one = FixVenue(mic=MIC, hosts=("127.0.0.1:1",), session=ids, **parts)
    said = faults if faults is not None else []
    one.start(Context(INSTRUMENTS, fault=said.append))
    return one


def desk(version: str = "FIX.4.4", *, connect: bool = True, **more: Any) -> Bench:
    """A bench with a venue of that version."""
    made = Bench(adapter(version, **more), type("Peer", (Venue,), {"version": version})())
    if connect:
        made.connect()
    return made


def order(name: str = "P1.1", **changes: Any) -> SendOrder:
    terms = {"symbol": "TEST", "side": Side.BUY, "order_qty": 100, "ord_type": OrdType.LIMIT, "price": PRICE}
    return SendOrder(MIC, name, **{**terms, "time_in_force": TimeInForce.DAY, **changes})


def cancel(name: str = "P1.1-1", orig: str = "P1.1") -> CancelOrder:
    return CancelOrder(MIC, name, orig, "TEST", Side.BUY)


def replace(name: str = "P1.1-1", orig: str = "P1.1", qty: int = 80) -> ReplaceOrder:
    return ReplaceOrder(MIC, name, orig, "TEST", Side.BUY, qty, PRICE)


def query(name: str = "P1.1") -> QueryOrder:
    return QueryOrder(MIC, name, "TEST", Side.BUY)


def got(bench: Bench, kind: str) -> list[Message]:
    """Messages of a MsgType(35) that the venue's application was handed."""
    return [one for one in bench.peer.got if one.msg_type == kind.encode()]  # type: ignore[attr-defined]


def says(bench: Bench, kind: str, *body: tuple[int, str | bytes | int]) -> list[Any]:
    """Let the venue send a message; give what the adapter tells of it."""
    before = len(bench.said)
    bench.deliver(bench.peer.send(kind, body, bench.now))  # type: ignore[attr-defined]
    return bench.said[before:]


def report(**fields: str) -> list[tuple[int, str | bytes | int]]:
    """A partial execution of 30 of P1.1, with other fields where they are named, such as `f17="E9"`; "" = none."""
    body = {
        "f37": "O1", "f11": "P1.1", "f17": "E1", "f150": "F", "f39": "1", "f55": "TEST", "f54": "1", "f38": "100",
        "f14": "30", "f151": "70", "f6": "100", "f32": "30", "f31": "100", "f60": "20260105-14:30:00.000",
    }  # fmt: skip
    return [(int(tag[1:]), value) for tag, value in {**body, **fields}.items() if value]
