"""What a view says of volume, volatility and spread, in the units that `terms` counts in. Decides nothing."""

from smartexec.api import CURVE_SCALE, NANOS_PER_SECOND, MarketView, ParentView, Side
from smartexec_schedules.terms import Situation

BP = 10_000
"""Basis points in one."""
TRADING_DAY = 23_400 * NANOS_PER_SECOND
"""6.5 hours: the day that volatility is for, where the instrument says no hours."""
ASSUMED_PARTICIPATION = 0.1
"""What is left is taken to be this share of the volume to come, where nothing at all is known of the volume."""


def day_of(market: MarketView) -> int:
    """Length of the trading day, ns."""
    return market.close - market.open if 0 < market.open < market.close else TRADING_DAY


def far_qty(view: ParentView) -> int:
    """Lots shown at the far touch."""
    return view.market.ask_qty if view.side is Side.BUY else view.market.bid_qty


def spread_of(market: MarketView) -> int:
    """The spread, 1e-9; 0 without two sides."""
    return 0 if market.bid is None or market.ask is None else market.ask - market.bid


def in_bp(px: float, mid2: int) -> float:
    """A price difference as basis points of the midpoint, which is given twice."""
    return 2 * BP * px / mid2


def expected_volume(view: ParentView) -> float:
    """Market volume expected until the order's end, lots, by the best figure there is; 0 where there is none.

    Today's forecast; else the historical curve of the average day; else that day spread evenly; else the pace seen
    since the start.
    """
    market, left = view.market, view.end - view.now
    if market.forecast is not None:
        return market.forecast.between(view.now, view.end)
    if market.statistics.adv is not None and market.curve is not None:
        return market.statistics.adv * market.curve.between(view.now, view.end) / CURVE_SCALE
    if market.statistics.adv is not None:
        return market.statistics.adv * left / day_of(market)
    return market.volume * left / max(1, view.now - view.start)


def volume_to_come(view: ParentView) -> float:
    """`expected_volume`; where that is nothing, as much as makes the order `ASSUMED_PARTICIPATION` of it."""
    expected = expected_volume(view)
    return expected if expected > 0 else max(1.0, view.leaves_qty / ASSUMED_PARTICIPATION)


def situation(view: ParentView, *, step: int, assumed_sigma: float, reversion: float, so_far: int = 0) -> Situation:
    """What the costs of trading depend on now. The view has a valid market, an end ahead and something left to trade.

    `step` in ns; `assumed_sigma` in bp for a day, where no volatility is known; `reversion` is the part of the price's
    move since arrival that is expected to come back; `so_far` lots were done since the step began.
    """
    market, day = view.market, day_of(view.market)
    mid2 = market.mid2 or 1
    left = (view.end - view.now) / day
    usual = market.statistics.spread if market.statistics.spread is not None else market.spread_now
    fitted, realised = market.statistics.sigma, market.sigma_now
    sigma = fitted or realised or assumed_sigma / BP
    moved = 0 if view.arrival is None else (mid2 - 2 * view.arrival) / 2
    return Situation(
        remaining=view.leaves_qty + so_far,
        time_left=left,
        step=step / day,
        volume=volume_to_come(view) / left,
        spread=in_bp(spread_of(market), mid2),
        usual_spread=in_bp(usual or 0, mid2),
        sigma=sigma * BP,
        sigma_now=(realised or sigma) * BP,
        drift=reversion * in_bp(moved, mid2) * (1 if view.side is Side.BUY else -1),
    )
