"""The session of a venue adapter: it adds the fields that the venue wants in every message, hands over what a session
otherwise keeps to itself, a Reject(3) of ours and a report that the dictionary refuses, and sends no old order again.

What is stale (`SessionSettings.stale`) is sent again within the connection that it was sent in, as the protocol wants:
a venue that has it beyond a gap would lose it to a gap fill. What was sent before the logon is not: time has passed.
"""

from collections.abc import Mapping
from typing import Final

from attrs import define, evolve, field

from smartexec_fix.session.outputs import App, Output
from smartexec_fix.session.session import Session
from smartexec_fix.session.standing import standing
from smartexec_fix.venues.dialect import ALL, Dialect
from smartexec_fix.venues.orders_out import pairs
from smartexec_fix.wire.checking import Fault
from smartexec_fix.wire.dictionary import Dictionary
from smartexec_fix.wire.message import Field, Message, parse

REPORT = b"8"
UNCHECKED: Final = (REPORT, b"W", b"X", b"f", b"h")
"""MsgTypes(35) that are not held against what is built in."""


@define(eq=False)
class VenueSession(Session):
    """A session with a venue."""

    extra: Mapping[bytes, list[Field]] = field(factory=dict, kw_only=True)
    """MsgType(35) -> further fields."""

    _now: int = field(init=False, default=0)
    """Time of the frame that is being taken, ns UTC."""

    def named(self, seq: int) -> Message | None:
        """Give the application message that we sent with a number, None if it is not kept."""
        return next((parse(frame) for _, frame in self.store.sent(seq, seq)), None)

    def _on_reject(self, message: Message, now: int) -> None:
        if self._verify(message, now):
            self.store.next_in += 1
            self._out.append(App(message))

    def _anew(self, now: int) -> None:
        super()._anew(now)
        self._fence = 1

    def _logon(self, now: int) -> None:
        super()._logon(now)
        self._fence = self.store.next_out - 1  # orders of this connection are not stale

    def received(self, frame: bytes, now: int) -> list[Output]:
        """Take a frame."""
        self._now = now
        return super().received(frame, now)

    def _stands(self, message: Message) -> bool:
        """Whether a report that was refused is of now, and of the venue."""
        return standing(message, self.settings, self._now) is None

    def _refuse(self, message: Message, fault: Fault, now: int) -> None:
        """A report may be of an execution: refused or not, it is a fact."""
        super()._refuse(message, fault, now)
        if message.msg_type == REPORT and self._stands(message):
            self._out.append(App(message))

    def _send(self, msg_type: bytes, body: list[Field], now: int, *, route: Message | None = None) -> None:
        more = self.extra.get(msg_type, self.extra.get(ALL.encode(), []))
        super()._send(msg_type, [*body, *more], now, route=route)


class _Sound:
    """Finds every message sound."""

    def sound(self, message: Message) -> bool:
        """Whether a message is sound."""
        return True


def tolerant(dictionary: Dictionary) -> Dictionary:
    """Where no dictionary of the venue is at hand, let its reports and market data hold groups that nobody knows: what
    is read of them is checked when it is read."""
    return evolve(dictionary, quick=dict.fromkeys(UNCHECKED, _Sound())) if dictionary.open else dictionary


def extra_of(dialect: Dialect) -> dict[bytes, list[Field]]:
    """Give the further fields of each MsgType(35): those of all messages, and its own."""
    common = dialect.tags.get(ALL, {})
    return {kind.encode(): pairs({**common, **tags}) for kind, tags in dialect.tags.items()}
