"""What plugins that meet the world have in common: channels, the time, a memory of their own that outlives the process.

Venue adapters, order sources and sinks may have all of it; none must. Sans-IO: sockets are the transport's, times are
arguments. Only `remember` opens a file.
"""

from abc import ABC
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from smartexec.interfaces.context import Context
from smartexec.model.wire import Channel, WireOutput


class Wired(ABC):
    """Base of what may have channels."""

    name: ClassVar[str]

    def start(self, context: Context) -> None:
        """Get ready; what cannot be started at all raises ConfigError. Called once, before anything else."""

    @property
    def channels(self) -> Sequence[Channel]:
        """What the transport opens for it and keeps open; asked once, after `start`."""
        return ()

    def remember(self, folder: Path, sync: str) -> None:
        """Open what it keeps across restarts, in files of its own in `folder`, which exists.

        Called once after `start`, in live sessions only. `sync`: how hard the session's journal presses to the disk:
        full, normal or off.
        """

    def recall(self, event: Any, now: int, seq: int) -> None:
        """Take again what it was told or said before a restart: all that the journal has of it, in order.

        `seq` is of the turn: what belongs to a later turn than it committed last may never have left.
        """

    def commit(self, seq: int) -> None:
        """Make durable what it wants to keep: all until turn `seq` is in the journal, and nothing of it has left yet.

        Called after whatever was handed to it. JournalError if it cannot: nothing of it leaves then but cancels.
        """

    def status(self) -> Mapping[str, str]:
        """Say what a person wants to know of it now, such as which of its sessions are up: name -> state."""
        return {}

    def leave(self, now: int) -> Iterable[WireOutput]:
        """Say goodbye, the session is over: give what is to be done on the channels.

        News of the channels and the time are handed over until it wants no more ticks, or does not stop to.
        """
        return ()

    def next_tick(self) -> int | None:
        """When `handle(Tick(), now)` is wanted next, ns; None = not at all."""
        return None
