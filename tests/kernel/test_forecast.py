"""The Kalman filter of volume against exact conditioning; a day's forecast: given prints, expect lots."""

import math
from itertools import accumulate, product

import pytest

from smartexec.kernel.forecast import VolumeToday, scaled, today
from smartexec.kernel.kalman import VolumeFilter
from smartexec.kernel.market import Market
from smartexec.model.instrument import Instrument
from smartexec.model.market import Trade
from smartexec.model.statistics import CURVE_SCALE, Statistics, VolumeCurve, VolumeModel

MODEL = VolumeModel(
    a_eta=0.9, a_mu=0.7, var_eta=0.2, var_mu=0.05, r=0.1, phi=(0.5, -0.2, -0.3), x0=(6.0, 0.1), v0=(0.3, -0.02, 0.04)
)
OPEN, MINUTE = 1_700_000_000 * 10**9, 60 * 10**9
INSTRUMENT = Instrument("XYZ", open=OPEN, close=OPEN + 4 * MINUTE)
SHARES = (400_000_000, 100_000_000, 200_000_000, 300_000_000)
KNOWN = Statistics(adv=1_000, bin=MINUTE, curve=SHARES)
Matrix = list[list[float]]


# -- the filter ----------------------------------------------------------------------------------------------------


def joint(model: VolumeModel, bins: int) -> tuple[list[float], Matrix]:
    """Mean and covariance of the log volumes of the first bins, straight from the model's definition."""
    day = len(model.phi)
    mean = list(model.x0)
    covariance = {(0, 0): (model.v0[0], model.v0[1], model.v0[1], model.v0[2])}
    means = [sum(mean) + model.phi[0]]
    for t in range(1, bins):
        change = t % day == 0
        a, b = (model.a_eta if change else 1.0), model.a_mu
        mean = [a * mean[0], b * mean[1]]
        means.append(sum(mean) + model.phi[t % day])
        for s in range(t):
            ee, em, me, mm = covariance[s, t - 1]
            covariance[s, t] = (a * ee, b * em, a * me, b * mm)
        ee, em, me, mm = covariance[t - 1, t - 1]
        covariance[t, t] = (
            a * a * ee + (model.var_eta if change else 0),
            a * b * em,
            a * b * me,
            b * b * mm + model.var_mu,
        )
    table = [[sum(covariance[min(s, t), max(s, t)]) + model.r * (s == t) for t in range(bins)] for s in range(bins)]
    return means, table


