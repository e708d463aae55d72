"""Reading market-data files row by row: plain, gzip or zip (one member), told apart by their first bytes.

What a row means is for the feeds. A file that cannot be opened is a ConfigError; one that breaks off is a fault: what
came before it counts.
"""

import gzip
import hashlib
import io
import zipfile
import zlib
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Final

from smartexec.api import ConfigError
from smartexec_files.faults import Faults

_BROKEN: Final = (EOFError, OSError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError)
"""What the standard library raises for archives that are cut off, damaged, encrypted or packed in an unknown way."""
_CHUNK: Final = 1 << 20


@contextmanager
def _unpack(path: Path) -> Generator[IO[bytes], None, None]:
    with ExitStack() as held:
        raw = held.enter_context(path.open("rb"))
        magic = raw.read(4)
        raw.seek(0)
        if magic[:2] == b"\x1f\x8b":
            packed = held.enter_context(gzip.GzipFile(fileobj=raw))
            yield io.BufferedReader(_Pieces(packed), _CHUNK)
        elif magic[:2] == b"PK" or path.suffix == ".zip":
            archive = held.enter_context(zipfile.ZipFile(raw))
            names = [n for n in archive.namelist() if not n.endswith("/")]
            if len(names) != 1:
                raise zipfile.BadZipFile(f"{len(names)} files in it, expected 1")
            yield held.enter_context(archive.open(names[0]))
        elif path.suffix == ".gz":
            raise gzip.BadGzipFile("not a gzip file")
        else:
            yield raw


class _Pieces(io.RawIOBase):
    """A gzip file in pieces as they are unpacked: what was read before it breaks off is given before that is said."""

    def __init__(self, packed: gzip.GzipFile) -> None:
        self._packed = packed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        piece = self._packed.read1(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


def check(path: Path, key: str) -> None:
    """Make sure that a file can be read; `key` is the parameter that names it. Raises ConfigError."""
    try:
        with _unpack(path) as stream:
            stream.read(1)
    except EOFError:
        return  # cut off in its first block: said as a fault when the rows are read
    except _BROKEN as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ConfigError(f"{key}: found {path} ({why}), expected a readable file, plain, .gz or .zip") from None


def rows(path: Path, faults: Faults) -> Iterator[tuple[int, list[str]]]:
    """Yield (row number from 1, cells); empty lines are passed over. Says it when the file breaks off."""
    for number, line in lines(path, faults):
        text = line.decode("ascii", "backslashreplace").rstrip("\r\n")
        if text:
            yield number, text.split(",")


def lines(path: Path, faults: Faults) -> Iterator[tuple[int, bytes]]:
    """Yield (row number from 1, line as it stands). Says it when the file breaks off."""
    number = 0
    try:
        with _unpack(path) as stream:
            for line in stream:
                number += 1
                yield number, line
    except _BROKEN as error:
        why = str(error) or type(error).__name__
        faults.line(f"row {number + 1}: found a broken file ({why}), expected its end")


def digest(paths: Iterable[Path]) -> str:
    """SHA-256 over the bytes of files, each preceded by its length so that no two sets of files look alike."""
    total = hashlib.sha256()
    for path in paths:
        total.update(path.stat().st_size.to_bytes(8, "big"))
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                total.update(chunk)
    return f"sha256:{total.hexdigest()}"
