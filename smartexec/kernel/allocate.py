"""Fair shares (law 4): which member is entitled to which lots of an execution, and what a bust takes back.

An *epoch* is a run of executions shared by the same members at the same weights and limits; within it the share rule
of shares.py holds. A change of members, weights or limits, or an execution that other members may have, opens the
next one, into which deficits are carried. Rows and money are booking.py's.
"""

from collections.abc import Iterator

from smartexec.kernel import demand
from smartexec.kernel.blotter import Blotter
from smartexec.kernel.booking import Books, minor_unit
from smartexec.kernel.curve import limit_key
from smartexec.kernel.lifecycle import Life
from smartexec.kernel.market import round_half_even
from smartexec.kernel.orders import AllocationRow, ClientOrder, Epoch, Execution, ParentOrder, ParentState
from smartexec.kernel.settings import Allocation, Timing
from smartexec.kernel.shares import Shares, bands, hamilton, rebase, round_to_lots, spread
from smartexec.model.enums import ExecType

HOUSE = "house"
"""Account of what a granted budget has put beyond the order."""
Band = tuple[int, int, int]
"""(start, stop, lots) over `parent.active`."""
Taken = tuple[list[int] | None, list[tuple[int, int]]]
"""(deficits before, if the epoch is closed; (index, lots) of the members who lost some)."""


