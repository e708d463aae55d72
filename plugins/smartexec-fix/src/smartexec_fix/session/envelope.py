"""The header that a message of ours gets, and its frame. Fields stand in ascending order of their tags."""

from smartexec_fix.session import admin
from smartexec_fix.session.settings import SessionSettings
from smartexec_fix.wire.checking import arranged, split
from smartexec_fix.wire.dictionary import Dictionary
from smartexec_fix.wire.message import Field, Message, encode
from smartexec_fix.wire.stamps import stamp


def enveloped(
    settings: SessionSettings,
    dictionary: Dictionary,
    msg_type: bytes,
    body: list[Field],
    seq: int,
    now: int,
    route: Message | None = None,
) -> bytes:
    """Give the frame of a message. `body` may have header fields of its own; `route`: what it is an answer to."""
    header, rest, trailer = split(body, dictionary)
    header += [
        (34, b"%d" % seq),
        (49, settings.sender_comp_id.encode()),
        (52, stamp(now, settings.decimals)),
        (56, settings.target_comp_id.encode()),
        *(admin.route_back(route) if route is not None else ()),
    ]
    definition = dictionary.messages.get(msg_type, dictionary.trailer)
    return encode(settings.begin_string, msg_type, [*sorted(header), *arranged(rest, definition), *trailer])
