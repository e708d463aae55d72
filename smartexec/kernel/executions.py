"""The ledger of executions (law 5): each is booked once, whatever the order's state; busts and corrections follow it.

The key is (venue, trade date, ExecID(17)), never the session. A bust that comes before its trade waits for it.
"""

from fractions import Fraction

from smartexec.kernel.allocate import Allocator
from smartexec.kernel.blotter import Blotter, ChildOrder, Execution, ParentOrder
from smartexec.kernel.booking import Books
from smartexec.model.enums import ExecType, Liquidity, Side
from smartexec.model.events import ExecutionReport

Key = tuple[str, str, str]
NANOS_PER_DAY = 86_400 * 10**9


def utc_date(now: int) -> str:
    """YYYYMMDD of a time in ns UTC (Howard Hinnant's civil-from-days)."""
    z = now // NANOS_PER_DAY + 719_468
    era, doe = divmod(z, 146_097)
    yoe = (doe - doe // 1_460 + doe // 36_524 - doe // 146_096) // 365
    doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
    month0 = (5 * doy + 2) // 153
    day, month = doy - (153 * month0 + 2) // 5 + 1, month0 + 3 if month0 < 10 else month0 - 9
    return f"{yoe + era * 400 + (month <= 2):04}{month:02}{day:02}"


class Ledger:
    """Books executions, busts and corrections of child orders, and of orders nobody knows."""

    def __init__(self, blotter: Blotter, books: Books, allocator: Allocator) -> None:
        self.blotter = blotter
        self.books = books
        self.allocator = allocator
        self._early: dict[Key, ExecutionReport] = {}
        self._day, self._date = -1, ""

    def _key(self, report: ExecutionReport, exec_id: str) -> Key:
        day = self.blotter.now // NANOS_PER_DAY
        if day != self._day:
            self._day, self._date = day, utc_date(self.blotter.now)
        return report.mic, report.trade_date or self._date, exec_id

    # -- trades ----------------------------------------------------------------------------------------------------

    def trade(self, report: ExecutionReport, child: ChildOrder | None) -> bool:
        """Book an execution; False if it was booked before (or cannot be one, which is an alert)."""
        key = self._key(report, report.exec_id)
        known = self.blotter.execution_keys.get(key)
        if known is not None:
            self._again(report, known)
            return False
        if report.last_qty <= 0 or report.last_px <= 0 or not report.exec_id:
            text = f"LastQty(32) {report.last_qty}, LastPx(31) {report.last_px}, ExecID(17) {report.exec_id!r}"
            self.blotter.alert(
                "error", f"execution cannot be booked: {text}; expected all to be positive", report.cl_ord_id
            )
            return False
        if child is not None and child.synthetic is not None:
            self._absorb(child, report)
        execution = self._book(key, report, child)
        early = self._early.pop(key, None)
        if early is not None:
            self._undo(early, execution)
        return execution is not None

    def _again(self, report: ExecutionReport, known: Execution) -> None:
        self.blotter.duplicates += 1
        same = (report.last_qty, report.last_px) == (known.last_qty, known.last_px)
        if same and (known.child is None or report.cl_ord_id in known.child.aliases):
            return
        if known.child is not None:
            known.child.frozen = True
        found = f"{report.last_qty} @ {report.last_px} on {report.cl_ord_id}"
        text = f"ExecID(17) {report.exec_id} again with other content: {found}; kept {known.last_qty} @ {known.last_px}"
        self.blotter.alert("error", text, known.cl_ord_id)

    def _book(self, key: Key, report: ExecutionReport, child: ChildOrder | None) -> Execution:
        execution = Execution(
            *key, report.exec_type, self.blotter.now, child.parent.side if child else Side.BUY,
            report.last_qty, report.last_px, report.liquidity, report.fee,
            child.order_id if child else report.cl_ord_id, child.parent if child else None, child, report.exec_ref_id,
        )  # fmt: skip
        self.blotter.execution_keys[key] = execution
        self.blotter.executions.append(execution)
        if child is None:
            self.books.beyond(execution, "error", execution.last_qty)
            text = f"execution on an unknown order: {execution.last_qty} lots to the error account"
            self.blotter.alert("error", text, f"{report.mic} ClOrdID(11) {report.cl_ord_id}")
            return execution
        self._apply(execution, child, child.parent)
        return execution

    def _apply(self, execution: Execution, child: ChildOrder, parent: ParentOrder) -> None:
        lots, px = execution.last_qty, execution.last_px
        child.trade(lots, px)
        child.venue_cum = max(child.venue_cum, child.cum_qty)
        count(child)
        child.slot.cum_qty += lots
        child.slot.want = max(0, child.slot.want - lots)
        parent.cum_qty += lots
        parent.notional += lots * px
        self.allocator.fill(execution, lots)
        if parent.ended is not None:
            self.books.remainder(parent)

    # -- busts and corrections -------------------------------------------------------------------------------------

    def undo(self, report: ExecutionReport) -> Execution | None:
        """Take a TRADE_CANCEL or TRADE_CORRECT; gives the execution it undoes, None if there is nothing to do now."""
        key = self._key(report, report.exec_id)
        if key in self.blotter.execution_keys:
            self.blotter.duplicates += 1
            return None
        target = self.blotter.execution_keys.get(self._key(report, report.exec_ref_id))
        if target is None:
            self._early[self._key(report, report.exec_ref_id)] = report
            text = f"{report.exec_type.name} of ExecID(17) {report.exec_ref_id}, which has not come: kept until it does"
            self.blotter.alert("warning", text, report.cl_ord_id)
            return None
        while target.superseded is not None:
            target = target.superseded
        if target.exec_type is ExecType.TRADE_CANCEL:
            text = f"{report.exec_type.name} of ExecID(17) {report.exec_ref_id}, which is busted already: not booked"
            self.blotter.alert("warning", text, report.cl_ord_id)
            return None
        self._undo(report, target)
        return target

    def _undo(self, report: ExecutionReport, target: Execution) -> None:
        """Book the bust or correction, with its own row; a correction is a bust and a new execution in one."""
        key = self._key(report, report.exec_id)
        correct = report.exec_type is ExecType.TRADE_CORRECT
        execution = Execution(
            *key, report.exec_type, self.blotter.now, target.side,
            report.last_qty if correct else target.last_qty, report.last_px if correct else target.last_px,
            report.liquidity, report.fee, target.cl_ord_id, target.parent, target.child, target.exec_id,
        )  # fmt: skip
        self.blotter.execution_keys[key] = execution
        self.blotter.executions.append(execution)
        target.superseded = execution
        what = f"ExecID(17) {target.exec_id} {report.exec_type.name}: {target.last_qty} @ {target.last_px}"
        self.blotter.alert("warning", what, target.cl_ord_id)
        self._unapply(target)
        if not correct:
            return
        if target.child is not None:
            self._apply(execution, target.child, target.child.parent)
        else:
            self.books.beyond(execution, "error", execution.last_qty)

    def _unapply(self, target: Execution) -> None:
        child, parent = target.child, target.parent
        if child is not None:
            child.venue_cum = max(child.cum_qty, child.venue_cum) - target.last_qty
            child.bust(target.last_qty, target.last_px)
            count(child)
        if parent is not None:
            parent.cum_qty -= target.last_qty
            parent.notional -= target.last_qty * target.last_px
        self.allocator.undo(target)
        if parent is not None and parent.ended is not None:
            self.books.remainder(parent)

    # -- what a venue says it has executed and has not reported ------------------------------------------------------

    def difference(self, child: ChildOrder, cum_qty: int, avg_px: int) -> None:
        """Book what CumQty(14) `cum_qty` at AvgPx(6) says beyond what is known; does nothing if nothing is missing."""
        lots = cum_qty - child.cum_qty
        if lots <= 0:
            return
        px = max(1, round(Fraction(cum_qty * avg_px - child.notional, lots)))
        exec_id = f"{child.order_id}:{cum_qty}:{len(self.blotter.executions)}"
        report = ExecutionReport(child.mic, child.order_id, ExecType.TRADE, child.ord_status, exec_id)
        report.last_qty, report.last_px, report.liquidity = lots, px, Liquidity.NONE
        key = self._key(report, exec_id)
        child.synthetic = self._book(key, report, child)
        text = f"CumQty(14) {cum_qty} where {cum_qty - lots} was reported: {lots} lots booked at the average"
        self.blotter.alert("warning", text, child.order_id)

    def _absorb(self, child: ChildOrder, report: ExecutionReport) -> None:
        """A true execution has come for a booked difference: it takes the difference's place, as far as it goes."""
        synthetic, child.synthetic = child.synthetic, None
        if synthetic is None or synthetic.superseded is not None:
            return
        rest = synthetic.last_qty - report.last_qty
        undo = ExecutionReport(
            child.mic, child.order_id, ExecType.TRADE_CANCEL, child.ord_status, synthetic.exec_id + "#"
        )
        undo.exec_ref_id, undo.trade_date = synthetic.exec_id, synthetic.trade_date
        cum, money = child.cum_qty, child.notional
        self._undo(undo, synthetic)
        if rest > 0:
            left = (money - report.last_qty * report.last_px, cum - report.last_qty)
            self.difference(child, left[1], max(1, round(Fraction(left[0], left[1]))))


def count(child: ChildOrder) -> None:
    """Bring the parent's running total of what is live and in doubt up to date with a child."""
    live = child.live_qty
    child.parent.open_qty += live - child.counted
    child.counted = live
