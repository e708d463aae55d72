"""Questions about orders that one OrderMassStatusRequest(AF) asks together, and the reports that answer it.

A venue answers with its open orders only. Its answer comes after everything that it had to say before, so an order
that was asked about and is not in it is not there.
"""

from collections.abc import Iterator
from typing import Final

from attrs import define, field

from smartexec.api import NANOS_PER_SECOND
from smartexec_fix.wire.message import Message

TIMEOUT: Final = 30 * NANOS_PER_SECOND
"""A request without an answer after this long is made again, if anybody still asks."""


@define(eq=False)
class MassStatus:
    """One request at a time; what is asked meanwhile waits for the next."""

    _wanted: dict[str, None] = field(init=False, factory=dict[str, None])
    _open: dict[str, None] = field(init=False, factory=dict[str, None])
    """What the request under way asks about, and no report has named yet."""
    _ref: str = field(init=False, default="")
    """MassStatusReqID(584) of the request under way; "" = there is none."""
    _since: int = field(init=False, default=0)
    _count: int = field(init=False, default=0)
    _reports: int = field(init=False, default=0)

    def ask(self, cl_ord_id: str) -> None:
        """Want to know of an order."""
        self._wanted[cl_ord_id] = None

    def request(self, now: int) -> str:
        """Give the MassStatusReqID(584) of a request to be made now; "" if there is none to be made."""
        if not self._wanted or (self._ref and now - self._since < TIMEOUT):
            return ""
        self._open, self._wanted = {**self._open, **self._wanted}, {}
        self._count += 1
        self._ref, self._since, self._reports = f"Q{now}-{self._count}", now, 0
        return self._ref

    def asks(self, report: Message, names: tuple[str, ...]) -> bool:
        """Whether a report is an answer that somebody asked for, or no answer at all."""
        return not self._ref or report.text(584) != self._ref or any(name in self._open for name in names)

    def heard(self, report: Message, names: tuple[str, ...]) -> Iterator[str]:
        """Take a report, of an order with these names; once it is the last, yield the orders that none named."""
        if not self._ref or report.text(584) != self._ref:
            return
        self._reports += 1
        for name in names:
            self._open.pop(name, None)
        total = report.text(911)
        if report.get(912) == b"Y" or (total.isdecimal() and self._reports >= int(total)):
            missing, self._open, self._ref = list(self._open), {}, ""
            yield from missing

    def clear(self) -> None:
        """The session is lost, and with it the answer."""
        self._wanted.clear()
        self._open.clear()
        self._ref = ""
