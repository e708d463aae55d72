"""A gap in what the peer has sent: what was asked for again, and what came meanwhile from beyond it."""

from typing import Final

from attrs import define, field

from smartexec_fix.wire.message import Message

MOST_BYTES: Final = 16 * 1024 * 1024
FIELD: Final = 120
"""Bytes that a field takes beside its value."""


@define(eq=False)
class Gap:
    """At most `most` messages wait, and no more than `MOST_BYTES`; more are asked for again once the gap is filled."""

    most: int
    _asked: tuple[int, int] | None = field(init=False, default=None)
    """From, to."""
    _early: dict[int, Message] = field(init=False, factory=dict)
    _bytes: int = field(init=False, default=0)

    def wait(self, seq: int, message: Message) -> None:
        """Keep a message from beyond the gap."""
        size = _size(message)
        if seq not in self._early and len(self._early) < self.most and self._bytes + size <= MOST_BYTES:
            self._early[seq] = message
            self._bytes += size

    def asks(self, first: int, seq: int) -> bool:
        """Whether what is missing before `seq` is to be asked for; it counts as asked for then."""
        if self._asked is not None and seq >= self._asked[0]:
            return False
        self._asked = (first, seq - 1)
        return True

    def heard(self, seq: int) -> None:
        """A message was taken: the gap may be filled with it."""
        if self._asked is not None and seq >= self._asked[1]:
            self._asked = None

    def next(self, seq: int) -> Message | None:
        """Take out the message of this number, if it waits."""
        message = self._early.pop(seq, None)
        self._bytes -= _size(message) if message is not None else 0
        return message

    def clear(self) -> None:
        """Nothing is missing, and nothing waits."""
        self._asked, self._bytes = None, 0
        self._early.clear()


def _size(message: Message) -> int:
    return sum(len(value) for _, value in message.fields) + FIELD * len(message.fields)
