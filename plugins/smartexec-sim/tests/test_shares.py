"""Several venues over one stock's consolidated data: together they give no more than the data have."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartexec.api import (
    BookAdd,
    Context,
    ExecutionReport,
    Instrument,
    Liquidity,
    OrdType,
    Quote,
    SendOrder,
    Side,
    TimeInForce,
    Trade,
    VenueInput,
)
from smartexec_sim.lit import SimLit

C = 10_000_000
SHARES = {"XONE": 0.5, "XTWO": 0.3, "XTHR": 0.2}


def venues(lot: int = 1, **parameters: float) -> list[SimLit]:
    made = [SimLit(mic=mic, share=share, depth_levels=0, **parameters) for mic, share in SHARES.items()]  # type: ignore[arg-type]
    for venue in made:
        venue.start(Context(instruments={"ABC": Instrument("ABC", lot=lot)}))
    return made


def filled(venue: SimLit, event: VenueInput, now: int, liquidity: Liquidity) -> int:
    reports = [one for one in venue.handle(event, now) if isinstance(one, ExecutionReport)]
    return sum(one.last_qty for one in reports if one.liquidity is liquidity)


@settings(max_examples=100, deadline=None)
@given(size=st.integers(0, 5000), lot=st.sampled_from([1, 10, 100]))
def test_all_venues_together_give_no_more_than_the_quote_shows(size: int, lot: int) -> None:
    taken = 0
    for venue in venues(lot):
        list(venue.handle(Quote("ABC", "", 1000 * C, size, 1001 * C, size), 0))
        for n in range(3):
            order = SendOrder(
                venue.mic, f"A{n}", "ABC", Side.BUY, 100 * lot * 100, OrdType.MARKET, None, TimeInForce.IOC
            )
            taken += filled(venue, order, 1 + n, Liquidity.REMOVED)
    assert size - 3 * lot < taken <= size


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 1 << 32), lot=st.sampled_from([1, 10, 100]))
def test_all_venues_together_fill_resting_orders_with_no_more_than_was_printed(seed: int, lot: int) -> None:
    """At every moment since the start; what rounding holds back of one print comes with a later one."""
    rng, made = Random(seed), venues(lot)
    printed = got = 0
    for venue in made:
        list(venue.handle(Quote("ABC", "", 1000 * C, 0, 1002 * C, 0), 0))
        order = SendOrder(venue.mic, "A", "ABC", Side.BUY, 10**6 * lot, OrdType.LIMIT, 1001 * C, TimeInForce.DAY)
        list(venue.handle(order, 1))
    for now in range(2, 100):
        trade = Trade("ABC", "", 1000 * C, rng.randrange(1, 300), rng.choice([None, Side.SELL]))
        printed += trade.qty
        got += sum(filled(venue, trade, now, Liquidity.ADDED) for venue in made)
        assert got <= printed
    if lot == 1:
        assert got > printed - 3


def test_order_level_data_belong_to_the_venue_they_name() -> None:
    one, two, three = venues()
    add = BookAdd("ABC", "XONE", 1, Side.SELL, 1001 * C, 500)
    for venue in (one, two, three):
        list(venue.handle(add, 0))
    taken = [
        filled(
            venue,
            SendOrder(venue.mic, "A", "ABC", Side.BUY, 900, OrdType.MARKET, None, TimeInForce.IOC),
            1,
            Liquidity.REMOVED,
        )
        for venue in (one, two, three)
    ]
    assert taken == [500, 0, 0]


@pytest.mark.parametrize("own_share", [0.1, 1.0])
def test_auction_prints_are_shared_like_others(own_share: float) -> None:
    made = [SimLit(mic=mic, share=share, auctions=True, auction_share=own_share) for mic, share in SHARES.items()]
    got = 0
    for venue in made:
        venue.start(Context(instruments={"ABC": Instrument("ABC")}))
        order = SendOrder(venue.mic, "A", "ABC", Side.BUY, 10**6, OrdType.MARKET, None, TimeInForce.AT_OPEN)
        list(venue.handle(order, 0))
        got += filled(venue, Trade("ABC", "", 1000 * C, 1001, auction=True), 1, Liquidity.AUCTION)
    assert 1001 * own_share - 6 < got <= 1001 * own_share
