"""An order service: clients at port 7402, the venue at 7401, a session in between. asyncio, one thread."""

import asyncio
import json
import os
import time
from pathlib import Path

from smartexec.api import (
    CancelOrder,
    ClientReport,
    ExecType,
    ExecutionReport,
    NewOrder,
    OrdStatus,
    Phase,
    PhaseChange,
    QueryOrder,
    Quote,
    SendOrder,
    Side,
    VenueStatus,
)
from smartexec.embed import EndOfDay, Session

from desk import CENT, DAY, MIC, SECOND, SYMBOL, setup

PX = 100 * 100 * CENT  # all that the toy venue trades at


def event_of(said):
    """What the venue says, as an event."""
    kind, name = said["is"], said["id"]
    if kind == "fill":
        return ExecutionReport(
            MIC, name, ExecType.TRADE, OrdStatus.FILLED, said["exec"], last_qty=said["qty"], last_px=PX
        )
    if kind == "status":
        status = OrdStatus[said["status"]]
        return ExecutionReport(MIC, name, ExecType.ORDER_STATUS, status, cum_qty=said["done"], avg_px=PX)
    kinds = {"new": (ExecType.NEW, OrdStatus.NEW), "canceled": (ExecType.CANCELED, OrdStatus.CANCELED)}
    return ExecutionReport(MIC, name, *kinds[kind])


def message_of(command):
    """What the venue is told."""
    if isinstance(command, SendOrder):
        return {"do": "new", "id": command.cl_ord_id, "qty": command.order_qty}
    if isinstance(command, CancelOrder):
        return {"do": "cancel", "id": command.orig_cl_ord_id}
    return {"do": "status", "id": command.cl_ord_id}


class Service:
    """What is between the sockets and the session."""

    def __init__(self, session):
        self.session, self.heard, self.news = session, [], asyncio.Event()
        self.venue, self.closing = None, False

    async def run(self):
        """A turn for all that was heard, or when a timer is due, until the day is over."""
        await asyncio.start_server(self.client, "127.0.0.1", 7402)
        known = len(self.session.tables()["executions"].rows)
        print(f"resumed, {known} executions are known" if self.session.resumed else "begun", flush=True)
        line = asyncio.create_task(self.line())
        while not self.closing or self.session.working:
            await self.wait()
            heard, self.heard = self.heard, []
            for command in self.session.turn(time.time_ns(), *heard):  # durable once turn returns
                self.send(command)
        self.session.finish(time.time_ns())
        line.cancel()
        print("the day is over")

    async def wait(self):
        """Wait until something is heard or a timer is due."""
        due = self.session.next_timer()
        seconds = 1.0 if due is None else min(1.0, max(0.0, (due - time.time_ns()) / SECOND))
        try:
            await asyncio.wait_for(self.news.wait(), seconds)
        except TimeoutError:
            return
        self.news.clear()

    def hear(self, *events):
        """Keep events for the next turn."""
        self.heard += events
        self.news.set()

    def send(self, command):
        """Do what the session wants."""
        if isinstance(command, SendOrder | CancelOrder | QueryOrder):
            if self.venue is not None:  # else it stays in doubt, and is asked for
                self.venue.write(json.dumps(message_of(command)).encode() + b"\n")
        elif isinstance(command, ClientReport):
            print(command.cl_ord_id, command.ord_status.name, command.cum_qty, command.text, flush=True)

    async def line(self):
        """Keep the line to the venue."""
        while True:
            try:
                reader, self.venue = await asyncio.open_connection("127.0.0.1", 7401)
                quote = Quote(SYMBOL, MIC, PX - CENT, 5_000, PX + CENT, 5_000)
                self.hear(VenueStatus(MIC, True), PhaseChange(SYMBOL, "", Phase.CONTINUOUS), quote)
                async for line in reader:
                    self.hear(event_of(json.loads(line)))
            except OSError:
                await asyncio.sleep(0.2)
            self.venue = None
            self.hear(VenueStatus(MIC, False))

    async def client(self, reader, writer):
        """Take one order, "ID QTY", or "close"."""
        words = (await reader.readline()).decode().split()
        if words == ["close"]:
            self.closing = True
            self.hear(EndOfDay())
        elif self.session.knows("OMS", words[0]):
            writer.write(b"known\n")
        else:
            end = time.time_ns() + 30 * SECOND
            self.hear(NewOrder("OMS", words[0], SYMBOL, Side.BUY, int(words[1]), "TWAP", "ann", expire_time=end))
        writer.close()


made, journal = setup()
Path("service.pid").write_text(str(os.getpid()))
with Session.open(made, journal, Path(DAY)) as session:
    asyncio.run(Service(session).run())
