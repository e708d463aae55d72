"""The scorecard: what each figure of a score is, told by a desk; beside it slow models that keep every number."""

from fractions import Fraction
from math import fsum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartexec.kernel.decay import GROWTH, Decay
from smartexec.kernel.markouts import NEVER, effective_bps, impact_bps, markout_bps
from smartexec.kernel.quantiles import Quantiles, bin_of
from smartexec.kernel.scorecard import Scorecard
from smartexec.kernel.settings import Limits, Risk, Scoring, Settings
from smartexec.kernel.tally import Tally
from smartexec.model.enums import Liquidity, TimeInForce, VenueKind
from smartexec.model.events import Resolve
from smartexec.model.ids import Mic
from smartexec.model.orders import NewOrder
from smartexec.model.routing import Capabilities, Leg, Route, VenueScore
from tests.kernel.desk import (
    ATS,
    IOC,
    LIT,
    SECOND,
    XYZ,
    Desk,
    ack,
    bust,
    buy,
    canceled,
    correct,
    expired,
    fill,
    quote,
    rejected,
    sell,
)

DARK = {LIT: Capabilities(), ATS: Capabilities(kind=VenueKind.DARK)}
MS = 10**6


def score(desk: Desk, mic: str = LIT) -> VenueScore:
    market = desk.engine.markets[XYZ]
    return desk.engine.scorecard.scores(market, True)[Mic(mic)]


def own(who: str, qty: int, at: float) -> NewOrder:
    """A purchase that shares no parent."""
    return buy(who, qty, at, list_id=who)


def later(desk: Desk, seconds: float) -> None:
    """Time passes and no timer of the kernel is due."""
    desk.now += round(seconds * SECOND)


def alone(venue: str = LIT, tif: TimeInForce = TimeInForce.DAY, **more: Any) -> Desk:
    """A desk whose orders go whole to one venue."""
    return Desk(router=lambda r: Route((Leg(venue, r.qty, price=r.limit, time_in_force=tif),)), venues=DARK, **more)


def test_nothing_measured_is_none() -> None:
    found = score(Desk())
    measured = (
        *(found.latency, found.latency_p50, found.fill_ratio, found.fill_prob, found.time_to_fill, found.reject_rate),
        *(found.effective_bps, found.markout_100ms, found.markout_10s, found.toxicity, found.hidden),
    )
    assert set(measured) == {None}
    assert found.tried == 0


def test_latency_and_time_to_fill() -> None:
    desk = alone()
    for waits in (0.01, 0.02, 0.09):
        desk.tell(own(f"A{waits}", 100, 1000))
        child = f"P{len(desk.engine.blotter.parents)}.1"
        later(desk, waits)
        desk.tell(ack(child))
        later(desk, waits)
        desk.tell(fill(child, 60, 1000), fill(child, 40, 1000))
    found = score(desk)
    assert (found.latency, found.time_to_fill) == (40 * MS, 80 * MS)
    assert (found.latency_p50, found.latency_p90, found.latency_p99) == (20 * MS, 90 * MS, 90 * MS)
    assert (found.fill_ratio, found.fill_prob, found.reject_rate, found.tried) == (1, 1, 0, 3)


def test_shares_of_orders() -> None:
    desk = alone(tif=IOC)
    desk.tell(own("A", 100, 1000))
    desk.tell(fill("P1.1", 30, 1000), expired("P1.1"))
    desk.tell(own("B", 100, 1000))
    desk.tell(ack("P2.1"), expired("P2.1"))
    desk.tell(own("C", 200, 1000))
    desk.tell(rejected("P3.1"))
    found = score(desk)
    assert (found.fill_ratio, found.fill_prob, found.reject_rate, found.tried) == (30 / 400, 1 / 3, 1 / 3, 3)


def test_refusal_of_a_guard_is_no_reject_of_the_venue() -> None:
    desk = alone(settings=Settings(risk=Risk(firm=Limits(max_order_qty=10))))
    desk.tell(own("A", 100, 1000))
    assert score(desk).tried == 0
    assert desk.engine.scorecard.tallies == {}


# -- executions --------------------------------------------------------------------------------------------------------


