"""frugal: the conformance kit, and what is its own: fees and a memory of refusals."""

from smartexec.api import Attempt, Mic, Nanos, Outcome, Qty
from smartexec.testing import START, RoutingKit, request, venue
from smartexec_frugal.frugal import Frugal, Learned


class TestFrugal(RoutingKit):
    logic = Frugal
    variants = ({"patience_pct": 0}, {"patience_pct": 100})


def sent(**more: object) -> str:
    venues = [venue("XA", take_fee=30, make_fee=-5), venue("XB", take_fee=10, make_fee=5)]
    (leg,) = Frugal().route(request(100, venues=venues, **more)).legs  # type: ignore[arg-type]
    return leg.mic


def refusals(mic: str, count: int) -> list[Attempt]:
    one = Attempt(
        mic=Mic(mic), qty=Qty(10), cum_qty=Qty(0), price=None, sent=Nanos(START), ended=Nanos(START),
        outcome=Outcome.REJECTED,
    )  # fmt: skip
    return [one] * count


def test_passive_goes_for_the_rebate() -> None:
    assert sent() == "XA"


def test_aggressive_goes_where_taking_is_cheap() -> None:
    assert sent(price=None) == "XB"


def test_venue_that_refuses_comes_last() -> None:
    assert sent(outcomes=refusals("XA", 3), learned=Learned()) == "XB"


def test_old_favours_outweigh_one_refusal() -> None:
    assert sent(outcomes=refusals("XA", 1), learned=Learned((("XA", 50, 0),))) == "XA"


def test_what_refused_this_slice_is_not_asked_again() -> None:
    assert sent(attempts=refusals("XA", 1)) == "XB"
