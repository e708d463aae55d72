"""What is sent again when a peer asks: application messages with PossDupFlag(43), a gap fill for each run of others."""

from collections.abc import Iterator
from typing import Final

from smartexec_fix.message import Field, parse
from smartexec_fix.settings import SessionSettings
from smartexec_fix.store import Store

_FRESH: Final = frozenset({34, 49, 56, 52, 43, 122})
"""Fields that the message gets anew."""


def replay(store: Store, settings: SessionSettings, first: int, last: int) -> Iterator[tuple[int, bytes, list[Field]]]:
    """Yield (number, MsgType, fields) of what is sent in answer to a request for a range; `last` 0 = to the end.

    Numbers beyond what was sent are filled up to the next one. What is stale is not sent again: an order whose time has
    passed must not become live.
    """
    newest = store.next_out - 1
    endless = last == 0 or (last == 999_999 and settings.to_the_end == b"999999")
    until = newest if endless else min(last, newest)
    stale = {kind.encode() for kind in settings.stale}
    gap = at = max(1, first)
    for seq, frame in store.sent(at, until):
        message = parse(frame)
        if message.msg_type in stale:
            continue
        if seq > gap:
            yield gap, b"4", _fill(seq)
        original = next((value for tag, value in message.fields if tag == 52), b"")
        kept = [one for one in message.fields if one[0] not in _FRESH]
        yield seq, message.msg_type, [*kept, (43, b"Y"), (122, original)]
        gap = seq + 1
    if gap <= until:
        yield gap, b"4", _fill(until + 1)


def _fill(until: int) -> list[Field]:
    return [(43, b"Y"), (36, b"%d" % until), (123, b"Y")]
