"""A whole TWAP plugin in 25 lines: at each step it takes, at the far touch, what is due by the step's end."""

from attrs import field, frozen, validators
from smartexec.api import Decision, ParentView, Slice, Strategy, hookimpl


@frozen
class SmallTwap(Strategy):
    """Trade evenly over the order's time; what was missed is due at the next step, all of it at the last."""

    name = "SMALL-TWAP"
    every: int = field(default=30_000_000_000, validator=validators.gt(0), metadata={"unit": "ns"})
    """Length of a step."""

    def decide(self, view: ParentView) -> Decision:
        step, price = (view.now - view.start) // self.every + 1, view.market.far(view.side)
        due = view.order_qty * step * self.every // max(self.every, view.end - view.start)
        room = view.leaves_at(price) if price is not None and view.market.trading else 0
        qty = max(0, min(due - view.order_qty + view.leaves_qty, room)) // view.instrument.lot * view.instrument.lot
        return Decision([Slice(qty, price)], view.start + step * self.every, note=f"step {step}: {qty} lots are due")


@hookimpl.strategies
def smartexec_strategies() -> list[type[Strategy]]:
    return [SmallTwap]
