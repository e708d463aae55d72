"""Venue adapters that look after a silent peer, with one fault each of time and law 6, beside a healthy one."""

import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from attrs import define, evolve, field

from smartexec.api import (
    NANOS_PER_SECOND,
    Close,
    Closed,
    ExecutionReport,
    Opened,
    Received,
    Send,
    Tick,
    VenueEvent,
    VenueInput,
    VenueOutput,
)
from tests.testing.faulty import venues

LONG = 30 * NANOS_PER_SECOND


@define(slots=False)
class Healthy(venues.Healthy):
    """Asks a peer that was silent for half a minute, and hangs up if it does not answer in another."""

    name = "healthy"

    _due: int | None = field(init=False, default=None)
    _asked: bool = field(init=False, default=False)

    def next_tick(self) -> int | None:
        return self._due

    def handle(self, event: VenueInput, now: int) -> Iterable[VenueOutput]:
        if isinstance(event, Opened | Received) and event.channel == "line":
            self._due, self._asked = now + LONG, False
        if isinstance(event, Closed) and event.channel == "line":
            self._due = None
        if isinstance(event, Tick) and self._due is not None and now >= self._due:
            return self.silent(now)
        return super().handle(event, now)

    def silent(self, now: int) -> list[VenueOutput]:
        """What is done about a silence."""
        if self._asked:
            self._due = None
            return [Close("line", "the peer is silent")]
        self._due, self._asked = now + LONG, True
        return [Send("line", b"?\n")]

    def read(self, text: bytes) -> Iterable[VenueOutput]:
        return () if text == b"!" else super().read(text)


class Line(venues.Line):
    """The venue's side."""

    def read(self, wanted: Any, now: int) -> Iterable[Any]:
        return [Received("line", b"!\n")] if wanted.data == b"?\n" else super().read(wanted, now)

    def silence(self) -> int:
        return LONG


class Kit(venues.Kit):
    """How all of them are tried."""

    counterparty = Line
    __test__ = False


class TestHealthy(Kit):
    adapter = Healthy
    __test__ = True


@define(slots=False)
class BeatsOnly(Healthy):
    """Sends something each half minute, and never minds that the peer is silent. V-38 must catch it."""

    name = "beats-only"

    def silent(self, now: int) -> list[VenueOutput]:
        self._due = now + LONG
        return [Send("line", b"?\n")]


class TestBeatsOnly(Kit):
    adapter = BeatsOnly
    __test__ = True


@define(slots=False)
class Patient(Healthy):
    """Waits for ever. V-38 must catch it."""

    name = "patient"

    def next_tick(self) -> int | None:
        return None


class TestPatient(Kit):
    adapter = Patient
    __test__ = True


@define(slots=False)
class Stamps(Healthy):
    """Stamps what it says with the date of the machine. V-41 must catch it."""

    name = "stamps"

    def turned(self, event: Opened | Closed) -> Iterable[VenueOutput]:
        return [evolve(one, text=f"{datetime.now(UTC):%Y%m%d}") for one in super().turned(event)]  # type: ignore[arg-type]


class TestStamps(Kit):
    adapter = Stamps
    __test__ = True


@define(slots=False)
class StampsByHand(Healthy):
    """Stamps what it says by another way to the machine's date. V-41 must catch it."""

    name = "stamps-by-hand"

    def turned(self, event: Opened | Closed) -> Iterable[VenueOutput]:
        return [evolve(one, text=time.strftime("%Y")) for one in super().turned(event)]  # type: ignore[arg-type]


class TestStampsByHand(Kit):
    adapter = StampsByHand
    __test__ = True


@define(slots=False)
class KeepsAClock(Healthy):
    """Times what it does by a clock, and says nothing of it. V-41 must catch it."""

    name = "keeps-a-clock"

    _busy: float = field(init=False, default=0)

    def handle(self, event: VenueInput, now: int) -> Iterable[VenueOutput]:
        began = time.perf_counter()
        found = list(super().handle(event, now))
        self._busy += time.perf_counter() - began
        return found


class TestKeepsAClock(Kit):
    adapter = KeepsAClock
    __test__ = True


@define(slots=False)
class NumbersByHash(Healthy):
    """Tells hashes of ExecIDs, which are others in another process. V-41 must catch it."""

    name = "numbers-by-hash"

    def report(self, report: Any) -> VenueEvent:
        told = isinstance(report, ExecutionReport) and report.exec_id
        return evolve(report, exec_id=f"{hash(report.exec_id):x}") if told else super().report(report)


class TestNumbersByHash(Kit):
    adapter = NumbersByHash
    __test__ = True