def test_effective_spread_is_realised_spread_and_impact() -> None:
    px, mid, then = (round(Fraction(x) * 10**9) for x in ("100.03", "100.00", "100.02"))
    realised = 2 * (px - then) / mid * 10_000
    assert round(effective_bps(1, px, 2 * mid), 9) == 6
    assert round(impact_bps(1, 2 * mid, 2 * then), 9) == 4
    assert round(realised, 9) == 2
    assert effective_bps(-1, px, 2 * mid) == -effective_bps(1, px, 2 * mid)
    assert round(markout_bps(1, px, 2 * then), 4) == round((100.02 - 100.03) / 100.03 * 10_000, 4)


def test_taker_pays_from_the_midpoint_at_sending_weighted_by_quantity() -> None:
    desk = alone(tif=IOC)
    desk.tell(own("A", 400, 1002))
    desk.tell(quote(1001, 1003))
    desk.tell(fill("P1.1", 300, 1001), fill("P1.1", 100, 1002, liquidity=Liquidity.REMOVED))
    assert score(desk).effective_bps == pytest.approx((300 * 20 + 100 * 40) / 400)


def test_who_rested_earns_from_the_midpoint_at_the_execution() -> None:
    desk = alone()
    desk.tell(sell("A", 100, 1001))
    desk.tell(quote(998, 1000))
    desk.tell(fill("P1.1", 100, 1001, liquidity=Liquidity.ADDED))
    assert score(desk).effective_bps == pytest.approx(2 * -(1001 - 999) / 999 * 10_000)
    desk = alone()
    desk.tell(sell("A", 100, 1001))
    desk.tell(fill("P1.1", 100, 1001, liquidity=Liquidity.AUCTION))
    assert score(desk).effective_bps is None


def test_dark_venue_is_measured_from_the_midpoint_at_the_execution() -> None:
    desk = alone(ATS)
    desk.tell(own("A", 100, 1010))
    desk.tell(quote(1001, 1003))
    desk.tell(fill("P1.1", 100, 1002, ATS, liquidity=Liquidity.REMOVED))
    assert score(desk, ATS).effective_bps == 0


def test_markouts_are_from_the_midpoint_that_stood_at_the_horizon() -> None:
    """However late the next event comes, and whatever it says: the quote after the horizon does not count."""
    desk = alone()
    desk.tell(own("A", 100, 1000))
    desk.tell(fill("P1.1", 100, 1000, liquidity=Liquidity.ADDED))
    later(desk, 0.1)
    desk.tell(quote(1000, 1002))  # at 100 ms: it stands then
    assert score(desk).markout_100ms is None
    later(desk, 1.9)
    desk.tell(quote(800, 802))  # at 2 s
    assert (score(desk).markout_100ms, score(desk).markout_1s) == (10, 10)
    later(desk, 20)
    desk.tell(quote(500, 502))
    found = score(desk)
    assert (found.markout_1s, found.markout_10s, found.toxicity) == (10, -1990, 1990)
    assert desk.engine.scorecard.markouts.due == NEVER


def test_markout_is_in_favour_of_our_side_and_toxicity_is_of_what_was_added() -> None:
    desk = alone()
    desk.tell(sell("A", 100, 1000))
    desk.tell(fill("P1.1", 50, 1000, liquidity=Liquidity.REMOVED), fill("P1.1", 50, 1000))
    later(desk, 10)
    desk.tell(quote(997, 999))
    later(desk, 1)
    desk.tell(quote(996, 998))
    found = score(desk)
    assert (found.markout_1s, found.markout_10s, found.toxicity) == (0, 20, None)


def test_no_markout_without_a_valid_market() -> None:
    desk = alone()
    desk.tell(own("A", 100, 1000))
    desk.tell(fill("P1.1", 100, 1000), quote(1001, 1001))
    later(desk, 20)
    desk.tell(quote(999, 1001))
    found = score(desk)
    assert (found.markout_100ms, found.markout_1s, found.markout_10s) == (None, None, None)


def test_quote_costs_nothing_when_nothing_is_awaited() -> None:
    desk = alone()
    desk.tell(own("A", 100, 1000))
    desk.tell(fill("P1.1", 100, 1000))
    for _ in range(2):
        later(desk, 20)
        desk.tell(quote(999, 1001))
    changes = desk.engine.scorecard.tallies[XYZ, LIT].changes
    later(desk, 20)
    desk.tell(quote(999, 1001))
    assert desk.engine.scorecard.tallies[XYZ, LIT].changes == changes


# -- what does not stand -----------------------------------------------------------------------------------------------


