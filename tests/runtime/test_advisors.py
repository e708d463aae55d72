"""Advice: asked, recorded, given back, compared. A plugin's mistake is a fault, never an exception (law 10)."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any, ClassVar

import pytest
from attrs import evolve, field, frozen

from smartexec.api import Decision, Leg, ParentView, Route, RouteRequest, RoutingLogic, Slice, Strategy
from smartexec.errors import JournalError
from smartexec.kernel.advisor import Fault
from smartexec.runtime.journal.records import Memory, make_advice, read_advice
from smartexec.runtime.plan.advisors import AuditAdvisor, PluginAdvisor, RecordedAdvisor
from smartexec.runtime.plan.intake import Strategies
from smartexec.testing import request, view


@frozen
class State:
    """A state with more than plain data in it."""

    asked: int
    shares: tuple[Fraction, ...] = ()


@frozen
class Answers(Strategy):
    """Gives what `answer` makes."""

    name: ClassVar[str] = "ANSWERS"
    state_type: ClassVar[type | None] = State
    answer: ClassVar[Callable[[ParentView], Any]] = lambda view: Decision()

    def decide(self, view: ParentView) -> Decision:
        return type(self).answer(view)  # type: ignore[no-any-return]


@frozen
class Routes(RoutingLogic):
    """Gives what `answer` makes."""

    name: ClassVar[str] = "routes"
    answer: ClassVar[Callable[[RouteRequest], Any]] = lambda request: Route()
    n: int = field(default=0)

    def route(self, request: RouteRequest) -> Route:
        return type(self).answer(request)  # type: ignore[no-any-return]


def plugin_advisor(budget: int | None = None) -> PluginAdvisor:
    return PluginAdvisor(Strategies({"ANSWERS": Answers}), {"routes": Routes()}, budget)


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Say what the plugins answer."""

    def say(value: Any) -> None:
        def give(_: Any) -> Any:
            if isinstance(value, BaseException):
                raise value
            return value

        monkeypatch.setattr(Answers, "answer", staticmethod(give))
        monkeypatch.setattr(Routes, "answer", staticmethod(give))

    return say


GOOD = Decision((Slice(5, 10, slot="a"),), 99, note="n", state=State(2, (Fraction(1, 3),)))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (RuntimeError("no\nlots"), "RuntimeError: no lots"),
        (SystemExit("bye"), "SystemExit: bye"),
        (None, "TypeError: found NoneType, expected Decision"),
        (Route(), "TypeError: found Route, expected Decision"),
        (Decision(("x",)), "TypeError: found str, expected Slice"),  # type: ignore[arg-type]
        (Decision((Slice(1.5),)), "TypeError: Slice.qty: found 1.5, expected int"),  # type: ignore[arg-type]
        (Decision((Slice(True),)), "TypeError: Slice.qty: found True, expected int"),
        (Decision((Slice(1, 1.0),)), "TypeError: Slice.price: found 1.0, expected int"),  # type: ignore[arg-type]
        (Decision((), 1.5), "TypeError: Decision.wake_at: found 1.5, expected int"),  # type: ignore[arg-type]
        (Decision((), note=5), "TypeError: Decision.note: found 5, expected str"),  # type: ignore[arg-type]
        (Decision((), state=object()), "TypeError: found object, expected attrs values"),
    ],
)
def test_nonsense_is_a_fault(answer: Callable[[Any], None], value: object, text: str) -> None:
    answer(value)
    advisor = plugin_advisor()
    found = advisor.decide("ANSWERS", (), view())
    assert isinstance(found, Fault)
    assert found.plugin == "ANSWERS"
    assert found.text.startswith(text)
    assert [a.kind for a in advisor.drain()] == ["fault"]


def test_nonsense_of_a_router_is_a_fault(answer: Callable[[Any], None]) -> None:
    answer(Route((Leg("X", "5"),)))  # type: ignore[arg-type]
    found = plugin_advisor().route("routes", request())
    assert found == Fault("routes", "TypeError: Leg.qty: found '5', expected int")


def test_time_budget_counts_only_where_there_is_one(answer: Callable[[Any], None]) -> None:
    answer(GOOD)
    assert plugin_advisor().decide("ANSWERS", (), view()) == GOOD
    late = plugin_advisor(budget=0).decide("ANSWERS", (), view())
    assert isinstance(late, Fault)
    assert late.text.startswith("TimeoutError: found an answer after")


