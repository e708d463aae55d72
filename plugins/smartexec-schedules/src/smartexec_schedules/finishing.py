"""What strategies without a schedule do alike: wait for a market, take a would-price, stop waiting near the end."""

from attrs import frozen

from smartexec.api import Decision, ParentView, Slice
from smartexec_schedules.common import LOOKS, Working, percent
from smartexec_schedules.schedule import boundary, position
from smartexec_schedules.touch import admits


@frozen(kw_only=True)
class Finishing(Working):
    """Base of working strategies that wait for their moment, and with `complete` stop waiting near the end."""

    finish_pct: int = percent(5)
    """With `complete` it crosses for all that is left in the last so many percent of its time; without an end never."""

    adapt: int = percent(0)
    """Points that aggressiveness gains while the whole order is behind an even pace, fewer where less of it is; worked
    out anew at every decision."""

    def eagerness(self, view: ParentView) -> int:
        """Give aggressiveness as it is now, 0..100: higher where the order is behind an even pace."""
        if not view.order_qty:
            return self.aggressiveness
        return min(100, self.aggressiveness + self.adapt * max(0, self.behind(view)) // view.order_qty)

    def behind(self, view: ParentView) -> int:
        """Give the lots that it is behind an even pace, negative = ahead; 0 without an end, which has no pace."""
        if not view.end or not view.start <= view.now <= view.end or view.start == view.end:
            return 0
        due = view.order_qty * (view.now - view.start) // (view.end - view.start)
        return due - (view.order_qty - view.leaves_qty)

    def progress(self, view: ParentView) -> str:
        """Say how far it is ahead of an even pace, or behind, before the average so far."""
        behind = self.behind(view)
        pace = f"; {abs(behind):,} {'behind' if behind > 0 else 'ahead of'} an even pace" if behind else ""
        return f"{pace}{super().progress(view)}"

    def finish_at(self, view: ParentView) -> int | None:
        """Give the time from which it finishes, ns UTC; None = never."""
        return boundary(100 - self.finish_pct, view.start, view.end, 100) if self.complete and view.end else None

    def wake_by(self, view: ParentView, at: int | None = None) -> int | None:
        """Give the earlier of `at` and the next time that the clock alone changes something; None = neither comes."""
        times = (at, self.finish_at(view), view.end)
        return min((time for time in times if time is not None and time > view.now), default=None)

    def closed(self, view: ParentView, state: object, look: int | None = None) -> Decision | None:
        """Give the decision outside its time, or without a market; None where it can trade.

        `look` is when to look for a quote again, ns UTC; a change of phase always wakes.
        """
        early = self.over(view)
        if early is not None:
            return early
        why = self.no_market(view)
        if not why:
            return None
        wake_at = self.wake_by(view, look if view.market.trading else None)
        return Decision((), wake_at, note=f"waits for a market: {why}{self.progress(view)}", state=state)

    def takes(self, view: ParentView, state: object, look: int | None = None) -> Decision | None:
        """Give the decision to do all that is left at its would-price; None where the market is not that good."""
        good = self.would(view)
        if good is None:
            return None
        note = f"takes all at its would-price{self.progress(view)}"
        return Decision((good,), self.wake_by(view, look), note=note, state=state)

    def finishes(self, view: ParentView, state: object) -> Decision | None:
        """Give the decision to cross for all that is left; None before its time."""
        at = self.finish_at(view)
        if at is None or view.now < at:
            return None
        px = self.price(view, crosses=True)
        qty = self.room(view, px, view.leaves_qty) if px else 0
        looks = position(view.now, at, view.end, LOOKS) + 1
        wake_at = boundary(looks, at, view.end, LOOKS)
        crosses = px is not None and admits(view.side, px, view.market.far(view.side) or px)
        what = "is held" if not qty else "crosses" if crosses else "rests at its limit"
        note = f"{what} at the end{self.progress(view)}"
        return Decision((Slice(qty, px),) if qty else (), wake_at, note=note, state=state)
