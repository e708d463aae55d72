"""The wire of an adapter: the channels it asks for, what happens on them, what it wants done on them. Values only.

Sockets, TLS, reconnecting and time-outs are the transport's; an adapter sees bytes and times. `channel` is the name
that the adapter gave the channel. A channel that is lost is opened again by the transport until the run is over.
"""

from collections.abc import Iterable

from attrs import field, frozen
from attrs.validators import gt, min_len

from smartexec.model.ids import NANOS_PER_SECOND


@frozen(kw_only=True)
class Tls:
    """Transport security, TLS 1.2 or later. A server's certificate and name are always verified."""

    ca: str = ""
    """File with the authorities to trust, PEM; "" = those of the system. With it a server demands a certificate."""
    cert: str = ""
    """File with the own certificate, PEM; "" = none is shown; a server needs one."""
    key: str = ""
    """File with its private key, PEM; "" = in `cert`."""
    server_name: str = ""
    """Name that the peer's certificate must have; "" = the host's."""


def _texts(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(texts)


@frozen
class Tcp:
    """A stream of bytes, in pieces of any size."""

    name: str = field(validator=min_len(1))
    """Of the channel."""
    hosts: tuple[str, ...] = field(converter=_texts, validator=min_len(1))
    """"HOST:PORT" each: the first that answers is used."""
    tls: Tls | None = None
    """None = not encrypted."""


@frozen
class TcpServer:
    """Streams of bytes that others open.

    The nth connection is a channel of its own, named NAME/n; once it is closed it is not opened again.
    """

    name: str = field(validator=min_len(1))
    """Of the server."""
    address: str = field(validator=min_len(1))
    """"HOST:PORT" to listen on."""
    tls: Tls | None = None
    """None = not encrypted."""
    allow: tuple[str, ...] = field(default=("127.0.0.0/8", "::1/128"), converter=_texts)
    """Networks that may connect; others are closed at once."""
    most: int = field(default=1000, validator=gt(0))
    """Connections at one time; more are closed at once."""


@frozen
class WebSocket:
    """Messages, each whole (RFC 6455)."""

    name: str = field(validator=min_len(1))
    """Of the channel."""
    url: str = field(validator=min_len(1))
    """ws:// or wss://."""
    headers: tuple[tuple[str, str], ...] = ()
    """Of the opening request."""
    binary: bool = False
    """Send binary messages; else text, which `data` holds as UTF-8."""
    tls: Tls | None = None
    """Of a wss:// address; None = the system's authorities."""


@frozen
class Http:
    """Requests and their responses. It is open from the beginning; a request that is not answered is said to be so."""

    name: str = field(validator=min_len(1))
    """Of the channel."""
    url: str = field(validator=min_len(1))
    """Address that each request's path is added to."""
    timeout: int = field(default=5 * NANOS_PER_SECOND, validator=gt(0))
    """A request is given up after this long, ns."""
    parallel: int = field(default=1, validator=gt(0))
    """Requests under way at once: with more than one they may overtake each other."""
    tls: Tls | None = None
    """Of a https:// address; None = the system's authorities."""


@frozen
class Opened:
    """A channel is open; what was sent on it before is gone."""

    channel: str
    peer: str = ""
    """Address of who connected to a server."""


@frozen
class Received:
    """Bytes came in: a piece of a stream, or one whole message of a WebSocket."""

    channel: str
    data: bytes


@frozen
class Closed:
    """A channel is closed, or could not be opened."""

    channel: str
    reason: str = ""


@frozen
class Response:
    """The answer to a request. `status` 0: none came, so what was asked may have been done or not."""

    channel: str
    ref: str
    """As in the request."""
    status: int
    """Status code (RFC 9110)."""
    data: bytes = b""
    reason: str = ""
    """Why no answer came."""


@frozen
class Send:
    """Send bytes on a stream, or one message on a WebSocket. Does nothing where the channel is not open."""

    channel: str
    data: bytes


@frozen
class Request:
    """Make a HTTP request."""

    channel: str
    ref: str
    """Names the request in its response."""
    method: str
    """GET, POST, ..."""
    path: str
    """Added to the channel's address."""
    data: bytes = b""
    """The body."""
    headers: tuple[tuple[str, str], ...] = ()


@frozen
class Close:
    """Close a channel, once what was sent on it has left; the transport opens it again, if it had opened it."""

    channel: str
    reason: str = ""
    """For the log."""
    until: int | None = None
    """Not before this time, ns UTC; None = as after any loss."""


Channel = Tcp | TcpServer | WebSocket | Http
WireInput = Opened | Received | Closed | Response
WireOutput = Send | Request | Close
