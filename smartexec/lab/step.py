"""A step: one question to a strategy, what it answered, what was sent, what had come back. A value; prints itself."""

import traceback
from collections.abc import Iterator

from attrs import field, frozen

from smartexec.lab.happened import Happened
from smartexec.lab.show import card, sheet
from smartexec.lab.terms import clock
from smartexec.lab.words import seen, since, some, told, wanted
from smartexec.model.commands import VenueCommand
from smartexec.model.view import Decision, ParentView
from smartexec.runtime.reading.checks import clean


@frozen(kw_only=True)
class Step:
    """One decision, and all that belongs to it."""

    number: int
    """1 for the first of the lab."""
    time: int
    """When it was asked, ns UTC."""
    at: int
    """The same since the start of the lab, ns."""
    strategy: str
    """Who was asked."""
    view: ParentView
    """What it saw."""
    decision: Decision | None
    """What it wants live now; None if it gave none."""
    commands: tuple[VenueCommand, ...] = ()
    """What was sent to venues for it."""
    refused: tuple[str, ...] = ()
    """What of it was not sent, and why."""
    crossed_qty: int = 0
    """Lots crossed inside, or offset, since its last step."""
    events: tuple[Happened, ...] = ()
    """What has happened to its orders since its last step, in order."""
    fault: str = ""
    """Which plugin was quarantined over it, and why; "" = none was."""
    error: BaseException | None = field(default=None, eq=False)
    """What that plugin raised, for a debugger; None if nothing was raised."""

    @property
    def traceback(self) -> str:
        """Where it was raised, in the author's own code; "" if nothing was raised."""
        if self.error is None:
            return ""
        trace = self.error.__traceback__
        while trace is not None and trace.tb_frame.f_globals.get("__name__", "").startswith("smartexec.runtime."):
            trace = trace.tb_next
        return "".join(traceback.format_exception(type(self.error), self.error, trace)).rstrip()

    def __str__(self) -> str:
        return card(self._head(), list(self._lines()), self.traceback)

    def _repr_html_(self) -> str:
        return sheet(self._head(), list(self._lines()), self.traceback)

    def _head(self) -> str:
        who = f"{self.view.parent_id} {self.view.side.name} {self.strategy}"
        return f"step {self.number}  {clock(self.at)}  {who}  woken by {self.view.woken_by.name}"

    def _lines(self) -> Iterator[tuple[str, str]]:
        digits = self.view.instrument.qty_decimals
        if self.events or self.crossed_qty:
            yield "since", since(self.events, self.crossed_qty, digits)
        yield "view", seen(self.view)
        if self.decision is not None:
            yield "wants", wanted(self.decision, self.view, self.at)
            if self.decision.note:
                yield "note", self.decision.note
            if self.decision.state is not None:
                yield "memory", clean(repr(self.decision.state))
        if self.commands:
            yield "sent", some([told(one, digits) for one in self.commands])
        if self.refused:
            yield "kept back", some(self.refused)
        if self.fault:
            yield "fault", self.fault
