"""Journals with one fault each, beside a healthy one, and their conformance classes."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import IO

from attrs import define, field

from smartexec.api import Journal, JournalError
from smartexec.testing import JournalKit

FILE = "log"
HEAD = -1
"""The number of the header's frame."""
DIGEST = 8
PREFIX = 8 + 8 + DIGEST


def frame(seq: int, payload: bytes) -> bytes:
    """A record as it stands in the file: number, length, digest, payload."""
    start = seq.to_bytes(8, "big", signed=True) + len(payload).to_bytes(8, "big")
    return start + blake2b(start + payload, digest_size=DIGEST).digest() + payload


@define
class Healthy(Journal):
    """Keeps records in one file, each with a digest, and one lock; a commit is one write and one sync."""

    name = "healthy"

    _path: Path = field(init=False, factory=Path)
    _file: IO[bytes] | None = field(init=False, default=None)
    _pending: list[bytes] = field(init=False, factory=list)

    def create(self, run: Path, header: bytes) -> None:
        self._path = run / FILE
        with self.errors():
            self._file = self._path.open("a+b")
            self.lock(self._file)
            self.check_new()
            self._file.truncate(0)
            self.put(frame(HEAD, header))

    def open(self, run: Path) -> bytes:
        self._path = run / FILE
        with self.errors():
            self._file = self._path.open("rb")
            return self.header()

    def resume(self, run: Path) -> bytes:
        self._path = run / FILE
        with self.errors():
            self._file = self._path.open("r+b")
            self.lock(self._file)
            header = self.header()
            self._file.truncate(self.end(None))
            return header

    def cut(self, seq: int) -> None:
        with self.errors():
            self.opened().truncate(self.end(seq))

    def append(self, seq: int, payload: bytes) -> None:
        self._pending.append(frame(seq, payload))

    def commit(self) -> None:
        if self._pending:
            with self.errors():
                self.put(b"".join(self._pending))
            self._pending.clear()

    def records(self) -> Iterator[tuple[int, bytes]]:
        with self.errors():
            yield from ((seq, payload) for seq, payload, _ in self.frames() if seq != HEAD)

    def close(self) -> None:
        if self._file is None:
            return
        try:
            self.commit()
        finally:
            file, self._file = self._file, None
            if file is not None:
                file.close()

    # -- the file --------------------------------------------------------------------------------------------------

    def check_new(self) -> None:
        if any(True for _ in self.frames()):
            raise JournalError(f"{self._path}: found a journal, expected none")

    def lock(self, file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def opened(self) -> IO[bytes]:
        if self._file is None:
            raise JournalError(f"{self._path}: found a closed journal, expected an open one")
        return self._file

    def put(self, data: bytes) -> None:
        file = self.opened()
        file.seek(0, os.SEEK_END)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())

    def header(self) -> bytes:
        for seq, payload, _ in self.frames():
            if seq == HEAD:
                return payload
            break
        raise JournalError(f"{self._path}: found no header, expected a journal")

    def end(self, seq: int | None) -> int:
        """Where the whole frames end, or those before a number."""
        end = 0
        for number, _, upto in self.frames():
            if seq is not None and number >= seq:
                break
            end = upto
        return end

    def frames(self) -> Iterator[tuple[int, bytes, int]]:
        """Yield (number, payload, where it ends) as long as they are whole."""
        file, at = self.opened(), 0
        while True:
            file.seek(at)
            start = file.read(PREFIX)
            length = int.from_bytes(start[8:16], "big")
            if len(start) < PREFIX or length > 1 << 30:
                return
            payload, seq = file.read(length), int.from_bytes(start[:8], "big", signed=True)
            if not self.whole(seq, length, payload, start):
                return
            at += PREFIX + length
            yield seq, payload, at

    def whole(self, seq: int, length: int, payload: bytes, start: bytes) -> bool:
        return len(payload) == length and frame(seq, payload)[:PREFIX] == start

    @contextmanager
    def errors(self) -> Iterator[None]:
        try:
            yield
        except (OSError, JournalError) as error:
            file, self._file = self._file, None
            if file is not None:
                with suppress(OSError):  # it has been said
                    file.close()
            if isinstance(error, JournalError):
                raise
            raise JournalError(f"{self._path}: found {error}, expected a journal") from error


class TestHealthy(JournalKit):
    journal = Healthy


@define
class WritesAtTheEnd(Healthy):
    """Keeps all in memory until it is closed: J-12 must catch it."""

    name = "writes-at-the-end"

    def commit(self) -> None:
        return

    def close(self) -> None:
        if self._file is not None:
            super().commit()
        super().close()


class TestWritesAtTheEnd(JournalKit):
    journal = WritesAtTheEnd


@define
class WritesTooSoon(Healthy):
    """Writes records before they are committed: J-08 must catch it."""

    name = "writes-too-soon"

    def append(self, seq: int, payload: bytes) -> None:
        self.put(frame(seq, payload))


class TestWritesTooSoon(JournalKit):
    journal = WritesTooSoon


@define
class WritesOver(Healthy):
    """Begins anew where there is a journal: J-10 must catch it."""

    name = "writes-over"

    def check_new(self) -> None:
        return


class TestWritesOver(JournalKit):
    journal = WritesOver


@define
class TrustsTheDisk(Healthy):
    """Does not look whether a header is as it was written: J-13 must catch it."""

    name = "trusts-the-disk"

    def whole(self, seq: int, length: int, payload: bytes, start: bytes) -> bool:
        return len(payload) == length


class TestTrustsTheDisk(JournalKit):
    journal = TrustsTheDisk


@define
class SwallowsErrors(Healthy):
    """Goes on where the disk is full: J-14 must catch it."""

    name = "swallows-errors"

    def put(self, data: bytes) -> None:
        try:
            super().put(data)
        except OSError:
            return


class TestSwallowsErrors(JournalKit):
    journal = SwallowsErrors


@define
class StartsAgain(Healthy):
    """Throws away what it is to go on after: J-15 must catch it."""

    name = "starts-again"

    def end(self, seq: int | None) -> int:
        return super().end(seq) if seq is not None else next(upto for _, _, upto in self.frames())


class TestStartsAgain(JournalKit):
    journal = StartsAgain


@define
class LetsTwoWrite(Healthy):
    """Takes no lock: J-17 must catch it."""

    name = "lets-two-write"

    def lock(self, file: IO[bytes]) -> None:
        return


class TestLetsTwoWrite(JournalKit):
    journal = LetsTwoWrite