def plain(tally: Tally) -> dict[str, Any]:
    """All figures of a tally but the count of its changes."""
    decay = Decay(0)
    return tally.figures(tally.quantiles(), tally.curve(decay, 1))


def ended(desk: Desk) -> dict[str, Any]:
    return plain(desk.engine.scorecard.tallies[XYZ, ATS])


def test_busted_execution_leaves_no_trace() -> None:
    once, never = alone(ATS, IOC), alone(ATS, IOC)
    for desk in (once, never):
        desk.tell(own("A", 100, 1000))
        desk.tell(ack("P1.1", ATS), fill("P1.1", 30, 1000, ATS, exec_id="E1"))
        if desk is once:
            desk.tell(fill("P1.1", 20, 1001, ATS, exec_id="E2"))
        later(desk, 2)
        desk.tell(expired("P1.1", ATS))
        later(desk, 30)
        desk.tell(quote(1001, 1003))
    before = ended(once)
    assert (before["fill_ratio"], before["hidden"].at(31)) == (0.5, 1)
    once.tell(bust("P1.1", "E2", ATS))
    once.tell(expired("P1.1", ATS))
    assert ended(once) == ended(never)
    assert (ended(once)["fill_ratio"], ended(once)["hidden"].at(31)) == (0.3, 0)


def test_corrected_execution_counts_as_what_it_is_now() -> None:
    wrong, right = alone(), alone()
    for desk in (wrong, right):
        desk.tell(own("A", 100, 1010))
        desk.tell(fill("P1.1", 100, 1005 if desk is wrong else 1002, exec_id="E1"))
        later(desk, 5)
        desk.tell(quote(1001, 1003))
    wrong.tell(correct("P1.1", "E1", 100, 1002))
    for desk in (wrong, right):
        later(desk, 6)
        desk.tell(quote(1001, 1003))
    found, expected = (plain(d.engine.scorecard.tallies[XYZ, LIT]) for d in (wrong, right))
    assert found == expected
    assert found["markout_10s"] == pytest.approx(0)


def test_execution_after_the_end_is_counted() -> None:
    desk = alone()
    desk.tell(own("A", 100, 1000))
    desk.tell(ack("P1.1"))
    desk.tell(canceled("P1.1", 0))
    assert (score(desk).fill_ratio, score(desk).fill_prob) == (0, 0)
    desk.tell(fill("P1.1", 40, 1000))
    assert (score(desk).fill_ratio, score(desk).tried) == (0.4, 1)


# -- hidden size -------------------------------------------------------------------------------------------------------


def test_an_order_given_up_unanswered_that_executes_late_takes_no_other_order_out() -> None:
    """Orders for 10 found nothing and all; one that was given up explored nothing, until its execution came late."""
    desk = alone(ATS)
    desk.tell(own("A", 10, 1000), own("B", 10, 1000), own("C", 10, 1000))
    desk.tell(ack("P1.1", ATS), ack("P2.1", ATS), fill("P1.1", 10, 1000, ATS), expired("P2.1", ATS))
    desk.tell(Resolve("P3.1", 0, 0))
    sizes = desk.engine.scorecard.tallies[XYZ, ATS].hidden.sizes
    before = {size: (one.n, one.deaths) for size, one in sizes.items()}
    desk.tell(fill("P3.1", 4, 1000, ATS))
    after = {size: (one.n, one.deaths) for size, one in sizes.items()}
    assert (before, after) == ({9: (1, 0), 0: (1, 1)}, {9: (1, 0), 0: (1, 1), 4: (1, 1)})


def test_hidden_size_is_learned_of_dark_venues_only() -> None:
    for venue in (LIT, ATS):
        desk = alone(venue, IOC, settings=Settings(scorecard=Scoring(min_trials=1)))
        for number, (qty, done) in enumerate(((5, 2), (3, 3), (4, 0)), 1):
            desk.tell(own(f"A{number}", qty, 1000))
            child = f"P{number}.1"
            desk.tell(ack(child, venue), *([fill(child, done, 1000, venue)] if done else []))
            if done < qty:
                desk.tell(expired(child, venue))
        desk.tell(own("R", 9, 1000))
        desk.tell(rejected("P4.1", venue))
        found = score(desk, venue).hidden
        if venue == LIT:
            assert found is None
        else:
            assert found is not None
            assert (found.trials, found.at(1), found.at(3)) == (3, 1 - 1 / 3, (1 - 1 / 3) * (1 - 1 / 2))


