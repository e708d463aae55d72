"""The ledger of executions (law 5): each is booked once, whatever the order's state; busts and corrections follow it.

The key is (venue, trade date, ExecID(17)), never the session. Where a venue gives no trade date the date of receipt
stands for it, and what the same order has under that ExecID from before midnight is the same execution. A bust or
correction of an execution that has not come proves it: it is booked on that word, and its own report is a duplicate if
it still comes. On an unknown order it waits.
"""

from fractions import Fraction

from attrs import evolve

from smartexec.kernel.allocate import Allocator
from smartexec.kernel.blotter import Blotter
from smartexec.kernel.booking import Books
from smartexec.kernel.orders import ChildOrder, Execution, ParentOrder
from smartexec.kernel.scorecard import Scorecard
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

    def __init__(self, blotter: Blotter, books: Books, allocator: Allocator, scorecard: Scorecard) -> None:
        self.blotter = blotter
        self.books = books
        self.allocator = allocator
        self.scorecard = scorecard
        self._early: dict[Key, ExecutionReport] = {}
        """Busts and corrections that wait for what they undo, by its key; trade date "" where none was given."""
        self._by_order: dict[Key, Execution] = {}
        """By (venue, order, ExecID(17)): the latest, for reports without a trade date."""
        self._day, self._date = -1, ""

    def _key(self, report: ExecutionReport, exec_id: str) -> Key:
        day = self.blotter.now // NANOS_PER_DAY
        if day != self._day:
            self._day, self._date = day, utc_date(self.blotter.now)
        return report.mic, report.trade_date or self._date, exec_id

    def _find(self, report: ExecutionReport, exec_id: str, child: ChildOrder | None) -> Execution | None:
        """The execution that a report names, booked before; None if there is none."""
        found = self.blotter.execution_keys.get(self._key(report, exec_id))
        if found is None and not report.trade_date:
            order = child.order_id if child else report.cl_ord_id
            found = self._by_order.get((report.mic, order, exec_id))
        return found

    # -- trades ----------------------------------------------------------------------------------------------------

    def trade(self, report: ExecutionReport, child: ChildOrder | None) -> bool:
        """Book an execution; False if it was booked before (or cannot be one, which is an alert)."""
        key = self._key(report, report.exec_id)
        known = self._find(report, report.exec_id, child)
        if known is not None:
            self._again(report, known)
            return False
        if report.last_qty <= 0 or report.last_px <= 0 or not report.exec_id:
            text = f"LastQty(32) {report.last_qty}, LastPx(31) {report.last_px}, ExecID(17) {report.exec_id!r}"
            self.blotter.alert(
                "error", f"execution cannot be booked: {text}; expected all to be positive", report.cl_ord_id
            )
            return False
        execution = self._confirm(key, report, child) if child is not None and child.synthetic else None
        if child is not None and execution is None:
            self.retract(child, report.last_qty, report.last_px)
        execution = execution or self._book(key, report, child)
        self._late(execution)
        return True

    def knows(self, report: ExecutionReport, child: ChildOrder) -> bool:
        """Whether it reports an execution that is booked: its CumQty(14) is of the past then."""
        return report.exec_type is ExecType.TRADE and self._find(report, report.exec_id, child) is not None

    def _again(self, report: ExecutionReport, known: Execution) -> None:
        self.blotter.duplicates += 1
        if known.presumed:
            return
        same = (report.last_qty, report.last_px) == (known.last_qty, known.last_px)
        if same and (known.child is None or report.cl_ord_id in known.child.aliases):
            return
        if known.child is not None:
            known.child.frozen = True
        found = f"{report.last_qty} @ {report.last_px} on {report.cl_ord_id}"
        text = f"ExecID(17) {report.exec_id} again with other content: {found}; kept {known.last_qty} @ {known.last_px}"
        self.blotter.alert("error", text, known.cl_ord_id)

    def _book(self, key: Key, report: ExecutionReport, child: ChildOrder | None) -> Execution:
        execution = self._execution(key, report, child)
        self._note(execution)
        if child is None:
            self.books.beyond(execution, "error", execution.last_qty)
            text = f"execution on an unknown order: {execution.last_qty} lots to the error account"
            self.blotter.alert("error", text, f"{report.mic} ClOrdID(11) {report.cl_ord_id}")
            return execution
        self._apply(execution, child, child.parent)
        return execution

    def _execution(self, key: Key, report: ExecutionReport, child: ChildOrder | None) -> Execution:
        return Execution(
            *key, report.exec_type, self.blotter.now, child.parent.side if child else report.side or Side.BUY,
            report.last_qty, report.last_px, report.liquidity, report.fee,
            child.order_id if child else report.cl_ord_id, child.parent if child else None, child, report.exec_ref_id,
        )  # fmt: skip

    def _note(self, execution: Execution) -> None:
        self.blotter.execution_keys[execution.mic, execution.trade_date, execution.exec_id] = execution
        self._by_order[execution.mic, execution.cl_ord_id, execution.exec_id] = execution
        self.blotter.executions.append(execution)

    def _apply(self, execution: Execution, child: ChildOrder, parent: ParentOrder) -> None:
        lots, px = execution.last_qty, execution.last_px
        child.trade(lots, px)
        child.venue_cum = max(child.venue_cum, child.cum_qty)
        count(self.blotter, child)
        child.slot.cum_qty += lots
        child.slot.want = max(0, child.slot.want - lots)
        parent.cum_qty += lots
        parent.notional += lots * px
        self.scorecard.executed(execution, child)
        self.allocator.fill(execution, lots)
        if parent.ended is not None:
            self.books.remainder(parent)

    # -- busts and corrections -------------------------------------------------------------------------------------

    def undo(self, report: ExecutionReport, child: ChildOrder | None = None) -> Execution | None:
        """Take a TRADE_CANCEL or TRADE_CORRECT; gives the execution it undoes, None if there is nothing to do now."""
        known = self._find(report, report.exec_id, child)
        if known is not None:
            self.blotter.duplicates += 1
            if known.presumed and known.exec_type is ExecType.TRADE and report.exec_type is ExecType.TRADE_CORRECT:
                self._explain(known, report)
            return None
        target = self._find(report, report.exec_ref_id, child)
        if target is None and child is not None:
            target = self._by_order.get((report.mic, child.order_id, report.exec_ref_id))  # under another date
            target = target or self._presume(report, child)
        if target is None:
            self._early[report.mic, report.trade_date, report.exec_ref_id] = report
            text = f"{report.exec_type.name} of ExecID(17) {report.exec_ref_id}, which has not come: kept until it does"
            self.blotter.alert("warning", text, report.cl_ord_id)
            return None
        return self._undo_latest(report, target)

    def _undo_latest(self, report: ExecutionReport, target: Execution) -> Execution | None:
        """Undo what stands of an execution, whatever version that is; gives it, None if nothing of it stands."""
        while target.superseded is not None:
            target = target.superseded
        if target.exec_type is ExecType.TRADE_CANCEL:
            text = f"{report.exec_type.name} of ExecID(17) {report.exec_ref_id}, which is busted already: not booked"
            self.blotter.alert("warning", text, report.cl_ord_id)
            return None
        self._undo(report, target)
        return target

    def _late(self, execution: Execution) -> None:
        """Undo a new execution if its bust or correction came first."""
        if not self._early:
            return
        mic, exec_id = execution.mic, execution.exec_id
        early = self._early.pop((mic, execution.trade_date, exec_id), None) or self._early.pop((mic, "", exec_id), None)
        if early is not None and self._undo_latest(early, execution) and execution.child is not None:
            execution.child.unverified = True

    def close(self) -> None:
        """The day is over: say what was to be undone and never came."""
        for report in self._early.values():
            text = f"{report.exec_type.name} of ExecID(17) {report.exec_ref_id}, which never came: nothing was undone"
            self.blotter.alert("error", text, f"{report.mic} ClOrdID(11) {report.cl_ord_id}")
        self._early.clear()

    def _presume(self, report: ExecutionReport, child: ChildOrder) -> Execution | None:
        """Book the execution that a bust or correction proves; None if it does not say how much that was."""
        trade = ExecutionReport(report.mic, report.cl_ord_id, ExecType.TRADE, report.ord_status, report.exec_ref_id)
        trade.last_qty, trade.last_px, trade.trade_date = report.last_qty, report.last_px, report.trade_date
        if report.last_qty <= 0 or report.last_px <= 0 or not self.trade(trade, child):
            return None
        execution = self.blotter.execution_keys[self._key(report, report.exec_ref_id)]
        execution.presumed = True
        text = f"{report.exec_type.name} of ExecID(17) {report.exec_ref_id}, which has not come: booked on its word"
        self.blotter.alert("warning", text, report.cl_ord_id)
        return execution

    def _explain(self, known: Execution, report: ExecutionReport) -> None:
        """What was presumed to be a trade turns out to correct one: that one does not stand beside it."""
        known.exec_type, known.exec_ref_id = ExecType.TRADE_CORRECT, report.exec_ref_id
        key = (report.mic, report.trade_date or known.trade_date, report.exec_ref_id)
        target = self._find(report, report.exec_ref_id, known.child)
        if target is None:
            target = evolve(
                known, trade_date=key[1], exec_id=key[2], exec_type=ExecType.TRADE, exec_ref_id="", parts=[], rows=[]
            )
            self._note(target)
        elif target.superseded is None:
            self._unapply(target)
        target.superseded = known
        self._late(target)

    def _undo(self, report: ExecutionReport, target: Execution) -> None:
        """Book the bust or correction, with its own row; a correction is a bust and a new execution in one."""
        key = (report.mic, report.trade_date or target.trade_date, report.exec_id)  # of the trade's day, not of its own
        correct = report.exec_type is ExecType.TRADE_CORRECT
        execution = Execution(
            *key, report.exec_type, self.blotter.now, target.side,
            report.last_qty if correct else target.last_qty, report.last_px if correct else target.last_px,
            report.liquidity, report.fee, target.cl_ord_id, target.parent, target.child, target.exec_id,
        )  # fmt: skip
        self._note(execution)
        target.superseded = execution
        what = f"ExecID(17) {target.exec_id} {report.exec_type.name}: {target.last_qty} @ {target.last_px}"
        self.blotter.alert("warning", what, target.cl_ord_id)
        if not (correct and self._amend(target, execution)):
            self._unapply(target)
            if correct:
                execution.marks = target.marks
                self._instead(execution)
        self._late(execution)

    def _instead(self, execution: Execution) -> None:
        """Book a correction as a new execution."""
        if execution.child is not None:
            execution.child.venue_cum += execution.last_qty
            self._apply(execution, execution.child, execution.child.parent)
        else:
            self.books.beyond(execution, "error", execution.last_qty)

    def _amend(self, target: Execution, execution: Execution) -> bool:
        """Put an execution in the place of another: who has a share keeps it, also after the end; only the lots by
        which they differ move. If the price is outside the limit of somebody who shares it, does nothing and gives
        False.
        """
        child, parent = target.child, target.parent
        old, new = target.last_qty, execution.last_qty
        if child is None or parent is None or not self.allocator.amend(target, execution):
            return False
        child.venue_cum = max(child.cum_qty, child.venue_cum) + new - old
        child.correct(old, target.last_px, new, execution.last_px)
        child.busted = child.busted or new < old
        count(self.blotter, child)
        self.scorecard.undone(target, child)
        execution.marks = target.marks
        self.scorecard.executed(execution, child)
        parent.cum_qty += new - old
        parent.notional += new * execution.last_px - old * target.last_px
        if new > old:
            child.slot.want = max(0, child.slot.want - (new - old))
            self.allocator.fill(execution, new - old)
        if parent.ended is not None:
            self.books.remainder(parent)
        return True

    def _unapply(self, target: Execution) -> None:
        child, parent = target.child, target.parent
        if child is not None:
            child.busted = True
            child.venue_cum = max(child.cum_qty, child.venue_cum) - target.last_qty
            child.bust(target.last_qty, target.last_px)
            count(self.blotter, child)
            self.scorecard.undone(target, child)
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
        self._guess(child, lots, max(1, round(Fraction(cum_qty * avg_px - child.notional, lots))))
        text = f"CumQty(14) {cum_qty} where {cum_qty - lots} was reported: {lots} lots booked at the average"
        self.blotter.alert("warning", text, child.order_id)
        self.blotter.executed(child.parent)

    def _guess(self, child: ChildOrder, lots: int, px: int) -> None:
        exec_id = f"{child.order_id}:{child.cum_qty + lots}:{len(self.blotter.executions)}"
        report = ExecutionReport(child.mic, child.order_id, ExecType.TRADE, child.ord_status, exec_id)
        report.last_qty, report.last_px, report.liquidity = lots, px, Liquidity.NONE
        child.synthetic.append(self._book(self._key(report, exec_id), report, child))

    def _confirm(self, key: Key, report: ExecutionReport, child: ChildOrder) -> Execution | None:
        """Book an execution in the place of the booked difference that it was; None if there is none of its size."""
        guess, execution = child.synthetic[0], self._execution(key, report, child)
        if guess.superseded or guess.last_qty != execution.last_qty or not self._amend(guess, execution):
            return None
        child.synthetic.pop(0)
        guess.superseded = evolve(
            guess, exec_id=guess.exec_id + "#", exec_type=ExecType.TRADE_CANCEL, time=self.blotter.now,
            exec_ref_id=guess.exec_id, parts=[], rows=[],
        )  # fmt: skip
        self._note(guess.superseded)
        self._note(execution)
        return execution

    def retract(self, child: ChildOrder, lots: int, px: int = 0) -> None:
        """Take back up to `lots` of booked differences, oldest first: they came as true executions (at `px`) or are
        no more."""
        while lots > 0 and child.synthetic:
            guess = child.synthetic.pop(0)
            if guess.superseded is not None:
                continue
            undo = ExecutionReport(
                child.mic, child.order_id, ExecType.TRADE_CANCEL, child.ord_status, guess.exec_id + "#"
            )
            undo.exec_ref_id, undo.trade_date = guess.exec_id, guess.trade_date
            self._undo(undo, guess)
            rest, lots = guess.last_qty - lots, lots - guess.last_qty
            if rest > 0:
                money = guess.last_qty * guess.last_px - (guess.last_qty - rest) * (px or guess.last_px)
                self._guess(child, rest, round(Fraction(money, rest)) if money >= rest else guess.last_px)


def count(blotter: Blotter, child: ChildOrder) -> None:
    """Bring up to date with a child what its parent has live and in doubt, and what is live at its venue."""
    live, parent = child.live_qty, child.parent
    if bool(live) != bool(child.counted):
        key = (parent.instrument.symbol, child.mic, parent.sign)
        if live:
            blotter.live.setdefault(key, {})[id(child)] = child
        else:
            del blotter.live[key][id(child)]
    parent.open_qty += live - child.counted
    child.counted = live
