"""The terms of a logon: who knows the password, and what nobody can keep. Looked at before anything is done."""

from hmac import compare_digest
from typing import Final

from smartexec_fix.session.outputs import HangUp
from smartexec_fix.session.settings import SessionSettings
from smartexec_fix.session.standing import number
from smartexec_fix.wire.message import Message

LONGEST_HEARTBEAT: Final = 86_400
"""HeartBtInt(108), s."""
NAME, PASSWORD, HEARTBEAT, RESET, NEXT_EXPECTED = 553, 554, 108, 141, 789


def unacceptable(logon: Message, settings: SessionSettings, next_out: int, *, initiator: bool) -> HangUp | None:
    """Give why a Logon(A) is refused; None if it is not. `initiator`: it answers ours, without a password."""
    if not initiator and not _known(logon, settings):
        return HangUp("found a wrong Username(553) or Password(554), expected those of the session", intruder=True)
    seconds, wants = int(logon.get(HEARTBEAT) or 0), int(logon.get(NEXT_EXPECTED) or 0)
    if not 0 <= seconds <= LONGEST_HEARTBEAT:
        return HangUp(f"found HeartBtInt(108) {seconds}, expected 0 to {LONGEST_HEARTBEAT}")
    if settings.next_expected and logon.get(RESET) != b"Y" and wants > next_out:
        return HangUp(f"found NextExpectedMsgSeqNum(789) {wants}, expected {next_out} at the most: was state lost?")
    return None


def announced(logon: Message, settings: SessionSettings, next_in: int) -> int | None:
    """Give the NextExpectedMsgSeqNum(789) of an answer: behind the logon, unless something before it is missing."""
    return next_in + (number(logon) == next_in) if settings.next_expected else None


def _known(logon: Message, settings: SessionSettings) -> bool:
    """Whether it has the name and the password that the session wants."""
    pairs = ((settings.username, logon.text(NAME)), (settings.password, logon.text(PASSWORD)))
    return all(not own or compare_digest(own.encode(), his.encode()) for own, his in pairs)
