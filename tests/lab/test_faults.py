"""Plugins at fault: they are quarantined as in any run, and their author is shown where they broke."""

from typing import ClassVar

import pytest
from attrs import frozen

from smartexec.api import CancelOrder, Leg, Route, RouteRequest, RoutingLogic, TimeInForce
from smartexec.kernel.settings import Limits, Risk, Settings
from smartexec.lab import Lab
from tests.lab.strategies import Eager, Fragile, Patient


@frozen
class Shaky(RoutingLogic):
    """All at once to the lit venue; breaks at the so-many-th time it is asked under a decision."""

    name: ClassVar[str] = "shaky"
    breaks_at: int = 1

    def route(self, request: RouteRequest) -> Route:
        if len(request.attempts) + 1 == self.breaks_at:
            raise LookupError("lost my way")
        return Route((Leg("SIML", request.qty, price=request.slice.price, time_in_force=TimeInForce.IOC),))


def test_strategy_that_raises_is_shown_with_its_traceback() -> None:
    lab = Lab(10)
    order = lab.buy(1_000, Fragile(breaks_at=3))
    *sound, last = lab
    assert [step.fault for step in sound] == ["", ""]
    assert [line.split() for line in str(sound[1]).splitlines() if "memory" in line] == [["memory", "2"]]
    assert last.decision is None
    assert last.fault == "FRAGILE is quarantined: ZeroDivisionError: integer division or modulo by zero"
    assert any(isinstance(one, CancelOrder) for one in last.commands)
    assert isinstance(last.error, ZeroDivisionError)
    frames = [line.strip() for line in last.traceback.splitlines() if line.strip().startswith("File")]
    assert [frame.rpartition(" in ")[2] for frame in frames] == ["decide", "broken"]
    assert "Decision((Slice(1 // nothing),))" in last.traceback
    assert last.traceback in lab_text(str(last))
    assert (lab.errors, list(lab.quarantined)) == ({"FRAGILE": last.error}, ["FRAGILE"])
    result = lab.run()
    assert result.breaches == ()
    assert result.errors[0].startswith("FRAGILE: plugin quarantined: ZeroDivisionError")
    assert order.status == "EXPIRED"


def lab_text(text: str) -> str:
    """A printed step without the margin of its traceback."""
    return "\n".join(line.removeprefix("    ") for line in text.splitlines())


def test_strategy_that_answers_nonsense_is_shown_with_what_is_wrong() -> None:
    lab = Lab(10)
    lab.buy(1_000, Fragile(breaks_at=2, nonsense=True))
    *_, last = lab
    assert last.decision is not None
    assert last.decision.note == "less than nothing"
    assert last.fault == "FRAGILE is quarantined: slice 'main': qty -1, expected a whole number of lots, not negative"
    assert (last.error, last.traceback) == (None, "")
    assert "fault" in str(last)


def test_others_go_on_when_a_strategy_breaks() -> None:
    lab = Lab(10)
    lab.buy(1_000, Fragile(breaks_at=1))
    lab.buy(500, Patient)
    lab.buy(100, Eager)
    assert lab.run().clients.statuses["FILLED"] == 2
    assert [step.fault != "" for step in lab.steps if step.time == lab.instrument.open] == [True, False, False]


def test_routing_logic_that_raises_is_shown_in_the_step_of_its_decision() -> None:
    lab = Lab(10, router=Shaky(breaks_at=1))
    lab.buy(500, Patient)
    (step,) = lab
    assert step.decision is not None
    assert step.fault == "shaky is quarantined: LookupError: lost my way"
    assert step.error is lab.errors["shaky"]
    assert "raise LookupError" in step.traceback


def test_routing_logic_that_raises_later_is_shown_by_the_lab() -> None:
    lab = Lab(10, router=Shaky(breaks_at=2))
    lab.buy(500, Patient)
    lab.run()
    assert [step.fault for step in lab.steps] == [""]
    assert lab.quarantined == {"shaky": "LookupError: lost my way"}
    assert isinstance(lab.errors["shaky"], LookupError)
    assert "shaky: plugin quarantined: LookupError: lost my way" in str(lab.result)


def test_what_was_kept_back_is_in_the_step_with_the_reason() -> None:
    settings = Settings(risk=Risk(firm=Limits(max_order_qty=50)))
    lab = Lab(10, settings=settings)
    lab.buy(500, Patient(slices=1))
    step = lab.step()
    assert step is not None
    assert (step.commands, step.refused) == ((), ("SIML 400: max_order_qty", "SIMD 100: max_order_qty"))
    assert "kept back  SIML 400: max_order_qty" in str(step)


@pytest.mark.parametrize("qty", [10, 5_000])
def test_steps_of_sound_plugins_have_no_fault(qty: int) -> None:
    lab = Lab(10)
    lab.buy(qty, "TWAP")
    lab.run()
    assert {step.fault for step in lab.steps} == {""}
    assert (lab.errors, lab.quarantined) == ({}, {})
