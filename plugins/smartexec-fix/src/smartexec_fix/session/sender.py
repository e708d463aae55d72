"""What a session sends: each message numbered and kept, sent again when asked for, held back while it must wait."""

from typing import Final

from attrs import define, field

from smartexec_fix.session.envelope import enveloped
from smartexec_fix.session.outputs import Output, Wire
from smartexec_fix.session.pulse import Pulse
from smartexec_fix.session.resend import Resend
from smartexec_fix.session.settings import SessionSettings
from smartexec_fix.session.standing import ORIGINAL
from smartexec_fix.session.store import Store
from smartexec_fix.wire.dictionary import Dictionary
from smartexec_fix.wire.message import Field, Message
from smartexec_fix.wire.stamps import stamp

LOGON, LOGOUT, HEARTBEAT, TEST, RESEND, REJECT, RESET = b"A", b"5", b"0", b"1", b"2", b"3", b"4"
ADMIN: Final = frozenset({LOGON, LOGOUT, HEARTBEAT, TEST, RESEND, REJECT, RESET})


@define(eq=False)
class Sender:
    """Our half of a session. Its outputs are collected until they are asked for."""

    settings: SessionSettings
    dictionary: Dictionary
    store: Store
    connected: bool = field(init=False, default=False)
    logged_on: bool = field(init=False, default=False)
    """Whether the peer's logon was taken."""
    _out: list[Output] = field(init=False, factory=list)
    _sent_logon: bool = field(init=False, default=False)
    _held: list[Output] = field(init=False, factory=list)
    """Messages that wait for the answer to our logon, or for the end of what is sent again."""
    _again: Resend | None = field(init=False, default=None)
    _fence: int = field(init=False, default=1 << 62)
    """MsgSeqNum(34) up to which what is stale is not sent again."""
    _pulse: Pulse = field(init=False, factory=Pulse)

    def _send(
        self, msg_type: bytes, body: list[Field], now: int, *, again: int | None = None, route: Message | None = None
    ) -> None:
        """Send a message with the next number, or once more with its own."""
        seq = self.store.next_out if again is None else again
        if again is not None and msg_type == RESET:
            body = [*body, (ORIGINAL, stamp(now, self.settings.decimals))]
        self.store.created = self.store.created or now
        frame = enveloped(self.settings, self.dictionary, msg_type, body, seq, now, route)
        if again is None:
            self.store.next_out += 1
            if msg_type not in ADMIN:
                self.store.keep(seq, frame)
        if self._again is not None and again is None:
            self._held.append(Wire(frame))
        elif self.connected and (self.logged_on or msg_type in ADMIN):
            self._out.append(Wire(frame))
            self._pulse.sent = now
        elif self._sent_logon:
            self._held.append(Wire(frame))

    def _resend(self, answer: Resend, now: int) -> None:
        """Send a portion of what was asked for; what is new waits until all of it was sent."""
        for seq, msg_type, fields in answer.portion(self.store, self.settings, now):
            self._send(msg_type, fields, now, again=seq)
        self._again = None if answer.over else answer
        if answer.over:
            self._out += self._held
            self._held.clear()

    def _forget_waiting(self) -> None:
        """Let the peer ask anew for what it has not got."""
        self._again = None
        self._held.clear()

    def _done(self) -> list[Output]:
        """Give the outputs so far."""
        out, self._out = self._out, []
        return out
