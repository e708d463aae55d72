"""The arithmetic against worked figures: published ones, and ones computed from the formulae elsewhere."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartexec.api import Side
from smartexec_tca.costs import cost_bps, cost_money, exact_cost
from smartexec_tca.impact import AlmgrenImpact, square_root_law
from smartexec_tca.shortfall import Shortfall
from smartexec_tca.spreads import effective_spread, markout, price_impact, realised_spread, toxicity
from smartexec_tca.weighted import Line, total

BUY, SELL = Side.BUY, Side.SELL


def dec(text: str) -> Fraction:
    return Fraction(text)


def px(text: str) -> int:
    found = Fraction(text) * 10**9
    assert found.denominator == 1
    return int(found)


# -- slippage ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("side", "price", "bps"), [(BUY, "100.05", 5.0), (SELL, "99.95", 5.0), (BUY, "99.98", -2.0)])
def test_cost_is_positive_where_the_price_is_worse(side: Side, price: str, bps: float) -> None:
    assert cost_bps(side, px(price), px("100")) == bps
    assert cost_money(side, 10, dec(price), 100) == dec(str(bps)) / 10


def test_cost_refuses_a_benchmark_that_is_no_price() -> None:
    with pytest.raises(ValueError, match="benchmark: found 0, expected a price > 0"):
        exact_cost(BUY, 1, 0)


@given(st.sampled_from(Side), st.integers(-(10**30), 10**30), st.integers(1, 10**30))
def test_short_way_of_integers_gives_the_float_nearest_to_the_exact_cost(side: Side, price: int, base: int) -> None:
    assert cost_bps(side, price, base) == float(exact_cost(side, price, base))
    assert cost_bps(side, Fraction(price), base) == cost_bps(side, price, base)


@pytest.mark.parametrize("base", [0, -1])
def test_short_way_refuses_what_the_exact_one_refuses(base: int) -> None:
    with pytest.raises(ValueError, match=f"benchmark: found {base}, expected a price > 0"):
        cost_bps(BUY, 1, base)


# -- lines and totals --------------------------------------------------------------------------------------------------

LINES = [
    ("5000", "100.005", "100.010", "-0.49995", "-25.00"),
    ("10000", "100.020", "100.022", "-0.19996", "-20.00"),
    ("7500", "100.045", "100.050", "-0.49975", "-37.50"),
    ("12500", "100.120", "100.115", "0.49943", "62.50"),
    ("15000", "100.210", "100.211", "-0.09979", "-15.00"),
]


def lines() -> list[Line]:
    return [Line(BUY, dec(q), dec(p), dec(b)) for q, p, b, _, _ in LINES]


@pytest.mark.parametrize(("line", "row"), list(zip(lines(), LINES, strict=True)))
def test_line_costs_what_the_table_says(line: Line, row: tuple[str, ...]) -> None:
    assert f"{float(line.bps):.5f}" == row[3]
    assert line.money == dec(row[4])


def test_total_is_the_mean_weighted_by_quantity_times_benchmark() -> None:
    found = total(lines())
    assert (found.qty, found.px, found.benchmark) == (50_000, dec("100.10425"), dec("100.10495"))
    assert found.money == -35
    assert f"{float(found.bps):.6f}" == "-0.069927"
    assert found.bps == sum(n.bps * n.weight for n in lines()) / sum(n.weight for n in lines())


def test_total_is_not_what_other_weights_and_rounded_prices_give() -> None:
    found = total(lines())
    by_quantity = sum(n.bps * n.qty for n in lines()) / sum(n.qty for n in lines())
    assert f"{float(by_quantity):.6f}" == "-0.070029"
    assert (dec("100.108") - found.px) * 100 == dec("0.375")  # cents by which the seed's averages are off
    assert (dec("100.109") - found.benchmark) * 100 == dec("0.405")
    assert f"{-float(exact_cost(BUY, dec('100.108'), dec('100.109'))):.4f}" == "0.0999"
    means = [sum((dec(row[column]) for row in LINES), Fraction()) / 5 for column in (1, 2)]
    assert [f"{float(m):.4f}" for m in means] == ["100.0800", "100.0816"]
    assert f"{-float(exact_cost(BUY, *means)):.2f}" == "0.16"
    assert (f"{-float(found.bps):.2f}", f"{-float(found.bps):.1f}") == ("0.07", "0.1")


def test_total_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="lines: found none"):
        total([])


# -- implementation shortfall ------------------------------------------------------------------------------------------

CFA = Shortfall(
    side=BUY, order_qty=1000, cum_qty=700, notional=700 * dec("10.07"), decision=10, start=dec("10.05"),
    end=dec("10.10"), fees=14,
)  # fmt: skip
PAGE = Shortfall(
    side=BUY, order_qty=1000, cum_qty=700, notional=700 * dec("40.05"), decision=40, start=dec("40.04"),
    end=dec("40.08"), fees=17,
)  # fmt: skip
OWN = Shortfall(
    side=BUY, order_qty=10_000, cum_qty=7500,
    notional=3000 * dec("25.06") + 2500 * dec("25.09") + 2000 * dec("25.12"),
    decision=25, start=dec("25.04"), end=dec("25.20"), fees=7500 * dec("0.003"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("order", "delay", "trading", "opportunity", "fees", "total_bps"),
    [
        (CFA, "35", "14", "30", "14", "93"),
        (PAGE, "7", "1.75", "6", "4.25", "19"),
    ],
)
def test_perold_split_in_bp(
    order: Shortfall, delay: str, trading: str, opportunity: str, fees: str, total_bps: str
) -> None:
    assert [order.bps(part) for part in order.perold()] == [dec(t) for t in (delay, trading, opportunity, fees)]
    assert order.bps(order.total()) == order.bps(order.perold().total) == dec(total_bps)


def test_kissell_split_of_the_classic() -> None:
    assert [CFA.bps(part) for part in CFA.kissell()] == [50, 14, 15, 14]
    assert CFA.total() == CFA.kissell().total == 93
    assert CFA.wagner() == (35, 15)


def test_page_rounds_to_what_it_prints() -> None:
    split = PAGE.perold()
    parts = (split.fees, split.trading, split.delay, split.opportunity)
    assert [f"{float(PAGE.bps(p)) / 100:.2f}" for p in parts] == ["0.04", "0.02", "0.07", "0.06"]


def test_kissell_split_of_an_order_in_three_executions() -> None:
    assert OWN.kissell() == (400, 345, 400, dec("22.5"))
    assert OWN.total() == dec("1167.5")
    assert OWN.bps(OWN.total()) == dec("46.70")
    assert OWN.notional / OWN.cum_qty == dec("25.086")


_PRICE = st.integers(1, 10**6)


@given(st.sampled_from(Side), st.integers(1, 10**6), st.fractions(0, 1), *[_PRICE] * 4, st.integers(-100, 100))
def test_splits_sum_to_the_total(
    side: Side, qty: int, part: Fraction, avg: int, decision: int, start: int, end: int, fees: int
) -> None:
    done = int(qty * part)
    order = Shortfall(
        side=side, order_qty=qty, cum_qty=done, notional=done * avg, decision=decision, start=start, end=end, fees=fees
    )
    assert order.total() == order.kissell().total == order.perold().total
    assert sum(order.wagner()) == order.kissell().delay


# -- impact and spreads ------------------------------------------------------------------------------------------------

STOCKS = {"IBM": (6.561, 1728.0, 0.0157), "DRI": (1.929, 168.0, 0.0226)}


@pytest.mark.parametrize(
    ("name", "turnover", "i_sigma", "i_bp", "k_bp", "j_bp"),
    [
        ("IBM", "263.37", "0.12649", "19.860", ("22.294", "14.709", "8.488"), ("32.224", "24.638", "18.418")),
        ("DRI", "87.09", "0.09592", "21.679", ("32.092", "21.173", "12.218"), ("42.931", "32.012", "23.058")),
    ],
)
def test_almgren_table(
    name: str, turnover: str, i_sigma: str, i_bp: str, k_bp: tuple[str, ...], j_bp: tuple[str, ...]
) -> None:
    volume, shares, sigma = STOCKS[name]
    model, ratio = AlmgrenImpact(), shares / volume
    days = (0.1, 0.2, 0.5)
    assert f"{ratio:.2f}" == turnover
    assert f"{model.permanent(0.1, ratio, 1):.5f}" == i_sigma
    assert f"{model.permanent(0.1, ratio, sigma) * 1e4:.3f}" == i_bp
    assert [f"{model.temporary(0.1, t, 1):.5f}" for t in days] == ["0.14200", "0.09369", "0.05406"]
    assert tuple(f"{model.temporary(0.1, t, sigma) * 1e4:.3f}" for t in days) == k_bp
    assert tuple(f"{model.realised(0.1, ratio, t, sigma) * 1e4:.3f}" for t in days) == j_bp


def test_almgren_of_a_sell_has_the_other_sign() -> None:
    model = AlmgrenImpact()
    assert model.realised(-0.1, 90, 0.2, 0.02) == -model.realised(0.1, 90, 0.2, 0.02)


def test_square_root_law() -> None:
    assert square_root_law(0.01, 0.02) * 1e4 == pytest.approx(20.0, abs=1e-9)
    assert f"{square_root_law(0.10, 0.02) * 1e4:.4f}" == "63.2456"


def test_effective_spread_is_realised_plus_impact() -> None:
    price, mid, later = dec("100.03"), 100, dec("100.02")
    assert (effective_spread(BUY, price, mid), realised_spread(BUY, price, mid, later)) == (6, 2)
    assert price_impact(BUY, mid, later) == 4


@given(st.sampled_from(Side), _PRICE, _PRICE, _PRICE)
def test_effective_spread_is_always_realised_plus_impact(side: Side, price: int, mid: int, later: int) -> None:
    parts = realised_spread(side, price, mid, later) + price_impact(side, mid, later)
    assert effective_spread(side, price, mid) == parts


def test_markout_is_the_makers_gain_and_toxicity_his_mean_loss() -> None:
    assert markout(SELL, 100, dec("100.02")) == -2
    assert markout(BUY, 100, dec("100.02")) == 2
    assert toxicity([Fraction(-2), Fraction(1)]) == dec("0.5")
    with pytest.raises(ValueError, match="markouts: found none"):
        toxicity([])
