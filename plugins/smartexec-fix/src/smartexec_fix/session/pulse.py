"""The heartbeat of a session: when to say something, when to ask whether the peer is still there, when to give it up.

As QuickFIX does: a test request after 1.2 heartbeat intervals of silence, and after 1.2 more; the end after 2.4.
"""

from enum import Enum

from attrs import define


class Beat(Enum):
    """What is due."""

    HEARTBEAT = "heartbeat"
    TEST = "test request"
    LOST = "the peer is lost"


@define(eq=False)
class Pulse:
    """Times of one connection, ns UTC."""

    interval: int = 0
    """HeartBtInt(108), ns; 0 = none."""
    sent: int = 0
    heard: int = 0
    tests: int = 0
    """Test requests since the peer was heard last."""

    def begin(self, now: int, interval: int) -> None:
        """A connection is there."""
        self.interval, self.sent, self.heard, self.tests = interval, now, now, 0

    def hear(self, now: int) -> None:
        """The peer has said something that counts."""
        self.heard, self.tests = now, 0

    def due(self, now: int) -> Beat | None:
        """Give what is to be done now; a test request counts as made."""
        beat, silent = self.interval, now - self.heard
        if not beat:
            return None
        if 10 * silent >= 24 * beat:
            return Beat.LOST
        if 10 * silent >= 12 * (self.tests + 1) * beat:
            self.tests += 1
            return Beat.TEST
        return Beat.HEARTBEAT if now - self.sent >= beat and not self.tests else None

    def next(self) -> int | None:
        """When something will be due; None = never."""
        if not self.interval:
            return None
        silence = self.heard + min(12 * (self.tests + 1), 24) * self.interval // 10
        return silence if self.tests else min(silence, self.sent + self.interval)
