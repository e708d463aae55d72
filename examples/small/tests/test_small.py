"""What the two promise beyond the kit: when how much is due, what becomes of what is late, and that they are small."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from smartexec.api import Decision, ParentView, VolumeCurve
from smartexec.testing import START, market, view

from smartexec_small import twap, vwap
from smartexec_small.twap import SmallTwap
from smartexec_small.vwap import SmallVwap

MINUTE = 60_000_000_000
HOUR = 60 * MINUTE
BID, ASK = 99_990_000_000, 100_010_000_000
CURVE = VolumeCurve(START, HOUR // 2, (800_000_000, 1_000_000_000))
"""Four fifths of the day's volume trade in the first half of the hour."""


@pytest.mark.parametrize(("module", "most"), [(twap.__file__, 25), (vwap.__file__, 60)])
def test_module_is_small(module: str, most: int) -> None:
    assert len(Path(module).read_text(encoding="utf-8").splitlines()) <= most


def taken(decision: Decision) -> dict[int | None, int]:
    return {one.price: one.qty for one in decision.slices if one.qty}


def at(
    minute: int,
    cum_qty: int = 0,
    *,
    demand: Iterable[tuple[int | None, int]] | None = None,
    curve: VolumeCurve | None = None,
) -> ParentView:
    """The view of an order to buy 600 in an hour."""
    seen = market(curve=curve)
    return view(now=START + minute * MINUTE, order_qty=600, cum_qty=cum_qty, demand=demand, market=seen)


@pytest.mark.parametrize(("minute", "cum_qty", "qty"), [(0, 0, 10), (30, 300, 10), (30, 200, 110), (59, 480, 120)])
def test_twap_takes_what_is_due_by_the_end_of_the_minute(minute: int, cum_qty: int, qty: int) -> None:
    decision = SmallTwap(every=MINUTE).decide(at(minute, cum_qty))
    assert taken(decision) == {ASK: qty}
    assert decision.wake_at == START + (minute + 1) * MINUTE


def test_twap_wants_nothing_where_it_is_ahead() -> None:
    assert taken(SmallTwap(every=MINUTE).decide(at(30, 400))) == {}


def test_twap_takes_for_those_only_whose_limit_admits_the_price() -> None:
    seen = at(59, demand=[(None, 100), (ASK - 1, 500)])
    assert taken(SmallTwap(every=MINUTE).decide(seen)) == {ASK: 100}


def test_vwap_follows_the_curve() -> None:
    strategy = SmallVwap(slices=4)
    assert taken(strategy.decide(at(0, curve=CURVE))) == {BID: 240}
    assert taken(strategy.decide(at(30, 480, curve=CURVE))) == {BID: 60}


def test_vwap_trades_evenly_without_a_curve() -> None:
    assert taken(SmallVwap(slices=4).decide(at(0))) == {BID: 150}


def test_vwap_crosses_for_what_is_late_and_rests_with_the_others() -> None:
    decision = SmallVwap(slices=4).decide(at(15, 110))
    assert taken(decision) == {ASK: 40, BID: 150}
    assert decision.wake_at == START + 30 * MINUTE


def test_vwap_crosses_for_all_in_the_last_slice() -> None:
    assert taken(SmallVwap(slices=4).decide(at(45, 300))) == {ASK: 300}


def test_vwap_keeps_both_prices_within_the_limits() -> None:
    seen = at(15, 110, demand=[(ASK, 20), (BID, 470)])
    assert taken(SmallVwap(slices=4).decide(seen)) == {ASK: 20, BID: 170}
