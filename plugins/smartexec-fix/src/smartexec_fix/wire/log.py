"""What a session said and heard, for people: one line each, secrets masked. Files that grow too long are rotated."""

import logging
import re
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

from attrs import define, field

from smartexec_fix.wire.stamps import stamp

MASKED: Final = (554, 925, 96)
"""Password(554), NewPassword(925), RawData(96): never written."""
MAX_BYTES: Final = 50 * 1024 * 1024
KEPT: Final = 5
_MASK: Final = re.compile(rb"\x01(%b)=[^\x01]*" % b"|".join(b"%d" % tag for tag in MASKED))
_RAW: Final = re.compile(rb"\x0195=(\d{1,9})\x0196=")
_LONGEST: Final = 4_000
"""Bytes of a message that are shown."""


def readable(frame: bytes) -> str:
    """Give a message as a person reads it: `|` between fields, secrets masked, what is no text spelt out."""
    raw = _RAW.search(frame)
    if raw:  # it may hold any bytes
        frame = frame[: raw.end()] + frame[raw.end() + int(raw[1]) :]
    shown = _MASK.sub(b"\x01\\1=***", frame.rstrip(b"\x01"))
    text = shown[:_LONGEST].replace(b"\x01", b"|").decode("utf-8", "backslashreplace")
    if not text.isprintable():
        text = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
    return text if len(shown) <= _LONGEST else f"{text}... ({len(frame)} bytes)"


@define(eq=False)
class MessageLog:
    """A file; without a path, nothing is written."""

    path: Path | None = None
    _handler: logging.Handler | None = field(init=False, default=None)

    def __attrs_post_init__(self) -> None:
        if self.path is not None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._handler = RotatingFileHandler(self.path, maxBytes=MAX_BYTES, backupCount=KEPT, encoding="utf-8")

    def sent(self, frame: bytes, now: int) -> None:
        """Note what leaves."""
        self._write("->", now, frame)

    def heard(self, frame: bytes, now: int) -> None:
        """Note what came in."""
        self._write("<-", now, frame)

    def note(self, text: str, now: int) -> None:
        """Note what happened."""
        self._write("--", now, text.encode("utf-8", "replace"))

    def close(self) -> None:
        """Let go of the file."""
        if self._handler is not None:
            self._handler.close()

    def _write(self, sign: str, now: int, frame: bytes) -> None:
        if self._handler is not None:
            line = f"{stamp(now, 6).decode()} {sign} {readable(frame)}"
            self._handler.emit(logging.makeLogRecord({"msg": line}))
