"""What must hold for the reports of a venue on its orders, whatever happened. Keeps books of its own."""

from typing import Any, Final

from attrs import Factory, define

from smartexec.model.commands import ReplaceOrder, SendOrder
from smartexec.model.enums import ExecType, OrdStatus
from smartexec.model.events import ExecutionReport

OVER: Final = frozenset({OrdStatus.FILLED, OrdStatus.CANCELED, OrdStatus.EXPIRED, OrdStatus.REJECTED})


@define(eq=False)
class _Book:
    qty: int
    cum: int = 0
    status: OrdStatus = OrdStatus.PENDING_NEW


@define(eq=False)
class ReportLaw:
    """Hears commands and reports; `faults` says what does not fit."""

    mic: str
    faults: list[str] = Factory(list)
    books: dict[str, _Book] = Factory(dict)
    """By every ClOrdID(11) of an order."""
    asked: dict[str, int] = Factory(dict)
    """ClOrdID(11) of a replace -> its quantity."""
    execs: set[str] = Factory(set)

    def sent(self, command: Any) -> None:
        """Note a command."""
        if isinstance(command, SendOrder):
            self.books.setdefault(command.cl_ord_id, _Book(command.order_qty))
        elif isinstance(command, ReplaceOrder):
            self.asked[command.cl_ord_id] = command.order_qty

    def heard(self, report: Any) -> None:
        """Check a report against all before it."""
        if not isinstance(report, ExecutionReport):
            return
        book = self.books.get(report.cl_ord_id) or self.books.get(report.orig_cl_ord_id)
        if report.exec_type is ExecType.ORDER_STATUS or book is None:
            return
        if report.exec_type is ExecType.REPLACED:
            self.books[report.cl_ord_id] = book
            book.qty = self.asked.get(report.cl_ord_id, book.qty)
        if report.exec_type is ExecType.TRADE:
            self._executed(book, report)
        elif book.status in OVER and report.exec_type is not ExecType.REJECTED:
            self._say(report, f"found {report.exec_type.name} after {book.status.name}, expected nothing more")
        if report.cum_qty is not None and report.cum_qty != book.cum:
            self._say(report, f"found CumQty(14) {report.cum_qty}, expected {book.cum}, the sum of its executions")
        if report.exec_type is not ExecType.REJECTED or book.status is OrdStatus.PENDING_NEW:
            book.status = report.ord_status

    def _executed(self, book: _Book, report: ExecutionReport) -> None:
        if book.status in OVER:
            self._say(report, f"found an execution after {book.status.name}, expected none")
        if report.exec_id in self.execs or not report.exec_id:
            self._say(report, f"found ExecID(17) {report.exec_id!r}, expected one of its own")
        if report.last_qty <= 0 or report.last_px <= 0:
            self._say(report, f"found {report.last_qty} at {report.last_px}, expected more than 0")
        self.execs.add(report.exec_id)
        book.cum += report.last_qty
        if book.cum > book.qty:
            self._say(report, f"found {book.cum} lots executed, expected at most OrderQty(38) {book.qty}")

    def _say(self, report: ExecutionReport, text: str) -> None:
        self.faults.append(f"{self.mic} {report.cl_ord_id}: {text}")
