"""What the runtime tells a plugin that has inputs or outputs, once, before the run."""

from collections.abc import Callable, Mapping
from pathlib import Path

from attrs import field, frozen

from smartexec.model.instrument import Instrument


def _ignore(_: str) -> None:
    return None


@frozen
class Context:
    """The run a plugin works for."""

    instruments: Mapping[str, Instrument] = field(factory=dict[str, Instrument])
    """By symbol, in the order of the configuration."""
    seed: int = 0
    base: Path = field(factory=Path)
    """Folder against which relative paths in the plugin's parameters are read (that of the config file)."""
    fault: Callable[[str], None] = _ignore
    """Say that a piece of input was bad and was left out: one line with file, row, found, expected."""
