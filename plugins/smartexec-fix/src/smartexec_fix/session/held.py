"""What waits for peers that are away, beside their sessions: it gets its numbers once they are logged on.

In a session it would be lost if the numbers began anew before the peer had asked for it: with a new day of a schedule,
or because the peer wants it, ResetSeqNumFlag(141). What waits is among the facts of the archive.
"""

import json
from collections.abc import Iterable
from typing import Final

from attrs import define, field

from smartexec_fix.session.store import Archive
from smartexec_fix.wire.message import Field

Waiting = tuple[bytes, list[Field]]
"""MsgType(35), body."""
_HELD: Final = "held"


@define(eq=False)
class Held:
    """All of it, by session."""

    _archive: Archive | None = None
    _waiting: dict[str, dict[int, Waiting]] = field(init=False, factory=dict)

    def remember(self, archive: Archive, sessions: Iterable[str]) -> None:
        """Keep it in an archive, and take what is there."""
        self._archive = archive
        for name in sessions:
            start = f"{_HELD} {name} "
            places = sorted(int(fact[len(start) :]) for fact in archive.facts if fact.startswith(start))
            self._waiting[name] = {place: _read(archive.facts[f"{start}{place}"]) for place in places}

    def hold(self, name: str, msg_type: bytes, fields: list[Field]) -> None:
        """Let a message wait."""
        waiting = self._waiting.setdefault(name, {})
        place = next(reversed(waiting), -1) + 1
        waiting[place] = (msg_type, fields)
        self._put(name, place, json.dumps([msg_type.decode(), [(tag, text.decode("latin-1")) for tag, text in fields]]))

    def free(self, name: str) -> list[Waiting]:
        """Give what waits, in order; it waits no longer."""
        waiting = self._waiting.pop(name, {})
        for place in waiting:
            self._put(name, place, "")
        return list(waiting.values())

    def count(self, name: str) -> int:
        """How many wait."""
        return len(self._waiting.get(name, ()))

    def _put(self, name: str, place: int, text: str) -> None:
        if self._archive is not None:
            self._archive.put(f"{_HELD} {name} {place}", text)


def _read(text: str) -> Waiting:
    msg_type, fields = json.loads(text)
    return msg_type.encode(), [(tag, value.encode("latin-1")) for tag, value in fields]
