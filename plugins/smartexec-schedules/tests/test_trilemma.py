"""TRILEMMA: given a view, expect a decision; and what moves it."""

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from smartexec.api import Decision, ParentView, Phase, Side, Statistics, VolumeCurve
from smartexec.testing import START, market, view
from smartexec_schedules.outlook import TRADING_DAY, situation, volume_to_come
from smartexec_schedules.trilemma import Trilemma

CENT = 10_000_000
SECOND = 1_000_000_000
KNOWN = Statistics(adv=1_000_000, sigma=0.02, spread=2 * CENT)
HALF_A_DAY = START + TRADING_DAY // 2
FINISH = HALF_A_DAY - TRADING_DAY // 40


def seen(**given_: object) -> ParentView:
    """Half a day for 10,000 of an average day's 1,000,000."""
    values: dict[str, object] = {
        "end": HALF_A_DAY,
        "order_qty": 10_000,
        "arrival": 100 * 10**9,
        "market": market(statistics=KNOWN, ask_qty=100_000, bid_qty=100_000),
    } | given_
    return view(**values)  # type: ignore[arg-type]


def filled(decision: Decision, view_: ParentView) -> int:
    """Lots that the model takes to be done until the next look."""
    return sum(want.qty for want in decision.slices)


def test_patient_weights_rest_and_the_note_says_what_is_saved() -> None:
    decision = Trilemma(risk=0).decide(seen())
    [want] = decision.slices
    assert want.price == 9_999 * CENT or want.price == 100 * 100 * CENT
    assert decision.wake_at == START + 30 * SECOND
    assert "rather than crosses" in decision.note
    assert "impact saves" in decision.note


def test_fear_of_risk_crosses_and_the_note_says_so() -> None:
    decision = Trilemma(risk=5.0).decide(seen())
    [want] = decision.slices
    assert want.price == 10_001 * CENT
    assert decision.note.startswith("crosses ")
    assert ": in bp risk saves " in decision.note
    assert "impact costs " in decision.note


def test_nothing_counts_but_impact_waits() -> None:
    decision = Trilemma(impact=1, risk=0, completion=0, reversion_pct=0).decide(seen())
    assert (decision.slices, decision.note.split(" rather")[0]) == ((), "waits")


def test_at_the_end_it_crosses_for_the_rest() -> None:
    decision = Trilemma(risk=0).decide(seen(now=FINISH, cum_qty=9_500))
    assert [(want.qty, want.price) for want in decision.slices] == [(500, 10_001 * CENT)]
    assert decision.note == "crosses at the end"


def test_without_an_end_it_waits_and_says_so() -> None:
    assert Trilemma().decide(view(end=0)) == Decision(note="has no end to weigh against: waits")


def test_halted_it_waits_for_the_phase() -> None:
    decision = Trilemma().decide(seen(market=market(phase=Phase.HALTED)))
    assert decision == Decision((), FINISH, note="waits for a market: halted")


def test_would_price_takes_all_that_is_left() -> None:
    decision = Trilemma(would_price=10_002 * CENT).decide(seen())
    assert [(want.qty, want.price) for want in decision.slices] == [(10_000, 10_002 * CENT)]


def test_a_limit_short_of_the_far_touch_leaves_no_crossing() -> None:
    decision = Trilemma(risk=5.0).decide(seen(limit=10_000 * CENT))
    assert all(want.price is not None and want.price <= 10_000 * CENT for want in decision.slices)
    assert decision.note.endswith("it can do nothing else")


def test_it_takes_no_more_than_is_shown() -> None:
    shown = market(statistics=KNOWN, ask_qty=200, bid_qty=100_000)
    assert [
        want.qty for want in Trilemma(risk=5.0, near_fill_pct=0, mid_fill_pct=0).decide(seen(market=shown)).slices
    ] == [200]


@pytest.mark.parametrize("weights", [(0, 0, 0), (-1, 1, 1), (1, 1, "1")])
def test_bad_weights_name_the_field(weights: tuple[float, float, float]) -> None:
    impact, risk, completion = weights
    with pytest.raises((TypeError, ValueError), match=r"impact|completion"):
        Trilemma(impact=impact, risk=risk, completion=completion)


def test_only_ratios_of_weights_count() -> None:
    light, heavy = Trilemma(impact=1, risk=0.5, completion=2), Trilemma(impact=4, risk=2, completion=8)
    assert light.decide(seen()) == heavy.decide(seen())


def test_behind_an_even_pace_impact_counts_less() -> None:
    keen = Trilemma(impact=1, risk=1, completion=2, adapt=80)
    half = START + TRADING_DAY // 4
    assert [keen.weights(seen(now=half, cum_qty=done)).impact for done in (0, 5_000)] == pytest.approx([0.15, 0.25])


