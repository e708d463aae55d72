"""A bench for an adapter: the adapter, its counterparty, and a scripted venue that decides, with no engine around them.

What the adapter says is in `said`, what reached the venue in `reached`. Reports of the venue wait in `inbound` until
`flush` writes them on the wire; `wire` gives them encoded, so that a test may double, reorder, split or lose them.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from attrs import Factory, define, field

from smartexec.interfaces.venue import VenueAdapter
from smartexec.model.commands import CancelOrder, QueryOrder, ReplaceOrder, SendOrder, VenueCommand
from smartexec.model.events import Tick, VenueStatus
from smartexec.model.wire import Close, Closed, Http, Opened, Received, Request, Response, Send, WireInput
from smartexec.testing.counterparty import Counterparty
from smartexec.testing.scripted_venue import ScriptedVenue
from smartexec.testing.views import START

COMMANDS = (SendOrder, CancelOrder, ReplaceOrder, QueryOrder)
MAX_EXCHANGE = 10_000
"""Messages to and fro at one time: more is an adapter and its counterparty answering each other for ever."""


@define(eq=False)
class Bench(ScriptedVenue):
    """One session."""

    adapter: VenueAdapter
    peer: Counterparty
    now: int = START
    said: list[Any] = Factory(list)
    """Events of the adapter, in order."""
    reached: list[VenueCommand] = Factory(list)
    """Commands that reached the venue, as its counterparty decoded them."""
    put: list[Send | Request] = Factory(list)
    """What the adapter put on the wire, in order."""
    closes: list[Close] = Factory(list)
    """Channels that the adapter wanted closed."""
    open: set[str] = Factory(set)
    _waiting: dict[str, Request] = field(init=False, factory=dict)
    """By reference: requests without a response."""
    _known: set[str] = field(init=False, factory=set)
    _exchanged: int = field(init=False, default=0)

    def __attrs_post_init__(self) -> None:
        self.peer.venue = self

    # -- the wire ------------------------------------------------------------------------------------------------------

    def connect(self) -> None:
        """Open all channels, in the order in which the adapter names them."""
        for channel in self.adapter.channels:
            self.open.add(channel.name)
            if not isinstance(channel, Http) or channel.name not in self._known:
                self._known.add(channel.name)  # HTTP is opened once: each request finds its own way
                self.hand(Opened(channel.name))
            for one in self.peer.opened(channel.name, self.now):
                self.hand(one)

    def disconnect(self, reason: str = "lost") -> None:
        """Lose all channels, and what is under way on them."""
        for channel in self.adapter.channels:
            self.lose(channel.name, reason)

    def lose(self, name: str, reason: str = "lost") -> None:
        """Lose a channel. Requests of it stay without an answer."""
        if name not in self.open:
            return
        self.open.discard(name)
        self.peer.closed(name)
        kind = next(type(channel) for channel in self.adapter.channels if channel.name == name)
        for request in [one for one in self.waiting if one.channel == name]:
            self.hand(Response(name, request.ref, 0, reason=reason))
        if kind is not Http:
            self.hand(Closed(name, reason))

    def command(self, command: VenueCommand) -> None:
        """Hand the adapter a command of the kernel."""
        self.hand(command)

    def flush(self) -> None:
        """Let what the venue has reported reach the adapter."""
        self.deliver(self.wire())

    def wire(self) -> list[Received | Response]:
        """Give what the venue has reported as it comes over the wire, and take it off the list."""
        reports, self.inbound = self.inbound, []
        return [one for report in reports for one in self.peer.write(report, self.now)]

    def deliver(self, wire: Iterable[WireInput]) -> None:
        """Let something come over the wire; what comes on a channel that is not open is lost."""
        for one in wire:
            if one.channel in self.open:
                self.hand(one)

    def wait(self, ns: int) -> None:
        """Let time pass, ticking as the adapter wants."""
        until = self.now + ns
        while (due := self.adapter.next_tick()) is not None and due <= until:
            self.now = max(self.now, due)
            self.hand(Tick())
        self.now = until

    def time_out(self) -> None:
        """Let every request that has no answer run into its time-out."""
        for request in self.waiting:
            self.hand(Response(request.channel, request.ref, 0, reason="no answer within 5 s"))

    def exchange(self, command: VenueCommand) -> None:
        """Hand over a command and let the venue's reports come back."""
        self.command(command)
        self.flush()

    # -- what was heard ------------------------------------------------------------------------------------------------

    def of(self, kind: type[Any], since: int = 0) -> list[Any]:
        """Give what the adapter has said of one class, from the so-many-th event on."""
        return [one for one in self.said[since:] if type(one) is kind]

    @property
    def up(self) -> bool | None:
        """What the adapter said last of its session; None = nothing."""
        statuses = self.of(VenueStatus)
        return statuses[-1].up if statuses else None

    @property
    def waiting(self) -> list[Request]:
        """Requests that have no response yet, oldest first."""
        return list(self._waiting.values())

    # -- plumbing ------------------------------------------------------------------------------------------------------

    def hand(self, event: Any) -> None:
        """Hand the adapter anything, and do what it wants."""
        self._exchanged = 0
        self._hand(event)

    def _hand(self, event: Any) -> None:
        self._exchanged += 1
        assert self._exchanged < MAX_EXCHANGE, f"found {MAX_EXCHANGE} messages at {self.now} ns, expected an end"
        if isinstance(event, Response):
            self._waiting.pop(event.ref, None)
        for one in list(self.adapter.handle(event, self.now)):
            if isinstance(one, Send | Request):
                self._read(one)
            elif isinstance(one, Close):
                self.closes.append(one)
                self.lose(one.channel, "closed by the adapter")
            else:
                self.said.append(one)

    def _read(self, wanted: Send | Request) -> None:
        if isinstance(wanted, Request):
            self._waiting[wanted.ref] = wanted
        if wanted.channel not in self.open:
            return  # as the transport does: nothing is kept for a channel that is not open
        self.put.append(wanted)
        answers: Sequence[Any] = list(self.peer.read(wanted, self.now))
        for one in answers:
            if isinstance(one, COMMANDS):
                self.reached.append(one)
                self._take(one)
            else:
                self._hand(one)
