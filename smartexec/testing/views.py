"""Builders of views and requests for tests. Values only: nothing here runs an engine, a clock or a venue.

Every argument has a default, and what follows from other arguments is derived (leaves from quantities, demand from the
limit), so that a builder never makes a value that the kernel would not make. Prices in 1e-9 of the currency, quantities
in lots, times in ns UTC.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from smartexec.model.enums import Phase, Side, TimeInForce, VenueKind, Wake
from smartexec.model.ids import NANOS_PER_SECOND, PX_SCALE, Mic, Nanos, Px, Qty
from smartexec.model.instrument import Instrument
from smartexec.model.routing import Attempt, Capabilities, RouteRequest, VenueScore
from smartexec.model.statistics import NO_STATISTICS, Statistics, VolumeCurve
from smartexec.model.survival import Survival
from smartexec.model.view import MarketView, ParentView, PeerView, Slice, SlotView

START: Final = 1_767_623_400 * NANOS_PER_SECOND
"""2026-01-05 14:30:00 UTC, in ns: when the orders of `view()` start."""

BID: Final = 100 * PX_SCALE - PX_SCALE // 100
ASK: Final = 100 * PX_SCALE + PX_SCALE // 100
HOUR: Final = 3_600 * NANOS_PER_SECOND


def market(
    bid: int | None = BID,
    ask: int | None = ASK,
    *,
    bid_qty: int = 500,
    ask_qty: int = 500,
    last: int | None = None,
    phase: Phase = Phase.CONTINUOUS,
    age: int | None = 0,
    volume: int = 0,
    vwap: int | None = None,
    twap: int | None = None,
    statistics: Statistics = NO_STATISTICS,
    curve: VolumeCurve | None = None,
    forecast: VolumeCurve | None = None,
    sigma_now: float | None = None,
    spread_now: int | None = None,
    open: int = 0,
    close: int = 0,
) -> MarketView:
    """Make a market: 99.99 to 100.01, 500 on each side, in continuous trading. A side that is None shows nothing."""
    return MarketView(
        bid=_px(bid),
        ask=_px(ask),
        bid_qty=Qty(bid_qty if bid is not None else 0),
        ask_qty=Qty(ask_qty if ask is not None else 0),
        last=_px(last),
        phase=phase,
        age=None if age is None else Nanos(age),
        volume=Qty(volume),
        vwap=_px(vwap),
        twap=_px(twap),
        statistics=statistics,
        curve=curve,
        forecast=forecast,
        sigma_now=sigma_now,
        spread_now=_px(spread_now),
        open=Nanos(open),
        close=Nanos(close),
    )


def view(
    *,
    parent_id: str = "P1",
    now: int | None = None,
    start: int = START,
    end: int | None = None,
    side: Side = Side.BUY,
    instrument: Instrument | None = None,
    order_qty: int = 1_000,
    cum_qty: int = 0,
    crossed_qty: int = 0,
    in_doubt_qty: int = 0,
    notional: int = 0,
    arrival: int | None = None,
    limit: int | None = None,
    demand: Iterable[tuple[int | None, int]] | None = None,
    slots: Mapping[str, SlotView] | None = None,
    market: MarketView | None = None,
    peers: Iterable[PeerView] = (),
    woken_by: Wake = Wake.START,
    state: object = None,
    seed: int = 0,
) -> ParentView:
    """Make what a strategy sees: an order to buy 1,000 within an hour, at its start, without a limit.

    `leaves_qty` is what is neither executed nor crossed. `demand`, as (limit, leaves) most permissive first, describes
    members with different limits and then gives `limit`; left out, all that is left has `limit`.
    """
    leaves = order_qty - cum_qty - crossed_qty
    curve = tuple((_px(px), Qty(qty)) for px, qty in (((limit, leaves),) if demand is None else demand) if qty)
    return ParentView(
        parent_id,
        Nanos(start if now is None else now),
        start=Nanos(start),
        end=Nanos(start + HOUR if end is None else end),
        side=side,
        instrument=Instrument("TEST") if instrument is None else instrument,
        order_qty=Qty(order_qty),
        cum_qty=Qty(cum_qty),
        crossed_qty=Qty(crossed_qty),
        in_doubt_qty=Qty(in_doubt_qty),
        leaves_qty=Qty(leaves),
        notional=notional,
        arrival=_px(arrival),
        limit=_px(limit) if demand is None or not curve else curve[0][0],
        demand=curve,
        slots={} if slots is None else slots,
        market=_market() if market is None else market,
        peers=tuple(peers),
        woken_by=woken_by,
        state=state,
        seed=seed,
    )


def venue(
    mic: str,
    kind: VenueKind = VenueKind.LIT,
    *,
    capabilities: Capabilities | None = None,
    up: bool = True,
    shown_qty: int | None = None,
    touch: int | None = None,
    touch_qty: int | None = None,
    spread: int | None = None,
    volume_share: float = 0.0,
    make_fee: int = 0,
    take_fee: int = 0,
    latency: int | None = None,
    fill_ratio: float | None = None,
    reject_rate: float | None = None,
    tried: int = 0,
    fill_prob: float | None = None,
    time_to_fill: int | None = None,
    effective_bps: float | None = None,
    markout_1s: float | None = None,
    markout_10s: float | None = None,
    toxicity: float | None = None,
    hidden: Survival | None = None,
) -> VenueScore:
    """Make what is known of a venue: up, free of fees, takes market and limit orders, nothing measured yet.

    `capabilities`, where given, say its kind too.
    """
    return VenueScore(
        mic=Mic(mic),
        capabilities=Capabilities(kind=kind) if capabilities is None else capabilities,
        up=up,
        shown_qty=None if shown_qty is None else Qty(shown_qty),
        touch=_px(touch),
        touch_qty=None if touch_qty is None else Qty(touch_qty),
        spread=_px(spread),
        volume_share=volume_share,
        make_fee=make_fee,
        take_fee=take_fee,
        latency=None if latency is None else Nanos(latency),
        fill_ratio=fill_ratio,
        reject_rate=reject_rate,
        tried=tried,
        fill_prob=fill_prob,
        time_to_fill=None if time_to_fill is None else Nanos(time_to_fill),
        effective_bps=effective_bps,
        markout_1s=markout_1s,
        markout_10s=markout_10s,
        toxicity=toxicity,
        hidden=hidden,
    )


def request(
    qty: int = 100,
    price: int | None = BID,
    *,
    now: int = START,
    parent_id: str = "P1",
    side: Side = Side.BUY,
    instrument: Instrument | None = None,
    slice: Slice | None = None,
    time_in_force: TimeInForce = TimeInForce.DAY,
    limit: int | None = None,
    market: MarketView | None = None,
    venues: Iterable[VenueScore] | None = None,
    attempts: Iterable[Attempt] = (),
    outcomes: Iterable[Attempt] = (),
    overbook_qty: int = 0,
    woken_by: Wake = Wake.START,
    state: object = None,
    learned: object = None,
    seed: int = 0,
) -> RouteRequest:
    """Make what a routing logic sees: place `qty` lots at `price` (None = market) on one of XAAA, XBBB.

    `slice`, where given, stands in place of the one made of `qty`, `price` and `time_in_force`.
    """
    scores = [venue("XAAA"), venue("XBBB")] if venues is None else list(venues)
    return RouteRequest(
        Nanos(now),
        parent_id,
        side=side,
        instrument=Instrument("TEST") if instrument is None else instrument,
        slice=Slice(qty, price, time_in_force=time_in_force) if slice is None else slice,
        qty=Qty(qty),
        limit=_px(limit),
        market=_market() if market is None else market,
        venues={score.mic: score for score in scores},
        attempts=tuple(attempts),
        outcomes=tuple(outcomes),
        overbook_qty=Qty(overbook_qty),
        woken_by=woken_by,
        state=state,
        learned=learned,
        seed=seed,
    )


_market = market  # `market` is also the name of an argument


def _px(px: int | None) -> Px | None:
    return None if px is None else Px(px)
