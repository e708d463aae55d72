"""What a logic may learn from: draws that are over, and only those that say something."""

import pytest

from smartexec.api import Attempt, Leg, Mic, Nanos, Outcome, Px, Qty, RouteRequest
from smartexec.testing import START, request
from smartexec_routers.draws import MAX_DRAWS, Draw, drawn, kept, settle

REST = 1_000
LEGS = [Leg("XA", 60, price=9), Leg("XB", 40, price=9)]
DRAW = drawn(LEGS, request(), 120, 20, REST)


def ended(mic: str, qty: int, cum_qty: int, outcome: Outcome, *, after: int = REST, sent: int = START) -> Attempt:
    return Attempt(
        mic=Mic(mic),
        qty=Qty(qty),
        cum_qty=Qty(cum_qty),
        price=Px(9),
        sent=Nanos(sent),
        ended=Nanos(sent + after),
        outcome=outcome,
    )


def told(*outcomes: Attempt) -> RouteRequest:
    return request(outcomes=outcomes)


FULL = ended("XA", 60, 60, Outcome.FILLED, after=1)


def test_it_waits_for_every_leg() -> None:
    waiting, over = settle([DRAW], told(FULL))
    assert (len(waiting), over) == (1, [])
    waiting, (draw,) = settle(waiting, told(ended("XB", 40, 30, Outcome.CANCELED)))
    assert waiting == ()
    assert (draw.executed, draw.full, draw.partial) == (110, ("XA",), ("XB",))


def test_the_same_outcome_counts_once() -> None:
    waiting, _ = settle([DRAW], told(FULL))
    again, over = settle(waiting, told(FULL))
    assert (again, over) == (waiting, [])


@pytest.mark.parametrize(
    "odd", [ended("XB", 40, 0, Outcome.CANCELED, after=REST - 1), ended("XB", 40, 0, Outcome.REJECTED)]
)
def test_a_leg_that_ended_for_another_reason_says_nothing(odd: Attempt) -> None:
    assert settle([DRAW], told(FULL, odd)) == ((), [])


def test_unless_enough_was_executed_all_the_same() -> None:
    """The kernel cancels the rest of an over-booked route once enough has executed."""
    booked = drawn([Leg("XA", 60, price=9), Leg("XB", 60, price=9)], request(), 100, 20, REST)
    _, (draw,) = settle([booked], told(FULL, ended("XB", 60, 20, Outcome.CANCELED, after=5)))
    assert (draw.executed, draw.full, draw.partial) == (100, ("XA",), ())


@pytest.mark.parametrize(
    "other", [ended("XA", 60, 60, Outcome.FILLED, sent=START - 1), ended("XA", 61, 61, Outcome.FILLED)]
)
def test_the_outcome_of_another_leg_is_not_taken_for_it(other: Attempt) -> None:
    assert settle([DRAW], told(other)) == ((DRAW,), [])


def test_attempts_of_the_slot_serve_where_nothing_else_is_told() -> None:
    waiting, _ = settle([DRAW], request(attempts=[FULL]))
    assert [leg.mic for leg in waiting[0].waiting] == ["XB"]


def test_the_oldest_are_forgotten() -> None:
    draws: tuple[Draw, ...] = ()
    for number in range(MAX_DRAWS + 5):
        draws = kept(draws, drawn(LEGS, request(now=START + number), 100, 0, REST))
    assert (len(draws), draws[0].sent) == (MAX_DRAWS, START + 5)
    assert kept((), drawn([], request(), 100, 100, REST)) == ()
