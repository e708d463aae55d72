"""Order source `file`: orders, cancels and replaces from a CSV, JSON-lines or Parquet file, in order of time.

Formats are `order_readers`, rows are `order_rows`. Duplicate ClOrdIDs and requests on unknown orders are the kernel's
business and are handed on.
"""

from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import ClassVar

from attrs import define, field
from attrs.validators import min_len

from smartexec.api import ClientEvent, Context, OrderSource
from smartexec_files.faults import BadValueError, Faults
from smartexec_files.order_readers import Row, open_orders
from smartexec_files.order_rows import OrderRows


@define
class OrderFile(OrderSource):
    """Orders of a file, sorted by their time; rows of one time stay in the file's order.

    A bad row is no reason to stop: a bad order arrives as RejectedOrder, at its own time or, where that is what is
    bad, at the time of the row before it (of the first good row, if none is before it). A bad cancel or replace names
    no order of its own and is said through `context.fault`.
    """

    name: ClassVar[str] = "file"

    path: str = field(validator=min_len(1))
    """File, relative to the config file; .csv, .jsonl or .parquet (needs the extra `parquet`)."""
    _context: Context = field(init=False, factory=Context)
    _rows: Iterable[Row] = field(init=False, factory=tuple)

    def start(self, context: Context) -> None:
        """Open the file and check its columns; ConfigError if that fails."""
        self._context = context
        self._rows = open_orders(context.base / self.path)

    def events(self) -> Iterator[tuple[int, ClientEvent]]:
        """Yield (time in ns, event) in order of time."""
        file = (self._context.base / self.path).name
        faults = Faults(self._context.fault, file)
        rows = OrderRows(file, self._context.instruments)
        timed: list[tuple[int | None, ClientEvent]] = []
        last: int | None = None
        for row in self._rows:
            event: ClientEvent | None
            try:
                at = rows.time(row)
                last = at
                event = rows.event(row, at)
            except BadValueError as error:
                event = self._refuse(rows, row, row.broken or error, faults)
            if event is not None:
                timed.append((last, event))
        faults.close()
        first = next((at for at, _ in timed if at is not None), 0)
        yield from sorted(((first if at is None else at, event) for at, event in timed), key=itemgetter(0))

    def _refuse(self, rows: OrderRows, row: Row, error: BadValueError, faults: Faults) -> ClientEvent | None:
        if rows.action(row) == "NEW":
            return rows.rejected(row, error)
        faults.row(row.number, error)
        return None
