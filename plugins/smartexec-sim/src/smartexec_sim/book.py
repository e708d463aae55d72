"""The order-level (L3) book: replayed orders by reference, with own orders at their exact place in the queue.

History runs on as it was recorded: an execution that an own order takes away from a replayed order still reduces the
replayed order. What own orders took from replayed orders is gone for good; later messages on those orders are
tolerated. No protocol, no reports.
"""

from bisect import bisect_left, insort
from collections.abc import Sequence

from attrs import define, field

from smartexec.api import BookAdd, BookExecute, BookReduce, Side, Trade
from smartexec_sim.impact import no_shift, seen
from smartexec_sim.orders import BUY, NO_FILLS, SELL, Fill, OwnOrder, OwnQueue, sign_of, whole

_BUY_SIDE = Side.BUY


@define(eq=False)
class Node:
    """A replayed order."""

    sign: int
    px: int
    left: int
    """What is still there for the taking."""
    hist: int
    """What is left of it in the recording; more than `left` where own orders took some."""
    seq: int


@define(eq=False)
class OrderBook:
    """All visible orders of one symbol at one venue."""

    lot: int
    own: OwnQueue = field(factory=OwnQueue)
    trading: bool = True
    shift: dict[int, int] = field(factory=no_shift)
    """How far own orders of a side see the other side's replayed prices away from where they are."""
    _nodes: dict[int, Node] = field(init=False, factory=dict)
    _levels: dict[int, dict[int, dict[int, Node]]] = field(init=False, factory=lambda: {BUY: {}, SELL: {}})
    _keys: dict[int, list[int]] = field(init=False, factory=lambda: {BUY: [], SELL: []})
    """sign * price of all levels, ascending: the best price is the last one."""
    _seq: int = field(init=False, default=0)
    _orphan: bool = field(init=False, default=False)
    """An order that the recording never showed was executed: the next print tells its price."""

    def touch(self, sign: int) -> int | None:
        """Give the best replayed price of a side."""
        keys = self._keys[sign]
        return sign * keys[-1] if keys else None

    def offered(self, sign: int) -> int | None:
        """Give the best price that an own order of `sign` could trade at."""
        keys = self._keys[-sign]
        return seen(sign, -sign * keys[-1], self.shift[sign]) if keys else None

    def touch_qty(self, sign: int) -> int:
        """Give the replayed quantity at the best price of a side."""
        keys = self._keys[sign]
        return self.shown(sign, sign * keys[-1]) if keys else 0

    def shown(self, sign: int, px: int) -> int:
        """Give the replayed quantity at a price."""
        level = self._levels[sign].get(px)
        return sum(node.left for node in level.values()) if level else 0

    # -- replayed events ---------------------------------------------------------------------------------------------

    def on_add(self, event: BookAdd) -> Sequence[Fill]:
        """Append a replayed order to its price's queue; where an own order is in its way they trade first."""
        sign = BUY if event.side is _BUY_SIDE else SELL
        self._seq += 1
        node = Node(sign, event.px, event.qty, event.qty, self._seq)
        against = self.own.sides[-sign]
        fills = self._meet(node, against) if against and self.trading else NO_FILLS
        self._nodes[event.ref] = node
        if node.left:
            level = self._levels[sign].get(node.px)
            if level is None:
                level = self._levels[sign][node.px] = {}
                insort(self._keys[sign], sign * node.px)
            level[event.ref] = node
        return fills

    def on_reduce(self, event: BookReduce) -> Sequence[Fill]:
        """Withdraw from a replayed order; does nothing if it is not known."""
        node = self._nodes.get(event.ref)
        if node is not None:
            self._reduce(event.ref, node, event.qty)
        return NO_FILLS

    def on_execute(self, event: BookExecute) -> Sequence[Fill]:
        """Execute a replayed order: own orders in front of it by price and time are filled first, at their price."""
        node = self._nodes.get(event.ref)
        if node is None:
            self._orphan = True
            return NO_FILLS
        own = self.own.sides[node.sign]
        fills = self._before(node.sign, node.px, node.seq, event.qty) if own and self.trading else NO_FILLS
        self._reduce(event.ref, node, event.qty)
        return fills

    def on_trade(self, event: Trade) -> Sequence[Fill]:
        """Take a print against something that the book never showed; other prints have come as executions."""
        if not (event.hidden or self._orphan):
            return NO_FILLS
        self._orphan = False
        if not self.trading:
            return NO_FILLS
        hit = (BUY, SELL) if event.side is None else (-sign_of(event.side),)
        for sign in hit:
            if self.own.sides[sign]:
                px = event.px if event.side else seen(sign, event.px, self.shift[sign])
                fills = self._before(sign, px, None, event.qty)
                if fills:
                    return fills
        return NO_FILLS

    # -- own orders --------------------------------------------------------------------------------------------------

    def rest(self, order: OwnOrder) -> None:
        """Let an own order join the back of its price's queue."""
        assert order.price is not None
        self._seq += 1
        order.seq = self._seq
        order.ahead = self.shown(order.sign, order.price)
        self.own.add(order)

    def reach(self, sign: int, limit: int | None, qty: int) -> int:
        """How much of `qty` an own order could take at once."""
        got = 0
        for key in reversed(self._keys[-sign]):
            px = -sign * key
            if got >= qty or (limit is not None and sign * seen(sign, px, self.shift[sign]) > sign * limit):
                break
            got += whole(self.shown(-sign, px), self.lot)
        return min(got, qty)

    def take(self, sign: int, limit: int | None, qty: int) -> list[tuple[int, int]]:
        """Take replayed orders from the best price on: (price, quantity) by level."""
        taken: list[tuple[int, int]] = []
        for key in list(reversed(self._keys[-sign])):
            px = -sign * key
            at = seen(sign, px, self.shift[sign])
            if not qty or (limit is not None and sign * at > sign * limit):
                break
            got = whole(min(qty, self.shown(-sign, px)), self.lot)
            if got:
                self._consume(-sign, px, got)
                taken.append((at, got))
                qty -= got
        return taken

    def uncross(self) -> list[Fill]:
        """Fill resting own orders that the other side has come back to as impact faded, at their own price."""
        fills: list[Fill] = []
        for sign in (BUY, SELL) if self.trading else ():
            for order in self.own.sides[sign]:
                assert order.price is not None
                got = sum(qty for _, qty in self.take(sign, order.price, order.leaves))
                if not got:
                    break
                fills.append((order, got, order.price))
        return fills

    # -- inside ------------------------------------------------------------------------------------------------------

    def _consume(self, sign: int, px: int, qty: int) -> None:
        """Take `qty` from the front of a level; the recording's own count of each order stays."""
        level = self._levels[sign][px]
        for ref, node in list(level.items()):
            cut = min(node.left, qty)
            node.left -= cut
            qty -= cut
            if not node.left:
                del level[ref]
            if not qty:
                break
        if not level:
            self._drop_level(sign, px)

    def _reduce(self, ref: int, node: Node, qty: int) -> None:
        cut = min(qty, node.left)
        node.hist -= qty
        if node.hist <= 0:
            del self._nodes[ref]
        if not cut:
            return
        node.left -= cut
        for order in self.own.sides[node.sign]:
            if order.price == node.px and order.seq > node.seq:
                order.ahead -= cut
        if not node.left:
            level = self._levels[node.sign][node.px]
            del level[ref]
            if not level:
                self._drop_level(node.sign, node.px)

    def _drop_level(self, sign: int, px: int) -> None:
        del self._levels[sign][px]
        keys = self._keys[sign]
        del keys[bisect_left(keys, sign * px)]

    def _before(self, sign: int, px: int, seq: int | None, qty: int) -> list[Fill]:
        """Fill own orders that stand before (price, time). `seq` None: hidden size: after all shown."""
        fills: list[Fill] = []
        for order in self.own.sides[sign]:
            assert order.price is not None
            better = sign * (order.price - px)
            first = not order.ahead if seq is None else order.seq < seq
            if better < 0 or (better == 0 and not first):
                break
            got = whole(min(qty, order.leaves), self.lot)
            if got:
                fills.append((order, got, order.price))
                qty -= got
        return fills

    def _meet(self, node: Node, against: list[OwnOrder]) -> Sequence[Fill]:
        """Let an arriving replayed order trade with own orders it would have met."""
        fills: list[Fill] = []
        for order in against:
            assert order.price is not None
            if node.sign * (seen(order.sign, node.px, self.shift[order.sign]) - order.price) < 0 or not node.left:
                break
            got = whole(min(node.left, order.leaves), self.lot)
            if got:
                node.left -= got
                fills.append((order, got, order.price))
        return fills
