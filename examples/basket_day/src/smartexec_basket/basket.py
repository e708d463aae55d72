"""BASKET: the orders of a list in step, so that no leg runs away from the slowest one. Its view has its peers."""

from typing import ClassVar

from attrs import field, frozen
from attrs.validators import ge, gt

from smartexec.api import NANOS_PER_SECOND, Decision, ParentView, Slice, Strategy, Wake

WHOLE = 10_000
"""Progress is in 1/10,000 of an order."""


@frozen
class Basket(Strategy):
    """Trade evenly over time, and never more than a little ahead of the slowest order of the same list."""

    name: ClassVar[str] = "BASKET"
    wakes_on: ClassVar[frozenset[Wake]] = frozenset({Wake.FILL, Wake.TIMER, Wake.PEER})

    ahead_pct: int = field(default=2, validator=ge(0))
    """How far ahead of the slowest peer an order may be, in percent of itself."""
    clip: int = field(default=25, validator=ge(1))
    """Lots: it wants multiples of this, unless it is the rest."""
    every: int = field(default=20 * NANOS_PER_SECOND, validator=gt(0), metadata={"unit": "ns"})
    """How often it looks."""
    rest_for: int = field(default=15 * NANOS_PER_SECOND, validator=ge(0), metadata={"unit": "ns"})
    """It rests at the near touch for this long after it has fallen behind, then it crosses."""

    def decide(self, view: ParentView) -> Decision:
        wake = view.now + self.every
        near, far = view.market.near(view.side), view.market.far(view.side)
        if near is None or far is None or not view.market.valid or not view.market.trading or not view.end:
            return Decision(wake_at=wake, note="no market")
        last = view.now + self.every >= view.end
        slowest = min((_progress(p.cum_qty, p.leaves_qty) for p in view.peers), default=WHOLE)
        even = _share(view.order_qty, min(WHOLE, (view.now + self.every - view.start) * WHOLE // _length(view)))
        most = view.order_qty if last else _share(view.order_qty, min(WHOLE, slowest + self.ahead_pct * WHOLE // 100))
        done = view.cum_qty + view.crossed_qty
        price = far if last or self._waited(view) else near
        wanted = view.leaves_qty if last else max(0, min(even, most) - done) // self.clip * self.clip
        qty = min(wanted, view.leaves_at(price))
        qty -= qty % view.instrument.lot if qty != view.leaves_qty else 0
        held = " (held back by the list)" if most < even else ""
        note = f"{_progress(done, view.leaves_qty) / 100:.0f} % done, slowest peer {slowest / 100:.0f} %{held}"
        return Decision((Slice(qty, price),) if qty > 0 else (), wake, note=note)

    def _waited(self, view: ParentView) -> bool:
        """Whether the order at the near touch has rested long enough."""
        slot = view.slots.get("main")
        return slot is not None and slot.sent is not None and bool(slot.leaves_qty) and (
            view.now - slot.sent >= self.rest_for
        )  # fmt: skip


def _progress(done: int, left: int) -> int:
    return done * WHOLE // (done + left) if done + left else WHOLE


def _share(qty: int, progress: int) -> int:
    return qty * progress // WHOLE


def _length(view: ParentView) -> int:
    return max(1, view.end - view.start)
