"""your-name: a journal in one file of frames, each with its number, its length and a checksum.

Frame 0 is the header. A frame that breaks off is the torn tail of a process that was killed, and ends what can be read;
one whose checksum is wrong was damaged, and is an error.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from struct import Struct
from typing import BinaryIO, Final
from zlib import crc32

from attrs import define, field
from attrs.validators import matches_re
from smartexec.api import Journal, JournalError

HEAD: Final = Struct(">QII")
"""Number, length of the payload, checksum of both and the payload."""
Frame = tuple[int, bytes]


@define
class YourName(Journal):
    """Keep records in one file, each framed and checked."""

    name = "your-name"

    file: str = field(default="journal.frames", validator=matches_re(r"[a-z0-9][a-z0-9._-]*"))
    """Name of the file in the run folder."""

    _path: Path = field(init=False, factory=Path)
    _stream: BinaryIO | None = field(init=False, default=None)
    _pending: list[bytes] = field(init=False, factory=list[bytes])

    def create(self, run: Path, header: bytes) -> None:
        """Start a journal in the folder. Its file appears once the header is durable."""
        self._path = run / self.file
        if self._path.exists():
            raise JournalError(f"{self._path}: found a file, expected none: a journal is never written over")
        part = self._path.with_name(f".{self.file}.part")
        try:
            self._stream = part.open("wb")
            self._put([_frame(0, header)])
            part.rename(self._path)
        except OSError as error:
            raise self._broken(error) from error

    def open(self, run: Path) -> bytes:
        """Open the journal in the folder for reading; give its header."""
        self._path = run / self.file
        number, header = next(self._frames(), (-1, b""))
        if number:
            raise JournalError(f"{self._path}: found no header, expected a journal")
        return header

    def append(self, seq: int, payload: bytes) -> None:
        """Take a record; durable only after `commit`."""
        self._pending.append(_frame(seq, payload))

    def commit(self) -> None:
        """Make what was appended durable. Does nothing if that is nothing."""
        if self._pending:
            pending, self._pending = self._pending, []
            self._put(pending)

    def records(self) -> Iterator[Frame]:
        """Yield the committed records in order of appending."""
        frames = self._frames()
        next(frames, None)
        yield from frames

    def close(self) -> None:
        """Commit and let go. Does nothing if the journal is not open for writing."""
        if self._stream is not None:
            self.commit()
            self._stream.close()
            self._stream = None

    def _put(self, frames: list[bytes]) -> None:
        if self._stream is None:
            raise JournalError(f"{self._path}: found a journal that is not open for writing, expected one that is")
        try:
            self._stream.write(b"".join(frames))
            self._stream.flush()
            os.fsync(self._stream.fileno())
        except OSError as error:
            raise self._broken(error) from error

    def _broken(self, error: OSError) -> JournalError:
        """Let go of a file that cannot be written: nothing may follow a frame that breaks off."""
        stream, self._stream = self._stream, None
        if stream is not None:
            with suppress(OSError):
                stream.close()
        return JournalError(f"{self._path}: found {error.strerror}, expected a file that can be written")

    def _frames(self) -> Iterator[Frame]:
        try:
            data = self._path.read_bytes()
        except OSError as error:
            raise JournalError(f"{self._path}: found {error.strerror}, expected a journal") from error
        at = 0
        while at + HEAD.size <= len(data):
            number, length, checksum = HEAD.unpack_from(data, at)
            payload = data[at + HEAD.size : at + HEAD.size + length]
            if len(payload) < length:
                return
            if checksum != _checksum(number, payload):
                raise JournalError(f"{self._path}: found a damaged frame at byte {at}, expected it as it was written")
            yield number, payload
            at += HEAD.size + length


def _frame(number: int, payload: bytes) -> bytes:
    return HEAD.pack(number, len(payload), _checksum(number, payload)) + payload


def _checksum(number: int, payload: bytes) -> int:
    return crc32(payload, crc32(HEAD.pack(number, len(payload), 0)))
