"""Netting: opposing parents cross what they have not committed, at the midpoint of a valid market.

Conditions per member: it consents, asks for nothing that is pending, and its limit admits the midpoint. No owner
trades with itself; what one owner has on both sides is offset instead (or left alone, as configured). A cross is two
real executions, with the market it was priced from as evidence.
"""

from smartexec.kernel import demand
from smartexec.kernel.allocate import Allocator
from smartexec.kernel.blotter import Blotter, CrossRow
from smartexec.kernel.booking import Books, minor_unit
from smartexec.kernel.crossing import cross, offset
from smartexec.kernel.guards import Guards
from smartexec.kernel.market import Market, Touch, round_half_even, valid_mid2
from smartexec.kernel.orders import ClientOrder, ParentOrder, ParentState
from smartexec.kernel.settings import Netting, NettingScope, SameOwner
from smartexec.kernel.shares import bands, hamilton
from smartexec.model.enums import Phase, Wake

Side = list[tuple[ClientOrder, int]]
"""Members of one side, each with the lots it may cross."""


class Netter:
    """Crosses opposing parents."""

    def __init__(self, blotter: Blotter, books: Books, allocator: Allocator, guards: Guards, settings: Netting) -> None:
        self.guards = guards
        self.blotter = blotter
        self.books = books
        self.allocator = allocator
        self.settings = settings

    def midpoint(self, market: Market) -> tuple[Touch, int] | None:
        """The touch and its midpoint, if the market is valid: trading, fresh, not locked or crossed, exactly halved."""
        touch = market.best()
        double = valid_mid2(touch)
        if double is None or double % 2 or market.phase is not Phase.CONTINUOUS or not self.fresh(market):
            return None
        return touch, double // 2

    def fresh(self, market: Market) -> bool:
        """Whether both quotes that make the touch are young enough to cross at."""
        touch = market.best()
        return self.blotter.now - min(touch.bid_time, touch.ask_time) <= self.settings.max_quote_age

    def net(self, market: Market, parents: list[ParentOrder]) -> None:
        """Cross what can be crossed between the working parents of one instrument."""
        found = self.midpoint(market) if self.settings.enabled else None
        if found is None:
            return
        touch, mid = found
        able = [p for p in parents if self._able(p, mid)]
        for buyer in [p for p in able if p.sign > 0]:
            for seller in [p for p in able if p.sign < 0]:
                self._pair(buyer, seller, touch, mid)

    def _able(self, parent: ParentOrder, mid: int) -> bool:
        """Whether it has anything to cross at the midpoint: cheap, for most have not."""
        if parent.state is not ParentState.WORKING or not parent.leaves_qty or self.guards.stopped(parent):
            return False
        return demand.target(parent).worst >= mid * parent.sign and self.free(parent) > 0

    def crossable(self, parent: ParentOrder, other: ParentOrder, lots: int) -> bool:
        """Whether two parents could cross something if `lots` of what `other` has live were free again."""
        found = self.midpoint(parent.market)
        if found is None or not self.settings.enabled or other.state is not ParentState.WORKING:
            return False
        mine, others = self._side(parent, found[1], parent.leaves_qty), self._side(other, found[1], lots, freed=True)
        buys, sells = [(n, m.owner or m.order_id) for m, n in mine], [(n, m.owner or m.order_id) for m, n in others]
        return bool(sum(cross(buys, sells)[0]) or (sum(offset(buys, sells)[0]) and self._offsets))

    @property
    def _offsets(self) -> bool:
        return self.settings.same_owner is SameOwner.OFFSET

    def free(self, parent: ParentOrder) -> int:
        """Lots that are not committed to a venue and may cross now."""
        lots = demand.target(parent).total - parent.open_qty
        if self.settings.scope is NettingScope.DUE:
            lots = min(
                lots, sum(max(0, s.want - sum(c.counted for c in s.legs.values())) for s in parent.slots.values())
            )
        return max(0, lots)

    def _side(self, parent: ParentOrder, mid: int, lots: int, *, freed: bool = False) -> Side:
        """Who may cross how much: within `lots`, limits, consent, and what children need (law 3)."""
        k = mid * parent.sign
        able = [m for m in parent.active if m.lots_left and not m.no_cross and not m.pending and m.limit_key >= k]
        able.sort(key=lambda m: (-m.limit_key, m.number))
        weights = [m.lots_left for m in able]
        caps = [] if freed else demand.slack(parent, demand.target(parent))
        groups = [(sum(m.limit_key >= t for m in able), max(0, n)) for t, n in caps]
        groups = [(size, n) for size, n in groups if size]
        want = min(lots, sum(weights))
        given = [0] * len(able)
        for start, stop, part in bands(want, weights, groups)[0] if want > 0 else []:
            given[start:stop] = hamilton(part, weights[start:stop])
        return [(m, n) for m, n in zip(able, given, strict=True) if n]

    def _pair(self, buyer: ParentOrder, seller: ParentOrder, touch: Touch, mid: int) -> None:
        buys = self._side(buyer, mid, self.free(buyer))
        sells = self._side(seller, mid, self.free(seller)) if buys else []
        if not sells:
            return
        offers = [[(n, m.owner or m.order_id) for m, n in side] for side in (buys, sells)]
        bought, sold = cross(*offers)
        qty, changed = sum(bought), False
        if qty:
            changed = True
            self._cross(buyer, seller, touch, mid, qty)
            cross_id = self.blotter.crosses[-1].cross_id
            for side, lots in ((buys, bought), (sells, sold)):
                for (member, _), n in zip(side, lots, strict=True):
                    if n:
                        self._execute(member, n, mid, cross_id)
        if self._offsets:
            left = [
                [(n - m, owner) for (n, owner), m in zip(side, lots, strict=True)]
                for side, lots in zip(offers, (bought, sold), strict=True)
            ]
            changed = self._offset(buys, sells, *offset(*left)) or changed
        if changed:
            for parent, side in ((buyer, buys), (seller, sells)):
                self._after(parent, [m for m, _ in side])

    def _cross(self, buyer: ParentOrder, seller: ParentOrder, touch: Touch, mid: int, qty: int) -> None:
        bid, ask = touch.bid or 0, touch.ask or 0
        cross_id = f"X{len(self.blotter.crosses) + 1}"
        symbol, now = buyer.instrument.symbol, self.blotter.now
        row = CrossRow(cross_id, now, symbol, qty, mid, bid, ask, buyer, seller)
        self.blotter.crosses.append(row)
        buyer.crossed_qty += qty
        seller.crossed_qty += qty

    def _execute(self, member: ClientOrder, lots: int, px: int, cross_id: str) -> None:
        parent = member.parent
        assert parent is not None
        member.crossed_qty += lots
        member.lots_left -= lots
        parent.leaves_qty -= lots
        cents = round_half_even(lots * px, minor_unit(parent.instrument))
        self.books.client(member, lots, px, cents, member.price, cross_id=cross_id)

    def _offset(self, buys: Side, sells: Side, bought: list[int], sold: list[int]) -> bool:
        for side, lots in ((buys, bought), (sells, sold)):
            for (member, _), n in zip(side, lots, strict=True):
                if n:
                    parent = member.parent
                    assert parent is not None
                    member.offset_qty += n
                    member.lots_left -= n
                    parent.offset_qty += n
                    parent.leaves_qty -= n
        return bool(sum(bought))

    def _after(self, parent: ParentOrder, members: list[ClientOrder]) -> None:
        parent.stale = True
        demand.changed(parent)
        for member in members:
            if member.lots_left == 0 and not member.over:
                self.allocator.complete(member)
        self.blotter.wake(parent, Wake.AMENDED)
        self.blotter.touch(parent)
