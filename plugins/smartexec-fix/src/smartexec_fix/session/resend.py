"""What is sent again when a peer asks: application messages with PossDupFlag(43), a gap fill for each run of others.

It goes in portions, and each is read when its time has come: a peer that asks for a day of messages floods neither our
memory nor its own connection, and nobody else waits for it.
"""

from collections.abc import Iterator
from typing import Final

from attrs import define

from smartexec_fix.session.settings import SECOND, SessionSettings
from smartexec_fix.session.store import Store
from smartexec_fix.wire.message import Field, parse

PORTION: Final = 65_536
"""Bytes that are sent together."""
LOOKED_AT: Final = 20_000
"""Messages that are looked at together, whether they are sent or not."""
PAUSE: Final = SECOND // 50
"""From one portion to the next, ns: 3 MB a second."""
_MSG_TYPE: Final = b"\x0135="
_FRESH: Final = frozenset({34, 49, 56, 52, 43, 122})
"""Fields that the message gets anew."""


@define(eq=False)
class Resend:
    """An answer that is under way: the range that is left of it."""

    at: int
    """The number that is looked at next."""
    until: int
    gap: int
    """The first number of which the peer was not told."""
    fence: int
    """MsgSeqNum(34) from which on nothing is stale."""
    due: int = 0
    """When the next portion is sent, ns UTC."""

    @property
    def over(self) -> bool:
        """Whether all of it was sent."""
        return self.at > self.until

    def portion(self, store: Store, settings: SessionSettings, now: int) -> Iterator[tuple[int, bytes, list[Field]]]:
        """Yield (number, MsgType, fields) of what is sent now. What is stale is not: no old order must become live."""
        stale = {kind.encode() for kind in settings.stale}
        size, looked_at, end = 0, 0, self.until + 1
        for seq, frame in store.sent(self.at, self.until):
            if size >= PORTION or looked_at == LOOKED_AT:
                end = seq
                break
            looked_at += 1
            if seq < self.fence and _type(frame) in stale:
                continue
            size += len(frame)
            message = parse(frame)
            if seq > self.gap:
                yield self.gap, b"4", _fill(seq)
            original = next((value for tag, value in message.fields if tag == 52), b"")
            kept = [one for one in message.fields if one[0] not in _FRESH]
            yield seq, message.msg_type, [*kept, (43, b"Y"), (122, original)]
            self.gap = seq + 1
        if end > self.until >= self.gap:
            yield self.gap, b"4", _fill(end)
        self.at, self.due = end, now + PAUSE

    def covers(self, other: "Resend") -> bool:
        """Whether all that is left of another answer is in this one."""
        return self.gap <= other.gap and other.until <= self.until


def resend(store: Store, settings: SessionSettings, first: int, last: int, fence: int) -> Resend:
    """Begin the answer to a request for a range; `last` 0 = to the end.

    Numbers beyond what was sent are filled up to the next one. `fence` may be of numbers that have begun anew since.
    """
    newest = store.next_out - 1
    endless = last == 0 or (last == 999_999 and settings.to_the_end == b"999999")
    begin = max(1, first)
    return Resend(begin, newest if endless else min(last, newest), begin, min(fence, store.next_out))


def _type(frame: bytes) -> bytes:
    """MsgType(35) of a frame of ours, without reading the rest."""
    begin = frame.index(_MSG_TYPE) + len(_MSG_TYPE)
    return frame[begin : frame.index(b"\x01", begin)]


def _fill(until: int) -> list[Field]:
    return [(43, b"Y"), (36, b"%d" % until), (123, b"Y")]