def test_an_execution_does_not_begin_the_span_anew() -> None:
    """What it decides to have done until the next look is the same before and after half of it is filled."""
    trader = Trilemma(risk=5.0)
    before = trader.decide(seen())
    asked = before.slices[0].qty
    after = trader.decide(seen(now=START + SECOND, cum_qty=asked // 2, state=before.state))
    assert after.wake_at == before.wake_at
    assert filled(after, seen()) <= asked - asked // 2 + 10_000 // 32


# -- what it expects of the market -------------------------------------------------------------------------------------


def test_volume_to_come_by_the_best_that_is_known() -> None:
    curve = VolumeCurve(START, TRADING_DAY // 2, (300_000_000, 1_000_000_000))
    today = VolumeCurve(START, TRADING_DAY // 2, (70_000, 90_000))
    assert volume_to_come(seen(market=market(statistics=KNOWN, curve=curve, forecast=today))) == 70_000
    assert volume_to_come(seen(market=market(statistics=KNOWN, curve=curve))) == 300_000
    assert volume_to_come(seen(market=market(statistics=KNOWN))) == 500_000
    assert volume_to_come(seen(now=START + TRADING_DAY // 8, market=market(volume=1_000))) == 3_000
    assert volume_to_come(seen(market=market())) == 100_000


def test_situation_in_bp_and_days() -> None:
    found = situation(
        seen(arrival=9_990 * CENT, market=market(statistics=KNOWN, sigma_now=0.03)),
        step=TRADING_DAY // 100,
        assumed_sigma=150,
        reversion=0.5,
    )
    assert (found.remaining, found.time_left, found.step, found.volume) == (10_000, 0.5, 0.01, 1_000_000)
    assert (found.spread, found.usual_spread, found.sigma, found.sigma_now) == pytest.approx((2, 2, 200, 300))
    assert found.drift == pytest.approx(5)


def test_situation_of_a_seller_below_arrival_costs_alike() -> None:
    found = situation(
        seen(side=Side.SELL, arrival=10_010 * CENT), step=TRADING_DAY // 100, assumed_sigma=150, reversion=0.5
    )
    assert found.drift == pytest.approx(5)


def test_situation_without_statistics_assumes_and_measures() -> None:
    bare = situation(seen(market=market()), step=SECOND, assumed_sigma=150, reversion=0)
    measured = situation(
        seen(market=market(sigma_now=0.01, spread_now=CENT)), step=SECOND, assumed_sigma=150, reversion=0
    )
    assert (bare.sigma, bare.sigma_now, bare.usual_spread) == (150, 150, 0)
    assert (measured.sigma, measured.sigma_now, measured.usual_spread) == pytest.approx((100, 100, 1))


# -- it moves the obvious way ----------------------------------------------------------------------------------------

PAIRS = st.tuples(st.integers(0, 100), st.integers(0, 100)).map(sorted)
TRADERS = st.builds(
    Trilemma,
    impact=st.floats(0.1, 5),
    risk=st.floats(0, 5),
    completion=st.floats(0, 5),
    reversion_pct=st.just(0),
)


@settings(max_examples=60)
@given(trader=TRADERS, pair=PAIRS)
def test_less_time_is_not_less_aggressive(trader: Trilemma, pair: list[int]) -> None:
    """The pace of the market and all else alike."""
    wants = [
        filled(trader.decide(one), one)
        for one in (seen(end=START + (20 + minutes) * 60 * SECOND) for minutes in reversed(pair))
    ]
    assert wants == sorted(wants)


@settings(max_examples=60)
@given(trader=TRADERS, pair=PAIRS)
def test_a_wilder_day_is_not_slower(trader: Trilemma, pair: list[int]) -> None:
    wants = [
        filled(trader.decide(one), one)
        for one in (
            seen(market=market(statistics=KNOWN, ask_qty=100_000, sigma_now=0.001 + percent / 1_000))
            for percent in pair
        )
    ]
    assert wants == sorted(wants)


@settings(max_examples=60)
@given(trader=TRADERS, pair=PAIRS)
def test_more_weight_on_risk_is_not_slower(trader: Trilemma, pair: list[int]) -> None:
    wants = [filled(evolve(trader, risk=float(risk)).decide(seen()), seen()) for risk in pair]
    assert wants == sorted(wants)


@settings(max_examples=60)
@given(trader=TRADERS, pair=PAIRS)
def test_aggressiveness_is_not_slower(trader: Trilemma, pair: list[int]) -> None:
    wants = [filled(evolve(trader, aggressiveness=percent).decide(seen()), seen()) for percent in pair]
    assert wants == sorted(wants)


@settings(max_examples=60)
@given(trader=TRADERS, pair=PAIRS)
def test_a_wider_spread_is_not_more_aggressive(trader: Trilemma, pair: list[int]) -> None:
    wants = [
        filled(trader.decide(one), one)
        for one in (
            seen(
                market=market(
                    (10_000 - 1 - ticks) * CENT, (10_000 + 1 + ticks) * CENT, statistics=KNOWN, ask_qty=100_000
                )
            )
            for ticks in reversed(pair)
        )
    ]
    assert wants == sorted(wants)


@settings(max_examples=60)
@given(trader=TRADERS, pair=PAIRS)
def test_a_better_price_than_arrival_is_not_slower(trader: Trilemma, pair: list[int]) -> None:
    tilted = evolve(trader, reversion_pct=50)
    wants = [filled(tilted.decide(one), one) for one in (seen(arrival=(9_950 + cents) * CENT) for cents in pair)]
    assert wants == sorted(wants)
