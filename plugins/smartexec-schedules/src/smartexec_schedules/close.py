"""CLOSE: trades towards the close, and part of the order in the closing auction. The strategy only; see `closing`."""

from typing import ClassVar

from attrs import evolve, field, frozen
from attrs.validators import ge, instance_of, le

from smartexec.api import NANOS_PER_SECOND, Decision, ParentView, Slice
from smartexec_schedules.closing import Auction, auction_of, back_loaded, beside, cap, kept, placed, unseen
from smartexec_schedules.common import Scheduled, Step, duration, percent
from smartexec_schedules.schedule import slice_at

MINUTE = 60 * NANOS_PER_SECOND


@frozen(kw_only=True)
class Close(Scheduled):
    """Trade rather later than earlier, and a part in the closing auction; without an auction all of it before."""

    name: ClassVar[str] = "CLOSE"

    slices: int = field(default=20, validator=[instance_of(int), ge(1)])
    """Equal parts of the time before the cut-off."""
    backload: int = field(default=2, validator=[instance_of(int), ge(1), le(10)])
    """After a part u of that time, u ** backload of what trades before the auction is due: 1 = evenly."""
    auction_pct: int = percent(50)
    """Part of the order meant for the closing auction."""
    close_share_pct: int = percent(10)
    """Part of an average day's volume that the closing auction is expected to trade."""
    max_close_pct: int = percent(25)
    """Be at most this part of the auction's expected volume; 100, or an unknown day's volume = no bound."""
    cutoff: int = duration(5 * MINUTE)
    """So long before the close auction orders can no longer change, ns; the rest is then crossed for."""
    enter_before: int = duration(10 * MINUTE)
    """So long before the cut-off auction orders are sent, ns; what venues have not taken after half of it is traded in
    the other half."""

    def decide(self, view: ParentView) -> Decision:
        """Work what is due before the close, and keep the rest in the auction."""
        decision = super().decide(view)
        if not view.end or not view.start <= view.now < view.end:
            return decision
        auction, busy, orders = auction_of(view), sum(one.qty for one in decision.slices), tuple[Slice, ...]()
        entry, settled, cutoff = self._times(view)
        if auction.failed or view.now >= settled:
            orders = tuple(kept(view, auction))
        elif view.now >= entry:
            orders = tuple(placed(view, min(self._share(view, auction), view.leaves_qty - busy)))
        main = (evolve(one, qty=beside(view, one, orders)) for one in decision.slices)
        soon = view.now + NANOS_PER_SECOND if unseen(auction, orders) else None
        times = (decision.wake_at, entry, settled, cutoff, soon)
        wake_at = min((at for at in times if at is not None and at > view.now), default=None)
        return evolve(decision, slices=(*(one for one in main if one.qty), *orders), wake_at=wake_at)

    def step(self, view: ParentView) -> Step:
        """Say what is due before the auction."""
        cutoff, share = view.end - self.cutoff, self._share(view, auction_of(view))
        total = view.order_qty - share
        extra = f", {share:,} for the auction" if share else ", no auction"
        if view.now >= cutoff:
            begin, where = max(view.start, cutoff), "after the cut-off"
            return Step(where=where, begin=begin, end=view.end, before=total, due=total, last=True, extra=extra)
        number, begin, end = slice_at(view.now, view.start, cutoff, self.slices)
        before, due = (back_loaded(total, past, self.slices, self.backload) for past in (number - 1, number))
        where, last = f"slice {number} of {self.slices}", number == self.slices
        return Step(where=where, begin=begin, end=end, before=before, due=due, last=last, extra=extra)

    def _times(self, view: ParentView) -> tuple[int, int, int]:
        """When auction orders are sent, when what is not in the auction is given up for it, and the cut-off, ns UTC."""
        cutoff = view.end - self.cutoff
        return cutoff - self.enter_before, cutoff - self.enter_before // 2, cutoff

    def _share(self, view: ParentView, auction: Auction) -> int:
        """Lots for the auction: what is meant for it, later what waits there."""
        if auction.failed or view.now >= self._times(view)[1] or not 0 < view.market.close <= view.end:
            return auction.live
        most = cap(view.market.statistics.adv, self.close_share_pct, self.max_close_pct)
        meant, lot = min(view.order_qty * self.auction_pct // 100, view.leaves_qty), view.instrument.lot
        return (meant if most is None else min(meant, most)) // lot * lot
