"""The blotter: every order, execution, cross, decision and alert of the engine, and what it wants done. Data only.

Everything is found here and nothing is decided here. What was appended is never taken out.
"""

from attrs import Factory, define

from smartexec.kernel.orders import (
    AllocationRow,
    ChildOrder,
    ClientOrder,
    DecisionRow,
    Execution,
    ParentOrder,
    ParentState,
)
from smartexec.model.commands import Alert, Command
from smartexec.model.enums import Wake

OPTIONAL = frozenset({Wake.FILL, Wake.TIMER, Wake.QUOTE, Wake.TRADE, Wake.PEER})
"""Reasons that wake only the strategies that ask for them; the others wake every strategy."""


@define(eq=False)
class CrossRow:
    """An internal cross, with the market it was priced from."""

    cross_id: str
    time: int
    symbol: str
    qty: int
    px: int
    bid: int
    ask: int
    buy: ParentOrder
    sell: ParentOrder


@define(eq=False)
class RequestRow:
    """What a client asked of an order, and what came of it: outcome PENDING, ACCEPTED or REFUSED."""

    order: ClientOrder | None
    """None: no such order."""
    cl_ord_id: str
    orig_cl_ord_id: str
    time: int
    request: str
    """CANCEL or REPLACE."""
    order_qty: int | None = None
    price: int | None = None
    outcome: str = "PENDING"
    decided: int | None = None
    text: str = ""


@define(eq=False)
class AlertRow:
    """An alert as it was raised."""

    seq: int
    time: int
    level: str
    what: str
    where: str


@define(eq=False)
class Blotter:
    """Everything the engine knows of orders, and what it wants done."""

    seq: int = 0
    now: int = 0
    orders: list[ClientOrder] = Factory(list)
    by_client_id: dict[str, dict[str, ClientOrder]] = Factory(dict)
    """source -> ClOrdID(11) of every request that was taken -> order."""
    parents: list[ParentOrder] = Factory(list)
    """Those that started, in that order."""
    ended: list[ParentOrder] = Factory(list)
    """Those that are over, in the order in which they ended."""
    open_parents: dict[tuple[object, ...], ParentOrder] = Factory(dict)
    working: dict[int, ParentOrder] = Factory(dict)
    """Started and not ended, by id(): insertion order."""
    by_symbol: dict[str, dict[int, ParentOrder]] = Factory(dict)
    """The same by instrument."""
    sides: dict[str, dict[int, int]] = Factory(dict)
    """How many of them buy (1) and sell (-1), by instrument."""
    live: dict[tuple[str, str, int], dict[int, ChildOrder]] = Factory(dict)
    """Children that may execute, by (symbol, MIC, sign) and id(): oldest first."""
    lists: dict[str, list[ParentOrder]] = Factory(dict)
    children: dict[str, ChildOrder] = Factory(dict)
    """By every ClOrdID(11) a child ever had or asked for."""
    child_orders: list[ChildOrder] = Factory(list)
    executions: list[Execution] = Factory(list)
    execution_keys: dict[tuple[str, str, str], Execution] = Factory(dict)
    allocations: list[AllocationRow] = Factory(list)
    crosses: list[CrossRow] = Factory(list)
    requests: list[RequestRow] = Factory(list)
    open_requests: dict[tuple[str, str], RequestRow] = Factory(dict)
    """By (source, ClOrdID(11)): those that are pending."""
    decisions: list[DecisionRow] = Factory(list)
    alerts: list[AlertRow] = Factory(list)
    outbox: list[Command] = Factory(list)
    woken: dict[int, tuple[ParentOrder, Wake]] = Factory(dict)
    """Parents whose strategy is to be asked at the end of the turn, and why; by id(), in order of waking."""
    touched: dict[int, ParentOrder] = Factory(dict)
    """Parents of which something has changed: what waits for that is looked at at the end of the turn."""
    wakes: dict[str, frozenset[Wake]] = Factory(dict)
    """By strategy: which of the OPTIONAL reasons wake it."""
    duplicates: int = 0
    """Executions that arrived again."""

    def enter(self, parent: ParentOrder) -> None:
        """Count a parent among those of its instrument."""
        symbol = parent.instrument.symbol
        if id(parent) not in self.by_symbol.setdefault(symbol, {}):
            self.by_symbol[symbol][id(parent)] = parent
            sides = self.sides.setdefault(symbol, {1: 0, -1: 0})
            sides[parent.sign] += 1

    def leave(self, parent: ParentOrder) -> None:
        """Count a parent no longer; does nothing if it is not counted."""
        symbol = parent.instrument.symbol
        if self.by_symbol.get(symbol, {}).pop(id(parent), None) is not None:
            self.sides[symbol][parent.sign] -= 1

    def touch(self, parent: ParentOrder) -> None:
        """Look at a parent at the end of the turn."""
        self.touched[id(parent)] = parent

    def wake(self, parent: ParentOrder, why: Wake) -> None:
        """Ask a parent's strategy at the end of the turn, if it wants to know; the first reason is kept."""
        if parent.state is ParentState.WORKING:
            if why not in OPTIONAL or why in self.wakes[parent.strategy]:
                self.woken.setdefault(id(parent), (parent, why))
            self.touched[id(parent)] = parent

    def executed(self, parent: ParentOrder) -> None:
        """Something of a parent was executed, or undone: ask its strategy, and those of its list that ask for PEER."""
        self.wake(parent, Wake.FILL)
        for peer in self.lists.get(parent.list_id, ()) if parent.list_id else ():
            if peer is not parent and Wake.PEER in self.wakes[peer.strategy]:
                self.wake(peer, Wake.PEER)

    def alert(self, level: str, what: str, where: str) -> None:
        """Tell people. Levels: info, warning, error."""
        self.alerts.append(AlertRow(self.seq, self.now, level, what, where))
        self.outbox.append(Alert(level, what, where))
