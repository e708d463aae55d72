"""The session of a venue adapter: it adds the fields that the venue wants in every message, and hands over what a
session otherwise keeps to itself, a Reject(3) of ours, and a report that the dictionary refuses.
"""

from collections.abc import Mapping

from attrs import define, field

from smartexec_fix.checking import COMP_ID, SENDING_TIME, Fault
from smartexec_fix.dialect import ALL, Dialect
from smartexec_fix.message import Field, Message, parse
from smartexec_fix.orders_out import pairs
from smartexec_fix.outputs import App
from smartexec_fix.session import Session

REPORT = b"8"


@define(eq=False)
class VenueSession(Session):
    """A session with a venue."""

    extra: Mapping[bytes, list[Field]] = field(factory=dict, kw_only=True)
    """MsgType(35) -> further fields."""

    def named(self, seq: int) -> Message | None:
        """Give the application message that we sent with a number, None if it is not kept."""
        return next((parse(frame) for _, frame in self.store.sent(seq, seq)), None)

    def _on_reject(self, message: Message, now: int) -> None:
        if self._verify(message, now):
            self.store.next_in += 1
            self._out.append(App(message))

    def _refuse(self, message: Message, fault: Fault, now: int) -> None:
        """A report may be of an execution: refused or not, it is a fact."""
        super()._refuse(message, fault, now)
        if message.msg_type == REPORT and fault.reason not in (COMP_ID, SENDING_TIME):
            self._out.append(App(message))

    def _send(
        self, msg_type: bytes, body: list[Field], now: int, *, again: int | None = None, route: Message | None = None
    ) -> None:
        more = self.extra.get(msg_type, self.extra.get(ALL.encode(), [])) if again is None else []
        super()._send(msg_type, [*body, *more], now, again=again, route=route)


def extra_of(dialect: Dialect) -> dict[bytes, list[Field]]:
    """Give the further fields of each MsgType(35): those of all messages, and its own."""
    common = dialect.tags.get(ALL, {})
    return {kind.encode(): pairs({**common, **tags}) for kind, tags in dialect.tags.items()}
