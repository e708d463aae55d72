"""Random views and requests: what the kernel could hand to a plugin, the odd and the rare more often than in a market.

All of one value is made from one string of bytes, a `Draw`: zeros make the defaults of `view()` and `request()`, so
hypothesis, which draws the bytes, shrinks towards them. One string is also some ten times as fast as fifty draws, and
ten thousand views are to be tried in seconds. Prices, curves and the like come from pools of what is worth a look.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from hypothesis import strategies as st

from smartexec.model.enums import OrdType, Outcome, Peg, Phase, Side, TimeInForce, VenueKind, Wake
from smartexec.model.ids import NANOS_PER_SECOND, Mic, Nanos, Px, Qty
from smartexec.model.instrument import Instrument
from smartexec.model.routing import Attempt, Capabilities, RouteRequest, VenueScore
from smartexec.model.statistics import CURVE_SCALE, Statistics, VolumeCurve
from smartexec.model.survival import Survival
from smartexec.model.view import Decision, MarketView, ParentView, PeerView, Slice, SlotView
from smartexec.testing.views import ASK, BID, HOUR, START, market, request, venue, view

T = TypeVar("T")
CENT: Final = 10_000_000
MICS: Final = ("XAAA", "XBBB", "XCCC", "XDDD", "XEEE")
VIEW_BYTES: Final = 60
REQUEST_BYTES: Final = 144
"""What nearly all take; hypothesis draws byte by byte, so that each costs."""
_SECOND: Final = NANOS_PER_SECOND
_DRAWN_SLOTS: Final = 3
"""Slots of the decision before that are drawn: more would take the bytes of what follows."""


class Draw:
    """Choices made by bytes; where they end, zeros follow."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def choice(self, pool: Sequence[T]) -> T:
        """Give one of at most 256 values; zero is the first."""
        return pool[self._number(1) % len(pool)]

    def integer(self, low: int, high: int) -> int:
        """Give an integer, both ends included; zero is `low`."""
        return low + self._number(4) % (high - low + 1)

    def share(self) -> float:
        """Give a number from 0 to 1."""
        return self._number(2) / 65_535

    def some(self, make: Callable[["Draw"], T], most: int) -> list[T]:
        """Give up to `most` values."""
        return [make(self) for _ in range(self._number(1) % (most + 1))]

    def _number(self, size: int) -> int:
        taken = self._data[self._at : self._at + size]
        self._at += size
        return int.from_bytes(taken.ljust(size, b"\0"))


NEAR: Final = (BID, ASK, *(cents * CENT for cents in range(9_990, 10_011)))
PXS: Final = (BID, ASK, None, *(cents * CENT for cents in range(9_990, 10_011, 3)), BID + 1, 1, 99 * CENT, 10**13)
"""Prices near that of `view()`, far away, off the tick, none."""
ASKS: Final = (ASK, BID, *PXS[2:])
LIMITS: Final = (None, *NEAR, 1, 10**13)
SIZES: Final = (500, 0, 1, 7, 100, 10_000)
PHASES: Final = (*[Phase.CONTINUOUS] * 8, *Phase)
INSTRUMENTS: Final = (
    Instrument("TEST"),
    Instrument("TEST", lot=100),
    Instrument("TEST", lot=7),
    Instrument("TEST", tick=1),
    Instrument("TEST", tick=50_000_000, qty_decimals=8),
)


