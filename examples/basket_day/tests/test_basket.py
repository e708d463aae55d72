"""BASKET: the conformance kit, and what is its own: peers."""

from smartexec.api import PeerView, Qty, Side
from smartexec.testing import START, StrategyKit, view
from smartexec_basket.basket import Basket

HOUR = 3_600_000_000_000


class TestBasket(StrategyKit):
    strategy = Basket
    variants = ({"ahead_pct": "0"}, {"every": "1s", "rest_for": "0"}, {"clip": "1"})


def peer(done: int, left: int) -> PeerView:
    return PeerView(
        parent_id="P2",
        symbol="OTHER",
        side=Side.SELL,
        order_qty=Qty(done + left),
        cum_qty=Qty(done),
        leaves_qty=Qty(left),
    )


def wanted(*peers: PeerView) -> int:
    seen = view(now=START + HOUR // 2, order_qty=1_000, cum_qty=400, peers=peers)
    return sum(one.qty for one in Basket().decide(seen).slices)


def test_alone_it_follows_the_clock() -> None:
    assert wanted() == 100


def test_peer_in_step_holds_nothing_back() -> None:
    assert wanted(peer(500, 500)) == 100


def test_slow_peer_holds_it_back() -> None:
    assert wanted(peer(500, 500), peer(410, 590)) == 25


def test_peer_far_behind_stops_it() -> None:
    assert wanted(peer(100, 900)) == 0
