"""The turns of a lab: as a run has them, and every question to a strategy becomes a step, with what belongs to it."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from attrs import define, field

from smartexec.kernel.advisor import Fault
from smartexec.kernel.engine import Engine
from smartexec.kernel.orders import ParentOrder, ParentState
from smartexec.lab.happened import Happened
from smartexec.lab.step import Step
from smartexec.lab.trail import Trail
from smartexec.lab.watch import Asked, Watch
from smartexec.model.commands import CancelOrder, Command, QueryOrder, ReplaceOrder, SendOrder, VenueCommand
from smartexec.model.events import Event, VenueStatus
from smartexec.model.orders import CancelRequest, NewOrder, ReplaceRequest
from smartexec.runtime.journal.forget import Forget
from smartexec.runtime.journal.records import Writer
from smartexec.runtime.journal.turns import Turns

VENUE: Final = (SendOrder, CancelOrder, ReplaceOrder, QueryOrder)
CLIENT: Final = (NewOrder, CancelRequest, ReplaceRequest)


@define(eq=False)
class Since:
    """Of a parent: what has happened since its last step."""

    events: list[Happened] = field(factory=list)
    crossed_qty: int = 0
    """Crossed at its last step."""


class Recorder(Turns):
    """Folds and settles. Keeps nothing but steps: what is not in a step yet waits for the next one of its parent."""

    def __init__(self, engine: Engine, watch: Watch, start: int, trail: Trail) -> None:
        super().__init__(engine, watch.drain, Writer(Forget()))
        self.steps: deque[Step] = deque()
        """Made, and not taken yet."""
        self.trail = trail
        self._blotter, self._quarantined, self._strategies = engine.blotter, engine.quarantined, engine.strategies
        self._watch, self._start, self._made = watch, start, 0
        self._since: defaultdict[ParentOrder, Since] = defaultdict(Since)
        self._known: set[str] = set()
        """Plugins whose quarantine is in a step, or came where there was none."""
        watch.outbox = lambda: len(engine.blotter.outbox)

    def fold(self, now: int, event: Event) -> None:
        """Write an event down, hand it to the engine, and keep it for the parents that it concerns."""
        super().fold(now, event)
        for parent in self._concerned(event):
            self._since[parent].events.append(Happened(now, event))
        child = self._blotter.children.get(getattr(event, "cl_ord_id", ""))
        if child is not None:
            self.trail.follow(child, now)

    def settle(self, now: int) -> list[Command]:
        """End the turn, and make its steps."""
        commands = super().settle(now)
        asked, self._watch.asked = self._watch.asked, []
        for number, command in enumerate(commands):
            if isinstance(command, VENUE):
                self._file(command, number, asked, now)
        faults = {name: why for name, why in self._quarantined.items() if name not in self._known}
        self._known.update(faults)
        for number, one in enumerate(asked):
            parent = next(p for p in reversed(self._blotter.parents) if p.parent_id == one.view.parent_id)
            again = any(later.strategy == one.strategy for later in asked[number + 1 :])
            self._step(one, parent, "" if again else self._blamed(one, parent, faults), now)
        return commands

    def _file(self, command: VenueCommand, number: int, asked: Sequence[Asked], now: int) -> None:
        """Put a command to the decision that it followed from, or to what happened without one."""
        child = self._blotter.children.get(command.cl_ord_id)
        if child is None:
            return
        before = [one for one in asked if one.at <= number and one.view.parent_id == child.parent.parent_id]
        if before:
            before[-1].commands.append(command)
        else:
            self._since[child.parent].events.append(Happened(now, command))

    def _step(self, one: Asked, parent: ParentOrder, blamed: str, now: int) -> None:
        since, crossed_qty = self._since[parent], one.view.crossed_qty
        self._since[parent] = Since(crossed_qty=crossed_qty)
        self._made += 1
        self.steps.append(
            Step(
                number=self._made,
                time=now,
                at=now - self._start,
                strategy=one.strategy,
                view=one.view,
                decision=None if isinstance(one.answer, Fault) else one.answer,
                commands=tuple(one.commands),
                refused=_kept_back(one, parent),
                crossed_qty=crossed_qty - since.crossed_qty,
                events=tuple(since.events),
                fault=f"{blamed} is quarantined: {self._quarantined[blamed]}" if blamed else "",
                error=self._watch.errors.get(blamed),
            )
        )

    def _blamed(self, one: Asked, parent: ParentOrder, faults: Mapping[str, str]) -> str:
        """Which plugin was quarantined over a decision: its strategy, or a routing logic that placed it; "" = none."""
        if one.strategy in faults:
            return one.strategy
        routers = [name for name in faults if name not in self._strategies]
        return routers[0] if routers and parent.state is ParentState.SAFE else ""

    def _concerned(self, event: Event) -> Iterable[ParentOrder]:
        """The parents that an event is about."""
        if isinstance(event, VenueStatus):
            return tuple(self._blotter.working.values())
        if isinstance(event, CLIENT):
            order = self._blotter.by_client_id.get(event.source, {}).get(event.cl_ord_id)
            return () if order is None or order.parent is None else (order.parent,)
        child = self._blotter.children.get(getattr(event, "cl_ord_id", ""))
        return () if child is None else (child.parent,)


def _kept_back(one: Asked, parent: ParentOrder) -> tuple[str, ...]:
    """What of a decision was not sent, and why."""
    if parent.row is None or parent.row.decision is not one.answer:
        return ()
    clipped = [f"{slot.name}: {slot.clipped_by}" for slot in parent.slots.values() if slot.clipped_by]
    return tuple(parent.row.refused or clipped)
