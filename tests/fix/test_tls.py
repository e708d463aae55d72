"""A desk whose every line is TLS with certificates on both sides: clients, the venue and the back office."""

import asyncio
import ssl
from contextlib import AsyncExitStack
from pathlib import Path
from time import time_ns

import pytest

from smartexec.api import OrdStatus
from smartexec_fix.client import FixClient
from smartexec_fix_desk.back_office import BackOffice
from smartexec_fix_desk.desk import CLIENT, Ports, back_office_session, client_session, write
from smartexec_fix_desk.exchange_process import SYMBOLS
from smartexec_fix_desk.order_desk import OrderDesk
from smartexec_fix_desk.processes import exchange, free_ports, serving
from smartexec_fix_desk.sums import Day
from smartexec_fix_desk.tickets import draw
from tests.certificates import Certificate, certificate
from tests.fix.proxy import Wire

ORDERS = 20
PACE = 8


async def trade(folder: Path, us: Certificate, them: Certificate) -> list[str]:
    """Trade for a while; give what was wrong."""
    port, *free = free_ports(4)
    ports = Ports(*free)
    config = write(folder, ports, 60)
    text = config.read_text(encoding="utf-8")
    for line in ("address = ", "hosts = ", "listen = "):
        text = text.replace(line, f"tls = {us.tls(them)}\n{line}")
    config.write_text(text, encoding="utf-8")
    market, server = exchange(folder, port), serving(folder, ports.gateway)
    try:
        async with AsyncExitStack() as stack:
            await market.begin()
            await stack.enter_async_context(Wire(ports.exchange, port, tls=them.server(us)))
            await server.begin()
            await nobody_else_gets_in(ports.gateway, us)
            tls = them.client(us)
            client = FixClient("127.0.0.1", ports.gateway, client_session(), tls=tls)
            back = FixClient("127.0.0.1", ports.post_trade, back_office_session(), tls=tls)
            desk = OrderDesk(await stack.enter_async_context(client))
            office = BackOffice(await stack.enter_async_context(back), lambda line: None)
            hearing = [asyncio.create_task(desk.listen()), asyncio.create_task(office.listen())]
            await asyncio.gather(client.logon(), back.logon())
            for ticket in draw(ORDERS, SYMBOLS, time_ns(), stretch=1 / PACE):
                desk.send(ticket)
            while not desk.over and server.running:
                await asyncio.sleep(0.2)
            code = await server.end()
            await asyncio.wait(hearing, timeout=1)
    finally:
        await server.end()
        await market.end()
    faults = Day.read(folder / "run" / "tables", folder / "books.json").differences(desk.orders, CLIENT)
    assert desk.count(OrdStatus.FILLED) > 0
    assert office.copies == desk.reports
    return [*faults, *([f"exit {code}: {server.told()}"] if code else [])]


async def nobody_else_gets_in(port: int, us: Certificate) -> None:
    """Who shows no certificate, and who speaks no TLS, is not heard."""
    for tls in (ssl.create_default_context(cafile=us.pem), None):
        async with FixClient("127.0.0.1", port, client_session(), tls=tls) as stranger:
            with pytest.raises(TimeoutError):
                await stranger.logon(0.7)


def test_desk_trades_over_tls_with_those_it_knows(tmp_path: Path) -> None:
    us, them = certificate(tmp_path, "us"), certificate(tmp_path, "them")
    assert asyncio.run(trade(tmp_path, us, them)) == []
