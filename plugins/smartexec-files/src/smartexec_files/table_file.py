"""What the sinks share: a table's file appears whole or not at all. Knows no format."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from smartexec.api import ConfigError


@contextmanager
def whole(path: Path) -> Generator[Path, None, None]:
    """Give a path to write to, which takes the name `path` when all went well. What was there is replaced.

    Raises ConfigError where the folder cannot be written.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        yield part
        os.replace(part, path)
    except OSError as error:
        raise ConfigError(f"{path}: found {error.strerror or error}, expected a file that can be written") from error
    finally:
        part.unlink(missing_ok=True)
