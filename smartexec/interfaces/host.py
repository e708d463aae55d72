"""What a plugin's command may ask of the program it belongs to. Commands get it with `click.pass_obj`."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path

from attrs import field, frozen


@frozen
class Table:
    """A table of a run, as the external contract prints it: text cells, "" = no value."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[str]]

    def records(self) -> list[dict[str, str]]:
        """Give each row by column name."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@frozen(kw_only=True)
class Changes:
    """How a run is to differ from its configuration; None and empty change nothing."""

    seed: int | None = None
    """Of `[run]`."""
    strategy: str | None = None
    """Of every client order, with the parameters below instead of its own."""
    params: Mapping[str, str] = field(factory=dict[str, str])
    """Of that strategy, as text, as an order file has them."""
    router: str | None = None
    """`[routing] default`."""


@frozen(kw_only=True)
class Ran:
    """What came of a run: its tables by name, and what was wrong."""

    tables: Mapping[str, Table]
    breaches: tuple[str, ...]
    """Laws broken and things lost; none if all is well."""
    seconds: float
    """Wall time."""
    quarantined: tuple[str, ...] = ()
    """Plugins that were quarantined, each with why: from then on they did nothing, so figures of them mean nothing."""


class Host(ABC):
    """The program. Picklable, so that runs can be spread over processes."""

    @abstractmethod
    def check(self, config: Path, changes: Changes) -> None:
        """Read a configuration with its changes; ConfigError with every fault."""

    @abstractmethod
    def run(self, config: Path, changes: Changes) -> Ran:
        """Run a configuration with changes, keeping nothing on disk."""

    @abstractmethod
    def tables(self, run: Path) -> Mapping[str, Table]:
        """Read the tables of a run folder by folding its journal again."""
