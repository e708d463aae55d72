"""Venue adapters with one fault each, beside a healthy one, and their conformance classes.

The protocol: lines of JSON over TCP, each a command or a report with its class and fields.
"""

import json
from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Any, ClassVar

from attrs import asdict, define, evolve, field
from cattrs import Converter

from smartexec.api import (
    CancelOrder,
    Capabilities,
    Channel,
    Closed,
    ExecType,
    ExecutionReport,
    Opened,
    OrderCancelReject,
    OrdStatus,
    QueryOrder,
    Received,
    ReplaceMode,
    ReplaceOrder,
    Send,
    SendOrder,
    Tcp,
    VenueAdapter,
    VenueEvent,
    VenueInput,
    VenueOutput,
    VenueProtocolError,
    VenueStatus,
)
from smartexec.testing import Counterparty, VenueKit

COMMANDS = {one.__name__: one for one in (SendOrder, CancelOrder, ReplaceOrder, QueryOrder)}
REPORTS = {one.__name__: one for one in (ExecutionReport, OrderCancelReject)}
JSON = Converter(forbid_extra_keys=True)


def line(value: Any) -> bytes:
    """A value as a line."""

    def plain(_: object, __: object, one: Any) -> Any:
        return one.value if isinstance(one, Enum) else one

    return json.dumps([type(value).__name__, asdict(value, value_serializer=plain)]).encode() + b"\n"


@define(slots=False)
class Healthy(VenueAdapter):
    """Says on the line what it is told, and tells what it reads there."""

    name = "healthy"

    mic: str = "HEAL"
    """Market identifier code."""
    _rest: bytes = field(init=False, default=b"")
    _up: bool = field(init=False, default=False)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(replace=ReplaceMode.KEEPS_PRIORITY, order_status=True)

    @property
    def channels(self) -> Sequence[Channel]:
        return (Tcp("line", ("localhost:1",)),)

    def handle(self, event: VenueInput, now: int) -> Iterable[VenueOutput]:
        if isinstance(event, Opened | Closed):
            return self.turned(event)
        if isinstance(event, Received):
            return self.received(event)
        return self.told(event, now) if type(event) in COMMANDS.values() else ()

    def turned(self, event: Opened | Closed) -> Iterable[VenueOutput]:
        if event.channel == "line":
            self._up, self._rest = isinstance(event, Opened), b""
            yield VenueStatus(self.mic, self._up, getattr(event, "reason", ""))

    def told(self, command: Any, now: int) -> Iterable[VenueOutput]:
        if self._up:
            yield Send("line", line(command))

    def received(self, event: Received) -> Iterable[VenueOutput]:
        if event.channel != "line":
            return
        *lines, self._rest = (self._rest + event.data).split(b"\n")
        for one in lines:
            yield from self.read(one)

    def read(self, text: bytes) -> Iterable[VenueOutput]:
        try:
            kind, fields = json.loads(text)
            report = JSON.structure({**fields, "mic": self.mic}, REPORTS[kind])
        except Exception as error:
            raise VenueProtocolError(f"found {text[:40]!r}, expected a report") from error
        yield self.report(report)

    def report(self, report: Any) -> VenueEvent:
        """What is told of a report."""
        return report  # type: ignore[no-any-return]


class Line(Counterparty):
    """The venue's side."""

    rest = b""

    def closed(self, channel: str) -> None:
        self.rest = b""

    def read(self, wanted: Any, now: int) -> Iterable[Any]:
        *lines, self.rest = (self.rest + wanted.data).split(b"\n")
        for one in lines:
            kind, fields = json.loads(one)
            yield JSON.structure(fields, COMMANDS[kind])

    def write(self, report: VenueEvent, now: int) -> Iterable[Received]:
        return [Received("line", line(report))]


class Kit(VenueKit):
    """How all of them are tried."""

    counterparty = Line
    params: ClassVar = {}
    __test__ = False


class TestHealthy(Kit):
    adapter = Healthy
    __test__ = True


@define(slots=False)
class UpAtOnce(Healthy):
    """Says that it is up before any channel is open. V-04 must catch it."""

    name = "up-at-once"

    def told(self, command: Any, now: int) -> Iterable[VenueOutput]:
        if not self._up:
            yield VenueStatus(self.mic, True, "surely")
        yield from super().told(command, now)


class TestUpAtOnce(Kit):
    adapter = UpAtOnce
    __test__ = True


@define(slots=False)
class Deaf(Healthy):
    """Does not say that its channel is lost. V-05 must catch it."""

    name = "deaf"

    def turned(self, event: Opened | Closed) -> Iterable[VenueOutput]:
        said = list(super().turned(event))
        return said if isinstance(event, Opened) else ()


class TestDeaf(Kit):
    adapter = Deaf
    __test__ = True