def test_recorded_answer_comes_back_typed_if_the_type_is_known() -> None:
    advice = make_advice("ANSWERS", "P1", GOOD)
    assert read_advice(advice, Memory(State)) == GOOD
    assert read_advice(advice).state == {"asked": 2, "shares": ["1/3"]}
    assert evolve(read_advice(advice), state=None) == evolve(GOOD, state=None)


def test_recording_is_given_back_in_order(answer: Callable[[Any], None]) -> None:
    answer(evolve(GOOD, state=None))
    live = plugin_advisor()
    asked = view()
    first = live.decide("ANSWERS", (), asked)
    answer(Route((Leg("X", 5),), note="r"))
    second = live.route("routes", request())
    back = RecordedAdvisor()
    back.load(7, live.drain())
    assert back.decide("ANSWERS", (), asked) == first
    assert back.route("routes", request()) == second
    back.finish()


def test_question_that_was_not_recorded_is_an_error() -> None:
    back = RecordedAdvisor()
    back.load(7, [])
    with pytest.raises(JournalError, match="seq 7: found no recorded advice, expected a decision of ANSWERS for"):
        back.decide("ANSWERS", (), view())


def test_question_of_another_kind_is_an_error() -> None:
    back = RecordedAdvisor()
    back.load(7, [make_advice("routes", "P9", Route())])
    with pytest.raises(JournalError, match="seq 7: found a route of routes for P9, expected a decision of ANSWERS"):
        back.decide("ANSWERS", (), view())


def test_recorded_answer_that_is_not_asked_for_is_an_error() -> None:
    back = RecordedAdvisor()
    back.load(7, [make_advice("ANSWERS", "P9", Decision())])
    with pytest.raises(JournalError, match="seq 7: found recorded advice of ANSWERS for P9 that was not asked for"):
        back.finish()


def test_audit_goes_on_with_the_recorded_answer_and_lists_the_other(answer: Callable[[Any], None]) -> None:
    asked = view()
    recorded = make_advice("ANSWERS", asked.parent_id, GOOD)
    audit = AuditAdvisor(plugin_advisor(), {"ANSWERS": Memory(State)})
    answer(GOOD)
    audit.load(7, [recorded, recorded])
    assert audit.decide("ANSWERS", (), asked) == GOOD
    assert audit.differences == []
    answer(evolve(GOOD, note="other"))
    assert audit.decide("ANSWERS", (), asked) == GOOD
    (difference,) = audit.differences
    assert (difference.seq, difference.plugin, difference.parent_id) == (7, "ANSWERS", asked.parent_id)
    assert "'note': 'other'" in difference.rerun
    assert "'note': 'n'" in difference.recorded
    assert audit.asked == 2


def test_memory_of_an_earlier_version_is_a_fault(
    answer: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    advisor = plugin_advisor()
    answer(Decision())
    assert advisor.decide("ANSWERS", (), view(state=State(2))) == Decision()
    found = advisor.decide("ANSWERS", (), view(state={"asked": 2}))
    assert found == Fault("ANSWERS", "TypeError: state: found a memory of dict, expected one of State")
    monkeypatch.setattr(Routes, "state_type", State)
    monkeypatch.setattr(Routes, "learned_type", State)
    answer(Route())
    assert advisor.route("routes", request(state=State(2), learned=State(1))) == Route()
    assert advisor.route("routes", request()) == Route()
    state = advisor.route("routes", request(state=7))
    assert state == Fault("routes", "TypeError: state: found a memory of int, expected one of State")
    learned = advisor.route("routes", request(learned={}))
    assert learned == Fault("routes", "TypeError: learned: found a memory of dict, expected one of State")


def test_where_a_plugin_raised_is_said_in_a_line_of_bounded_length() -> None:
    lines: list[str] = []

    def deep(left: int) -> int:
        return 1 // left if not left else deep(left - 1)

    @frozen
    class Deep(Answers):
        def decide(self, view: ParentView) -> Decision:
            raise RuntimeError(deep(300))

    advisor = PluginAdvisor(Strategies({"ANSWERS": Deep}), {}, raised=lines.append)
    advisor.decide("ANSWERS", (), view())
    (line,) = lines
    assert line.startswith("plugin ANSWERS: ZeroDivisionError: integer division or modulo by zero, raised at ")
    assert line.count("called from") == 10
    assert "called from 292 more, called from " in line
    assert line.endswith(" in decide")
