"""Messages and sessions for the tests."""

from typing import Any

from smartexec_fix.session.session import Session
from smartexec_fix.session.settings import SessionSettings
from smartexec_fix.session.store import MemoryStore, Store
from smartexec_fix.wire import built_in
from smartexec_fix.wire.message import Field, encode
from smartexec_fix.wire.stamps import stamp

START = 1_767_623_400_000_000_000
SECOND = 1_000_000_000


def at(seconds: float) -> int:
    return START + int(seconds * SECOND)


def settings(us: str = "US", them: str = "THEM", **more: Any) -> SessionSettings:
    return SessionSettings(sender_comp_id=us, target_comp_id=them, **more)


def session(
    store: Store | None = None, *, initiator: bool = False, us: str = "US", them: str = "THEM", **more: Any
) -> Session:
    """A session of ours."""
    made = settings(us, them, **more)
    return Session(made, built_in.of(made.version), MemoryStore() if store is None else store, initiator=initiator)


def message(kind: str, seq: int, *body: tuple[int, str | bytes], when: float = 0, **header: str) -> bytes:
    """A frame of the peer."""
    sender, target = header.get("sender", "THEM"), header.get("target", "US")
    fields: list[Field] = [(34, b"%d" % seq), (49, sender.encode()), (52, stamp(at(when))), (56, target.encode())]
    fields += [(tag, value if isinstance(value, bytes) else value.encode()) for tag, value in body]
    return encode(header.get("begin", "FIX.4.4").encode(), kind.encode(), fields)


def logon(seq: int = 1, *body: tuple[int, str], **more: Any) -> bytes:
    return message("A", seq, (98, "0"), (108, "30"), *body, **more)


ORDER: list[tuple[int, str]] = [(11, "c1"), (54, "1"), (55, "ABC"), (38, "100"), (40, "1"), (60, "20260105-14:30:00")]


def order(seq: int, name: str = "c1", **more: Any) -> bytes:
    return message("D", seq, (11, name), *ORDER[1:], **more)
