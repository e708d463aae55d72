"""What a session wants done, and what it has to tell. Values only."""

from attrs import frozen

from smartexec_fix.wire.message import Message


@frozen
class Wire:
    """Bytes for the peer."""

    data: bytes


@frozen
class App:
    """A message for the application, in sequence, checked."""

    message: Message


@frozen
class Up:
    """Both sides are logged on."""


@frozen
class Free:
    """All that the peer had asked for is sent: what is new may follow."""


@frozen
class Down:
    """The session is over for now."""

    reason: str


@frozen
class HangUp:
    """The connection is to be closed. `until`: not opened again before then, ns UTC."""

    reason: str
    until: int | None = None
    expected: bool = False
    """Whether nothing is wrong: both sides have said goodbye, or it is closing time."""
    intruder: bool = False
    """Whether who connected did not know the password."""


@frozen
class Note:
    """Something for the log."""

    text: str


@frozen
class Said:
    """What a session has to tell its application."""

    session: str
    """Its name."""
    what: "App | Up | Free | Down"


Output = Wire | App | Up | Free | Down | HangUp | Note
