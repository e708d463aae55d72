"""A connection of bytes, from either side: what comes in is heard at once, what is to leave is written at once."""

import asyncio
from collections.abc import Collection
from typing import Final

from smartexec.model.wire import Received
from smartexec.runtime.live.links.base import MAX_UNSENT, Hear

CLOSE_WITHIN: Final = 5.0
"""A peer that does not read what is left to be sent is cut off after this long, s."""
PATIENCE: Final = 1.0
"""So long it is waited for what is to leave, s."""


class Stream(asyncio.Protocol):
    """One connection; `name` is its channel's, "" = it is not heard."""

    def __init__(self, name: str, hear: Hear) -> None:
        self.name = name
        self.hear = hear
        self.closing = False
        self._transport: asyncio.Transport | None = None

    @property
    def unsent(self) -> int:
        """Bytes that are still to leave."""
        return 0 if self._transport is None else self._transport.get_write_buffer_size()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none of asyncio's classes
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        if self.name and not self.closing:
            self.hear(Received(self.name, data))

    def why(self, error: Exception | None) -> str:
        """Say why it was lost."""
        if error is not None:
            return " ".join(str(error).split()) or type(error).__name__
        return "closed by us" if self.closing else "the peer closed it"

    def send(self, data: bytes) -> None:
        """Send bytes; a peer that reads none is cut off."""
        assert self._transport is not None
        self._transport.write(data)
        if self.unsent > MAX_UNSENT:
            self.abort()

    def close(self) -> None:
        """Close once everything has left; what comes in is not heard any more."""
        assert self._transport is not None
        self.closing = True
        self._transport.close()
        asyncio.get_running_loop().call_later(CLOSE_WITHIN, self.abort)

    def abort(self) -> None:
        """Close now."""
        if self._transport is not None:
            self._transport.abort()


async def emptied(streams: Collection[Stream]) -> None:
    """Wait, not for long, until all that was handed over has left."""
    step = 0.01
    for _ in range(round(PATIENCE / step)):
        if not any(one.unsent for one in streams):
            return
        await asyncio.sleep(step)
