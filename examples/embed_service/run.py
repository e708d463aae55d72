"""An order service that is killed and goes on: `python examples/embed_service/run.py [--kills N]`.

Here are the rest of the world: the venue of `venue.py`, and a client that sends orders and sends them again when the
line was cut. The service of `service.py` is a process of its own; it is killed (SIGKILL) at moments that nobody chose,
and begun again. In the end its journal, the venue and the client are compared. Exit code 1 if they differ.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from desk import SYMBOLS, setup
from venue import CENT, PRICES, Venue
from wire import Message, encode, hang_up

from smartexec.embed import Recording, breaches_of

HERE: Final = Path(__file__).parent
ORDERS: Final = 40
SECONDS: Final = 4
"""That an order may take."""


class Client:
    """A client that remembers what it wants, and asks again when it does not know whether it was heard."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.wants: list[Message] = []
        self.heard: Counter[str] = Counter()
        self.orders: list[dict[str, str]] = []
        """Its orders, as the service has them."""
        self._line: asyncio.StreamWriter | None = None

    async def connect(self, port: int) -> None:
        """Connect, and say everything again: what was taken is not taken twice."""
        reader, self._line = await asyncio.open_connection("127.0.0.1", port)
        self._say({"source": "client"}, *self.wants)
        self._listens = asyncio.create_task(self._listen(reader, self._line))

    def want(self) -> None:
        """Want one more order."""
        symbol, side = self.random.choice(SYMBOLS), self.random.choice(("BUY", "SELL"))
        px = PRICES[symbol] + (1 if side == "BUY" else -1) * self.random.randrange(20, 60) * CENT
        names = {"do": "order", "id": f"c{len(self.wants) + 1}", "account": self.random.choice("ABC"), "symbol": symbol}
        qty = self.random.randrange(50, 500)
        self.wants.append({**names, "side": side, "qty": qty, "px": px, "seconds": SECONDS})
        self._say(self.wants[-1])

    async def close(self) -> None:
        """Say something that is no order, ask what became of those that are, and end the day."""
        self._say({"do": "order", "id": "bad", "qty": "ten"}, {"do": "list"}, {"do": "close"})
        await self._listens

    def _say(self, *messages: Message) -> None:
        assert self._line is not None
        for message in messages:
            self._line.write(encode(message))

    async def _listen(self, reader: asyncio.StreamReader, line: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):  # the service may be killed
            async for text in reader:
                message = json.loads(text)
                self.heard[message.get("why", message["is"])] += 1
                self.orders = message.get("orders", self.orders)
        await hang_up(line)


async def begin(folder: Path, port: int, client: Client) -> asyncio.subprocess.Process:
    """Begin the service, or have it go on."""
    command = (sys.executable, str(HERE / "service.py"), str(folder), str(port))
    with (folder.parent / "alerts.txt").open("a") as alerts:
        service = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, stderr=alerts)
    assert service.stdout is not None
    await client.connect(int(await service.stdout.readline()))
    return service


async def day(folder: Path, venue: Venue, client: Client, kills: int) -> int:
    """Live the day; give the exit code of the service that saw its end."""
    port = await venue.open()
    service = await begin(folder, port, client)
    for number in range(kills + 1):
        for _ in range(ORDERS // (kills + 1)):
            client.want()
            await asyncio.sleep(random.random() * 0.1)
        if number < kills:
            service.kill()
            await service.wait()
            print(
                f"killed: {len(client.wants)} orders sent, {len(venue.orders)} at the venue, {len(venue.fills)} fills"
            )
            service = await begin(folder, port, client)
    await asyncio.sleep(SECONDS + 0.5)
    await client.close()
    venue.close()
    return await service.wait()


def faults(folder: Path, venue: Venue, client: Client) -> Iterator[str]:
    """Compare what the three know of the day."""
    with Recording.of(*setup(), folder) as recording:
        turns = sum(1 for _ in recording)
        yield from breaches_of(recording.engine)
        tables = recording.tables()
    orders, executions = tables["client_orders"].records(), tables["executions"].records()
    print(f"{turns:,} turns recorded; {len(orders)} client orders, {len(executions)} executions")
    yield from (f"{name}: sent {count} times" for name, count in venue.asked.items() if count > 1)
    made, booked = Counter(fill["exec"] for fill in venue.fills), Counter(row["exec_id"] for row in executions)
    yield from (f"execution {one} was lost" for one in made - booked)
    yield from (f"execution {one} was booked twice, or never made" for one in booked - made)
    lots = sum(fill["qty"] for fill in venue.fills), sum(int(row["last_qty"]) for row in executions)
    if lots[0] != lots[1]:
        yield f"executions: found {lots[1]} lots, expected the venue's {lots[0]}"
    wanted = [want["id"] for want in client.wants]
    for who, found in (("client orders", orders), ("list", client.orders)):
        if [row["cl_ord_id"] for row in found] != wanted:
            yield f"{who}: found {len(found)}, expected each of {len(wanted)} once"
    if client.heard["nonsense"] != 1:
        yield "nonsense: found no answer, expected one"


def main() -> int:
    """Live a day, compare."""
    parser = argparse.ArgumentParser(description="An order service that is killed and goes on.")
    parser.add_argument("--kills", type=int, default=3, help="how often the service is killed")
    kills: int = parser.parse_args().kills
    venue, client = Venue(7), Client(7)
    with tempfile.TemporaryDirectory() as folder:
        code = asyncio.run(day(Path(folder) / "run", venue, client, kills))
        print(f"the venue took {len(venue.orders)} orders and made {len(venue.fills)} executions")
        print(f"the client heard {dict(client.heard)}")
        wrong = [*([f"service: exit code {code}"] if code else []), *faults(Path(folder) / "run", venue, client)]
    print("\n".join(wrong) or f"killed {kills} times: nothing was sent twice, nothing is missing, no law is broken")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
