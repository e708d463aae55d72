"""An order source yields what clients ask for and takes what they are told."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import ClassVar

from smartexec.interfaces.wired import Wired
from smartexec.model.commands import ClientCommand
from smartexec.model.events import Tick
from smartexec.model.orders import ClientEvent
from smartexec.model.wire import WireInput, WireOutput


class OrderSource(Wired):
    """Base of all order sources: one that reads orders yields `events`, one that clients connect to has `channels`."""

    name: ClassVar[str]

    @abstractmethod
    def events(self) -> Iterator[tuple[int, ClientEvent]]:
        """Yield (time in ns, event) in order of time; none if they come in on channels.

        What is no order is yielded as `RejectedOrder`.
        """

    def handle(self, event: WireInput | Tick, now: int) -> Iterable[ClientEvent | WireOutput]:
        """Take news of a channel, or the time; give what clients ask for, and what is to be done on the channels."""
        return ()

    def report(self, command: ClientCommand, now: int) -> Iterable[WireOutput] | None:
        """Take a report for a client of this source; give what is to be done on the channels. Does nothing unless the
        source has a way back."""
        return None

    def owns(self, source: str) -> bool:
        """Whether clients' orders of this `source` are its own: after a restart, reports on them come to it."""
        return False
