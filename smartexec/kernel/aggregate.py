"""Aggregation: which client orders share a parent, when a parent starts, when others join it, and when it ends."""

from typing import Final

from smartexec.kernel import demand
from smartexec.kernel.allocate import Allocator
from smartexec.kernel.blotter import Blotter
from smartexec.kernel.booking import Books
from smartexec.kernel.lifecycle import Life
from smartexec.kernel.market import Market
from smartexec.kernel.orders import ClientOrder, ParentOrder, ParentState
from smartexec.kernel.send import Sender
from smartexec.kernel.settings import Aggregation
from smartexec.kernel.timers import Timers
from smartexec.model.enums import ExecType, Wake
from smartexec.model.orders import NewOrder

POOLING: Final = ParentState.POOLING
SEED_STEP = 1_000_003
"""Distance of the seeds of two parents: a prime, so that neighbouring runs do not share seeds."""


class Aggregator:
    """Files client orders under parents."""

    def __init__(
        self,
        blotter: Blotter,
        books: Books,
        allocator: Allocator,
        sender: Sender,
        timers: Timers,
        markets: dict[str, Market],
        settings: Aggregation,
        seed: int,
    ) -> None:
        self.blotter = blotter
        self.books = books
        self.allocator = allocator
        self.sender = sender
        self.timers = timers
        self.markets = markets
        self.settings = settings
        self.seed = seed

    # -- filing ----------------------------------------------------------------------------------------------------

    def file(self, order: ClientOrder, event: NewOrder) -> None:
        """Put an accepted order into the pool of its parent, which is made if there is none."""
        market = self.markets[event.symbol]
        bucket = self.settings.bucket or 1
        start = None if event.effective_time is None else event.effective_time // bucket
        key = (
            event.symbol, order.sign, event.strategy, event.params, event.list_id, event.currency,
            start, order.expire // bucket,
        )  # fmt: skip
        parent = self.blotter.open_parents.get(key)
        if parent is None or (parent.state is not POOLING and not self._joinable(parent)):
            parent = self._make(key, market, order, event)
            self.blotter.open_parents[key] = parent
        self._pool(parent, order)

    def _joinable(self, parent: ParentOrder) -> bool:
        return self.settings.join_open and parent.state is ParentState.WORKING

    def _make(self, key: tuple[object, ...], market: Market, order: ClientOrder, event: NewOrder) -> ParentOrder:
        return ParentOrder(
            key, market.instrument, market, order.side, order.sign, event.strategy, event.params, event.list_id,
            start=0, end=0,
        )  # fmt: skip

    def _pool(self, parent: ParentOrder, order: ClientOrder) -> None:
        """Let an order wait for its window and its effective time."""
        order.parent = parent
        if not parent.pool:
            parent.pool_due = self.blotter.now + self.settings.window
        if order.effective:
            parent.pool_due = max(parent.pool_due, order.effective)
        parent.pool.append(order)
        if parent.pool_due <= self.blotter.now:
            self._admit(parent)
        elif len(parent.pool) == 1:
            self.timers.at(parent.pool_due, lambda: self._due(parent))

    def _due(self, parent: ParentOrder) -> None:
        if parent.pool and parent.state is not ParentState.ENDED:
            if parent.pool_due > self.blotter.now:
                self.timers.at(parent.pool_due, lambda: self._due(parent))
            else:
                self._admit(parent)

    def _admit(self, parent: ParentOrder) -> None:
        """Let the pool join; the first time, the parent starts."""
        pool, parent.pool = parent.pool, []
        for order in pool:
            order.joined = True
            parent.members.append(order)
            parent.active.append(order)
            parent.leaves_qty += order.lots_left
        parent.stale = True
        demand.changed(parent)
        ends = [m.expire for m in pool if m.expire]
        if ends and (not parent.end or min(ends) < parent.end):
            parent.end = min(ends)
            self.timers.at(parent.end, lambda: self.close(parent))
        if parent.state is ParentState.POOLING:
            self._start(parent)
        else:
            self.blotter.wake(parent, Wake.AMENDED)
        self.blotter.touch(parent)

    def _start(self, parent: ParentOrder) -> None:
        blotter = self.blotter
        blotter.parents.append(parent)
        number = len(blotter.parents)
        parent.parent_id = f"P{number}"
        parent.seed = self.seed * SEED_STEP + number
        parent.start = parent.started = blotter.now
        parent.mark0 = parent.market.mark()
        parent.state = ParentState.WORKING
        blotter.working[id(parent)] = parent
        blotter.enter(parent)
        if parent.list_id:
            blotter.lists.setdefault(parent.list_id, []).append(parent)
        blotter.wake(parent, Wake.START)

    # -- ends ------------------------------------------------------------------------------------------------------

    def close(self, parent: ParentOrder) -> None:
        """The parent's time is over: cancel what is live; it ends once nothing is. Does nothing before its end."""
        if parent.state in (ParentState.CLOSING, ParentState.ENDED) or (parent.end and parent.end > self.blotter.now):
            return
        self.stop(parent)

    def stop(self, parent: ParentOrder) -> None:
        """Stop a parent now."""
        if parent.state is ParentState.POOLING:
            self._dissolve(parent)
            return
        parent.state = ParentState.CLOSING
        self.blotter.woken.pop(id(parent), None)
        for slot in parent.slots.values():
            slot.want = 0
        self.sender.cancel_all(parent, insist=True)
        self.blotter.touch(parent)

    def _dissolve(self, parent: ParentOrder) -> None:
        parent.state = ParentState.ENDED
        self._forget(parent)
        for order in parent.pool:
            order.lots_left, order.parent = 0, None
            self.books.end(order, Life.EXPIRED, ExecType.EXPIRED, "expired before its parent started")
        parent.pool = []

    def _forget(self, parent: ParentOrder) -> None:
        if self.blotter.open_parents.get(parent.key) is parent:
            del self.blotter.open_parents[parent.key]

    def finish(self, parent: ParentOrder) -> None:
        """End a parent that has nothing to do and nothing live or in doubt; does nothing to others."""
        if parent.state in (ParentState.POOLING, ParentState.ENDED) or parent.open_qty or parent.children:
            return
        if parent.state is not ParentState.CLOSING and (parent.leaves_qty or parent.pool):
            return
        self.end(parent)

    def end(self, parent: ParentOrder) -> None:
        """End a parent: book everything, expire what is left of its members."""
        now = self.blotter.now
        self.allocator.book_all(parent)
        for order in parent.members:
            if not order.over:
                order.lots_left = 0
                self.books.end(order, Life.EXPIRED, ExecType.EXPIRED, "expired with its parent")
            else:
                self.books.too_late(order, order.ord_status.name)
        parent.state, parent.ended, parent.leaves_qty = ParentState.ENDED, now, 0
        parent.mark1 = parent.market.mark()
        self.blotter.ended.append(parent)
        parent.pending.clear()
        demand.changed(parent)
        self.books.remainder(parent)
        self._forget(parent)
        if parent.list_id:
            self.blotter.lists[parent.list_id].remove(parent)
        del self.blotter.working[id(parent)]
        self.blotter.leave(parent)
        self.blotter.woken.pop(id(parent), None)
        pool, parent.pool = parent.pool, []
        for order in pool:
            order.lots_left, order.parent = 0, None
            self.books.end(order, Life.EXPIRED, ExecType.EXPIRED, "expired before it could join")
