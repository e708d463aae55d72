"""Who answers the kernel's questions: plugins, a recording, or both compared. Knows no journal storage.

A plugin's mistake is always a `Fault`, never an exception (law 10): raising, overrunning its time, or an answer that
is of the wrong type anywhere.
"""

from collections.abc import Callable, Mapping, Sequence
from time import perf_counter_ns
from traceback import extract_tb
from typing import Any, Final

import msgspec
from attrs import frozen

from smartexec.errors import JournalError
from smartexec.interfaces.routing import RoutingLogic
from smartexec.interfaces.strategy import Strategy
from smartexec.kernel.advisor import Advisor, Fault
from smartexec.model.enums import Peg, TimeInForce
from smartexec.model.orders import Params
from smartexec.model.routing import Leg, Route, RouteRequest
from smartexec.model.view import Decision, ParentView, Slice
from smartexec.runtime.journal.records import NO_MEMORY, Advice, Memory, make_advice, read_advice
from smartexec.runtime.plan.intake import Strategies
from smartexec.runtime.reading.checks import told

MOST_FRAMES: Final = 10
"""Of a traceback in a line: the innermost, and the one that the plugin was entered at."""
_INT: Final = (int,)
_INT_OR_NONE: Final = (int, type(None))
_ENTRY: Final = (
    ("qty", _INT),
    ("price", _INT_OR_NONE),
    ("time_in_force", (TimeInForce,)),
    ("min_qty", _INT),
    ("display_qty", _INT_OR_NONE),
    ("peg", (Peg, type(None))),
    ("post_only", (bool,)),
)
_FIELDS: Final[Mapping[type, tuple[tuple[str, tuple[type, ...]], ...]]] = {
    Slice: (*_ENTRY, ("slot", (str,)), ("router", (str,))),
    Leg: (*_ENTRY, ("mic", (str,)), ("rest_for", _INT_OR_NONE)),
}
"""Exact types: a bool is no quantity, and a numpy integer would not be recorded."""


class PluginAdvisor(Advisor):
    """Asks the plugins and keeps their answers, encoded, until `drain`."""

    def __init__(
        self,
        strategies: Strategies,
        routers: Mapping[str, RoutingLogic],
        budget_ns: int | None = None,
        raised: Callable[[str], None] | None = None,
    ) -> None:
        """`budget_ns`: longest time an answer may take; None (simulations) = time is not measured.

        `raised` is told where a plugin raised, a line each time.
        """
        self._strategies = strategies
        self._routers = routers
        self._budget = budget_ns
        self._raised = raised
        self._advice: list[Advice] = []

    def decide(self, strategy: str, params: Params, view: ParentView) -> Decision | Fault:
        """Ask a strategy."""
        answer: Decision | Fault = self._ask(
            strategy, view.parent_id, lambda: self._decide(self._strategies.instance(strategy, params), view), Decision
        )
        return answer

    def route(self, router: str, request: RouteRequest) -> Route | Fault:
        """Ask a routing logic."""
        answer: Route | Fault = self._ask(
            router, request.parent_id, lambda: self._route(self._routers[router], request), Route
        )
        return answer

    @staticmethod
    def _decide(strategy: Strategy, view: ParentView) -> Decision:
        _check_memory("state", view.state, strategy.state_type)
        return strategy.decide(view)

    @staticmethod
    def _route(router: RoutingLogic, request: RouteRequest) -> Route:
        _check_memory("state", request.state, router.state_type)
        _check_memory("learned", request.learned, router.learned_type)
        return router.route(request)

    def drain(self) -> tuple[Advice, ...]:
        """Give the answers since the last time."""
        advice = tuple(self._advice)
        self._advice.clear()
        return advice

    def _ask(self, plugin: str, parent_id: str, ask: Callable[[], Any], kind: type) -> Any:
        try:
            answer = ask() if self._budget is None else self._timed(ask, self._budget)
            wrong = wrong_answer(answer, kind)
            if wrong:
                raise TypeError(wrong)
            advice = make_advice(plugin, parent_id, answer)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # SystemExit too: no plugin ends a run
            answer = self.faulted(plugin, error)
            advice = make_advice(plugin, parent_id, answer)
        self._advice.append(advice)
        return answer

    def faulted(self, plugin: str, error: BaseException) -> Fault:
        """Make a plugin's mistake the answer. Who wants more of the error than its text overrides it."""
        if self._raised is not None and (path := _path(error)):
            self._raised(f"plugin {plugin}: {told(error)}, raised at {path}")
        return Fault(plugin, told(error))

    @staticmethod
    def _timed(ask: Callable[[], Any], budget: int) -> Any:
        start = perf_counter_ns()
        answer = ask()
        took = perf_counter_ns() - start
        if took > budget:
            raise TimeoutError(f"found an answer after {took} ns, expected one within {budget} ns")
        return answer


def _path(error: BaseException) -> str:
    """Say where something was raised, from the inside out, in one line; "" if it was not raised by a plugin."""
    frames = [one for one in extract_tb(error.__traceback__) if one.filename != __file__]
    places = [f"{one.filename}:{one.lineno} in {one.name}" for one in reversed(frames)]
    left_out = len(places) - MOST_FRAMES
    if left_out > 0:
        places[MOST_FRAMES - 1 : -1] = [f"{left_out} more"]
    return ", called from ".join(places)


