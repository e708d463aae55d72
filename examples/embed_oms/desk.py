"""The engine inside the OMS: rows of its store become events, commands become calls of its gateway.

Quantities are shares on both sides; a cent is 10,000,000 of the engine's 1e-9.
"""

from collections.abc import Callable
from typing import Any, Final

from oms import Alarm, Bell, Dealt, Gateway, Gone, Placed, Price, Resting, Ticket

from smartexec.api import (
    CancelOrder,
    Capabilities,
    ExecType,
    ExecutionReport,
    Instrument,
    NewOrder,
    OrdStatus,
    Phase,
    PhaseChange,
    QueryOrder,
    Quote,
    SendOrder,
    Side,
    Tick,
    TimeInForce,
)
from smartexec.embed import Command, Event, PluginAdvisor, RecordedAdvisor, Setup, discover

SECOND: Final = 1_000_000_000
CENT: Final = 10_000_000
OPENS: Final = 1_767_623_400 * SECOND
CLOSES: Final = OPENS + 600 * SECOND
STOCKS: Final = ("ACME", "BOLT")
MIC: Final = "XOMS"
"""The engine's name for the market behind the gateway."""


def setup() -> Setup:
    """Two shares, one market, TWAP over the day."""
    found = discover(["smartexec-schedules", "smartexec-routers"])
    return Setup(
        instruments=[Instrument(stock, tick=CENT, close=CLOSES) for stock in STOCKS],
        venues={MIC: Capabilities()},
        strategies=found.strategies(),
        routers=[found.routing_logics()["parallel"]()],
        unlimited="a toy",
        defaults={"TWAP": {"slices": 10}},
    )


def _ticket(it: Ticket) -> Event:
    side, limit = Side.BUY if it.buys else Side.SELL, None if it.limit is None else it.limit * CENT
    return NewOrder("OMS", f"T{it.number}", it.stock, side, it.shares, "TWAP", it.client, limit)


def _price(it: Price) -> Event:
    return Quote(it.stock, "", it.bid * CENT, 1_000, it.ask * CENT, 1_000)


def _placed(it: Placed) -> Event:
    return ExecutionReport(MIC, it.ref, ExecType.NEW, OrdStatus.NEW)


def _dealt(it: Dealt) -> Event:
    status = OrdStatus.PARTIALLY_FILLED if it.left else OrdStatus.FILLED
    return ExecutionReport(
        MIC, it.ref, ExecType.TRADE, status, exec_id=it.deal, last_qty=it.shares, last_px=it.cents * CENT
    )


def _gone(it: Gone) -> Event:
    asked = it.request or it.ref
    return ExecutionReport(MIC, asked, ExecType.CANCELED, OrdStatus.CANCELED, orig_cl_ord_id=it.ref)


EVENTS: Final[dict[type, Callable[[Any], Event]]] = {
    Ticket: _ticket,
    Bell: lambda it: PhaseChange(it.stock, "", Phase.CONTINUOUS),
    Price: _price,
    Placed: _placed,
    Dealt: _dealt,
    Gone: _gone,
    Alarm: lambda _: Tick(),
}
"""What each kind of row is to the engine."""


class Desk:
    """The engine, told by rows. Its adviser says whether it lives or remembers."""

    def __init__(self, made: Setup, advisor: PluginAdvisor | RecordedAdvisor) -> None:
        self.engine, self.intake, self.seq = made.engine(advisor), made.intake(), 0

    def take(self, at: int, row: Any) -> None:
        """Fold a row."""
        self.seq += 1
        event = EVENTS[type(row)](row)
        self.engine.handle(self.seq, at, self.intake.take(event) if isinstance(event, NewOrder) else event)

    def settle(self, at: int) -> list[Command]:
        """End the turn."""
        self.seq += 1
        return self.engine.settle(self.seq, at)


def send(gateway: Gateway, command: Command) -> None:
    """Do at the gateway what the engine wants there; the rest (reports to clients, alerts) is not the gateway's."""
    if isinstance(command, SendOrder):
        limit = None if command.price is None else command.price // CENT
        order = Resting(command.symbol, command.side is Side.BUY, command.order_qty, limit)
        gateway.place(command.cl_ord_id, order, at_once=command.time_in_force is TimeInForce.IOC)
    elif isinstance(command, CancelOrder):
        gateway.pull(command.orig_cl_ord_id, command.cl_ord_id)
    elif isinstance(command, QueryOrder):
        raise RuntimeError(f"{command.cl_ord_id}: this gateway answers every call within a second")
