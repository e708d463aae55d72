"""JSON files that smartexec writes for itself and reads again. Knows no schema."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from smartexec.errors import ConfigError


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON object; ConfigError if that cannot be done."""
    try:
        path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: found {error.strerror}, expected a file that can be written") from error


def read_json(path: Path, expected: str) -> Mapping[str, Any]:
    """Read a JSON object; ConfigError if it is none."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: found {error.strerror}, {expected}") from error
    except ValueError as error:
        raise ConfigError(f"{path}: found no JSON ({error}), {expected}") from error
    if not isinstance(content, Mapping):
        raise ConfigError(f"{path}: found {type(content).__name__}, {expected}")
    return content
