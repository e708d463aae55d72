"""What a strategy that plans again from where it stands must remember: where it stood when the present step began.

Without it every fill would make the rest of the present step due again.
"""

from attrs import frozen

from smartexec.api import ParentView


@frozen
class Anchor:
    """Where an order stood when a step began."""

    step: int
    """Number of the step, from 1."""
    done: int
    """Lots done when it began, crosses included."""
    before: int
    """Lots that were due by then."""
    due: int
    """Lots due by its end, as last computed."""


def anchor(view: ParentView, step: int) -> Anchor:
    """Give the anchor of the present step: the one remembered, or a new one here and now where a step begins."""
    done = view.order_qty - view.leaves_qty
    last = view.state
    if not isinstance(last, Anchor):
        return Anchor(step, done, done, done)
    return last if last.step == step else Anchor(step, done, min(last.due, view.order_qty), last.due)