def _curve(*shares: int) -> VolumeCurve:
    return VolumeCurve(START, HOUR // len(shares), tuple(sum(shares[: k + 1]) for k in range(len(shares))))


CURVES: Final = (
    None,
    _curve(*[CURVE_SCALE // 12] * 12),
    _curve(CURVE_SCALE // 2, 0, 0, CURVE_SCALE // 2),
    _curve(0, CURVE_SCALE, 0),
    _curve(CURVE_SCALE),
    _curve(0),
    _curve(30_000, 10_000, 0, 20_000, 40_000),
)
STATISTICS: Final = (
    Statistics(),
    Statistics(adv=10**6, sigma=0.02, spread=2 * CENT),
    Statistics(adv=1),
    Statistics(sigma=1.0),
    Statistics(adv=10**8, sigma=1e-4, spread=0),
)


def _slot(price: int | None, want: int, leaves: int, cum: int, *, spent: bool = False) -> SlotView:
    return SlotView(
        want_qty=Qty(want),
        leaves_qty=Qty(leaves),
        in_doubt_qty=Qty(0),
        cum_qty=Qty(cum),
        price=None if price is None else Px(price),
        sent=Nanos(START),
        ended=None if leaves else Nanos(START + _SECOND),
        spent=spent,
        last_outcome=None if leaves else Outcome.CANCELED,
    )


def placed(decision: Decision) -> dict[str, SlotView]:
    """What a decision asked for, all of it out and nothing executed."""
    return {one.slot: _slot(one.price, one.qty, one.qty, 0) for one in decision.slices if one.qty}


SLOTS: Final[tuple[dict[str, SlotView], ...]] = (
    {},
    {"main": _slot(BID, 100, 100, 0)},
    {"main": _slot(ASK, 100, 0, 0, spent=True)},
    {"main": _slot(BID - CENT, 500, 300, 200), "other": _slot(None, 1, 0, 1)},
    {"main": _slot(None, 10_000, 10_000, 0)},
)
"""Where there is no decision before, or it wanted nothing."""
CLIPS: Final = ("", "", "no route", "in doubt", "limit", "venue is down", "self-match", "kill switch")
"""What may have kept a slot from being placed whole."""
OUTCOMES: Final = (Outcome.CANCELED, *Outcome)


def draw_market(draw: Draw) -> MarketView:
    """A market: two-sided, one-sided, empty, locked, crossed, stale, halted, with and without statistics."""
    return market(
        draw.choice(PXS),
        draw.choice(ASKS),
        bid_qty=draw.choice(SIZES),
        ask_qty=draw.choice(SIZES),
        last=draw.choice(LIMITS),
        phase=draw.choice(PHASES),
        age=draw.choice((0, 0, _SECOND, 61 * _SECOND, None)),
        volume=draw.choice((0, 1, 100, 5_000, 10**6)),
        vwap=draw.choice(LIMITS),
        statistics=draw.choice(STATISTICS),
        curve=draw.choice(CURVES),
        forecast=draw.choice(CURVES),
        close=draw.choice((0, START + HOUR)),
    )


def _draw_slot(draw: Draw, one: Slice, cum_qty: int, leaves: int) -> SlotView:
    """What may have become of a slice of the decision before: open, executed, in doubt, over, clipped."""
    cum = min(cum_qty, draw.choice((0, 1, one.qty // 2, one.qty)))
    want = max(0, one.qty - cum)
    open_ = min(leaves, draw.choice((want, want, 0, want // 2)))
    return SlotView(
        want_qty=Qty(want),
        leaves_qty=Qty(open_),
        in_doubt_qty=Qty(draw.choice((0, 0, min(open_, 1), open_))),
        cum_qty=Qty(cum),
        price=None if one.price is None else Px(one.price),
        sent=Nanos(START),
        ended=None if open_ else Nanos(START + _SECOND),
        spent=not open_ and one.time_in_force is not TimeInForce.DAY,
        last_outcome=draw.choice((None, *Outcome) if open_ else OUTCOMES),
        clipped_by=draw.choice(CLIPS),
    )


def _draw_slots(draw: Draw, before: Decision | None, cum_qty: int, leaves: int) -> dict[str, SlotView]:
    if before is None or not before.slices:
        return draw.choice(SLOTS)
    if not draw.choice((0, 1, 1)):
        return {}
    return {one.slot: _draw_slot(draw, one, cum_qty, leaves) for one in before.slices[:_DRAWN_SLOTS]}


def _draw_peer(draw: Draw) -> PeerView:
    """Another order of the same list, in this instrument or another."""
    leaves, cum = draw.choice(SIZES), draw.choice((0, 1, 400))
    return PeerView(
        parent_id=draw.choice(("P2", "P3", "P4")),
        symbol=draw.choice(("OTHER", "TEST")),
        side=draw.choice((Side.SELL, Side.BUY)),
        order_qty=Qty(leaves + cum),
        cum_qty=Qty(cum),
        leaves_qty=Qty(leaves),
    )


def draw_view(draw: Draw, state: Any = None, before: Decision | None = None) -> ParentView:
    """A parent at any moment of its life, in a list or not; `before`: its last decision, which named its slots."""
    order_qty = draw.integer(0, 10_000)
    cum_qty = draw.integer(0, order_qty)
    crossed_qty = draw.choice((0, *SIZES)) % (order_qty - cum_qty + 1)
    leaves = order_qty - cum_qty - crossed_qty
    side = draw.choice((Side.BUY, Side.SELL))
    limit, tighter = draw.choice(LIMITS), draw.choice(LIMITS)
    demand: list[tuple[int | None, int]] = [(limit, leaves)]
    if tighter is not None and tighter != limit:
        first, second = (limit, tighter) if limit is None else sorted((limit, tighter), reverse=side is Side.BUY)
        demand = [(first, leaves - leaves // 3), (second, leaves // 3)]
    slots = _draw_slots(draw, before, cum_qty, leaves)
    return view(
        now=START + (draw.integer(0, 3_620) - 10) * _SECOND if draw.choice((0, 1)) else None,
        end=draw.choice((None, None, START + _SECOND, 0)),
        side=side,
        instrument=draw.choice(INSTRUMENTS),
        order_qty=order_qty,
        cum_qty=cum_qty,
        crossed_qty=crossed_qty,
        notional=cum_qty * (draw.choice(PXS) or BID),
        arrival=draw.choice(LIMITS),
        demand=demand,
        slots=slots,
        in_doubt_qty=sum(one.in_doubt_qty for one in slots.values()) + draw.choice((0, 0, 1, 50)),
        peers=draw.some(_draw_peer, 2),
        market=draw_market(draw),
        woken_by=draw.choice((Wake.START, *Wake)),
        state=state,
        seed=draw.choice((0, 1, 2**64 - 1, 12_345)),
    )


TIMES: Final = (TimeInForce.DAY, TimeInForce.IOC, *TimeInForce)
USUAL: Final = Capabilities()


def _subset(draw: Draw, members: Sequence[T], usual: frozenset[T]) -> frozenset[T]:
    return draw.choice((usual, usual, frozenset(members), frozenset(), frozenset({draw.choice(members)})))


def _capabilities(draw: Draw) -> Capabilities:
    if draw.choice((True, True, False)):
        return USUAL
    return Capabilities(
        kind=draw.choice(tuple(VenueKind)),
        ord_types=_subset(draw, tuple(OrdType), USUAL.ord_types),
        times_in_force=_subset(draw, tuple(TimeInForce), USUAL.times_in_force),
        min_qty=draw.choice((False, True)),
        display_qty=draw.choice((False, True)),
        post_only=draw.choice((False, True)),
        pegs=_subset(draw, tuple(Peg), frozenset()),
    )


HIDDEN: Final = (
    None,
    Survival((10, 100, 500), (0.9, 0.5, 0.1), 0.05, 40),
    Survival((1,), (1.0,), 0.0, 1),
    Survival((900,), (0.01,), 0.01, 99),
)


def _venue(draw: Draw, mic: str) -> VenueScore:
    """What is known of a venue; fees and latencies all differ, so that no tie is left to the order of venues."""
    number = MICS.index(mic)
    return venue(
        mic,
        capabilities=_capabilities(draw),
        up=draw.choice((True, True, True, False)),
        shown_qty=draw.choice((None, *SIZES)),
        touch=draw.choice((None, *NEAR)),
        touch_qty=draw.choice((None, *SIZES)),
        volume_share=draw.share(),
        make_fee=draw.choice((0, 1, -2, 3)) * 100_000 + number,
        take_fee=draw.choice((0, 1, 3)) * 100_000 + number,
        latency=1_000 + number,
        fill_ratio=draw.choice((None, 0.0, 0.5, 1.0)),
        reject_rate=draw.choice((None, 0.0, 0.5, 1.0)),
        toxicity=draw.choice((None, -20.0, 0.0, 20.0)),
        hidden=draw.choice(HIDDEN),
    )


def draw_venues(draw: Draw) -> list[VenueScore]:
    """From no venue to five, in any order."""
    mics = list(MICS[: draw.choice((2, 0, 1, 3, 4, 5, 2, 3))])
    if draw.choice((False, True)):
        mics.reverse()
    return [_venue(draw, mic) for mic in mics]


def _attempt(draw: Draw) -> Attempt:
    qty, ended = draw.integer(1, 500), draw.choice((Nanos(START + _SECOND), None))
    return Attempt(
        mic=Mic(draw.choice(MICS)),
        qty=Qty(qty),
        cum_qty=Qty(draw.integer(0, qty)),
        price=draw.choice((*map(Px, NEAR), None)),
        sent=Nanos(START),
        ended=ended,
        outcome=None if ended is None else draw.choice(tuple(Outcome)),
    )


def _slice(draw: Draw) -> Slice:
    """What a strategy wants; half of them plain, as few venues take what is odd in every respect."""
    qty, price = draw.integer(1, 2_000), draw.choice((BID, None, *NEAR))
    if draw.choice((True, False)):
        return Slice(qty, price, time_in_force=draw.choice(TIMES[:2]))
    return Slice(
        qty,
        price,
        time_in_force=draw.choice(TIMES),
        min_qty=draw.choice((0, 0, 0, 1, 30)) if qty >= 30 else 0,
        display_qty=draw.choice((None, None, 1, 100)),
        peg=draw.choice((None, None, None, *Peg)),
        post_only=draw.choice((False, False, True)),
    )


def draw_request(draw: Draw, state: Any = None, learned: Any = None) -> RouteRequest:
    """Something to be placed, on any venues; what a logic has learned comes with the outcomes of its legs."""
    wanted = _slice(draw)
    qty = wanted.qty
    return request(
        qty - draw.integer(0, qty) if draw.choice((False, True)) else qty,
        slice=wanted,
        side=draw.choice((Side.BUY, Side.SELL)),
        instrument=draw.choice(INSTRUMENTS),
        limit=draw.choice((None, *NEAR)),
        market=market(draw.choice(PXS[:8]), draw.choice(ASKS[:8])),
        venues=draw_venues(draw),
        attempts=draw.some(_attempt, 3),
        outcomes=draw.some(_attempt, 3) if learned is not None else (),
        overbook_qty=draw.choice((0, 0, 1, 150)),
        woken_by=draw.choice((Wake.START, *Wake)),
        state=state,
        learned=learned,
        seed=draw.choice((0, 1, 2**64 - 1, 12_345)),
    )


def any_draw(size: int) -> st.SearchStrategy[Draw]:
    """Draw the bytes."""
    return st.binary(min_size=size, max_size=size).map(Draw)


def any_market() -> st.SearchStrategy[MarketView]:
    """Any market, for hypothesis."""
    return any_draw(VIEW_BYTES).map(draw_market)


def any_view(state: Any = None) -> st.SearchStrategy[ParentView]:
    """Any view whose strategy remembers `state`, for hypothesis."""
    return any_draw(VIEW_BYTES).map(lambda draw: draw_view(draw, state))


def any_request(state: Any = None, learned: Any = None) -> st.SearchStrategy[RouteRequest]:
    """Any request to a routing logic that remembers this, for hypothesis."""
    return any_draw(REQUEST_BYTES).map(lambda draw: draw_request(draw, state, learned))
