"""`sim-lit` on quote-level data: sweeps, queues, prints, and size that is used once."""

from collections.abc import Callable, Iterable

import pytest

from smartexec.api import (
    CancelOrder,
    OrdType,
    Phase,
    PhaseChange,
    Quote,
    ReplaceOrder,
    SendOrder,
    Side,
    TimeInForce,
    Trade,
    VenueAdapter,
    VenueInput,
)
from smartexec_sim.lit import SimLit

Run = Callable[[VenueAdapter, Iterable[tuple[int, VenueInput]]], list[str]]
C = 10_000_000
M = "SIMA"
IOC, DAY, FOK = TimeInForce.IOC, TimeInForce.DAY, TimeInForce.FOK


@pytest.fixture
def lit(started: Callable[[SimLit], SimLit]) -> SimLit:
    return started(SimLit(mic=M))


def quote(bid: int, bid_qty: int, ask: int, ask_qty: int, mic: str = M) -> Quote:
    return Quote("ABC", mic, bid * C, bid_qty, ask * C, ask_qty)


def trade(px: int, qty: int, side: Side | None = None, mic: str = M, hidden: bool = False) -> Trade:
    return Trade("ABC", mic, px * C, qty, side, hidden)


def buy(name: str, qty: int, px: int | None, tif: TimeInForce = DAY, post: bool = False) -> SendOrder:
    return order(name, Side.BUY, qty, px, tif, post)


def sell(name: str, qty: int, px: int | None, tif: TimeInForce = DAY, post: bool = False) -> SendOrder:
    return order(name, Side.SELL, qty, px, tif, post)


def order(name: str, side: Side, qty: int, px: int | None, tif: TimeInForce, post: bool) -> SendOrder:
    kind = OrdType.MARKET if px is None else OrdType.LIMIT
    return SendOrder(M, name, "ABC", side, qty, kind, None if px is None else px * C, tif, post_only=post)


def test_ioc_at_the_touch_takes_no_more_than_is_shown(lit: SimLit, run: Run) -> None:
    assert run(lit, [(1, quote(1000, 500, 1001, 300)), (2, buy("A", 400, 1001, IOC))]) == [
        "2 NEW A",
        "2 TRADE A 300@1001 REMOVED PARTIALLY_FILLED",
        "2 CANCELED A no more liquidity",
    ]


def test_shown_size_is_taken_once_until_it_grows_or_the_price_moves(lit: SimLit, run: Run) -> None:
    assert run(
        lit,
        [
            (1, quote(1000, 500, 1001, 300)),
            (2, buy("A", 300, 1001, IOC)),
            (3, quote(1000, 700, 1001, 300)),
            (4, buy("B", 10, 1001, IOC)),
            (5, quote(1000, 700, 1001, 350)),
            (6, buy("C", 100, 1001, IOC)),
            (7, quote(1000, 700, 1002, 350)),
            (8, quote(1000, 700, 1001, 350)),
            (9, buy("D", 400, 1001, IOC)),
        ],
    ) == [
        "2 NEW A",
        "2 TRADE A 300@1001 REMOVED FILLED",
        "4 NEW B",
        "4 CANCELED B no more liquidity",
        "6 NEW C",
        "6 TRADE C 50@1001 REMOVED PARTIALLY_FILLED",
        "6 CANCELED C no more liquidity",
        "9 NEW D",
        "9 TRADE D 350@1001 REMOVED PARTIALLY_FILLED",
        "9 CANCELED D no more liquidity",
    ]


def test_market_order_sweeps_ticks_beyond_the_touch_and_is_cancelled_when_nothing_is_left(
    started: Callable[[SimLit], SimLit], run: Run
) -> None:
    venue = started(SimLit(mic=M, depth_levels=2))
    assert run(venue, [(1, quote(1000, 500, 1001, 100)), (2, buy("A", 350, None))]) == [
        "2 NEW A",
        "2 TRADE A 100@1001 REMOVED PARTIALLY_FILLED",
        "2 TRADE A 100@1002 REMOVED PARTIALLY_FILLED",
        "2 TRADE A 100@1003 REMOVED PARTIALLY_FILLED",
        "2 CANCELED A no more liquidity",
    ]


