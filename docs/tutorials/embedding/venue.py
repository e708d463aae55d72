"""A toy venue at port 7401: it executes every order whole, half a second after it came. JSON, a line each."""

import asyncio
import json

orders = {}
fills = []


async def serve(reader, writer):
    """Serve whoever connects; tell first what was executed, for who may not have heard it."""

    def say(**message):
        writer.write(json.dumps(message).encode() + b"\n")

    def fill(order):
        if order["status"] == "NEW":
            order["status"] = "FILLED"
            fills.append({"is": "fill", "id": order["id"], "exec": f"X{len(fills) + 1}", "qty": order["qty"]})
            say(**fills[-1])

    for one in fills:
        say(**one)
    async for line in reader:
        asked = json.loads(line)
        order = orders.get(asked["id"], {"status": "REJECTED", "qty": 0})
        if asked["do"] == "new":
            order = orders[asked["id"]] = {"id": asked["id"], "qty": asked["qty"], "status": "NEW"}
            say(**{"is": "new", "id": asked["id"]})
            asyncio.get_running_loop().call_later(0.5, fill, order)
        elif asked["do"] == "cancel" and order["status"] == "NEW":
            order["status"] = "CANCELED"
            say(**{"is": "canceled", "id": asked["id"]})
        elif asked["do"] == "status":
            done = order["qty"] if order["status"] == "FILLED" else 0
            say(**{"is": "status", "id": asked["id"], "status": order["status"], "done": done})


async def main():
    """Open it."""
    await asyncio.start_server(serve, "127.0.0.1", 7401)
    print("venue is open", flush=True)
    await asyncio.Event().wait()  # until it is interrupted


asyncio.run(main())