def solved(matrix: Matrix, right: list[float]) -> list[float]:
    """Solve by Gaussian elimination with pivots."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    n = len(rows)
    for i in range(n):
        pivot = max(range(i, n), key=lambda k: abs(rows[k][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for k in range(n):
            if k != i:
                factor = rows[k][i] / rows[i][i]
                rows[k] = [a - factor * b for a, b in zip(rows[k], rows[i], strict=True)]
    return [rows[i][n] / rows[i][i] for i in range(n)]


def conditioned(volumes: list[int], at: int) -> tuple[float, float]:
    """Mean and variance of the log volume of bin `at` given those before, those without volume left out."""
    means, table = joint(MODEL, at + 1)
    seen = [t for t, volume in enumerate(volumes) if volume]
    cross = [table[at][t] for t in seen]
    inner = [[table[s][t] for t in seen] for s in seen]
    weights = solved(inner, cross)
    rests = [math.log(volumes[t]) - means[t] for t in seen]
    mean = means[at] + sum(w * rest for w, rest in zip(weights, rests, strict=True))
    return mean, table[at][at] - sum(w * c for w, c in zip(weights, cross, strict=True))


VOLUMES = [700, 300, 250, 1_200, 0, 500, 420, 0]


@pytest.mark.parametrize("seen", range(len(VOLUMES) + 1))
def test_filter_is_exact_conditioning(seen: int) -> None:
    """One step and all steps to the end of the day, over changes of day and bins without volume."""
    filtered = VolumeFilter(MODEL)
    for volume in VOLUMES[:seen]:
        filtered.observe(volume)
    ahead = filtered.ahead()
    assert len(ahead) == 3 - seen % 3
    assert filtered.expected == ahead[0][0]
    for steps, (mean, variance) in enumerate(ahead):
        assert (mean, variance) == pytest.approx(conditioned(VOLUMES[:seen], seen + steps), rel=1e-12)


def test_expected_volume_is_the_mean_of_a_log_normal() -> None:
    filtered = VolumeFilter(MODEL)
    mean, variance = filtered.ahead()[0]
    assert filtered.volumes()[0] == math.exp(mean + variance / 2) > math.exp(mean)


def test_no_model_overflows() -> None:
    wild = VolumeModel(a_eta=1, a_mu=1, var_eta=0, var_mu=0, r=1e9, phi=(1e6,), x0=(1e6, 1e6), v0=(1e9, 0, 1e9))
    assert VolumeFilter(wild).volumes() == [math.exp(43)]


# -- a day ---------------------------------------------------------------------------------------------------------


def day(known: Statistics = KNOWN) -> VolumeToday:
    made = today(INSTRUMENT, known)
    assert made is not None
    return made


def prints(into: VolumeToday, *at: tuple[float, int]) -> VolumeToday:
    """Print lots at minutes after the open."""
    for minutes, qty in at:
        into.on_trade(qty, OPEN + round(minutes * MINUTE), auction=False)
    return into


def forecast(of: VolumeToday, minutes: float) -> tuple[int, ...] | None:
    """Expected lots by bin, as it looks some minutes after the open."""
    made = of.forecast(OPEN + round(minutes * MINUTE))
    if made is None:
        return None
    return tuple(b - a for a, b in zip((0, *made.cumulative), made.cumulative, strict=False))


def test_curve_begins_at_the_open_and_adds_up() -> None:
    assert day().curve == VolumeCurve(OPEN, MINUTE, tuple(accumulate(SHARES)))
    assert day().curve.cumulative[-1] == CURVE_SCALE


@pytest.mark.parametrize(
    ("instrument", "known"),
    [(Instrument("XYZ"), KNOWN), (INSTRUMENT, Statistics(adv=1_000)), (INSTRUMENT, Statistics())],
    ids=["no open", "no curve", "nothing"],
)
def test_there_is_no_day_without_a_curve_and_an_open(instrument: Instrument, known: Statistics) -> None:
    assert today(instrument, known) is None
    view = Market(instrument, statistics=known).view(OPEN, OPEN, Market(instrument).mark())
    assert (view.curve, view.forecast) == (None, None)


def test_forecast_before_the_open_is_the_average_day() -> None:
    assert forecast(day(), -1) == (400, 100, 200, 300)


def test_forecast_counts_what_traded_in_bins_that_are_over() -> None:
    """800 in the bin that has 40 %: level (10 x 800 + 1,000) / (10 x 0.4 + 1) = 1,800."""
    assert forecast(prints(day(), (0.1, 500), (0.9, 300)), 1) == (800, 180, 360, 540)


def test_forecast_does_not_follow_the_running_bin_below_what_was_expected() -> None:
    traded = prints(day(), (0.1, 399))
    assert forecast(traded, 0.99) == (400, 100, 200, 300)


def test_forecast_holds_at_least_what_has_traded_in_the_running_bin() -> None:
    traded = prints(day(), (0.1, 399), (0.2, 51))
    assert forecast(traded, 0.3) == (450, 100, 200, 300)


def test_forecast_of_a_day_that_is_over_is_what_traded() -> None:
    traded = prints(day(), (0.5, 10), (1.5, 20), (2.5, 30), (3.5, 40), (4.5, 999))
    assert forecast(traded, 5) == (10, 20, 30, 40)


def test_forecast_without_an_average_day_waits_for_a_bin_with_volume() -> None:
    traded = prints(day(Statistics(bin=MINUTE, curve=SHARES)), (0.5, 80))
    assert [forecast(traded, at) for at in (0.6, 1)] == [None, (80, 20, 40, 60)]


def test_bins_before_the_first_print_were_not_seen() -> None:
    """A run that begins after two minutes: 200 in the bin that has 20 %, level (2,000 + 1,000) / (2 + 1)."""
    assert forecast(prints(day(), (2.5, 200)), 3) == (0, 0, 200, 300)


def test_auctions_count_in_the_nearest_bin_and_other_prints_outside_the_day_do_not() -> None:
    traded = prints(day(), (-1, 7), (3.5, 40), (4, 7))
    traded.on_trade(1_000, OPEN + 5 * MINUTE, auction=True)
    early = day()
    early.on_trade(500, OPEN - MINUTE, auction=True)
    assert (traded.volumes, early.volumes) == ([0, 0, 0, 1_040], [500, 0, 0, 0])
    assert (forecast(traded, 6), forecast(early, 0)) == ((0, 0, 0, 1_040), (500, 100, 200, 300))


def test_forecast_is_made_once_per_bin() -> None:
    traded = prints(day(), (0.1, 10))
    first = traded.forecast(OPEN)
    prints(traded, (0.2, 10), (0.3, 10))
    assert traded.forecast(OPEN + MINUTE - 1) is first
    assert traded.forecast(OPEN + MINUTE) is not first


def test_forecast_is_the_same_whoever_looks_and_when() -> None:
    """A kernel's state may not depend on who looked: looked at all the time, and only at the end."""
    at = [(k / 8, 1 + 37 * k % 211) for k in range(31)]
    for known in (KNOWN, Statistics(bin=MINUTE, curve=SHARES), with_model()):
        seen, unseen = day(known), day(known)
        for minutes, qty in at:
            prints(seen, (minutes, qty))
            prints(unseen, (minutes, qty))
            forecast(seen, minutes)
            assert forecast(seen, minutes) == forecast(
                prints(day(known), *[one for one in at if one[0] <= minutes]), minutes
            )
        assert forecast(seen, 3.9) == forecast(unseen, 3.9)