def test_fok_takes_all_or_nothing(lit: SimLit, run: Run) -> None:
    steps: list[tuple[int, VenueInput]] = [
        (1, quote(1000, 500, 1001, 100)),
        (2, buy("A", 101, 1001, FOK)),
        (3, buy("B", 100, 1001, FOK)),
    ]
    assert run(lit, steps) == [
        "2 NEW A",
        "2 CANCELED A no more liquidity",
        "3 NEW B",
        "3 TRADE B 100@1001 REMOVED FILLED",
    ]


def test_resting_order_waits_for_the_queue_shown_when_it_came(lit: SimLit, run: Run) -> None:
    assert run(
        lit,
        [
            (1, quote(1000, 500, 1001, 300)),
            (2, buy("A", 100, 1000)),
            (3, trade(1000, 450, Side.SELL)),
            (4, trade(1000, 80, Side.SELL)),
            (5, trade(1000, 500, Side.SELL)),
        ],
    ) == [
        "2 NEW A",
        "4 TRADE A 30@1000 ADDED PARTIALLY_FILLED",
        "5 TRADE A 70@1000 ADDED FILLED",
    ]


def test_smaller_quote_shortens_the_queue_only_to_its_size_and_a_larger_one_not_at_all(lit: SimLit, run: Run) -> None:
    assert run(
        lit,
        [
            (1, quote(1000, 500, 1001, 300)),
            (2, buy("A", 100, 1000)),
            (3, quote(1000, 200, 1001, 300)),
            (4, quote(1000, 900, 1001, 300)),
            (5, trade(1000, 200, Side.SELL)),
            (6, trade(1000, 10, Side.SELL)),
        ],
    ) == ["2 NEW A", "6 TRADE A 10@1000 ADDED PARTIALLY_FILLED"]


def test_print_through_the_price_fills_up_to_its_size_in_price_time_order(lit: SimLit, run: Run) -> None:
    assert run(
        lit,
        [
            (1, quote(998, 500, 1003, 300)),
            (2, buy("A", 100, 1000)),
            (3, buy("B", 100, 1001)),
            (4, buy("C", 100, 1000)),
            (5, trade(999, 230)),
        ],
    )[3:] == [
        "5 TRADE B 100@1001 ADDED FILLED",
        "5 TRADE A 100@1000 ADDED FILLED",
        "5 TRADE C 30@1000 ADDED PARTIALLY_FILLED",
    ]


def test_hidden_and_other_sides_prints_leave_the_queue_alone(lit: SimLit, run: Run) -> None:
    assert run(
        lit,
        [
            (1, quote(1000, 50, 1001, 300)),
            (2, buy("A", 100, 1000)),
            (3, trade(1000, 500, Side.SELL, hidden=True)),
            (4, trade(1000, 500, Side.BUY)),
            (5, trade(999, 500, Side.SELL, mic="ELSE")),
            (6, trade(1000, 51, Side.SELL)),
        ],
    ) == ["2 NEW A", "6 TRADE A 1@1000 ADDED PARTIALLY_FILLED"]


def test_quote_that_comes_to_a_resting_order_fills_it_up_to_its_size(lit: SimLit, run: Run) -> None:
    steps: list[tuple[int, VenueInput]] = [
        (1, quote(1000, 50, 1003, 300)),
        (2, buy("A", 100, 1002)),
        (3, quote(1000, 50, 1001, 60)),
        (4, quote(1001, 50, 1002, 60)),
    ]
    assert run(lit, steps) == [
        "2 NEW A",
        "3 TRADE A 60@1002 ADDED PARTIALLY_FILLED",
        "4 TRADE A 40@1002 ADDED FILLED",
    ]


def test_consolidated_data_count_by_share_and_only_until_own_quotes_come(
    started: Callable[[SimLit], SimLit], run: Run
) -> None:
    venue = started(SimLit(mic=M, share=0.1))
    assert run(
        venue,
        [
            (1, quote(1000, 500, 1001, 300, "")),
            (2, buy("A", 100, 1001, IOC)),
            (3, buy("B", 100, 1000)),
            (4, trade(1000, 400, mic="")),
            (5, trade(1000, 205, mic="")),
            (6, quote(1000, 500, 1001, 40)),
            (7, quote(1000, 500, 1001, 9000, "")),
            (8, buy("C", 100, 1001, IOC)),
        ],
    ) == [
        "2 NEW A",
        "2 TRADE A 30@1001 REMOVED PARTIALLY_FILLED",
        "2 CANCELED A no more liquidity",
        "3 NEW B",
        "5 TRADE B 10@1000 ADDED PARTIALLY_FILLED",
        "8 NEW C",
        "8 TRADE C 10@1001 REMOVED PARTIALLY_FILLED",
        "8 CANCELED C no more liquidity",
    ]


