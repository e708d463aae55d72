"""What operators want of a session that is being served: answered from its state, or folded as an event."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from smartexec.model.enums import KillLevel
from smartexec.model.events import KillSwitch
from smartexec.model.ids import NANOS_PER_SECOND
from smartexec.runtime.feeding.fault_log import FaultLog
from smartexec.runtime.live.control import KILL, Answer, event_of, kill_file
from smartexec.runtime.live.live import Live
from smartexec.runtime.live.status import status
from smartexec.runtime.plan.plan import Plan

LOOK: Final = NANOS_PER_SECOND // 2
"""The file that stops everything is looked for so often, ns."""


class Operator:
    """Answers requests, and looks for the file."""

    def __init__(
        self, run: Path, plan: Plan, live: Live, faults: FaultLog, now: Callable[[], int], wake: Callable[[], None]
    ) -> None:
        self._run, self._plan, self._live, self._faults = run, plan, live, faults
        self._now, self._wake = now, wake
        self._looked = 0
        self._seen = False

    async def handle(self, request: Mapping[str, Any]) -> Answer:
        """Answer a request; ConfigError if it is none. What changes something is answered once it is durable."""
        if request.get("command") != "status":
            event = event_of(request, self._names())
            if isinstance(event, KillSwitch) and not event.on and event.level is KillLevel.FIRM:
                (self._run / KILL).unlink(missing_ok=True)
            done = asyncio.Event()
            self._live.ask(event, done.set)
            self._wake()
            await done.wait()
        return status(self._live, self._plan, self._now(), self._faults.count)

    def look(self, now: int) -> None:
        """Stop everything if the file is there, once."""
        if now - self._looked < LOOK:
            return
        self._looked = now
        reason, seen = kill_file(self._run), self._seen
        self._seen = reason is not None
        if reason is not None and not seen:
            self._live.ask(KillSwitch(KillLevel.FIRM, user=f"the file {KILL}", reason=reason), lambda: None)

    def _names(self) -> dict[KillLevel, frozenset[str]]:
        plan = self._plan
        return {
            KillLevel.VENUE: frozenset(plan.venues),
            KillLevel.STRATEGY: frozenset(plan.strategies),
            KillLevel.INSTRUMENT: frozenset(plan.config.instruments),
        }