def with_model() -> Statistics:
    """MODEL has three bins of a minute."""
    return Statistics(bin=MINUTE, curve=(500_000_000, 250_000_000, 250_000_000), model=MODEL)


def test_forecast_of_a_model_is_its_filter_s() -> None:
    traded = prints(day(with_model()), (0.5, 700), (1.5, 300))
    filtered = VolumeFilter(MODEL)
    filtered.observe(700)
    filtered.observe(300)
    assert forecast(traded, 2) == (700, 300, round(filtered.volumes()[0]))


@pytest.mark.parametrize(("done", "adv"), list(product(([], [0], [3, 9], [70, 0, 0]), (None, 1, 1_000))))
def test_scaled_curve_keeps_its_shape(done: list[int], adv: int | None) -> None:
    lots = scaled(SHARES, done, 0, adv)
    if adv is None and not sum(done):
        assert lots is None
        return
    assert lots is not None
    rest = SHARES[len(done) :]
    total = sum(lots) / sum(rest)
    assert all(abs(lot - share * total) <= 1 for lot, share in zip(lots, rest, strict=True))


def test_scaled_curve_is_rounded_to_the_nearest_lot_halves_up() -> None:
    """An average day of 15 lots: 6, 1.5, 3 and 4.5 of them."""
    assert scaled(SHARES, [], 0, 15) == (6, 2, 3, 5)


def test_curve_says_when_a_volume_is_reached() -> None:
    """The first time by which it is, through bins without volume too; the end of the day where it never is."""
    curve = VolumeCurve(OPEN, 10, (3, 3, 10, 17))
    times = range(OPEN, OPEN + 41)
    for volume in range(1, 18):
        assert curve.when(volume) == next(time for time in times if curve.by(time) >= volume)
    assert curve.when(18) == OPEN + 40


def test_view_of_a_market_has_curve_and_forecast() -> None:
    market = Market(INSTRUMENT, statistics=KNOWN)
    since = market.mark()
    market.on_trade(Trade("XYZ", "", 10**9, 800), OPEN)
    view = market.view(OPEN + MINUTE, OPEN, since)
    assert view.curve is not None
    assert view.forecast is not None
    assert (view.curve.between(OPEN, OPEN + MINUTE), view.forecast.cumulative) == (
        400_000_000,
        (800, 980, 1_340, 1_880),
    )
