"""The conformance kit of sinks: scenarios K-01 and on; those of sinks with channels are in `wired_sinks`."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import ClassVar, Final

import pytest

from smartexec.errors import SmartexecError
from smartexec.interfaces.sink import Sink
from smartexec.model.enums import Side
from smartexec.runtime.reading.schema import build
from smartexec.runtime.report.tables import COLUMNS as TABLES
from smartexec.runtime.report.tables import tables
from smartexec.testing.kit import Kit, needs, scenario
from smartexec.testing.parameters import check_class, check_documented, check_refusals
from smartexec.testing.reference_world import reference
from smartexec.testing.wired_sinks import WiredSinks

Rows = list[list[str]]
COLUMNS: Final = ("order_id", "text", "px")
ROWS: Final[Rows] = [["O1", "bought", "585.330000000"], ["O2", "", "0.5"], ["O3", "sold", ""]]
AWKWARD: Final = (
    *('said "no", twice', "a,b;c\tdß", "two\nlines", "\r\n", "'", '"', "\\", "\\n", "{}", "[1]"),
    *("007", "1e5", "-0", "0.10", "1,000", "TRUE", "null", "NaN", "None", "=1+1", "2026-01-05T14:30:00.000000000Z"),
    *(" ", " leading", "trailing ", "é", "漢字", "🙂", "\u202e", "\x7f", "x" * 10_000),
)
"""Texts that formats are known to change: all must come back as they were."""
MANY: Final = 50_000


class SinkKit(WiredSinks, Kit):
    """Subclass it in a plugin's tests, set `sink`, say how to `read`, and what its `peers` are if it has channels, and
    pytest runs the scenarios."""

    kind = "sink"
    subject = "sink"

    bare: ClassVar[str] = ""
    """Why a table without rows keeps no columns: "" = it does."""
    no_tables: ClassVar[str] = ""
    """Why it writes no tables at all: "" = it does."""
    away: ClassVar[str] = ""
    """Why it writes nothing below the folder it is given: "" = it does."""

    def read(self, folder: Path, table: str) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
        """Read a table back, as (columns, rows)."""
        raise NotImplementedError(f"{type(self).__name__}.read: found none, expected how to read a table back")

    def make(self) -> Sink:
        """Make the sink as a configuration file would."""
        return build(self.sink, self.params, self.sink.name)

    def writer(self) -> Sink:
        """Make the sink, to write tables; skips where it writes none."""
        needs(not self.no_tables, self.no_tables)
        return self.make()

    def written(self, folder: Path, *given: tuple[str, Sequence[str], Iterable[Sequence[str]]]) -> None:
        """Write tables by an instance of its own, which is closed; skips where it writes none."""
        sink = self.writer()
        sink.open(folder)
        for table, columns, rows in given:
            sink.write(table, columns, rows)
        sink.close()

    def holds(self, folder: Path, table: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Check that a table is there, cell by cell."""
        found, cells = self.read(folder, table)
        if cells or rows or not self.bare:
            assert list(found) == list(columns), f"{table}: found columns {list(found)}, expected {list(columns)}"
        assert len(cells) == len(rows), f"{table}: found {len(cells)} rows, expected {len(rows)}"
        for number, (row, wanted) in enumerate(zip(cells, rows, strict=True), 1):
            assert list(row) == list(wanted), f"{table} row {number}: found {list(row)}, expected {list(wanted)}"

    # -- what it is ----------------------------------------------------------------------------------------------------

    @scenario("K-01")
    def test_k01_declares_itself(self) -> None:
        """It is an attrs class with a docstring and a name like csv."""
        check_class(self.sink, Sink)

    @scenario("K-02")
    def test_k02_documents_its_parameters(self) -> None:
        """Every parameter has a type that can be read, and a docstring below it.

        Skipped where there is no source to read docstrings from.
        """
        check_documented(self.sink)

    @scenario("K-03")
    def test_k03_refuses_bad_parameters_by_name(self) -> None:
        """A parameter that is no value of its type, and one that it does not have, are refused with their names."""
        check_refusals(self.sink, self.params)

    # -- what it writes ------------------------------------------------------------------------------------------------

    @scenario("K-04")
    def test_k04_writes_what_it_is_given(self, tmp_path: Path) -> None:
        """A table is read back cell by cell, its columns in order; tables do not mix.

        Skipped where `no_tables` says why.
        """
        other = [["P1", "BUY"]]
        self.written(tmp_path, ("client_orders", COLUMNS, ROWS), ("parents", ("parent_id", "side"), other))
        self.holds(tmp_path, "client_orders", COLUMNS, ROWS)
        self.holds(tmp_path, "parents", ("parent_id", "side"), other)

    @scenario("K-05")
    def test_k05_keeps_the_columns_of_an_empty_table(self, tmp_path: Path) -> None:
        """A table without rows is there, and has its columns.

        Skipped where `bare` says why it has not, or `no_tables` why there are no tables.
        """
        self.written(tmp_path, ("crosses", COLUMNS, []))
        self.holds(tmp_path, "crosses", COLUMNS, [])
        needs(not self.bare, self.bare)

    @scenario("K-06")
    def test_k06_changes_no_text(self, tmp_path: Path) -> None:
        """Quotes, separators, line ends, leading zeros, blanks, all of Unicode come back as they were.

        Skipped where `no_tables` says why.
        """
        rows = [[text, "-", text] for text in AWKWARD] + [["-", text, "-"] for text in AWKWARD]
        self.written(tmp_path, ("alerts", COLUMNS, rows))
        self.holds(tmp_path, "alerts", COLUMNS, rows)

    @scenario("K-07")
    def test_k07_keeps_no_value_apart(self, tmp_path: Path) -> None:
        """Cells without a value come back as "", also whole rows of them, and the row is there.

        Skipped where `no_tables` says why.
        """
        rows = [["", "", ""], ["O1", "", ""], ["", "", "1"], ["", "", ""]]
        self.written(tmp_path, ("alerts", COLUMNS, rows))
        self.holds(tmp_path, "alerts", COLUMNS, rows)

    @scenario("K-08")
    def test_k08_takes_rows_once(self, tmp_path: Path) -> None:
        """Rows that can be gone through only once, and have no length, are all written; rows may be tuples.

        Skipped where `no_tables` says why.
        """
        self.written(tmp_path, ("client_orders", COLUMNS, (tuple(row) for row in ROWS)))
        self.holds(tmp_path, "client_orders", COLUMNS, ROWS)

    @scenario("K-09")
    def test_k09_writes_many_rows(self, tmp_path: Path) -> None:
        """50,000 rows come back in order.

        Skipped where `no_tables` says why.
        """
        rows = [[f"O{number}", f"text {number % 7}", str(number)] for number in range(MANY)]
        self.written(tmp_path, ("executions", COLUMNS, iter(rows)))
        self.holds(tmp_path, "executions", COLUMNS, rows)

    @scenario("K-10")
    def test_k10_writes_the_tables_of_a_run(self, tmp_path: Path) -> None:
        """All tables of a run with two clients, an amendment, a cancel and lost messages come back cell by cell.

        Skipped where `no_tables` says why.
        """
        given = _day()
        self.written(tmp_path, *given)
        for table, columns, rows in given:
            self.holds(tmp_path, table, columns, rows)

    # -- what it does again --------------------------------------------------------------------------------------------

    @scenario("K-11")
    def test_k11_replaces_what_it_wrote(self, tmp_path: Path) -> None:
        """Written again, a table is what it is now, longer or shorter: nothing is added to what was there.

        Skipped where `no_tables` says why.
        """
        sink = self.writer()
        sink.open(tmp_path)
        for rows in (ROWS, ROWS[:1], [*ROWS, *ROWS], []):
            sink.write("client_orders", COLUMNS, rows)
        sink.write("client_orders", COLUMNS, ROWS[1:])
        sink.close()
        self.holds(tmp_path, "client_orders", COLUMNS, ROWS[1:])

    @scenario("K-12")
    def test_k12_takes_a_table_twice(self, tmp_path: Path) -> None:
        """A table that is handed over twice is there once: delivery is at least once, within a session and after a
        restart.

        Skipped where `no_tables` says why.
        """
        given = ("client_orders", COLUMNS, ROWS)
        self.written(tmp_path, given, given)
        self.written(tmp_path, given)
        self.holds(tmp_path, "client_orders", COLUMNS, ROWS)

    @scenario("K-13")
    def test_k13_is_opened_again(self, tmp_path: Path) -> None:
        """Opened again after a close, by itself or another instance, it leaves alone what it is not given anew.

        Skipped where `no_tables` says why.
        """
        sink = self.writer()
        for table in ("client_orders", "parents"):
            sink.open(tmp_path)
            sink.write(table, COLUMNS, ROWS)
            sink.close()
        self.written(tmp_path, ("parents", COLUMNS, ROWS[:1]))
        self.holds(tmp_path, "client_orders", COLUMNS, ROWS)
        self.holds(tmp_path, "parents", COLUMNS, ROWS[:1])

    # -- what may go wrong ---------------------------------------------------------------------------------------------

    @scenario("K-14")
    def test_k14_leaves_a_table_whole(self, tmp_path: Path) -> None:
        """Where its rows break off, the error goes on, and the table stays what it was.

        Skipped where `no_tables` says why.
        """
        sink = self.writer()
        sink.open(tmp_path)
        sink.write("client_orders", COLUMNS, ROWS)
        with pytest.raises(ArithmeticError, match="on purpose"):
            sink.write("client_orders", COLUMNS, _breaking())
        sink.close()
        self.holds(tmp_path, "client_orders", COLUMNS, ROWS)

    @scenario("K-15")
    def test_k15_says_what_cannot_be_written(self, tmp_path: Path) -> None:
        """A folder that is gone, or is a file, is an OSError or an error of smartexec, never silence.

        Skipped where `away` or `no_tables` says why it writes nothing there.
        """
        needs(not (self.away or self.no_tables), self.away or self.no_tables)
        (tmp_path / "file").touch()
        for folder in (tmp_path / "gone", tmp_path / "file"):
            with pytest.raises((OSError, SmartexecError)):
                self.written(folder, ("client_orders", COLUMNS, ROWS))

    @scenario("K-16")
    def test_k16_is_closed_without_being_open(self, tmp_path: Path) -> None:
        """Closing what was never opened, was opened and given nothing, or is closed, does nothing."""
        sink = self.make()
        sink.close()
        sink.open(tmp_path)
        sink.close()
        sink.close()


def _breaking() -> Iterator[Sequence[str]]:
    yield ["O9", "never", "1"]
    raise ArithmeticError("on purpose")


@cache
def _day() -> list[tuple[str, list[str], Rows]]:
    """Make the tables of a day in the reference world."""
    world = reference(seed=10, faults=True)
    world.order(1_500)
    world.run(150)
    second = world.order(600, Side.SELL, account="BIRCH", limit=world.mid - 500_000_000)
    world.run(100)
    second = world.amend(second, 900)
    world.run(50)
    world.cancel(second)
    world.cancel("nobody's")
    world.end()
    made = [(name, list(columns), [list(row) for row in rows]) for name, columns, rows in tables(world.engine.blotter)]
    assert [name for name, _, _ in made] == list(TABLES), "found other tables, expected those of the contract"
    return made
