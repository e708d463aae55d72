"""What is said over the sockets: a JSON object a line, and what each kind is to the engine.

Prices and quantities are the engine's integers on the wire too, so that nothing is rounded.
"""

import json
from asyncio import StreamWriter
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from smartexec.api import (
    CancelOrder,
    CancelRequest,
    ClientCancelReject,
    ClientReport,
    ExecType,
    ExecutionReport,
    NewOrder,
    OrderCancelReject,
    OrdStatus,
    QueryOrder,
    Quote,
    SendOrder,
    Side,
    TimeInForce,
)
from smartexec.embed import Command, Event

MIC: Final = "XTOY"
SECOND: Final = 1_000_000_000
Message = dict[str, Any]


def encode(message: Message) -> bytes:
    """A message as a line."""
    return json.dumps(message).encode() + b"\n"


async def hang_up(line: StreamWriter) -> None:
    """Say what is still to be said, and close; whoever listened may be dead."""
    line.close()
    with suppress(ConnectionError):
        await line.wait_closed()


# -- from clients ------------------------------------------------------------------------------------------------------


def _order(it: Message, now: int) -> Event:
    return NewOrder(
        it["source"], it["id"], it["symbol"], Side[it["side"]], it["qty"], "TWAP", it["account"], it["px"],
        expire_time=now + it["seconds"] * SECOND,
    )  # fmt: skip


def _cancel(it: Message, _: int) -> Event:
    return CancelRequest(it["source"], it["id"], it["of"])


# -- from the venue ----------------------------------------------------------------------------------------------------


def _quote(it: Message, _: int) -> Event:
    return Quote(it["symbol"], MIC, it["bid"], it["qty"], it["ask"], it["qty"])


def _new(it: Message, _: int) -> Event:
    return ExecutionReport(MIC, it["id"], ExecType.NEW, OrdStatus.NEW)


def _fill(it: Message, _: int) -> Event:
    status = OrdStatus.PARTIALLY_FILLED if it["left"] else OrdStatus.FILLED
    return ExecutionReport(
        MIC, it["id"], ExecType.TRADE, status, it["exec"], cum_qty=it["cum"], last_qty=it["qty"], last_px=it["px"]
    )


def _canceled(it: Message, _: int) -> Event:
    asked = it["request"] or it["id"]
    return ExecutionReport(MIC, asked, ExecType.CANCELED, OrdStatus.CANCELED, orig_cl_ord_id=it["id"])


def _too_late(it: Message, _: int) -> Event:
    return OrderCancelReject(MIC, it["request"], it["id"], OrdStatus[it["status"]])


def _status(it: Message, _: int) -> Event:
    status = OrdStatus[it["status"]]
    return ExecutionReport(MIC, it["id"], ExecType.ORDER_STATUS, status, cum_qty=it["cum"], avg_px=it["avg"])


EVENTS: Final[dict[str, Callable[[Message, int], Event]]] = {
    "order": _order, "cancel": _cancel,
    "quote": _quote, "new": _new, "fill": _fill, "canceled": _canceled, "too late": _too_late, "status": _status,
}  # fmt: skip
"""Kind of message -> what makes the event of it; the number is the time, ns UTC."""


# -- to the venue and to clients ---------------------------------------------------------------------------------------


def _send(it: SendOrder) -> Message:
    at_once = it.time_in_force is TimeInForce.IOC
    order = {"id": it.cl_ord_id, "symbol": it.symbol, "side": it.side.name, "qty": it.order_qty, "px": it.price}
    return {"do": "new", **order, "at_once": at_once}


def _report(it: ClientReport) -> Message:
    names = {"id": it.cl_ord_id, "why": it.exec_type.name, "status": it.ord_status.name, "text": it.text}
    return {"is": "report", **names, "cum": it.cum_qty, "left": it.leaves_qty, "qty": it.last_qty, "px": it.last_px}


MESSAGES: Final[dict[type, Callable[[Any], Message]]] = {
    SendOrder: _send,
    CancelOrder: lambda it: {"do": "cancel", "id": it.cl_ord_id, "of": it.orig_cl_ord_id},
    QueryOrder: lambda it: {"do": "status", "id": it.cl_ord_id},
    ClientReport: _report,
    ClientCancelReject: lambda it: {"is": "refused", "id": it.cl_ord_id, "of": it.orig_cl_ord_id, "text": it.text},
}
"""Kind of command -> what makes the message of it."""


def message_of(command: Command) -> Message:
    """What is said of a command."""
    return MESSAGES[type(command)](command)
