"""Whether a message is of now, and from whom it should be."""

from smartexec_fix.session.settings import SessionSettings
from smartexec_fix.wire.checking import COMP_ID, SENDING_TIME, Fault
from smartexec_fix.wire.message import Message
from smartexec_fix.wire.stamps import read_stamp

SENDER, TARGET, SENT_AT, ORIGINAL, NUMBER = 49, 56, 52, 122, 34
MOST_DIGITS = 10


def standing(message: Message, settings: SessionSettings, now: int) -> Fault | None:
    """Give what is wrong with SendingTime(52), SenderCompID(49) or TargetCompID(56); None if nothing is."""
    most, sent = settings.max_latency, _time(message, SENT_AT)
    if most and (sent is None or abs(now - sent) > most):
        return Fault(SENDING_TIME)
    if (message.text(SENDER), message.text(TARGET)) != (settings.target_comp_id, settings.sender_comp_id):
        return Fault(COMP_ID)
    return None


def number(message: Message) -> int | None:
    """Give MsgSeqNum(34); None if it is none."""
    value = message.get(NUMBER) or b""
    return int(value) if value.isdigit() and len(value) <= MOST_DIGITS else None


def before_its_time(message: Message) -> bool:
    """Whether OrigSendingTime(122) is later than SendingTime(52), or one of them is no time."""
    original, sent = _time(message, ORIGINAL), _time(message, SENT_AT)
    return original is None or sent is None or original > sent


def _time(message: Message, tag: int) -> int | None:
    """Read a time; None if it is none, such as the 31st of February."""
    try:
        return read_stamp(message.get(tag) or b"")
    except ValueError:
        return None