def _check_memory(name: str, kept: object, kind: type | None) -> None:
    """TypeError where a plugin's memory is not what it says it is: it was kept by a version that remembered otherwise,
    and to begin anew with an order half done could do anything."""
    if kept is not None and kind is not None and not isinstance(kept, kind):
        raise TypeError(f"{name}: found a memory of {type(kept).__name__}, expected one of {kind.__name__}")


def wrong_answer(answer: object, kind: type) -> str:
    """Say what is of the wrong type in an answer; "" if nothing is."""
    if type(answer) is not kind:
        return f"found {type(answer).__name__}, expected {kind.__name__}"
    entries: Sequence[object] = answer.slices if isinstance(answer, Decision) else answer.legs  # type: ignore[attr-defined]
    entry_kind = Slice if kind is Decision else Leg
    for entry in entries:
        if type(entry) is not entry_kind:
            return f"found {type(entry).__name__}, expected {entry_kind.__name__}"
        for name, kinds in _FIELDS[entry_kind]:
            value = getattr(entry, name)
            if type(value) not in kinds:
                return f"{entry_kind.__name__}.{name}: found {value!r}, expected {kinds[0].__name__}"
    wake_at, note = answer.wake_at, answer.note  # type: ignore[attr-defined]
    if type(wake_at) not in _INT_OR_NONE:
        return f"{kind.__name__}.wake_at: found {wake_at!r}, expected int"
    return "" if type(note) is str else f"{kind.__name__}.note: found {note!r}, expected str"


class RecordedAdvisor(Advisor):
    """Gives recorded answers back, in order. No plugin code runs."""

    def __init__(self, memories: Mapping[str, Memory] | None = None) -> None:
        """`memories`: by plugin, of what type its memory is; without it, memory is plain data."""
        self._memories = memories or {}
        self._queue: list[Advice] = []
        self._seq = 0

    def load(self, seq: int, advice: Sequence[Advice]) -> None:
        """Take the answers of the turn that ended at `seq`."""
        self._seq = seq
        self._queue = list(reversed(advice))

    def finish(self) -> None:
        """JournalError if an answer was not asked for."""
        if self._queue:
            left = self._queue[-1]
            raise JournalError(
                f"seq {self._seq}: found recorded advice of {left.plugin} for {left.parent_id} that was not asked for, "
                "expected the same questions as when it was recorded"
            )

    def decide(self, strategy: str, params: Params, view: ParentView) -> Decision | Fault:
        """Give the recorded decision."""
        answer: Decision | Fault = self._read(self._next(strategy, view.parent_id, "decision"))
        return answer

    def route(self, router: str, request: RouteRequest) -> Route | Fault:
        """Give the recorded route."""
        answer: Route | Fault = self._read(self._next(router, request.parent_id, "route"))
        return answer

    def _read(self, advice: Advice) -> Any:
        """Memory that its plugin can no longer read stays plain data."""
        try:
            return read_advice(advice, self._memories.get(advice.plugin, NO_MEMORY))
        except msgspec.ValidationError:
            return read_advice(advice)

    def _next(self, plugin: str, parent_id: str, kind: str) -> Advice:
        found = self._queue.pop() if self._queue else None
        asked = f"a {kind} of {plugin} for {parent_id}"
        if found is None:
            raise JournalError(f"seq {self._seq}: found no recorded advice, expected {asked}")
        if (found.plugin, found.parent_id) != (plugin, parent_id) or found.kind not in (kind, "fault"):
            has = f"a {found.kind} of {found.plugin} for {found.parent_id}"
            raise JournalError(f"seq {self._seq}: found {has}, expected {asked}")
        return found


@frozen
class Difference:
    """A plugin that answered otherwise than recorded."""

    seq: int
    plugin: str
    parent_id: str
    recorded: str
    rerun: str


class AuditAdvisor(RecordedAdvisor):
    """Asks the plugins again, lists every different answer, and goes on with the recorded one."""

    def __init__(self, plugins: PluginAdvisor, memories: Mapping[str, Memory]) -> None:
        super().__init__(memories)
        self._plugins = plugins
        self.differences: list[Difference] = []
        self.asked = 0

    def decide(self, strategy: str, params: Params, view: ParentView) -> Decision | Fault:
        """Compare decisions."""
        recorded = self._next(strategy, view.parent_id, "decision")
        return self._compare(recorded, self._plugins.decide(strategy, params, view))  # type: ignore[no-any-return]

    def route(self, router: str, request: RouteRequest) -> Route | Fault:
        """Compare routes."""
        recorded = self._next(router, request.parent_id, "route")
        return self._compare(recorded, self._plugins.route(router, request))  # type: ignore[no-any-return]

    def _compare(self, recorded: Advice, rerun: Any) -> Any:
        self.asked += 1
        (again,) = self._plugins.drain()
        if (again.kind, again.body) == (recorded.kind, recorded.body):
            return rerun  # its state still has its type
        then, now = _say(recorded), _say(again)
        self.differences.append(Difference(self._seq, recorded.plugin, recorded.parent_id, then, now))
        return self._read(recorded)


def _say(advice: Advice) -> str:
    return str(msgspec.to_builtins(read_advice(advice)))
