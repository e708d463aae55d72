"""A sink takes tables out."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import ClassVar


class Sink(ABC):
    """Base of all sinks: an attrs class. Cells are text, as the external contract prints them; "" = no value."""

    name: ClassVar[str]

    @abstractmethod
    def open(self, folder: Path) -> None:
        """Get ready to write below `folder`, which exists."""

    @abstractmethod
    def write(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Write one table whole. Written again, it replaces what it wrote before."""

    def close(self) -> None:
        """Let go."""
