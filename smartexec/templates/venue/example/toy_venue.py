"""A venue to trade with on this machine: `python toy_venue.py [PORT]`. It speaks the protocol that the adapter does.

One share, TEST, whose price wanders. An order that crosses is executed at the touch, one that rests now and then.
"""

import asyncio
import json
import random
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from attrs import define, field

ACCOUNTS = ("ACME",)
TICK = Decimal("0.01")
SHOWN = 300
OVER = ("FILLED", "CANCELED", "REJECTED")


@define(eq=False)
class Order:
    """An order in the book."""

    id: str
    side: str
    qty: int
    price: Decimal | None
    filled: int = 0
    money: Decimal = Decimal(0)
    status: str = "NEW"

    def admits(self, px: Decimal) -> bool:
        return self.price is None or (px <= self.price if self.side == "BUY" else px >= self.price)

    def says(self, kind: str, **more: Any) -> dict[str, Any]:
        average = str(self.money / self.filled) if self.filled else "0"
        told = {"id": self.id, "status": self.status, "size": self.qty, "filled": self.filled, "average": average}
        return {"type": "report", "kind": kind, **told, **more}


@define(eq=False)
class Venue:
    """The book, all reports since it was opened, and who listens."""

    mid: Decimal = Decimal(100)
    orders: dict[str, Order] = field(factory=dict[str, Order])
    reports: list[dict[str, Any]] = field(factory=list[dict[str, Any]])
    members: set[asyncio.StreamWriter] = field(factory=set[asyncio.StreamWriter])
    rng: random.Random = field(factory=lambda: random.Random(1))
    opened: str = field(factory=lambda: f"{datetime.now(UTC):%H%M%S}")

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a member until it goes."""
        with suppress(ConnectionError, asyncio.CancelledError):  # interrupted, it goes without a word
            async for line in reader:
                said = json.loads(line)
                getattr(self, f"on_{said['type']}")(said, writer)
        self.members.discard(writer)
        writer.close()

    # -- what members say ----------------------------------------------------------------------------------------------

    def on_logon(self, said: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        if said["account"] not in ACCOUNTS:
            return self.tell(writer, type="refused", text=f"no account {said['account']} here")
        self.members.add(writer)
        self.tell(writer, type="logon", next=len(self.reports) + 1)
        self.tell(writer, type="phase", symbol="TEST", phase="CONTINUOUS")

    def on_heartbeat(self, said: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        self.tell(writer, type="heartbeat", next=len(self.reports) + 1)

    def on_resend(self, said: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        for report in self.reports[said["number"] - 1 :]:
            self.tell(writer, **report)

    def on_order(self, said: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        price = None if said["price"] is None else Decimal(said["price"])
        order = Order(said["id"], said["side"], said["qty"], price)
        if order.id in self.orders or said["symbol"] != "TEST" or order.qty <= 0:
            order.status = "REJECTED"
            return self.report(order.says("REJECTED", text="duplicate, or not to be traded here"))
        self.orders[order.id] = order
        self.report(order.says("NEW"))
        touch = self.mid + TICK if order.side == "BUY" else self.mid - TICK
        if order.admits(touch):
            self.execute(order, SHOWN, touch)
        if order.status not in OVER and (said["tif"] != "DAY" or price is None):
            order.status = "CANCELED"
            self.report(order.says("CANCELED"))

    def on_cancel(self, said: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        order = self.orders.get(said["of"])
        if order is None or order.status in OVER:
            status = "REJECTED" if order is None else order.status
            return self.report({"type": "refusal", "id": said["id"], "of": said["of"], "status": status})
        order.status = "CANCELED"
        self.report(order.says("CANCELED", id=said["id"], of=order.id))

    def on_query(self, said: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        unknown = Order(said["id"], "BUY", 0, None, status="REJECTED")
        self.report(self.orders.get(said["id"], unknown).says("ORDER_STATUS"))

    # -- what happens in the book --------------------------------------------------------------------------------------

    def execute(self, order: Order, most: int, px: Decimal) -> None:
        qty = min(most, order.qty - order.filled)
        order.filled += qty
        order.money += qty * px
        order.status = "FILLED" if order.filled == order.qty else "PARTIALLY_FILLED"
        # numbers of reports may begin anew with the venue, names of executions may not
        name = f"{self.opened}-{len(self.reports) + 1}"
        self.report(order.says("TRADE", exec=name, qty=qty, px=str(px)))

    def report(self, body: dict[str, Any]) -> None:
        self.reports.append({**body, "number": len(self.reports) + 1})
        for writer in self.members:
            self.tell(writer, **self.reports[-1])

    def tell(self, writer: asyncio.StreamWriter, **body: Any) -> None:
        writer.write(json.dumps(body).encode() + b"\n")

    def resting(self) -> Iterator[Order]:
        return (order for order in self.orders.values() if order.status not in OVER)

    async def wander(self) -> None:
        """Let the price wander, and what rests at the touch be executed now and then."""
        while True:
            await asyncio.sleep(0.2)
            self.mid += self.rng.choice((-1, 0, 0, 1)) * TICK
            bid, ask = self.mid - TICK, self.mid + TICK
            quote = {"bid": str(bid), "bid_qty": SHOWN, "ask": str(ask), "ask_qty": SHOWN}
            for writer in self.members:
                self.tell(writer, type="quote", symbol="TEST", **quote)
            for order in list(self.resting()):
                if order.admits(bid if order.side == "BUY" else ask) and self.rng.random() < 0.3:
                    self.execute(order, 50, order.price or self.mid)


async def main(port: int) -> None:
    """Open the venue."""
    venue = Venue()
    await asyncio.start_server(venue.serve, "127.0.0.1", port)
    print(f"toy venue at 127.0.0.1:{port}", flush=True)
    await venue.wander()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 7301))
