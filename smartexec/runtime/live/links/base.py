"""What all links have in common: opening again after a loss, and what is done for an adapter on a channel."""

import asyncio
import ssl
from abc import ABC, abstractmethod
from collections.abc import Callable
from time import monotonic, time_ns
from typing import Final

from smartexec.errors import ConfigError
from smartexec.model.ids import NANOS_PER_SECOND
from smartexec.model.wire import Close, Closed, Opened, Tls, WireInput, WireOutput

Hear = Callable[[WireInput], None]
FIRST_WAIT: Final = 0.1
"""Before the first attempt to open again, s; it doubles with each that fails, or does not last."""
LASTS: Final = 2.0
"""A channel that was open for so long, s, is soon opened again; one that a peer closes before is as good as refused."""
LONGEST_WAIT: Final = 30.0
"""Between two attempts, s."""
OPEN_WITHIN: Final = 10.0
"""An attempt is given up after this long, s."""
MAX_UNSENT: Final = 16 * 1024 * 1024
"""Bytes that a peer may leave unread: more, and it is taken for dead."""


class Link(ABC):
    """A channel in use."""

    def __init__(self, name: str, hear: Hear) -> None:
        self.name = name
        self.hear = hear

    async def begin(self) -> None:
        """Get ready to be run. ConfigError if it never can be."""
        return

    @abstractmethod
    async def run(self) -> None:
        """Serve the channel until cancelled."""

    @abstractmethod
    def act(self, wanted: WireOutput) -> None:
        """Do what the adapter wants."""

    @abstractmethod
    async def drain(self) -> None:
        """Wait, not for long, until what was handed over has left."""


class LastingLink(Link):
    """A channel that is opened, lost and opened again."""

    def __init__(self, name: str, hear: Hear) -> None:
        super().__init__(name, hear)
        self._until = 0
        self._wait = FIRST_WAIT
        self._since = 0.0

    @abstractmethod
    async def once(self, opened: Callable[[], None]) -> str:
        """Open the channel, say so, serve it until it is lost; give why it was."""

    @abstractmethod
    def cut(self) -> None:
        """Close the channel. Does nothing where it is not open."""

    async def run(self) -> None:
        while True:
            reason = ""
            self._since = 0.0
            try:
                reason = await self.once(self._opened)
            except asyncio.CancelledError:
                self.cut()
                raise
            except (OSError, TimeoutError, ssl.SSLError) as error:
                reason = " ".join(str(error).split()) or type(error).__name__
            self.hear(Closed(self.name, reason))
            if self._since and monotonic() - self._since >= LASTS:
                self._wait = FIRST_WAIT
            await asyncio.sleep(max(self._wait, (self._until - time_ns()) / NANOS_PER_SECOND))
            self._wait = min(LONGEST_WAIT, 2 * self._wait)

    def close(self, wanted: Close) -> None:
        """Close, and do not open again before the time that is named."""
        self._until = wanted.until or 0
        self.cut()

    def _opened(self) -> None:
        self._since = monotonic()
        self.hear(Opened(self.name))


def context_of(tls: Tls, channel: str, *, server: bool = False) -> ssl.SSLContext:
    """Make a context that verifies the peer; ConfigError where a file cannot be read.

    A server verifies its clients where it has authorities to trust.
    """
    purpose = ssl.Purpose.CLIENT_AUTH if server else ssl.Purpose.SERVER_AUTH
    try:
        context = ssl.create_default_context(purpose, cafile=tls.ca or None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if server and tls.ca:
            context.verify_mode = ssl.CERT_REQUIRED
        if tls.cert:
            context.load_cert_chain(tls.cert, tls.key or None)
    except (OSError, ssl.SSLError) as error:
        names = ", ".join(filter(None, (tls.ca, tls.cert, tls.key)))
        raise ConfigError(f"channel {channel}: tls: found {error}, expected readable files {names}") from error
    return context
