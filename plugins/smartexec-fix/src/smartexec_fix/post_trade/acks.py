"""What became of what was sent: AllocationInstructionAck(P), AllocationReportAck(AT), TradeCaptureReportAck(AR).

What peers have said outlives the process: it is among the facts of the archive, which are committed with the sequence
number of the message that said it.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

from attrs import define, field, frozen

from smartexec.api import NANOS_PER_SECOND
from smartexec_fix.post_trade.settings import PostTradeSession
from smartexec_fix.session.store import Archive
from smartexec_fix.wire.message import Message

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
    """What a session must acknowledge."""

    states: dict[str, str] = field(init=False, factory=dict)
    """By id."""
    silent: dict[str, int] = field(init=False, factory=dict)
    """Those of which nothing was heard -> when they were sent, ns UTC, in that order."""
    late: dict[str, int] = field(init=False, factory=dict)
    """Those among them whose time is over, likewise."""

    def settle(self, name: str, state: str) -> None:
        """Something was heard of one."""
        self.states[name] = state
        self.silent.pop(name, None)
        self.late.pop(name, None)

    def due(self, now: int, timeout: int) -> int | None:
        """Put aside those whose time is over; give when that of the next one is."""
        while self.silent:
            name, since = next(iter(self.silent.items()))
            if since + timeout > now:
                return since + timeout
            self.late[name] = self.silent.pop(name)
        return None


@define(eq=False)
class Acks:
    """All that is awaited, and what came."""

    sessions: Mapping[str, PostTradeSession]
    fault: Callable[[str], None]
    archive: Archive | None = None
    """Where it is remembered; None = nowhere."""
    _awaited: dict[str, Awaited] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._awaited = {name: Awaited() for name in self.sessions}

    def expect(self, session: str, name: str, now: int) -> None:
        """Await an acknowledgement, unless it came before a restart."""
        one = self._awaited[session]
        known = self.archive.facts.get(_fact(session, name)) if self.archive is not None else None
        one.states[name] = known or SENT
        if known is None:
            one.silent[name] = now

    def takes(self, message: Message) -> bool:
        """Whether a message is an acknowledgement."""
        return message.msg_type in FORMS

    def take(self, session: str, message: Message) -> None:
        """Take one; a reject is told in one line."""
        form = FORMS[message.msg_type]
        name, state, one = message.text(form.id_tag), _state(message, form), self._awaited[session]
        what, known = f"FIX session {session}: {form.name}({form.id_tag})", one.states.get(name)
        if known is None:
            self.fault(f"{what}: found {name!r}, expected one that was sent")
        if state == REJECTED:
            self.fault(f"{what} {name}: rejected: {_why(message, form)}")
        if known is not None and (state != RECEIVED or known == SENT):
            one.settle(name, state)
            if self.archive is not None:
                self.archive.put(_fact(session, name), state)

    def due(self, now: int) -> int | None:
        """When something will have been awaited for too long, ns UTC; None = nothing will."""
        times = (one.due(now, self.sessions[name].ack_timeout) for name, one in self._awaited.items())
        return min((at for at in times if at is not None), default=None)

    def status(self, session: str, now: int) -> str:
        """Say in a line how things stand with a session; "" if nothing was to be acknowledged."""
        one = self._awaited[session]
        one.due(now, self.sessions[session].ack_timeout)
        counts = Counter(one.states.values())
        parts = [f"{len(one.states)} to be acknowledged"]
        parts += [f"{counts[state]} {state}" for state in (ACCEPTED, RECEIVED, REJECTED) if counts[state]]
        if one.late:
            name, since = next(iter(one.late.items()))
            parts.append(f"{len(one.late)} unacknowledged, the first {name} for {(now - since) // NANOS_PER_SECOND} s")
        return ", ".join(parts) if one.states else ""


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
