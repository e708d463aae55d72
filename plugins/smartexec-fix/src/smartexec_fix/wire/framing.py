"""Bytes to frames: one FIX message each, its BodyLength(9) and CheckSum(10) verified; what is garbled is skipped.

A frame begins with `8=` at the beginning or after an SOH, and ends with the first CheckSum(10) field at or behind the
place that its BodyLength(9) names: a length that is wrong swallows what follows, and the whole is garbled. A garbled
message is ignored as if it had never come (FIX 4.4 volume 2, "garbled messages"); reading goes on at the next `8=`.
"""

import re
from collections.abc import Iterator
from typing import Final

from attrs import define, field

SOH: Final = b"\x01"
MAX_BODY: Final = 1_000_000
"""Bytes that a BodyLength(9) may name: a peer that names more is not waited for."""
MAX_STRAY: Final = 4096
"""Bytes that are waited for where no end is in sight: behind a body without a CheckSum(10), after a head without a
length."""
_HEAD: Final = re.compile(rb"8=[^\x01]{0,32}\x019=(\d{1,9})\x01")
"""Bounded, so that looking costs the same however much has come."""
_TAIL: Final = re.compile(rb"10=[0-9]{3}\x01")
_LONGEST_HEAD: Final = 64


@define(eq=False)
class Framer:
    """What a peer has sent and has not been framed yet."""

    garbled: int = 0
    """Messages that were skipped so far."""
    _buffer: bytearray = field(init=False, factory=bytearray)

    @property
    def waiting(self) -> int:
        """Bytes that are no frame yet."""
        return len(self._buffer)

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take bytes; yield each whole frame that verifies. At most `MAX_BODY` bytes and a little are ever kept."""
        self._buffer += data
        while True:
            frame = self._next()
            if frame is None:
                return
            if frame and verified(frame):
                yield frame
            else:
                self.garbled += 1

    def _next(self) -> bytes | None:
        """Take the next frame off the buffer: empty if it is no message at all, None if more must come."""
        buffer = self._buffer
        if not buffer.startswith(b"8="):
            begin = buffer.find(b"\x018=")
            if begin < 0:
                del buffer[: max(0, len(buffer) - 2)]  # what is left may be the beginning of "SOH 8="
                return None
            del buffer[: begin + 1]
        head = _HEAD.match(buffer)
        if head is None:
            return self._headless()
        length = int(head[1])
        if length > MAX_BODY:
            return self._skip()
        end = head.end() + length
        if len(buffer) < end:
            return None
        sum_at = buffer.find(b"\x0110=", end - 1)
        stop = buffer.find(SOH, sum_at + 4) if sum_at >= 0 else -1
        if stop < 0:
            return None if len(buffer) < end + MAX_STRAY else self._skip()
        frame = bytes(buffer[: stop + 1])
        del buffer[: stop + 1]
        return frame

    def _headless(self) -> bytes | None:
        """What to do with something that begins like a message and names no length yet, or never will."""
        buffer = self._buffer
        if len(buffer) < _LONGEST_HEAD and buffer.count(SOH) < 2:
            return None
        if len(buffer) < MAX_STRAY and buffer.find(b"\x018=", 2) < 0:
            last = buffer.find(b"\x0110=")
            stop = buffer.find(SOH, last + 4) if last >= 0 else -1
            if stop < 0:
                return None
            del buffer[: stop + 1]
            return b""
        return self._skip()

    def _skip(self) -> bytes:
        """Let go of a beginning that is none: what follows is searched for the next, behind an SOH."""
        del self._buffer[:1]
        return b""


def verified(frame: bytes) -> bool:
    """Whether a frame's length and checksum are true, and it begins with BeginString(8), BodyLength(9), MsgType(35)."""
    head = _HEAD.match(frame)
    if head is None or not frame.startswith(b"35=", head.end()):
        return False
    at = head.end() + int(head[1])
    return _TAIL.fullmatch(frame, at) is not None and checksum(frame[:at]) == int(frame[at + 3 : at + 6])


def checksum(data: bytes) -> int:
    """Give CheckSum(10): the sum of all bytes before it, modulo 256."""
    return sum(data) & 255
