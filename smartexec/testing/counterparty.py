"""The venue's side of an adapter's protocol, written by the adapter's author for its tests: the adapter the other way
round. What it cannot say it refuses with `CannotSay`, and the scenario is skipped with that reason.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence

from smartexec.model.commands import VenueCommand
from smartexec.model.events import VenueEvent
from smartexec.model.market import PhaseChange, Quote
from smartexec.model.wire import Received, Request, Response, Send, WireInput
from smartexec.testing.scripted_venue import ScriptedVenue


class CannotSay(Exception):
    """The protocol has no words for it. The text is the reason that the skipped scenario shows."""


class Counterparty(ABC):
    """One session with an adapter. A fresh one is made for each scenario, without arguments."""

    venue: ScriptedVenue
    """The venue it speaks for: what it must look up, such as the executions of an order that is asked about."""

    def opened(self, channel: str, now: int) -> Iterable[WireInput]:
        """Say what the venue says first when a channel is opened; most say nothing."""
        return ()

    def closed(self, channel: str) -> None:
        """Take notice that a channel is closed: what was under way on it is lost."""
        return

    @abstractmethod
    def read(self, wanted: Send | Request, now: int) -> Iterable[VenueCommand | WireInput]:
        """Decode what the adapter put on the wire.

        Gives the commands in it, as the venue understands them, and what the venue answers at once at the level of the
        protocol (a logon, a heartbeat, an HTTP 202). One `Send` may be a part of a message, or several.
        """

    @abstractmethod
    def write(self, report: VenueEvent, now: int) -> Iterable[Received | Response]:
        """Encode a report. A response to a request that is still open may carry it."""

    def quote(self, quote: Quote, now: int) -> Iterable[Received]:
        """Encode a quote, where the adapter brings market data."""
        raise CannotSay("the adapter brings no market data")

    def phase(self, change: PhaseChange, now: int) -> Iterable[Received]:
        """Encode a change of the trading phase, where the adapter brings them."""
        raise CannotSay("the adapter brings no trading phases")

    def resend(self, reports: Sequence[VenueEvent], now: int) -> Iterable[Received]:
        """Encode reports as ones that the venue may have sent before, after a reconnection."""
        raise CannotSay("the protocol does not resend")

    def reset(self, now: int) -> Iterable[Received]:
        """Begin the session's sequence numbers anew."""
        raise CannotSay("the protocol has no sequence numbers")

    def silence(self) -> int:
        """Give how long, in ns, the venue may say nothing before the adapter must do something about it."""
        raise CannotSay("the transport notices a silent peer")

    def malformed(self) -> Iterable[Received | Response]:
        """Give messages that break the protocol in its own ways, besides the garbage that the kit makes."""
        return ()
