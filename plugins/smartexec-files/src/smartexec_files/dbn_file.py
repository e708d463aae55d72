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


def _items(path: Path) -> Iterator[Any]:
    """Yield the metadata, then the records. Raises DBNError, OSError, and EOFError where the file is cut off."""
    dbn = load()
    with path.open("rb") as stream:
        packed = stream.read(4) == _ZSTD
        stream.seek(0)
        decoder = dbn.DBNDecoder(compression=dbn.Compression.ZSTD if packed else dbn.Compression.NONE)
        while chunk := stream.read(_CHUNK):
            yield from decoder.write_and_decode(chunk)
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
