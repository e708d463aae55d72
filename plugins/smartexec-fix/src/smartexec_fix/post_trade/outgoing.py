"""A message that post-trade has for a session. Values only."""

from attrs import frozen

from smartexec_fix.wire.message import Field


@frozen
class Out:
    """What is to be sent, and whether an answer is awaited."""

    session: str
    msg_type: bytes
    fields: list[Field]
    awaits: str = ""
    """The id that its acknowledgement will name; "" = none is awaited."""
