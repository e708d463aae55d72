"""The tables of the external contract as they are now, by name, each printed when it is asked for."""

from collections.abc import Iterator, Mapping, Sequence

from attrs import frozen

from smartexec.kernel.blotter import Blotter
from smartexec.lab.show import columns, grid
from smartexec.runtime.report.tables import COLUMNS
from smartexec.runtime.report.tables import Tables as Printer


@frozen
class LabTable:
    """A table: text cells, "" = no value. In a notebook it shows itself."""

    columns: tuple[str, ...]
    rows: tuple[Sequence[str], ...]

    def records(self) -> list[dict[str, str]]:
        """Give each row by column name, as a data frame wants it."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def __len__(self) -> int:
        return len(self.rows)

    def __str__(self) -> str:
        return columns(self.columns, self.rows)

    def _repr_html_(self) -> str:
        return grid(self.columns, self.rows)


class Tables(Mapping[str, LabTable]):
    """All tables of a blotter, by name."""

    def __init__(self, blotter: Blotter, lot: int) -> None:
        self._printer = Printer(blotter, lot)

    def __getitem__(self, name: str) -> LabTable:
        if name not in COLUMNS:
            raise KeyError(f"tables: found no {name!r}, expected one of {', '.join(COLUMNS)}")
        return LabTable(tuple(COLUMNS[name].split()), tuple(self._printer.rows(name)))

    def __iter__(self) -> Iterator[str]:
        return iter(COLUMNS)

    def __len__(self) -> int:
        return len(COLUMNS)

    def __repr__(self) -> str:
        return f"tables: {', '.join(COLUMNS)}"
