"""Venue adapters whose reports come in HTTP responses, with one fault each, beside a healthy one.

The protocol: POST /commands, answered with the first report of the command's ClOrdID(11), and GET /reports, answered
with all others once there is one: lists of reports, each with its class and fields. A WebSocket only says that the
venue is there.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from attrs import define, evolve, field

from smartexec.api import (
    Capabilities,
    Channel,
    Closed,
    ExecType,
    ExecutionReport,
    Http,
    Opened,
    OrdStatus,
    ReplaceMode,
    Request,
    Response,
    SendOrder,
    VenueAdapter,
    VenueEvent,
    VenueInput,
    VenueOutput,
    VenueProtocolError,
    VenueStatus,
    WebSocket,
)
from smartexec.testing import Counterparty, VenueKit
from tests.testing.faulty.venues import COMMANDS, JSON, REPORTS, line


@define(slots=False)
class Healthy(VenueAdapter):
    """Posts what it is told, and always has one request for reports under way."""

    name = "healthy"

    mic: str = "HEAL"
    """Market identifier code."""
    _up: bool = field(init=False, default=False)
    _count: int = field(init=False, default=0)
    _asked: dict[str, Any] = field(init=False, factory=dict)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(replace=ReplaceMode.KEEPS_PRIORITY, order_status=True)

    @property
    def channels(self) -> Sequence[Channel]:
        return (Http("rest", "http://localhost:1", parallel=9), WebSocket("alive", "ws://localhost:1"))

    def handle(self, event: VenueInput, now: int) -> Iterable[VenueOutput]:
        if isinstance(event, Opened | Closed) and event.channel == "alive":
            self._up = isinstance(event, Opened)
            yield VenueStatus(self.mic, self._up, getattr(event, "reason", ""))
            if self._up:
                yield self.request("GET", "/reports", None)
        elif isinstance(event, Response) and event.ref in self._asked:
            asked = self._asked.pop(event.ref)
            yield from self.answered(asked, event)
            if asked is None and self._up:
                yield self.request("GET", "/reports", None)
        elif type(event) in COMMANDS.values() and self._up:
            yield self.request("POST", "/commands", event)

    def request(self, method: str, path: str, command: Any) -> Request:
        self._count += 1
        self._asked[str(self._count)] = command
        return Request("rest", str(self._count), method, path, b"" if command is None else line(command))

    def answered(self, asked: Any, answer: Response) -> Iterable[VenueOutput]:
        """What is told of an answer; `asked`: the command, None = reports were asked for."""
        if answer.status != 200:
            return
        try:
            found = [JSON.structure(fields, REPORTS[kind]) for kind, fields in json.loads(answer.data)]
        except Exception as error:
            raise VenueProtocolError(f"found {answer.data[:40]!r}, expected reports") from error
        yield from map(self.report, found)

    def report(self, report: Any) -> VenueEvent:
        """What is told of a report."""
        return report  # type: ignore[no-any-return]


class Answers(Counterparty):
    """The venue's side."""

    def __init__(self) -> None:
        self.open: dict[str, str] = {}
        """ClOrdID(11), "" = of reports -> reference of the request that has no answer yet."""
        self.kept: list[VenueEvent] = []

    def closed(self, channel: str) -> None:
        if channel == "rest":
            self.open.clear()

    def read(self, wanted: Any, now: int) -> Iterable[Any]:
        if wanted.method == "GET":
            self.open[""] = wanted.ref
            kept, self.kept = self.kept, []
            return self.answer("", kept) if kept else ()
        kind, fields = json.loads(wanted.data)
        command: Any = JSON.structure(fields, COMMANDS[kind])
        self.open[command.cl_ord_id] = wanted.ref
        return [command]

    def write(self, report: VenueEvent, now: int) -> Iterable[Response]:
        name = getattr(report, "cl_ord_id", "")
        if name in self.open or "" in self.open:
            return self.answer(name if name in self.open else "", [report])
        self.kept.append(report)
        return ()

    def answer(self, name: str, reports: list[VenueEvent]) -> list[Response]:
        data = b"[" + b",".join(line(one).strip() for one in reports) + b"]"
        return [Response("rest", self.open.pop(name), 200, data)]


class Kit(VenueKit):
    """How all of them are tried."""

    counterparty = Answers
    __test__ = False


class TestHealthy(Kit):
    adapter = Healthy
    __test__ = True


@define(slots=False)
class NumbersAnew(Healthy):
    """Gives an execution that comes twice another number, so that it is booked twice. V-18 must catch it."""

    name = "numbers-anew"

    _told: set[str] = field(init=False, factory=set)

    def report(self, report: Any) -> VenueEvent:
        trade = isinstance(report, ExecutionReport) and report.exec_type is ExecType.TRADE
        again = trade and report.exec_id in self._told
        self._told.add(report.exec_id if trade else "")
        return evolve(report, exec_id=f"{report.exec_id}-again") if again else super().report(report)


class TestNumbersAnew(Kit):
    adapter = NumbersAnew
    __test__ = True


@define(slots=False)
class Trusting(Healthy):
    """Takes any answer to an order for an acceptance, also a 5xx. V-37 must catch it."""

    name = "trusting"

    def answered(self, asked: Any, answer: Response) -> Iterable[VenueOutput]:
        if isinstance(asked, SendOrder) and answer.status >= 500:
            return [ExecutionReport(self.mic, asked.cl_ord_id, ExecType.NEW, OrdStatus.NEW)]
        return super().answered(asked, answer)


class TestTrusting(Kit):
    adapter = Trusting
    __test__ = True


@define(slots=False)
class Distrusting(Healthy):
    """Takes a 5xx for a refusal. V-37 must catch it."""

    name = "distrusting"

    def answered(self, asked: Any, answer: Response) -> Iterable[VenueOutput]:
        if isinstance(asked, SendOrder) and answer.status >= 500:
            return [ExecutionReport(self.mic, asked.cl_ord_id, ExecType.REJECTED, OrdStatus.REJECTED)]
        return super().answered(asked, answer)


class TestDistrusting(Kit):
    adapter = Distrusting
    __test__ = True
