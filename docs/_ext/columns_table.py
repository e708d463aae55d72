"""Directive `columns-table`: the columns of a table of the contract, as the code has them, with their meanings."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from tabling import table

from smartexec.runtime.report.tables import COLUMNS

MEANINGS = {
    "order_id": "OrderID(37) of the client order: O1, O2, ...",
    "source": "which order source it came from; with `cl_ord_id` it names the order",
    "account": "Account(1)",
    "owner": "beneficial owner: nobody trades with itself",
    "cl_ord_id": "ClOrdID(11)",
    "symbol": "Symbol(55)",
    "side": "BUY or SELL",
    "order_qty": "OrderQty(38)",
    "price": "limit; empty for a market order",
    "strategy": "TargetStrategy(847)",
    "received": "when it came",
    "parent_id": "P1, P2, ... in the order they started",
    "cum_qty": "CumQty(14)",
    "leaves_qty": "LeavesQty(151)",
    "offset_qty": "cancelled out against the same owner's opposite orders; no execution",
    "avg_px": "AvgPx(6), rounded to 1e-9; empty without executions",
    "ord_status": "OrdStatus(39)",
    "text": "Text(58): why it was rejected or ended",
    "params": "all parameters of the strategy, `name=value;...`",
    "crossed_qty": "crossed inside",
    "epochs": "how many epochs there were",
    "started": "when it started",
    "ended": "when it was over",
    "state": "ENDED at the end of every run",
    "venue": "MIC",
    "ord_type": "MARKET, LIMIT or PEGGED",
    "time_in_force": "TimeInForce(59)",
    "sent": "when it was sent",
    "routing": "the routing logic that placed it",
    "reason": "the strategy's note and the routing logic's",
    "exec_id": "ExecID(17); unique with venue and trade_date",
    "trade_date": "TradeDate(75), YYYYMMDD",
    "time": "when the kernel took it",
    "last_qty": "LastQty(32)",
    "last_px": "LastPx(31)",
    "liquidity": "ADDED, REMOVED or AUCTION; empty where the venue does not say",
    "fee": "of the whole execution, in the currency; negative = rebate",
    "exec_type": "TRADE, TRADE_CANCEL or TRADE_CORRECT",
    "exec_ref_id": "the latest version of the execution that this one busts or corrects",
    "cross_id": "X1, X2, ...",
    "qty": "quantity; negative in a reversal, 0 where only cents are booked",
    "px": "price",
    "bid": "best bid that the cross was priced from",
    "ask": "best offer that the cross was priced from",
    "buy_parent_id": "the parent that bought",
    "sell_parent_id": "the parent that sold",
    "alloc_id": "IndividualAllocID(467): A1, A2, ...",
    "limit_px": "the member's limit in force; empty without one",
    "money": "qty * px, to the cent",
    "alloc_ref_id": "the row that this one reverses",
    "epoch": "number within the parent; empty for crosses and for what no client has",
    "carried": "exact deficit carried in, 9 decimals",
    "lot": "shares are exact to less than this: 1, or the rounding lot at completion",
    "seq": "sequence number of the journal",
    "plugin": "the strategy",
    "wake": "why it was asked",
    "note": "its note",
    "slices": "`slot: qty @ price` of each slice, separated by semicolons",
    "legs": "`cl_ord_id venue qty` of each child order sent under it; `refused venue qty: why` of those that were not",
    "request": "CANCEL or REPLACE",
    "outcome": "ACCEPTED or REFUSED; PENDING if the run ended before it was decided",
    "decided": "when; a cancel or reduction waits until venues have confirmed what it takes away",
    "level": "info, warning or error",
    "what": "what happened",
    "where": "to what",
}
"""By column, or by `table.column` where it means something else there."""
MEANINGS |= {
    "client_orders.parent_id": "the parent it is a member of; empty if it was over before its parent started",
    "client_orders.cum_qty": "CumQty(14): booked executions and crosses",
    "client_orders.leaves_qty": "LeavesQty(151): order_qty less cum_qty and offset_qty; 0 once over",
    "parent_orders.order_qty": "sum over members; one that is over counts with what it got",
    "parent_orders.cum_qty": "market executions only",
    "child_orders.cl_ord_id": "ClOrdID(11) it was first sent under: P1.1, P1.2, ...",
    "child_orders.avg_px": "AvgPx(6)",
    "child_orders.price": "the last limit: earlier executions of a repriced order may be beyond it; empty = market",
    "executions.cl_ord_id": "the child order; of an unknown one, what the venue said",
    "executions.parent_id": "`EXTERNAL` on an unknown order",
    "executions.side": "BUY or SELL; on an unknown order BUY where the report does not say",
    "crosses.px": "the midpoint",
    "crosses.qty": "quantity",
    "allocations.order_id": "the client order; empty where no client has it",
    "allocations.account": "Account(1); `house`, `error` or `allocation.remainder_account` where no client has it",
    "allocations.px": "price: of the execution, the epoch's average, or the midpoint; 9 decimals",
    "allocations.exec_id": "the execution it books; empty where an average is booked",
    "allocations.cross_id": "the cross it books",
    "requests.order_id": "the client order it is about; empty if there is none",
    "requests.cl_ord_id": "ClOrdID(11) of the request",
    "requests.orig_cl_ord_id": "OrigClOrdID(41): the order, or its last accepted request",
    "requests.time": "when it came",
    "requests.order_qty": "the new total asked for; empty if it was to stay, and in a cancel",
    "requests.price": "the new limit asked for; likewise",
    "requests.text": "why it was refused",
    "benchmarks.kind": "CLIENT, PARENT or CHILD",
    "benchmarks.id": "order_id, parent_id or cl_ord_id",
    "benchmarks.start": "when it was received, started or sent",
    "benchmarks.end": "when it was over; of a client order, when its parent was",
    "benchmarks.arrival_bid": "best bid at the start",
    "benchmarks.arrival_ask": "best offer at the start",
    "benchmarks.arrival_px": "midpoint at the start, rounded down to 1e-9; else the last price",
    "benchmarks.volume": "market volume from start to end, own executions included",
    "benchmarks.vwap": "volume weighted average price of it; empty where nothing traded",
    "benchmarks.twap": "time weighted average of the last price from start to end",
    "benchmarks.end_bid": "best bid at the end",
    "benchmarks.end_ask": "best offer at the end",
    "benchmarks.end_px": "midpoint at the end, rounded down to 1e-9; else the last price",
    "benchmarks.close": "the instrument's last print of the run",
    "epochs.leaves_qty": "the member's leaves when the epoch began: its weight",
    "epochs.epoch": "number within the parent",
}


def columns(name: str) -> list[list[str]]:
    """Give column and meaning of a table, after a head. KeyError if a column is not explained."""
    rows = ([f"`{one}`", MEANINGS.get(f"{name}.{one}") or MEANINGS[one]] for one in COLUMNS[name].split())
    return [["column", "meaning"], *rows]


class ColumnsTable(SphinxDirective):
    """Insert the table of the name in the argument."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        return [table(columns(self.arguments[0]), (20, 80))]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive with Sphinx."""
    app.add_directive("columns-table", ColumnsTable)
    return {"parallel_read_safe": True}
