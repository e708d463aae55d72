"""Secrets of plugins: a configuration refers to them, so that they stand in no file of a run and in no journal.

A field with the metadata `secret=True` takes `"env:NAME"`, a variable of the environment, or `"file:PATH"`, a file that
only its owner can read. The text of a fault never shows a value.
"""

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Final

EXPECTED: Final = 'expected a reference to a secret: "env:NAME" or "file:PATH"'

_WANTED: Final = ContextVar("wanted", default=True)


@contextmanager
def left_alone() -> Iterator[None]:
    """Within this, references stand for what they name: who folds a run again opens no session, and needs no secret."""
    token = _WANTED.set(False)
    try:
        yield
    finally:
        _WANTED.reset(token)


def secret(reference: Any) -> str:
    """Give the secret that a reference names; ValueError if there is none."""
    kind, colon, name = reference.partition(":") if isinstance(reference, str) else ("", "", "")
    if not colon or kind not in _KINDS or not name:
        raise ValueError(f"found something else, {EXPECTED}")
    if not _WANTED.get():
        return f"{kind}:{name}"
    return _KINDS[kind](name)


def _env(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise ValueError(f"found no variable {name} in the environment, {EXPECTED}")
    return value


def _file(name: str) -> str:
    path = Path(name).expanduser()
    try:
        mode, text = path.stat().st_mode, path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "text that is not UTF-8"
        raise ValueError(f"found {reason} for {name}, expected a readable file with a secret") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ValueError(f"found that others than its owner may read {name}, expected mode 600")
    if not text:
        raise ValueError(f"found an empty file {name}, expected a secret")
    return text


_KINDS: Final[Mapping[str, Callable[[str], str]]] = {"env": _env, "file": _file}
