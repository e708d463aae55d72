"""What a venue does when an own order would trade with an own order: the rules by name. No matching.

Prevention modes as exchanges offer them for orders of one self-match-prevention group. `reject` is not here: it
refuses the newer order before it enters, so that no rule is needed later.
"""

from collections.abc import Callable, Mapping
from typing import Final, Protocol

from smartexec_sim.orders import OwnOrder


class Desk(Protocol):
    """What a rule needs of the venue."""

    def end_own(self, order: OwnOrder, text: str, now: int) -> None:
        """Cancel an own order without being asked."""

    def cut_own(self, order: OwnOrder, qty: int, text: str, now: int) -> None:
        """Make an own order smaller without being asked."""


Rule = Callable[[Desk, OwnOrder, OwnOrder, int], None]
"""(venue, newer order, older order, now)."""


def text_of(other: OwnOrder) -> str:
    """Say whom an order would have met."""
    return f"would trade with own order {other.cl_ord_id}"


def _cancel_newest(desk: Desk, new: OwnOrder, old: OwnOrder, now: int) -> None:
    desk.end_own(new, text_of(old), now)


def _cancel_oldest(desk: Desk, new: OwnOrder, old: OwnOrder, now: int) -> None:
    desk.end_own(old, text_of(new), now)


def _cancel_both(desk: Desk, new: OwnOrder, old: OwnOrder, now: int) -> None:
    _cancel_oldest(desk, new, old, now)
    _cancel_newest(desk, new, old, now)


def _decrement(desk: Desk, new: OwnOrder, old: OwnOrder, now: int) -> None:
    """Take the smaller leaves from both: the smaller order is cancelled, the other goes on with the rest."""
    qty = min(new.leaves, old.leaves)
    for order, other in ((old, new), (new, old)):
        if order.leaves == qty:
            desk.end_own(order, text_of(other), now)
        else:
            desk.cut_own(order, qty, text_of(other), now)


REJECT: Final = "reject"
CANCEL_OLDEST: Final = "cancel_oldest"
RULES: Final[Mapping[str, Rule]] = {
    "cancel_newest": _cancel_newest,
    CANCEL_OLDEST: _cancel_oldest,
    "cancel_both": _cancel_both,
    "decrement": _decrement,
}
SELF_MATCH: Final = (REJECT, *RULES)
