"""The bodies of what a session says of its own: Logon(A), Reject(3), BusinessMessageReject(j), and routes back."""

from collections.abc import Iterator
from typing import Final

from smartexec_fix.session.settings import SessionSettings
from smartexec_fix.wire.checking import Fault
from smartexec_fix.wire.message import Field, Message

UNSUPPORTED_TYPE: Final = 3
"""BusinessRejectReason(380)."""
_ROUTES: Final = ((115, 128), (116, 129), (144, 145), (128, 115), (129, 116), (145, 144))
"""OnBehalfOf... and DeliverTo... (CompID, SubID, LocationID) of a message -> those of an answer to it."""
_LAST_OF_4_2: Final = 11
"""FIX 4.2 knows SessionRejectReason(373) up to this."""


def logon(
    settings: SessionSettings, seconds: int, *, reset: bool, next_in: int | None, login: bool = False
) -> list[Field]:
    """Logon(A); with name and password where we log on somewhere."""
    body: list[Field] = [(98, b"0"), (108, b"%d" % seconds)]
    if reset:
        body.append((141, b"Y"))
    if login and settings.username:
        body.append((553, settings.username.encode()))
    if login and settings.password:
        body.append((554, settings.password.encode()))
    if next_in is not None:
        body.append((789, b"%d" % next_in))
    if settings.fixt:
        body.append((1137, settings.appl_ver_id))
    return body


def reject(settings: SessionSettings, message: Message, fault: Fault, text: str, *, named: bool) -> list[Field]:
    """Reject(3) of a message: before FIX 4.2 only a text, which names the tag."""
    body: list[Field] = [(45, message.get(34) or b"0")]
    if not settings.rejects_have_reasons:
        tag = f" ({fault.tag})" if fault.tag is not None else ""
        return [*body, (58, f"{text}{tag}".encode())]
    body.append((58, text.encode()))
    if fault.tag is not None and named:
        body.append((371, b"%d" % fault.tag))
    body.append((372, message.msg_type))
    if settings.version != "FIX.4.2" or fault.reason <= _LAST_OF_4_2:
        body.append((373, b"%d" % fault.reason))
    return body


def unsupported(settings: SessionSettings, message: Message) -> tuple[bytes, list[Field]]:
    """Refuse a message that FIX has and we do not take: (MsgType, body)."""
    seq = message.get(34) or b"0"
    if not settings.rejects_have_reasons:
        return b"3", [(45, seq), (58, b"Unsupported message type")]
    body: list[Field] = [(45, seq), (58, b"Unsupported Message Type"), (372, message.msg_type)]
    body.append((380, b"%d" % UNSUPPORTED_TYPE))
    if settings.fixt:
        body.append((1137, settings.appl_ver_id))
    return b"j", body


def route_back(message: Message) -> Iterator[Field]:
    """Yield the header fields that take an answer back to who is behind the peer; empty ones are left out."""
    for theirs, ours in _ROUTES:
        value = message.get(theirs)
        if value:
            yield ours, value
