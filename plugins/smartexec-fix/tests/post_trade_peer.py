"""The other end of post-trade sessions, for the tests: bytes in, bytes out, and what came by its id."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from attrs import define, field

from smartexec.testing import SinkPeer
from smartexec_fix.session.outputs import App, Output, Wire
from smartexec_fix.session.sessions import session_of
from smartexec_fix.session.settings import SECOND, SessionSettings
from smartexec_fix.session.store import MemoryStore, Store
from smartexec_fix.wire.framing import Framer
from smartexec_fix.wire.message import Field, Message

IDS: Final = {b"8": 17, b"9": 11, b"J": 70, b"AS": 755, b"AE": 571, b"j": 45}
"""MsgType(35) -> the tag of its id."""
Answers = Callable[[Message], tuple[bytes, list[Field]] | None]


def silent(_: Message) -> None:
    """Acknowledge nothing."""
    return


def accepted(message: Message) -> tuple[bytes, list[Field]] | None:
    """Acknowledge what wants it."""
    common: list[Field] = [(75, message.get(75) or b""), (60, message.get(60) or b"")]
    if message.msg_type == b"J":
        return b"P", [(70, message.get(70) or b""), *common, (87, b"0")]
    if message.msg_type == b"AS":
        return b"AT", [(755, message.get(755) or b""), (70, b"x"), *common, (87, b"0")]
    if message.msg_type == b"AE":
        return b"AR", [(571, message.get(571) or b""), (150, b"F"), (55, message.get(55) or b""), (939, b"0")]
    return None


@define(eq=False)
class Peer(SinkPeer):
    """A peer; `calls` = it connects to us."""

    channel: str
    us: str = "BANK"
    them: str = "DESK"
    calls: bool = True
    version: str = "FIX.4.4"
    more: dict[str, Any] = field(factory=dict)
    """Further settings of its session."""
    answer: Answers = silent
    store: Store = field(factory=MemoryStore)
    got: list[str] = field(init=False, factory=list)
    messages: list[Message] = field(init=False, factory=list)
    _framer: Framer = field(init=False, factory=Framer)

    def __attrs_post_init__(self) -> None:
        made = SessionSettings(
            version=self.version,
            sender_comp_id=self.us,
            target_comp_id=self.them,
            heartbeat=30 * SECOND,
            max_latency=0,
            **self.more,
        )
        self.session = session_of(made, self.store, initiator=self.calls)

    def opened(self, now: int) -> Iterable[bytes]:
        self._framer = Framer()
        return self._done(self.session.opened(now), now)

    def received(self, data: bytes, now: int) -> Iterable[bytes]:
        out: list[bytes] = []
        for frame in self._framer.feed(data):
            if self.session.connected:
                out += self._done(self.session.received(frame, now), now)
        return out

    def closed(self, now: int) -> None:
        self.session.lost(now, "cut")

    def say(self, msg_type: bytes, fields: list[Field], now: int) -> list[bytes]:
        """Give the bytes of a message of its own."""
        return self._done(self.session.send(msg_type, fields, now), now)

    def of(self, msg_type: str) -> list[Message]:
        """What came of a type."""
        return [one for one in self.messages if one.msg_type == msg_type.encode()]

    def _done(self, outputs: Iterable[Output], now: int) -> list[bytes]:
        bytes_: list[bytes] = []
        for one in outputs:
            if isinstance(one, Wire):
                bytes_.append(one.data)
            elif isinstance(one, App):
                message = one.message
                self.messages.append(message)
                self.got.append(f"{message.msg_type.decode()} {message.text(IDS[message.msg_type])}")
                answer = self.answer(message)
                bytes_ += self.say(*answer, now) if answer is not None else []
        return bytes_