class Allocator:
    """Entitles members to executions."""

    def __init__(self, blotter: Blotter, books: Books, settings: Allocation) -> None:
        self.blotter = blotter
        self.books = books
        self.settings = settings
        self.on_fill = settings.timing is Timing.ON_FILL

    # -- an execution ----------------------------------------------------------------------------------------------

    def fill(self, execution: Execution, lots: int) -> None:
        """Share `lots` of an execution of a known parent; what no member may have goes to house or error."""
        parent = execution.parent
        assert parent is not None
        left = lots
        if parent.state is not ParentState.ENDED:
            for start, stop, part in self._bands(parent, execution.last_px, lots):
                self._give(execution, parent, (start, stop), part)
                left -= part
        house = min(left, parent.overbooked)
        if house:
            parent.overbooked -= house
            left -= house
            self.books.beyond(execution, HOUSE, house)
            where = f"{parent.parent_id} ExecID(17) {execution.exec_id}"
            self.blotter.alert("warning", f"over-booked: {house} of {lots} lots to the house account", where)
        if left:
            self.books.beyond(execution, "error", left)
            where = f"{parent.parent_id} ExecID(17) {execution.exec_id}"
            text = f"execution beyond the order: {left} of {lots} lots to the error account"
            self.blotter.alert("error", text, where)
        if parent.leaves_qty == 0:
            self.books.parent(parent)
        for member in self._done(execution):
            self.complete(member)

    def _bands(self, parent: ParentOrder, px: int, lots: int) -> Iterator[Band]:
        """Who may share: members whose limit admits the price, clients before the house, law 3 kept afterwards."""
        if parent.stale:
            self.regroup(parent)
        k = px * parent.sign
        caps = [(t, n) for t, n in demand.slack(parent, demand.curve(parent)) if t > k] if parent.children else []
        for first, last in ((0, parent.clients), (parent.clients, len(parent.active))):
            stop = first
            while stop < last and parent.active[stop].limit_key >= k:
                stop += 1
            weights = [m.lots_left for m in parent.active[first:stop]]
            want = min(lots, sum(weights))
            if not want:
                continue
            groups = [(sum(m.limit_key >= t for m in parent.active[first:stop]), n) for t, n in caps]
            if all(n >= want for size, n in groups if size):
                found = [(0, stop - first, want)]
            else:
                found = bands(want, weights, groups)[0]
            for start, end, part in found:
                if part:
                    lots -= part
                    caps = [(t, n - part) if parent.active[first + start].limit_key >= t else (t, n) for t, n in caps]
                    yield first + start, first + end, part

    def _give(self, execution: Execution, parent: ParentOrder, scope: tuple[int, int], lots: int) -> None:
        epoch = parent.epoch
        if epoch is None or epoch.scope != scope:
            epoch = self._open(parent, scope)
        given = epoch.shares.give(lots)
        epoch.money += lots * execution.last_px
        execution.parts.append((epoch, lots))
        members = epoch.members
        for index, n in given:
            member = members[index]
            member.entitled_qty += n
            member.lots_left -= n
        parent.leaves_qty -= lots
        demand.changed(parent)
        if self.on_fill:
            self._book_fill(execution, epoch, given)
        else:
            epoch.unbooked += lots * execution.last_px

    def _book_fill(self, execution: Execution, epoch: Epoch, given: list[tuple[int, int]]) -> None:
        unit, px = minor_unit(epoch.parent.instrument), execution.last_px
        for index, n in given:
            row = self.books.client(
                epoch.members[index], n, px, round_half_even(n * px, unit), epoch.limits[index],
                epoch=epoch.number, exec_id=execution.exec_id,
            )  # fmt: skip
            execution.rows.append(row)
            epoch.booked[index] += n
            epoch.booked_qty += n

    @staticmethod
    def _done(execution: Execution) -> list[ClientOrder]:
        """Who has all they wanted, in whichever of the epochs that share the execution."""
        return [m for epoch, _ in execution.parts for m in epoch.members if m.lots_left == 0 and not m.over]

    def complete(self, member: ClientOrder) -> None:
        """A member has all it wanted: book it; what was offset and not traded ends as cancelled."""
        self.books.member(member)
        if not member.over and member.done_qty == member.order_qty:
            text = "completed by offset against the owner's opposite order"
            self.books.end(member, Life.CANCELED, ExecType.CANCELED, text)

    # -- epochs ----------------------------------------------------------------------------------------------------

    def regroup(self, parent: ParentOrder) -> None:
        """Close the epoch, drop members who left, order those who stay; what leavers were owed is spread."""
        self._close(parent)
        stay = [m for m in parent.active if m.lots_left > 0]
        stay.sort(key=lambda m: (m.house, -m.limit_key, m.number))
        parent.clients = sum(not m.house for m in stay)
        for leaver in parent.active:
            if leaver.lots_left <= 0 and leaver.carried:
                same = [m for m in stay if m.house == leaver.house]
                self._spread(leaver, same)
        parent.active = stay
        parent.stale = False
        demand.changed(parent)

    def _spread(self, leaver: ClientOrder, stay: list[ClientOrder]) -> None:
        deficit, leaver.carried = leaver.carried, 0
        weights = [m.lots_left for m in stay]
        if sum(weights):
            for member, part in zip(stay, spread(deficit, weights), strict=True):
                member.carried += part

    def _close(self, parent: ParentOrder) -> None:
        epoch, parent.epoch = parent.epoch, None
        if epoch is None:
            return
        epoch.closed = True
        for member, deficit in zip(epoch.members, epoch.shares.deficits(), strict=True):
            member.carried = deficit

    def _open(self, parent: ParentOrder, scope: tuple[int, int]) -> Epoch:
        self._close(parent)
        members = parent.active[scope[0] : scope[1]]
        for done in [m for m in members if m.lots_left == 0 and m.carried]:
            self._spread(done, [m for m in members if m.lots_left])
        weights = [m.lots_left for m in members]
        shares = Shares(weights, rebase([m.carried for m in members], weights))
        limits = [m.price for m in members]
        epoch = Epoch(parent, len(parent.epochs) + 1, members, shares, limits, scope, booked=[0] * len(members))
        parent.epochs.append(epoch)
        parent.epoch = epoch
        return epoch

    # -- busts -----------------------------------------------------------------------------------------------------

    def amend(self, old: Execution, new: Execution) -> bool:
        """Book `new` in the place of `old` to those who share it, as far as both go: only lots that are gone are taken
        back, the house's first. False, and nothing done, if the new price is outside somebody's limit.
        """
        parent = old.parent
        assert parent is not None
        k = limit_key(new.last_px, parent.sign)
        for epoch, _ in old.parts:
            held = zip(epoch.limits, epoch.shares.given, strict=True)
            if any(n and limit_key(limit, parent.sign) < k for limit, n in held):
                return False
        gone = self._amend_house(old, new, max(0, old.last_qty - new.last_qty))
        for epoch, lots in reversed(old.parts):
            less = min(gone, lots)
            gone -= less
            self._taken(epoch, self._amend_epoch(old, new, epoch, lots, less))
            if lots > less:
                new.parts.insert(0, (epoch, lots - less))
        if old.last_qty > new.last_qty:
            parent.stale = True
            demand.changed(parent)
        return True

    def _amend_house(self, old: Execution, new: Execution, gone: int) -> int:
        """Book what house and error account keep; give how many of the lots that are gone are left to be taken."""
        for row in [r for r in old.rows if r.order is None]:
            self.books.reverse(row)
            less = min(gone, row.qty)
            gone -= less
            self._over_again(row, less)
            if row.qty > less:
                self.books.beyond(new, row.account, row.qty - less)
        return gone

    def _amend_epoch(self, old: Execution, new: Execution, epoch: Epoch, lots: int, less: int) -> Taken:
        before = epoch.shares.deficits() if epoch.closed and less else None
        if self.on_fill:
            taken = self._rebook_rows(old, new, epoch, less)
        else:
            had = self.books.unbook(epoch)
            taken = epoch.shares.take(less)
            epoch.unbooked = epoch.money = epoch.money + (lots - less) * new.last_px - lots * old.last_px
            for index in had:
                self.books.epoch_member(epoch, index)
        return before, taken

    def _rebook_rows(self, old: Execution, new: Execution, epoch: Epoch, less: int) -> list[tuple[int, int]]:
        """On fill: reverse the execution's rows in an epoch and book what is left of them at the new price."""
        rows = [r for r in old.rows if r.order is not None and r.epoch == epoch.number]
        kept = hamilton(sum(r.qty for r in rows) - less, [r.qty for r in rows])
        where = {m.number: i for i, m in enumerate(epoch.members)}
        unit, px, taken = minor_unit(epoch.parent.instrument), new.last_px, []
        for row, n in zip(rows, kept, strict=True):
            order, lost = row.order, row.qty - n
            assert order is not None
            self.books.reverse(row)
            if n:
                cents = round_half_even(n * px, unit)
                again = self.books.client(order, n, px, cents, row.limit, epoch=row.epoch, exec_id=new.exec_id)
                new.rows.append(again)
            if lost:
                index = where[order.number]
                epoch.shares.given[index] -= lost
                epoch.booked[index] -= lost
                taken.append((index, lost))
        epoch.shares.total -= less
        epoch.booked_qty -= less
        epoch.money += sum(kept) * px - sum(r.qty for r in rows) * old.last_px
        return taken

    def _taken(self, epoch: Epoch, what: Taken) -> None:
        """Members of an epoch have lost lots: they are no longer entitled to them, and may have others for them."""
        before, taken = what
        for index, n in taken:
            epoch.members[index].entitled_qty -= n
            self._reopen(epoch.members[index], n)
        if before is not None:
            for member, old, new in zip(epoch.members, before, epoch.shares.deficits(), strict=True):
                member.carried += new - old

    def undo(self, execution: Execution) -> None:
        """Take an execution back from those who share it, with reversal rows for what was booked."""
        parent = execution.parent
        for row in execution.rows:
            self.books.reverse(row)
            self._over_again(row, row.qty)
        if parent is None:
            return
        for epoch, lots in execution.parts:
            before = epoch.shares.deficits() if epoch.closed else None
            taken = self._take_rows(execution, epoch) if self.on_fill else self._take_share(execution, epoch, lots)
            self._taken(epoch, (before, taken))
        parent.stale = True
        demand.changed(parent)

    @staticmethod
    def _over_again(row: AllocationRow, lots: int) -> None:
        """Lots that the house had of an over-booking are gone: what comes in their place is the house's too."""
        if row.parent is not None and row.order is None and row.account == HOUSE:
            row.parent.overbooked += lots

    def _take_rows(self, execution: Execution, epoch: Epoch) -> list[tuple[int, int]]:
        """On fill: exactly what the execution's rows gave."""
        held = {row.order.number: row.qty for row in execution.rows if row.order and row.epoch == epoch.number}
        taken = [(i, held[m.number]) for i, m in enumerate(epoch.members) if m.number in held]
        for index, n in taken:
            epoch.shares.given[index] -= n
            epoch.booked[index] -= n
        lots = sum(n for _, n in taken)
        epoch.shares.total -= lots
        epoch.booked_qty -= lots
        epoch.money -= lots * execution.last_px
        return taken

    def _take_share(self, execution: Execution, epoch: Epoch, lots: int) -> list[tuple[int, int]]:
        """At completion: the share rule run backwards, and the epoch's average booked anew where it was booked."""
        had = self.books.unbook(epoch)
        taken = epoch.shares.take(lots)
        epoch.money -= lots * execution.last_px
        epoch.unbooked = epoch.money
        for index in had:
            self.books.epoch_member(epoch, index)
        return taken

    def _reopen(self, member: ClientOrder, lots: int) -> None:
        """A member has lots to execute again; if its parent is over it stays without them."""
        parent = member.parent
        assert parent is not None
        if member.over:
            return
        if parent.state is ParentState.ENDED:
            self.books.end(member, Life.CANCELED, ExecType.CANCELED, "execution busted after the end")
            return
        member.lots_left += lots
        parent.leaves_qty += lots
        if member not in parent.active:
            parent.active.append(member)

    # -- the end ---------------------------------------------------------------------------------------------------

    def book_all(self, parent: ParentOrder) -> None:
        """Round to lots where configured, and book what is not booked."""
        lot, least = self.settings.rounding_lot, self.settings.min_qty
        if not self.on_fill and (lot > 1 or least):
            for epoch in parent.epochs:
                self._round(epoch, lot, least)
        self.books.parent(parent)

    def _round(self, epoch: Epoch, lot: int, least: int) -> None:
        """Move what is not booked between the members of an epoch so that each has whole rounding lots."""
        sign, left = epoch.parent.sign, epoch.shares.total - epoch.booked_qty
        # A correction may have moved the average outside the limit of a member who had nothing of it (law 3).
        admitted = [limit_key(limit, sign) * left >= epoch.unbooked * sign for limit in epoch.limits]
        open_ = [i for i, m in enumerate(epoch.members) if not m.over and not epoch.booked[i] and admitted[i]]
        given = [epoch.shares.given[i] for i in open_]
        if not sum(given):
            return
        rooms = [given[n] + epoch.members[i].lots_left for n, i in enumerate(open_)]
        exact = [epoch.shares.exact(i) for i in open_]
        for i, old, new in zip(open_, given, round_to_lots(given, exact, rooms, lot, least), strict=True):
            member = epoch.members[i]
            epoch.shares.given[i] = new
            member.entitled_qty += new - old
            member.lots_left += old - new
