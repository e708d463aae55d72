"""A toy venue at a socket: quotes that walk, orders that are executed bit by bit. It outlives those that trade there.

Whoever connects is told all executions of the day again, as a drop copy would. It writes down what it was asked.
"""

import asyncio
import json
import random
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from wire import Message, encode, hang_up

CENT: Final = 10_000_000
PRICES: Final = {"ACME": 100 * 100 * CENT, "BOLT": 25 * 100 * CENT}
BEAT: Final = 0.02
"""Seconds between two quotes."""


@dataclass
class Order:
    """An order as the venue has it. `status` is the name of an OrdStatus(39)."""

    id: str
    symbol: str
    side: str
    qty: int
    px: int | None
    cum: int = 0
    money: int = 0
    status: str = "NEW"

    @property
    def left(self) -> int:
        """What can still be executed."""
        return self.qty - self.cum if self.status in ("NEW", "PARTIALLY_FILLED") else 0


class Venue:
    """The venue and its one line to the outside."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.mids = dict(PRICES)
        self.orders: dict[str, Order] = {}
        self.fills: list[Message] = []
        self.asked: Counter[str] = Counter()
        """New orders by ClOrdID(11): one that comes twice was sent twice."""
        self._line: asyncio.StreamWriter | None = None

    async def open(self) -> int:
        """Open the socket and the market; give the port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._market = asyncio.create_task(self._trade())
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def close(self) -> None:
        """Close both."""
        self._market.cancel()
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._line = writer
        for fill in self.fills:
            self._say(fill)
        does = {"new": self._new, "cancel": self._cancel, "status": self._status}
        with suppress(ConnectionError):  # the other side may be killed
            async for line in reader:
                message = json.loads(line)
                does[message["do"]](message)
        if self._line is writer:
            self._line = None
        await hang_up(writer)

    def _say(self, message: Message) -> None:
        if self._line is not None:
            self._line.write(encode(message))

    async def _trade(self) -> None:
        """Let the market live."""
        while True:
            await asyncio.sleep(BEAT)
            for symbol, mid in self.mids.items():
                self.mids[symbol] = mid = mid + self.random.choice((-1, 0, 0, 1)) * CENT
                self._say({"is": "quote", "symbol": symbol, "bid": mid - CENT, "ask": mid + CENT, "qty": 200})
            for order in [one for one in self.orders.values() if one.left and self.random.random() < 0.3]:
                self._fill(order, self.random.randrange(1, 50), order.px or self.mids[order.symbol])

    def _fill(self, order: Order, most: int, px: int) -> None:
        qty = min(most, order.left)
        order.cum, order.money = order.cum + qty, order.money + qty * px
        order.status = "PARTIALLY_FILLED" if order.cum < order.qty else "FILLED"
        names = {"id": order.id, "exec": f"X{len(self.fills) + 1}"}
        self.fills.append({"is": "fill", **names, "qty": qty, "px": px, "cum": order.cum, "left": order.left})
        self._say(self.fills[-1])

    def _new(self, it: Message) -> None:
        self.asked[it["id"]] += 1
        order = self.orders[it["id"]] = Order(it["id"], it["symbol"], it["side"], it["qty"], it["px"])
        self._say({"is": "new", "id": order.id})
        sign = 1 if order.side == "BUY" else -1
        far = self.mids[order.symbol] + sign * CENT
        if order.px is None or (order.px - far) * sign >= 0:
            self._fill(order, 100, far)
        if it["at_once"] and order.left:
            self._end(order, "")

    def _cancel(self, it: Message) -> None:
        order = self.orders.get(it["of"])
        if order is not None and order.left:
            self._end(order, it["id"])
        else:
            status = "REJECTED" if order is None else order.status
            self._say({"is": "too late", "request": it["id"], "id": it["of"], "status": status})

    def _end(self, order: Order, request: str) -> None:
        order.status = "CANCELED"
        self._say({"is": "canceled", "id": order.id, "request": request})

    def _status(self, it: Message) -> None:
        order: Any = self.orders.get(it["id"], Order(it["id"], "", "", 0, None, status="REJECTED"))
        average = order.money // order.cum if order.cum else 0
        self._say({"is": "status", "id": order.id, "status": order.status, "cum": order.cum, "avg": average})
