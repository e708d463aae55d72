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
"""Bytes that are looked at together."""
PAUSE: Final = SECOND // 50
"""From one portion to the next, ns: 3 MB a second."""
_FRESH: Final = frozenset({34, 49, 56, 52, 43, 122})
"""Fields that the message gets anew."""


@define(eq=False)
class Resend:
    """An answer that is under way: the range that is left of it."""

    at: int
    until: int
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
        gap, size, end = self.at, 0, self.until + 1
        for seq, frame in store.sent(self.at, self.until):
            if size >= PORTION:
                end = seq
                break
            size += len(frame)
            message = parse(frame)
            if seq < self.fence and message.msg_type in stale:
                continue
            if seq > gap:
                yield gap, b"4", _fill(seq)
            original = next((value for tag, value in message.fields if tag == 52), b"")
            kept = [one for one in message.fields if one[0] not in _FRESH]
            yield seq, message.msg_type, [*kept, (43, b"Y"), (122, original)]
            gap = seq + 1
        if gap < end:
            yield gap, b"4", _fill(end)
        self.at, self.due = end, now + PAUSE


def resend(store: Store, settings: SessionSettings, first: int, last: int, fence: int) -> Resend:
    """Begin the answer to a request for a range; `last` 0 = to the end.

    Numbers beyond what was sent are filled up to the next one. `fence` may be of numbers that have begun anew since.
    """
    newest = store.next_out - 1
    endless = last == 0 or (last == 999_999 and settings.to_the_end == b"999999")
    return Resend(max(1, first), newest if endless else min(last, newest), min(fence, store.next_out))


def _fill(until: int) -> list[Field]:
    return [(43, b"Y"), (36, b"%d" % until), (123, b"Y")]