@define(slots=False)
class FloatPrices(Healthy):
    """Tells prices as floats, which lose the last digits. V-06 must catch it."""

    name = "float-prices"

    def report(self, report: Any) -> VenueEvent:
        return evolve(report, last_px=report.last_px / 1) if isinstance(report, ExecutionReport) else report  # type: ignore[arg-type]


class TestFloatPrices(Kit):
    adapter = FloatPrices
    __test__ = True


@define(slots=False)
class Cents(Healthy):
    """Rounds prices to cents. V-13 must catch it."""

    name = "cents"

    def report(self, report: Any) -> VenueEvent:
        if isinstance(report, ExecutionReport):
            report.last_px -= report.last_px % 10_000_000
        return report  # type: ignore[no-any-return]


class TestCents(Kit):
    adapter = Cents
    __test__ = True


@define(slots=False)
class Silent(Healthy):
    """Does not tell that a cancel was refused. V-15 must catch it."""

    name = "silent"

    def read(self, text: bytes) -> Iterable[VenueOutput]:
        return [one for one in super().read(text) if not isinstance(one, OrderCancelReject)]


class TestSilent(Kit):
    adapter = Silent
    __test__ = True


@define(slots=False)
class OwnNumbers(Healthy):
    """Gives executions numbers of its own: what comes twice is booked twice. V-18 must catch it."""

    name = "own-numbers"

    _count: int = field(init=False, default=0)

    def report(self, report: Any) -> VenueEvent:
        self._count += 1
        return evolve(report, exec_id=f"X{self._count}") if isinstance(report, ExecutionReport) else report


class TestOwnNumbers(Kit):
    adapter = OwnNumbers
    __test__ = True


@define(slots=False)
class Forgetful(Healthy):
    """Drops executions of orders that it has not sent. V-25 must catch it."""

    name = "forgetful"

    _known: set[str] = field(init=False, factory=set)

    def told(self, command: Any, now: int) -> Iterable[VenueOutput]:
        self._known.add(command.cl_ord_id)
        return super().told(command, now)

    def read(self, text: bytes) -> Iterable[VenueOutput]:
        for one in super().read(text):
            if not (isinstance(one, ExecutionReport) and one.cl_ord_id not in self._known):
                yield one


class TestForgetful(Kit):
    adapter = Forgetful
    __test__ = True


@define(slots=False)
class Hoarder(Healthy):
    """Keeps orders while it is down, and sends them once it is up. V-30 must catch it."""

    name = "hoarder"

    _kept: list[Any] = field(init=False, factory=list)

    def told(self, command: Any, now: int) -> Iterable[VenueOutput]:
        if not self._up:
            self._kept.append(command)
        return super().told(command, now)

    def turned(self, event: Opened | Closed) -> Iterable[VenueOutput]:
        yield from super().turned(event)
        kept, self._kept = self._kept, []
        if self._up:
            yield from (Send("line", line(one)) for one in kept)
        else:
            self._kept = kept


class TestHoarder(Kit):
    adapter = Hoarder
    __test__ = True


@define(slots=False)
class Whole(Healthy):
    """Takes each piece of the stream for a whole message. V-35 must catch it."""

    name = "whole"

    def received(self, event: Received) -> Iterable[VenueOutput]:
        for one in event.data.splitlines():
            yield from self.read(one)


class TestWhole(Kit):
    adapter = Whole
    __test__ = True


@define(slots=False)
class Hopeful(Healthy):
    """Takes garbage for an order that is done. V-36 must catch it."""

    name = "hopeful"

    def read(self, text: bytes) -> Iterable[VenueOutput]:
        try:
            yield from super().read(text)
        except VenueProtocolError:
            yield ExecutionReport(self.mic, "P1.1", ExecType.CANCELED, OrdStatus.CANCELED)


class TestHopeful(Kit):
    adapter = Hopeful
    __test__ = True


@define(slots=False)
class AnyChannel(Healthy):
    """Is stirred by whatever happens on a channel that is none of its own. V-07 must catch it."""

    name = "any-channel"

    def turned(self, event: Opened | Closed) -> Iterable[VenueOutput]:
        self._up = isinstance(event, Opened)
        yield VenueStatus(self.mic, self._up, getattr(event, "reason", ""))


class TestAnyChannel(Kit):
    adapter = AnyChannel
    __test__ = True


@define(slots=False)
class ReadsAll(Healthy):
    """Reads what comes on any channel. V-07 must catch it."""

    name = "reads-all"

    def received(self, event: Received) -> Iterable[VenueOutput]:
        return super().received(evolve(event, channel="line"))


class TestReadsAll(Kit):
    adapter = ReadsAll
    __test__ = True


@define(slots=False)
class TakesAnything(Healthy):
    """Has a parameter of no type to speak of. V-02 must catch it."""

    name = "takes-anything"

    account: Any = ""
    """Of the firm."""


class TestTakesAnything(Kit):
    adapter = TakesAnything
    __test__ = True
