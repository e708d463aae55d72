"""An order source yields what clients ask for and takes what they are told."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from smartexec.interfaces.context import Context
from smartexec.model.commands import ClientCommand
from smartexec.model.orders import ClientEvent


class OrderSource(ABC):
    """Base of all order sources."""

    name: ClassVar[str]

    def start(self, context: Context) -> None:
        """Get ready; a source that cannot be read at all raises ConfigError."""

    @abstractmethod
    def events(self) -> Iterator[tuple[int, ClientEvent]]:
        """Yield (time in ns, event) in order of time. What is no order is yielded as `RejectedOrder`."""

    def report(self, command: ClientCommand, now: int) -> None:
        """Take a report for a client of this source. Does nothing unless the source has a way back."""
