"""What is drawn in a bootstrap: client orders that were worked together, or whole runs.

Strategies pool orders differently: an order that ends early leaves the next one to a parent of its own. Orders that
shared a parent under any of the combinations are one unit, so that a unit means the same orders under each of them.
"""

from collections.abc import Hashable, Iterable, Sequence
from typing import Final

from smartexec_tca.study import Outcome

Key = Hashable
RESAMPLE: Final = ("parents", "runs")


def run_key(outcome: Outcome) -> tuple[str, int | None]:
    """Identify the inputs of a run: the same under each combination."""
    return str(outcome.task.config), outcome.task.seed


def units(outcomes: Sequence[Outcome], by: str) -> dict[tuple[Key, str], Key]:
    """Give the unit of each (inputs, client order), for `by` "parents" or "runs"."""
    orders = _Joined()
    for outcome in outcomes:
        key = run_key(outcome)
        for parent in outcome.parents:
            orders.join((key, client) for client in parent.clients)
    if by == "runs":
        return {member: member[0] for member in orders.members()}
    return {member: orders.first(member) for member in orders.members()}


class _Joined:
    """Sets that grow together (union-find); a set is named by its member that came first."""

    def __init__(self) -> None:
        self._above: dict[tuple[Key, str], tuple[Key, str]] = {}
        self._place: dict[tuple[Key, str], int] = {}

    def members(self) -> Iterable[tuple[Key, str]]:
        return self._above.keys()

    def first(self, member: tuple[Key, str]) -> tuple[Key, str]:
        while self._above[member] != member:
            self._above[member] = self._above[self._above[member]]
            member = self._above[member]
        return member

    def join(self, members: Iterable[tuple[Key, str]]) -> None:
        one: tuple[Key, str] | None = None
        for member in members:
            self._above.setdefault(member, member)
            self._place.setdefault(member, len(self._place))
            one = self.first(member) if one is None else self._joined(one, self.first(member))

    def _joined(self, a: tuple[Key, str], b: tuple[Key, str]) -> tuple[Key, str]:
        first, second = (a, b) if self._place[a] <= self._place[b] else (b, a)
        self._above[second] = first
        return first
