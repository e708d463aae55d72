"""Reading DBN files with databento-dbn: the one place that imports it, so that the rest of the package works without.

What the records mean is for `dbn_rows` and the feed. A file that cannot be read is a ConfigError; one that breaks off
is a fault: what came before it counts.
"""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from smartexec.api import ConfigError
from smartexec_files.faults import Faults

_CHUNK: Final = 1 << 18
_PIECE: Final = 16
"""Bytes of the shortest record, its header."""
_BROKEN: Final = (OSError, EOFError, RuntimeError)
"""What is raised for files that are cut off or damaged, beside DBNError; RuntimeError by the unpacking."""
_ZSTD: Final = b"\x28\xb5\x2f\xfd"


def load() -> ModuleType:
    """Give databento_dbn; ConfigError naming the extra if it is missing."""
    try:
        return import_module("databento_dbn")
    except ImportError:
        text = 'market-data feed "dbn": found no databento-dbn, expected the extra "smartexec-files[dbn]"'
        raise ConfigError(text) from None


def _decode(decoder: Any, chunk: bytes) -> list[Any]:
    """Decode; a panic of the decoder, which some damages cause, is no `Exception` until it is made one here."""
    try:
        return list(decoder.write_and_decode(chunk))
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise RuntimeError(str(error)) from None


def _items(path: Path) -> Iterator[Any]:
    """Yield the metadata, then the records. Raises DBNError, OSError, RuntimeError, and EOFError where it is cut off.

    The decoder keeps back all of a chunk that it cannot read to its end: so that one is read again, piece by piece.
    """
    read = given = 0
    try:
        for upto, items in _chunks(path, None):
            yield from items
            read, given = upto, given + len(items)
    except (OSError, RuntimeError, load().DBNError):
        for _, items in _chunks(path, read):
            yield from items[given:]
            given = max(0, given - len(items))


def _chunks(path: Path, pieces_from: int | None) -> Iterator[tuple[int, list[Any]]]:
    """Yield (bytes read, what they complete). `pieces_from`: in pieces of at most a record after so many bytes."""
    dbn, read = load(), 0
    with path.open("rb") as stream:
        packed = stream.read(4) == _ZSTD
        stream.seek(0)
        decoder = dbn.DBNDecoder(compression=dbn.Compression.ZSTD if packed else dbn.Compression.NONE)
        while chunk := stream.read(_CHUNK if pieces_from is None or read < pieces_from else _PIECE):
            items = _decode(decoder, chunk)
            read += len(chunk)
            yield read, items
    if left := len(decoder.buffer()):
        raise EOFError(f"{left} bytes of a record")


def metadata(path: Path) -> Any:
    """Give a file's metadata; ConfigError if it has none."""
    dbn = load()
    try:
        found = next(_items(path), None)
        if isinstance(found, dbn.Metadata):
            return found
        why = "no metadata"
    except EOFError:
        why = "cut off in its metadata"
    except (*_BROKEN, dbn.DBNError) as error:
        why = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
    raise ConfigError(f"market_data.paths: found {path} ({why}), expected a DBN file, zstd or not") from None


def records(path: Path, faults: Faults) -> Iterator[tuple[int, Any]]:
    """Yield (number from 1, record). Says it when the file breaks off."""
    dbn = load()
    number = 0
    try:
        for item in _items(path):
            if not isinstance(item, dbn.Metadata):
                number += 1
                yield number, item
    except (*_BROKEN, dbn.DBNError) as error:
        faults.line(f"record {number + 1}: found a broken file ({error}), expected its end")
