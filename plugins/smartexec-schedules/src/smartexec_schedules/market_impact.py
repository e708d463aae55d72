"""The market that an order meets, as Almgren & Chriss need it: volatility and impact in shares, days and the currency.

Taken from what is known of the instrument, by the rules of thumb of the paper's section 3.4. No trajectory here.
"""

from smartexec.api import PX_SCALE, MarketView, ParentView
from smartexec_schedules.almgren_chriss import Impact

DAY = 23_400_000_000_000
"""Trading time of a day where the instrument does not say, ns: 6.5 hours."""
TEMPORARY_SHARE, PERMANENT_SHARE = 0.01, 0.10
"""Shares of the average daily volume that move the price by one spread, while they trade and for good."""


def day_of(market: MarketView) -> int:
    """Trading time of the instrument's day, ns."""
    return market.close - market.open if market.open and market.close > market.open else DAY


def rise(market: MarketView) -> float:
    """Give today's volatility over the usual one, where it is higher and both are known; else 1."""
    usual, now = market.statistics.sigma, market.sigma_now
    return max(1.0, now / usual) if usual and now else 1.0


def sigma_of(market: MarketView) -> float | None:
    """Give the volatility to plan with, as a fraction a day: today's where it is higher or alone; None if unknown.

    A quiet morning does not slow an order down: today's figure is made of few returns.
    """
    return max((value for value in (market.statistics.sigma, market.sigma_now) if value), default=None)


def spread_of(market: MarketView) -> int | None:
    """Give the spread to plan with, 1e-9: the fitted, today's mean, or the one that is quoted."""
    quoted = market.ask - market.bid if market.valid and market.ask and market.bid else None
    return market.statistics.spread or market.spread_now or quoted


def impact_of(view: ParentView, eta: float | None, gamma: float | None) -> tuple[Impact | None, str]:
    """Give the market and its volatility in words; None and what is missing where it is not known well enough.

    `eta` and `gamma` stand in place of what would be derived.
    """
    market = view.market
    sigma, spread, adv = sigma_of(market), spread_of(market), market.statistics.adv
    px = view.arrival or (market.mid2 or 0) / 2
    if sigma is None or not px:
        return None, "no volatility known"
    # One spread per share of the average daily volume; a lot is 10^-qty_decimals of a share.
    volume = adv / 10**view.instrument.qty_decimals if adv else None
    unit = spread / PX_SCALE / volume if spread and volume else None
    if eta is None and unit is None:
        return None, "no average daily volume known"
    usual = unit or 0.0
    impact = Impact(
        sigma=sigma * px / PX_SCALE,
        eta=usual / TEMPORARY_SHARE if eta is None else eta,
        gamma=usual / PERMANENT_SHARE if gamma is None else gamma,
    )
    return impact, f"sigma {100 * sigma:.2f} %{' (today)' if rise(market) > 1 else ''}"
