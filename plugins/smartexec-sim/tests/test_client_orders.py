"""The order source `synthetic-orders`: seeded, in order of time, grouped into few parents."""

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest

from smartexec.api import CancelRequest, ClientEvent, ConfigError, Context, Instrument, NewOrder, ReplaceRequest, Side
from smartexec_sim.client_orders import SyntheticOrders

TWO = {"ABC": Instrument("ABC"), "DEF": Instrument("DEF", lot=25)}


def drawn(seed: int = 5, **parameters: Any) -> list[tuple[int, ClientEvent]]:
    source = SyntheticOrders(**parameters)
    source.start(Context(instruments=TWO, seed=seed))
    return list(source.events())


def test_orders_are_seeded_and_in_order_of_time() -> None:
    events = drawn()
    assert events == drawn()
    assert events != drawn(seed=6)
    assert all(one[0] <= other[0] for one, other in pairwise(events))
    assert sum(isinstance(event, NewOrder) for _, event in events) == 5000


def test_orders_make_few_parents_on_both_sides_from_all_sources() -> None:
    orders = [event for _, event in drawn(owners=["O1", "O2"], no_cross_share=0.1) if isinstance(event, NewOrder)]
    parents = Counter((one.symbol, one.side, one.strategy, one.effective_time, one.expire_time) for one in orders)
    assert len(parents) == 2 * 2 * 3
    assert {one.source for one in orders} == {"OMS", "FILE", "BOT"}
    assert {one.owner for one in orders} == {"O1", "O2"}
    assert 0.30 < sum(one.side is Side.SELL for one in orders) / 5000 < 0.40
    assert 0.25 < sum(one.price is not None for one in orders) / 5000 < 0.35
    assert 0.08 < sum(one.no_cross for one in orders) / 5000 < 0.12
    assert 0 < sum(one.house for one in orders) / 5000 < 0.05
    assert len({one.cl_ord_id for one in orders}) == 5000


def test_cancels_and_replaces_follow_their_order() -> None:
    seen: dict[str, NewOrder] = {}
    later = Counter[str]()
    for now, event in drawn(cancel_share=0.1, replace_share=0.2):
        if isinstance(event, NewOrder):
            seen[event.cl_ord_id] = event
        elif isinstance(event, CancelRequest | ReplaceRequest):
            order = seen[event.orig_cl_ord_id]
            assert order.source == event.source
            assert order.expire_time is not None
            assert now < order.expire_time
            later[type(event).__name__] += 1
    assert 400 < later["CancelRequest"] < 600
    assert 850 < later["ReplaceRequest"] < 1150


def test_bad_window_is_named() -> None:
    with pytest.raises(ConfigError, match=r"orders\.windows: \[0\.5, 0\.2\], expected \[start, end\]"):
        drawn(windows=[[0.5, 0.2]])