# -- decay -------------------------------------------------------------------------------------------------------------


def test_growth_factors_are_powers_of_two() -> None:
    assert [round(g, 12) for g in GROWTH] == [round(2 ** (i / 64), 12) for i in range(64)]


def test_observation_counts_half_after_a_half_life() -> None:
    decay, tally = Decay(640), Tally(0, 0)
    for time, value in ((0, 8.0), (640, 2.0), (640 * 3, 1.0)):
        weight = tally.weight(decay, time)
        tally.effective.add(weight, weight * value)
    assert tally.effective.value == (8 / 8 + 2 / 4 + 1) / (1 / 8 + 1 / 4 + 1)
    weight = tally.weight(decay, 640)
    tally.effective.drop(weight, weight * 2.0)
    assert tally.effective.value == (8 / 8 + 1) / (1 / 8 + 1)
    tally.weight(decay, 10**15)
    assert tally.effective.value is None


def test_nothing_is_forgotten_without_a_half_life() -> None:
    decay, tally = Decay(0), Tally(0, 0)
    assert {tally.weight(decay, time) for time in (0, 10**9, 10**18)} == {1.0}


observations = st.lists(st.tuples(st.integers(0, 3_000), st.integers(1, 500), st.integers(0, 500)), max_size=40)


@settings(max_examples=50, deadline=None)
@given(observations, observations, st.sampled_from([0, 64, 640]))
def test_merged_tallies_are_those_of_all_observations(
    some: list[tuple[int, int, int]], more: list[tuple[int, int, int]], half_life: int
) -> None:
    """The slow model: every observation with the weight that its age gives it, at the end."""
    decay = Decay(half_life)
    tallies = []
    for times in (some, more):
        tally = Tally(0, 0)
        for time, qty, done in sorted(times):
            weight = tally.weight(decay, time)
            tally.ended.add(weight, qty, min(done, qty), rejected=done == 0)
            tally.latencies.add(done, weight)
            tally.latency.add(weight, weight * done)
        tallies.append(tally)
    one, other = tallies
    one.merge(other, decay)
    every = some + more
    ages = [2 ** ((time // decay.step) / 64) if decay.step else 1 for time, _, _ in every]
    found = one.figures(one.quantiles(), None)
    assert found["tried"] == len(every)
    if every:
        asked = fsum(w * qty for w, (_, qty, _) in zip(ages, every, strict=True))
        done = fsum(w * min(done, qty) for w, (_, qty, done) in zip(ages, every, strict=True))
        assert found["fill_ratio"] == pytest.approx(done / asked, rel=0.03)
        took = fsum(w * done for w, (_, _, done) in zip(ages, every, strict=True)) / fsum(ages)
        assert found["latency"] == pytest.approx(took, rel=0.03, abs=1)


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=80))
def test_quantiles_are_within_a_bin_of_the_sorted_list(values: list[int]) -> None:
    histogram = Quantiles()
    for value in values:
        histogram.add(value, 1.0)
    shares = (0.5, 0.9, 0.99)
    for share, found in zip(shares, histogram.at(shares), strict=True):
        exact = next(v for i, v in enumerate(sorted(values), 1) if i >= share * len(values))
        assert found is not None
        assert abs(found - exact) <= exact / 32 + 1


@given(st.integers(0, 10**18), st.integers(0, 10**18))
def test_bins_are_in_the_order_of_their_values_and_as_narrow_as_is_said(a: int, b: int) -> None:
    low, high = sorted((a, b))
    assert bin_of(low) <= bin_of(high)
    assert bin_of(low) < bin_of(low + low // 32 + 1)


def test_small_values_have_a_bin_each() -> None:
    assert [bin_of(value) for value in range(66)] == [*range(64), 64, 64]


def test_seeded_scorecard_begins_where_the_file_ends() -> None:
    known = Tally(0, 0)
    known.ended.add(1.0, 100, 25, rejected=False)
    scorecard = Scorecard(DARK, Scoring(), {XYZ: {LIT: known}}, {"parallel": {XYZ: "what it knew"}})
    assert scorecard.scores(Desk().engine.markets[XYZ], True)[Mic(LIT)].fill_ratio == 0.25
    assert scorecard.learned == {("parallel", XYZ): "what it knew"}
    scorecard.tallies[XYZ, LIT].ended.add(1.0, 100, 100, rejected=False)
    assert known.ended.n == 1
