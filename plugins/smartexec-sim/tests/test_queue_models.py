"""Queue position on quote-level data: the models' figures, their bounds, and what a venue makes of them."""

from collections.abc import Callable, Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartexec.api import OrdType, Quote, SendOrder, Side, TimeInForce, Trade, VenueAdapter, VenueInput
from smartexec_sim.lit import SimLit
from smartexec_sim.orders import OwnOrder
from smartexec_sim.queue_models import QUEUE_MODELS, advance
from smartexec_sim.quotes import QuoteBook

Run = Callable[[VenueAdapter, Iterable[tuple[int, VenueInput]]], list[str]]
Start = Callable[[SimLit], SimLit]
C = 10_000_000
M = "SIMA"


@pytest.mark.parametrize(
    ("model", "n", "ahead", "digits"),
    [
        ("power", 1, 495.0, 1),
        ("power", 2, 490.09901, 5),
        ("power", 3, 485.38835, 5),
        ("log", 1, 499.193978, 6),
        ("log2", 1, 538.459752, 6),
        ("power2", 2, 470.25, 2),
        ("power3", 2, 519.75, 2),
        ("risk_averse", 1, 550, 0),
    ],
)
def test_queue_position_after_a_trade_and_a_smaller_quote(model: str, n: float, ahead: float, digits: int) -> None:
    """600 of 1,000 in front, 50 trade, then the level shows 850: 100 were cancelled."""
    found = advance(600 - 50, 1000, 850, 50, QUEUE_MODELS[model], n)
    assert round(found, digits) == ahead


@pytest.mark.parametrize(("model", "n", "ahead"), [("power", 1, 495.0), ("power2", 2, 470.25), ("risk_averse", 3, 550)])
def test_book_keeps_the_queue_position_of_its_model(model: str, n: float, ahead: float) -> None:
    book = QuoteBook(1, C, behind=QUEUE_MODELS[model], power=n)
    book.on_quote(quote(600))
    mine = own("A", 100)
    book.rest(mine)
    book.on_quote(quote(1000))
    book.on_trade(trade(50))
    book.on_quote(quote(850))
    assert mine.ahead == pytest.approx(ahead, abs=1e-9)


def test_prints_count_against_one_quote_only() -> None:
    """1,000 shown; 50 print, 950 are left; then 95 more go without a print, a share of them in front."""
    book = QuoteBook(1, C, behind=QUEUE_MODELS["power"], power=1)
    book.on_quote(quote(500))
    mine = own("A", 100)
    book.rest(mine)
    book.on_quote(quote(1000))
    book.on_trade(trade(50))
    book.on_quote(quote(950))
    assert mine.ahead == pytest.approx(450)
    book.on_quote(quote(855))
    assert mine.ahead == pytest.approx(450 - 95 * 450 / 950)


def test_newer_order_never_overtakes_an_older_one() -> None:
    """With n = 3 a large cancellation would move the order with 550 of 1,000 in front past the one with 450."""
    behind = QUEUE_MODELS["power"]
    assert advance(550, 1000, 400, 0, behind, 3) < advance(450, 1000, 400, 0, behind, 3)
    book = QuoteBook(1, C, behind=behind, power=3)
    mine = [own("A", 100), own("B", 100)]
    for order, shown in zip(mine, (450, 550), strict=True):
        book.on_quote(quote(shown))
        book.rest(order)
    for shown in (1000, 400):
        book.on_quote(quote(shown))
    assert mine[0].ahead == mine[1].ahead == advance(450, 1000, 400, 0, behind, 3)


def test_cancelled_size_in_front_lets_an_order_fill_earlier(started: Start, run: Run) -> None:
    def session(model: str) -> list[str]:
        venue = started(SimLit(mic=M, queue_model=model, queue_power=1))
        steps: list[tuple[int, VenueInput]] = [
            (1, quote(600)),
            (2, SendOrder(M, "A", "ABC", Side.BUY, 100, OrdType.LIMIT, 1000 * C, TimeInForce.DAY)),
            (3, quote(1000)),
            (4, trade(50)),
            (5, quote(850)),
            (6, trade(500)),
        ]
        return run(venue, steps)

    assert session("risk_averse") == ["2 NEW A"]
    assert session("power") == ["2 NEW A", "6 TRADE A 5@1000 ADDED PARTIALLY_FILLED"]


def test_part_of_a_lot_in_front_counts_as_a_lot(started: Start, run: Run) -> None:
    venue = started(SimLit(mic=M, queue_model="power", queue_power=2))
    steps: list[tuple[int, VenueInput]] = [
        (1, quote(600)),
        (2, SendOrder(M, "A", "ABC", Side.BUY, 100, OrdType.LIMIT, 1000 * C, TimeInForce.DAY)),
        (3, quote(1000)),
        (4, trade(50)),
        (5, quote(850)),
        (6, trade(491)),
        (7, trade(1)),
    ]
    assert run(venue, steps) == ["2 NEW A", "7 TRADE A 1@1000 ADDED PARTIALLY_FILLED"]


@settings(max_examples=200, deadline=None)
@given(
    model=st.sampled_from(sorted(QUEUE_MODELS)),
    n=st.sampled_from([0.5, 1.0, 2.0, 3.0]),
    prev=st.integers(0, 2000),
    part=st.floats(0, 1),
    new=st.integers(0, 2000),
    traded=st.integers(0, 2000),
)
def test_position_is_never_negative_never_grows_and_never_exceeds_the_level(
    model: str, n: float, prev: int, part: float, new: int, traded: int
) -> None:
    front = max(0.0, prev * part - traded)
    after = advance(front, prev, new, traded, QUEUE_MODELS[model], n)
    assert 0 <= after <= min(front, new)
    if model == "risk_averse":
        assert after == min(front, new)
    else:
        assert after <= advance(front, prev, new, traded, QUEUE_MODELS["risk_averse"], n)


@settings(max_examples=100, deadline=None)
@given(
    model=st.sampled_from(sorted(QUEUE_MODELS)),
    steps=st.lists(st.tuples(st.integers(0, 900), st.sampled_from(["quote", "print", "rest"])), max_size=40),
)
def test_queues_shorten_only_and_own_orders_stay_first_in_first_out(model: str, steps: list[tuple[int, str]]) -> None:
    book = QuoteBook(1, C, behind=QUEUE_MODELS[model])
    book.on_quote(quote(500))
    mine: list[OwnOrder] = []
    printed = filled = 0
    for qty, what in steps:
        before = [order.ahead for order in mine]
        if what == "rest":
            mine.append(own(f"A{len(mine)}", qty + 1))
            book.rest(mine[-1])
            continue
        fills = book.on_quote(quote(qty)) if what == "quote" else book.on_trade(trade(qty))
        for order, got, px in fills:
            assert 0 < got <= order.leaves
            assert px == order.price
            assert all(older.leaves == 0 for older in mine[: mine.index(order)])
            order.cum_qty += got
            filled += got
            if not order.leaves:
                book.own.remove(order)
        printed += qty if what == "print" else 0
        assert filled <= printed
        assert all(0 <= order.ahead <= old for order, old in zip(mine, before, strict=False))


def own(name: str, qty: int) -> OwnOrder:
    return OwnOrder(name, "ABC", 1, qty, 1000 * C, OrdType.LIMIT, TimeInForce.DAY)


def quote(bid_qty: int) -> Quote:
    return Quote("ABC", M, 1000 * C, bid_qty, 1002 * C, 300)


def trade(qty: int) -> Trade:
    return Trade("ABC", M, 1000 * C, qty, Side.SELL)
