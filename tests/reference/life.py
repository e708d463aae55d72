"""Slow and obvious: what state an order is in, worked out from the plain list of all that was ever said of it.

No table and no stored state: the list is read from its beginning each time. Nothing here imports the kernel.
Sources: FIX 4.4 Appendix D (order state change matrices). A fill is a fact: it counts whatever was said before.
"""

from fractions import Fraction
from typing import NamedTuple

Said = tuple[object, ...]
"""("trade", qty, px) and the like: see `_Walk`."""


class State(NamedTuple):
    """What an order is."""

    ord_status: str
    order_qty: int
    cum_qty: int
    leaves_qty: int
    avg_px: Fraction
    cl_ord_id: str
    price: int | None


def derive(cl_ord_id: str, order_qty: int, price: int | None, good_till: bool, said: list[Said]) -> State:
    """The state after everything in `said`."""
    walk = _Walk(cl_ord_id, order_qty, price)
    for what, *details in said:
        getattr(walk, str(what))(*details)
    gone = walk.final or (walk.hold == "DONE_FOR_DAY" and not good_till)
    leaves = 0 if gone else max(0, walk.qty - walk.cum)
    average = Fraction(walk.money, walk.cum) if walk.cum else Fraction(0)
    return State(walk.status(), walk.qty, walk.cum, leaves, average, walk.name, walk.price)


class _Walk:
    def __init__(self, name: str, qty: int, price: int | None) -> None:
        self.name, self.qty, self.price = name, qty, price
        self.cum = self.money = 0
        self.heard = False
        self.hold = ""
        """SUSPENDED or DONE_FOR_DAY."""
        self.final = ""
        """CANCELED, EXPIRED or REJECTED: for good."""
        self.open: list[list[object]] = []
        """[kind, name, qty, price, acknowledged] of requests without an answer."""

    @property
    def full(self) -> bool:
        return self.cum >= self.qty > 0

    def status(self) -> str:
        complete = self.full and self.hold != "DONE_FOR_DAY"
        waiting = [r for r in self.open if r[4]]
        if complete:  # only what would make it larger is still of interest
            waiting = [r for r in waiting if isinstance(r[2], int) and r[2] > self.qty]
        if waiting:
            return "PENDING_CANCEL" if any(r[0] == "cancel" for r in waiting) else "PENDING_REPLACE"
        if complete:
            return "FILLED"
        plain = "PARTIALLY_FILLED" if self.cum else "NEW"
        return self.final or self.hold or (plain if self.heard else "PENDING_NEW")

    # -- what is said ----------------------------------------------------------------------------------------------

    def acknowledge(self) -> None:
        self.heard = True

    def trade(self, qty: int, px: int) -> None:
        self.correct(0, 0, qty, px)

    def bust(self, qty: int, px: int) -> None:
        self.correct(qty, px, 0, 0)

    def correct(self, qty: int, px: int, new_qty: int, new_px: int) -> None:
        self.cum += new_qty - qty
        self.money += new_qty * new_px - qty * px
        self.heard = True
        self._after()

    def _after(self) -> None:
        """Full, it is not suspended any more; with nothing left to do and nothing done it is cancelled."""
        if not self.final and self.cum >= self.qty:
            if self.cum == 0:
                self.end("CANCELED")
            elif self.hold == "SUSPENDED":
                self.hold = ""

    def end(self, how: str) -> None:
        day_over = self.hold == "DONE_FOR_DAY"
        if self.final or (self.full and not day_over) or (day_over and how not in ("CANCELED", "EXPIRED")):
            return
        if how == "DONE_FOR_DAY":
            self.hold = how
        else:
            self.final, self.hold, self.open = how, "", []

    def suspend(self) -> None:
        if not (self.final or self.hold or self.full):
            self.hold = "SUSPENDED"

    def restate(self, qty: int | None, price: int | None) -> None:
        if not self.final:
            self._set(qty, price)
            self.heard, self.hold = True, ""
            self._after()

    def _set(self, qty: object, price: object) -> None:
        if isinstance(qty, int):
            self.qty = max(qty, self.cum)
        if isinstance(price, int):
            self.price = price

    # -- requests --------------------------------------------------------------------------------------------------

    def request(self, kind: str, name: str, qty: int | None, price: int | None) -> None:
        if not self.final and name != self.name and all(r[1] != name for r in self.open):
            self.open.append([kind, name, qty, price, False])

    def pend(self, name: str) -> None:
        for r in self.open:
            if r[1] == name:
                r[4] = True

    def refuse(self, name: str) -> None:
        self.open = [r for r in self.open if r[1] != name]

    def accept(self, name: str, qty: int | None) -> None:
        """`qty`: what it asks for by now (below what was done in the meantime it cannot go)."""
        names = [r[1] for r in self.open]
        if name not in names:
            return
        at = names.index(name)
        answered, self.open = self.open[: at + 1], self.open[at + 1 :]
        self.heard = True
        answered[-1][2] = qty
        if answered[-1][0] == "cancel":
            self.end("CANCELED")
            return
        for kind, _, asked, price, _ in answered:
            if kind == "replace":
                self._set(asked, price)
        self.name = name
        self._after()
