"""What became of what was sent: AllocationInstructionAck(P), AllocationReportAck(AT), TradeCaptureReportAck(AR).

What peers have said outlives the process: it is among the facts of the archive, which are committed with the sequence
number of the message that said it.
"""

from collections.abc import Callable, Mapping
from typing import Final

from attrs import define, field, frozen

from smartexec_fix.message import Message
from smartexec_fix.post_trade_settings import PostTradeSession
from smartexec_fix.store import Archive

SENT, RECEIVED, ACCEPTED, REJECTED = "sent", "received", "accepted", "rejected"
_BUSINESS_REJECT: Final = b"j"


@frozen
class Form:
    """Where an acknowledgement says what."""

    name: str
    """Of the id that it names."""
    id_tag: int
    status: str
    status_tag: int
    states: Mapping[str, str]
    """Value of the status -> what it means; others mean that it was received."""
    code: str
    code_tag: int
    texts: Mapping[str, str] = field(factory=dict[str, str])
    """Value of the status -> what it is called."""


_ALLOC_STATES: Final = {"0": ACCEPTED, "1": REJECTED, "2": REJECTED, "5": REJECTED}
_ALLOC_TEXTS: Final = {"1": "block level reject", "2": "account level reject", "5": "rejected by an intermediary"}
FORMS: Final[Mapping[bytes, Form]] = {
    b"P": Form("AllocID", 70, "AllocStatus", 87, _ALLOC_STATES, "AllocRejCode", 88, _ALLOC_TEXTS),
    b"AT": Form("AllocReportID", 755, "AllocStatus", 87, _ALLOC_STATES, "AllocRejCode", 88, _ALLOC_TEXTS),
    b"AR": Form(
        "TradeReportID", 571, "TrdRptStatus", 939, {"0": ACCEPTED, "1": REJECTED}, "TradeReportRejectReason", 751
    ),
    _BUSINESS_REJECT: Form("BusinessRejectRefID", 379, "BusinessRejectReason", 380, {}, "BusinessRejectReason", 380),
}
"""MsgType(35) -> its form."""


@define(eq=False)
class Awaited:
    """Something that a peer must acknowledge."""

    state: str
    since: int
    """When it was sent, ns UTC."""


@define(eq=False)
class Acks:
    """All that is awaited, and what came."""

    sessions: Mapping[str, PostTradeSession]
    fault: Callable[[str], None]
    archive: Archive | None = None
    """Where it is remembered; None = nowhere."""
    _awaited: dict[str, dict[str, Awaited]] = field(init=False, factory=dict)

    def expect(self, session: str, name: str, now: int) -> None:
        """Await an acknowledgement, unless it came before a restart."""
        known = self.archive.facts.get(_fact(session, name), SENT) if self.archive is not None else SENT
        self._awaited.setdefault(session, {})[name] = Awaited(known, now)

    def takes(self, message: Message) -> bool:
        """Whether a message is an acknowledgement."""
        return message.msg_type in FORMS

    def take(self, session: str, message: Message) -> None:
        """Take one; a reject is told in one line."""
        form = FORMS[message.msg_type]
        name = message.text(form.id_tag)
        awaited = self._awaited.get(session, {}).get(name)
        state = _state(message, form)
        if awaited is None:
            self.fault(f"FIX session {session}: {form.name}({form.id_tag}): found {name!r}, expected one that was sent")
        if state == REJECTED:
            self.fault(f"FIX session {session}: {form.name}({form.id_tag}) {name}: rejected: {_why(message, form)}")
        if awaited is not None and (state != RECEIVED or awaited.state == SENT):
            awaited.state = state
            if self.archive is not None:
                self.archive.put(_fact(session, name), state)

    def due(self, now: int) -> int | None:
        """When something will have been awaited for too long, ns UTC; None = nothing will."""
        times = (self._late_at(session, one) for session, all_ in self._awaited.items() for one in all_.values())
        return min((at for at in times if at > now), default=None)

    def status(self, session: str, now: int) -> str:
        """Say in a line how things stand with a session."""
        all_ = self._awaited.get(session, {})
        counts = {state: sum(one.state == state for one in all_.values()) for state in (ACCEPTED, RECEIVED, REJECTED)}
        parts = [f"{len(all_)} to be acknowledged", *(f"{count} {state}" for state, count in counts.items() if count)]
        late = [name for name, one in all_.items() if self._late_at(session, one) <= now]
        if late:
            waited = (now - all_[late[0]].since) // 1_000_000_000
            parts.append(f"{len(late)} unacknowledged, the first {late[0]} for {waited} s")
        return ", ".join(parts) if all_ else ""

    def _late_at(self, session: str, one: Awaited) -> int:
        return one.since + self.sessions[session].ack_timeout if one.state == SENT else 1 << 62


def _state(message: Message, form: Form) -> str:
    if message.msg_type == _BUSINESS_REJECT or message.text(150) == "8":
        return REJECTED
    found = message.text(form.status_tag)
    if not found and message.msg_type == b"AR":
        return ACCEPTED  # FIX 4.4 has its status for refusals only where ExecType(150) says the rest
    return form.states.get(found, RECEIVED)


def _why(message: Message, form: Form) -> str:
    status = message.text(form.status_tag)
    parts = [f"{form.status}({form.status_tag}) {status} {form.texts.get(status, '')}".rstrip()]
    if form.code_tag != form.status_tag:
        parts.append(f"{form.code}({form.code_tag}) {message.text(form.code_tag) or 'none'}")
    return ", ".join([*parts, " ".join(message.text(58).split()) or "no text"])


def _fact(session: str, name: str) -> str:
    return f"ack {session} {name}"
