"""The menu of TRILEMMA: what was done since the last look, and what a choice is said to have been made over."""

from attrs import evolve

from smartexec.testing import START, view
from smartexec_schedules.menu import Option, Span, reasons, span_of
from smartexec_schedules.terms import Action, Costs

SECOND = 1_000_000_000


def test_span_counts_what_was_done_since_it_began() -> None:
    seen = view(order_qty=10_000, cum_qty=4_000)
    span = span_of(seen, SECOND)
    assert span == Span(START + SECOND, 4_000)
    assert span.so_far(seen) == 0
    later = evolve(seen, state=span, cum_qty=4_300, leaves_qty=5_700)
    assert span_of(later, SECOND) is span
    assert span.so_far(later) == 300


def test_a_bust_is_nothing_done() -> None:
    assert Span(START + SECOND, 4_000).so_far(view(order_qty=10_000, cum_qty=3_900)) == 0


def test_span_that_is_over_is_followed_by_another() -> None:
    seen = view(order_qty=10_000, cum_qty=4_300, state=Span(START, 4_000))
    assert span_of(seen, SECOND) == Span(START + SECOND, 4_300)


def priced(verb: str, qty: int, demands: bool, impact: float, risk: float) -> tuple[Option, Costs]:
    action = Action(verb, qty, spread_paid=1.0 if demands else 0.0, demands=demands)
    return Option(action, qty, 10**11), Costs(impact=impact, price=0.0, risk=risk, completion=0.0)


def test_reason_names_the_cheapest_of_the_opposite_kind_by_all_its_costs() -> None:
    """The order of the costs is by what they save; the rival has the least total, not the least impact."""
    rests = priced("rests", 20, False, impact=0.0, risk=3.0)
    small, large = (
        priced("crosses", 100, True, impact=1.0, risk=2.9),
        priced("crosses", 300, True, impact=2.0, risk=1.5),
    )
    assert reasons(rests[0], [rests, small, large]) == (
        "rests 20 rather than crosses 300: in bp impact saves 2.00, risk costs 1.50"
    )


def test_reason_without_an_alternative_says_so() -> None:
    waits = priced("waits", 0, False, impact=0.0, risk=1.0)
    assert reasons(waits[0], [waits]) == "waits: it can do nothing else"