def test_replace_down_keeps_the_place_up_or_a_new_price_goes_to_the_back(lit: SimLit, run: Run) -> None:
    def replace(new: str, old: str, qty: int, px: int) -> ReplaceOrder:
        return ReplaceOrder(M, new, old, "ABC", Side.BUY, qty, px * C)

    assert run(
        lit,
        [
            (1, quote(1000, 50, 1003, 300)),
            (2, buy("A", 100, 1000)),
            (3, buy("B", 100, 1000)),
            (4, trade(1000, 50, Side.SELL)),
            (5, replace("A2", "A", 60, 1000)),
            (6, trade(1000, 70, Side.SELL)),
            (7, replace("B2", "B", 200, 1000)),
            (8, trade(1000, 50, Side.SELL)),
            (9, trade(1000, 50, Side.SELL)),
            (10, replace("B3", "B2", 300, 1003)),
        ],
    )[2:] == [
        "5 REPLACED A2>A 0/60 NEW",
        "6 TRADE A2 60@1000 ADDED FILLED",
        "6 TRADE B 10@1000 ADDED PARTIALLY_FILLED",
        "7 REPLACED B2>B 10/200 PARTIALLY_FILLED",
        "9 TRADE B2 50@1000 ADDED PARTIALLY_FILLED",
        "10 REPLACED B3>B2 60/300 PARTIALLY_FILLED",
        "10 TRADE B3 240@1003 REMOVED FILLED",
    ]


def test_post_only_and_own_opposing_orders_are_refused(lit: SimLit, run: Run) -> None:
    steps: list[tuple[int, VenueInput]] = [
        (1, quote(1000, 50, 1003, 300)),
        (2, buy("A", 10, 1003, post=True)),
        (3, buy("B", 10, 1001, post=True)),
        (4, sell("C", 10, 1001)),
        (5, sell("D", 10, None)),
        (6, sell("E", 10, 1002)),
    ]
    assert run(lit, steps) == [
        f"2 REJECTED A post_only at {1003 * C} would take from {1003 * C}",
        "3 NEW B",
        "4 REJECTED C would trade with own order B",
        "5 REJECTED D would trade with own order B",
        "6 NEW E",
    ]


def test_post_only_order_that_the_market_has_come_to_can_be_made_smaller(lit: SimLit, run: Run) -> None:
    assert run(
        lit,
        [
            (1, quote(1000, 100, 1001, 100)),
            (2, buy("A", 500, 1000, post=True)),
            (3, quote(999, 100, 1000, 100)),
            (4, ReplaceOrder(M, "A2", "A", "ABC", Side.BUY, 300, 1000 * C)),
            (5, ReplaceOrder(M, "A3", "A2", "ABC", Side.BUY, 400, 1000 * C)),
        ],
    ) == [
        "2 NEW A",
        "3 TRADE A 100@1000 ADDED PARTIALLY_FILLED",
        "4 REPLACED A2>A 100/300 PARTIALLY_FILLED",
        f"5 CXLREJ A3>A2 post_only at {1000 * C} would take from {1000 * C}",
    ]


def test_halt_refuses_new_orders_lets_cancels_through_and_stops_trading(lit: SimLit, run: Run) -> None:
    assert run(
        lit,
        [
            (1, quote(1000, 0, 1003, 300)),
            (2, buy("A", 10, 1000)),
            (3, buy("B", 10, 1000)),
            (4, PhaseChange("ABC", "", Phase.HALTED)),
            (5, buy("C", 10, 1000)),
            (6, ReplaceOrder(M, "A2", "A", "ABC", Side.BUY, 5, 1000 * C)),
            (7, trade(999, 500)),
            (8, CancelOrder(M, "X", "A", "ABC", Side.BUY)),
            (9, PhaseChange("ABC", "", Phase.CONTINUOUS)),
            (10, trade(999, 500)),
        ],
    )[2:] == [
        "5 REJECTED C halted",
        "6 CXLREJ A2>A halted",
        "8 CANCELED X>A",
        "10 TRADE B 10@1000 ADDED FILLED",
    ]
