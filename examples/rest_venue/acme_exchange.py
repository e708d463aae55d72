"""ACME, the exchange: over HTTP and WebSocket, to trade against on this machine. `python acme_exchange.py PORT`.

One share, TEST, whose price wanders. Orders that cross are executed at the touch, those that rest now and then.
"""

import asyncio
import json
import random
import sys
from contextlib import suppress
from decimal import Decimal
from typing import Any

from aiohttp import WSMsgType, web
from attrs import Factory, define

TOKEN = "Bearer open sesame"
TICK = Decimal("0.01")
SHOWN = 300


@define(eq=False)
class Order:
    """An order in the book."""

    id: str
    symbol: str
    side: str
    qty: int
    price: Decimal | None
    tif: str
    filled: int = 0
    status: str = "open"
    fills: list[dict[str, Any]] = Factory(list)

    @property
    def left(self) -> int:
        return self.qty - self.filled if self.status in ("open", "partial") else 0


@define(eq=False)
class Exchange:
    """The book and who listens to it."""

    mid: Decimal = Decimal(100)
    orders: dict[str, Order] = Factory(dict)
    listeners: set[web.WebSocketResponse] = Factory(set)
    rng: random.Random = Factory(lambda: random.Random(1))

    # -- what members ask for ------------------------------------------------------------------------------------------

    async def post(self, request: web.Request) -> web.Response:
        said = await request.json()
        if said["id"] in self.orders or said["qty"] <= 0 or said["symbol"] != "TEST":
            return web.json_response({"error": "duplicate id, or not to be traded here"}, status=422)
        price = None if said["price"] is None else Decimal(said["price"])
        order = Order(said["id"], said["symbol"], said["side"], said["qty"], price, said["tif"])
        self.orders[order.id] = order
        asyncio.get_running_loop().call_soon(asyncio.ensure_future, self.enter(order))
        return web.json_response({"status": "open"}, status=201)

    async def delete(self, request: web.Request) -> web.Response:
        order = self.orders.get(request.match_info["id"])
        if order is None or not order.left:
            status = "rejected" if order is None else order.status
            return web.json_response({"error": "nothing to cancel", "status": status}, status=409)
        order.status = "canceled"
        await self.over(order, request.query["request"])
        return web.json_response({})

    async def get(self, request: web.Request) -> web.Response:
        order = self.orders.get(request.match_info["id"])
        if order is None:
            return web.json_response({"error": "unknown order"}, status=404)
        return web.json_response({"status": order.status, "filled": order.filled, "fills": order.fills})

    async def feed(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(heartbeat=20)
        await socket.prepare(request)
        self.listeners.add(socket)
        await socket.send_str(json.dumps({"type": "phase", "symbol": "TEST", "phase": "continuous"}))
        async for message in socket:
            if message.type == WSMsgType.ERROR:
                break
        self.listeners.discard(socket)
        return socket

    # -- what happens in the book --------------------------------------------------------------------------------------

    async def enter(self, order: Order) -> None:
        touch = self.mid + TICK if order.side == "buy" else self.mid - TICK
        if self.admits(order, touch):
            await self.fill(order, min(order.left, SHOWN), touch, "taker")
        if order.left and (order.tif != "day" or order.price is None):
            order.status = "canceled"
            await self.over(order, None)

    def admits(self, order: Order, px: Decimal) -> bool:
        return order.price is None or (order.price >= px if order.side == "buy" else order.price <= px)

    async def fill(self, order: Order, qty: int, px: Decimal, liquidity: str) -> None:
        order.filled += qty
        order.status = "filled" if order.filled == order.qty else "partial"
        number = sum(len(one.fills) for one in self.orders.values()) + 1
        fill = {"type": "fill", "exec": f"A{number}", "qty": qty, "px": str(px), "liquidity": liquidity}
        order.fills.append({**fill, "status": order.status, "filled": order.filled})
        await self.tell(id=order.id, **order.fills[-1])

    async def over(self, order: Order, request: str | None) -> None:
        told = {"id": order.id, "request": request, "status": order.status, "size": order.qty, "filled": order.filled}
        await self.tell(type="over", **told)

    async def live(self, _: web.Application) -> Any:
        """Let the price wander, and what rests at the touch be executed now and then."""

        async def wander() -> None:
            while True:
                await asyncio.sleep(0.1)
                self.mid += self.rng.choice((-1, 0, 0, 1)) * TICK
                bid, ask = self.mid - TICK, self.mid + TICK
                quote = {"bid": str(bid), "bid_qty": SHOWN, "ask": str(ask), "ask_qty": SHOWN}
                await self.tell(type="quote", symbol="TEST", **quote)
                for order in [one for one in self.orders.values() if one.left and one.price is not None]:
                    near = bid if order.side == "buy" else ask
                    if self.admits(order, near) and self.rng.random() < 0.3:
                        await self.fill(order, min(order.left, 50), order.price or near, "maker")

        task = asyncio.create_task(wander())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    async def tell(self, **message: Any) -> None:
        for socket in list(self.listeners):
            with suppress(ConnectionError):
                await socket.send_str(json.dumps(message))


@web.middleware
async def members_only(request: web.Request, handler: Any) -> web.StreamResponse:
    """Let in only who knows the token."""
    if request.headers.get("Authorization") != TOKEN:
        return web.json_response({"error": "who are you?"}, status=401)
    answer: web.StreamResponse = await handler(request)
    return answer


def app() -> web.Application:
    """Make the exchange's web application."""
    exchange = Exchange()
    made = web.Application(middlewares=[members_only])
    made.add_routes([web.post("/orders", exchange.post), web.get("/feed", exchange.feed)])
    made.add_routes([web.delete("/orders/{id}", exchange.delete), web.get("/orders/{id}", exchange.get)])
    made.cleanup_ctx.append(exchange.live)
    return made


if __name__ == "__main__":
    web.run_app(app(), host="127.0.0.1", port=int(sys.argv[1]), print=None)
