"""`sim-lit` on order-level data: exact queue position, sweeps of real orders, and size that is used once."""

from collections.abc import Callable, Iterable
from random import Random

import pytest

from smartexec.api import (
    BookAdd,
    BookExecute,
    BookReduce,
    OrdType,
    Phase,
    PhaseChange,
    Quote,
    SendOrder,
    Side,
    TimeInForce,
    Trade,
    VenueAdapter,
    VenueInput,
)
from smartexec_sim.book import OrderBook
from smartexec_sim.lit import SimLit
from smartexec_sim.orders import OwnOrder

Run = Callable[[VenueAdapter, Iterable[tuple[int, VenueInput]]], list[str]]
C = 10_000_000
M = "XNAS"
BUY, SELL = Side.BUY, Side.SELL
IOC, DAY, FOK = TimeInForce.IOC, TimeInForce.DAY, TimeInForce.FOK


@pytest.fixture
def lit(started: Callable[[SimLit], SimLit]) -> SimLit:
    return started(SimLit(mic=M))


def add(ref: int, side: Side, px: int, qty: int) -> BookAdd:
    return BookAdd("ABC", M, ref, side, px * C, qty)


def reduce(ref: int, qty: int) -> BookReduce:
    return BookReduce("ABC", M, ref, qty)


def execute(ref: int, qty: int) -> BookExecute:
    return BookExecute("ABC", M, ref, qty)


def order(name: str, side: Side, qty: int, px: int | None, tif: TimeInForce = DAY) -> SendOrder:
    kind = OrdType.MARKET if px is None else OrdType.LIMIT
    return SendOrder(M, name, "ABC", side, qty, kind, None if px is None else px * C, tif)


BOOK = [
    (0, add(1, BUY, 1000, 100)),
    (0, add(2, BUY, 1000, 200)),
    (0, add(3, BUY, 999, 300)),
    (0, add(4, SELL, 1002, 50)),
    (0, add(5, SELL, 1002, 60)),
    (0, add(6, SELL, 1005, 70)),
]


def test_order_sweeps_real_levels_and_rests_at_its_limit(lit: SimLit, run: Run) -> None:
    assert run(lit, [*BOOK, (1, order("A", BUY, 200, 1006)), (2, order("B", BUY, 10, 1006, IOC))]) == [
        "1 NEW A",
        "1 TRADE A 110@1002 REMOVED PARTIALLY_FILLED",
        "1 TRADE A 70@1005 REMOVED PARTIALLY_FILLED",
        "2 NEW B",
        "2 CANCELED B no more liquidity",
    ]


def test_size_taken_is_gone_and_later_messages_on_it_are_tolerated(lit: SimLit, run: Run) -> None:
    assert run(
        lit,
        [
            *BOOK,
            (1, order("A", BUY, 70, 1002, IOC)),
            (2, execute(4, 50)),
            (3, reduce(5, 20)),
            (4, execute(5, 30)),
            (5, order("B", BUY, 500, 1002, IOC)),
            (6, reduce(5, 10)),
            (7, reduce(99, 10)),
            (8, order("C", BUY, 70, 1005, FOK)),
            (9, order("D", SELL, 1000, None)),
        ],
    ) == [
        "1 NEW A",
        "1 TRADE A 70@1002 REMOVED FILLED",
        "5 NEW B",
        "5 CANCELED B no more liquidity",
        "8 NEW C",
        "8 TRADE C 70@1005 REMOVED FILLED",
        "9 NEW D",
        "9 TRADE D 300@1000 REMOVED PARTIALLY_FILLED",
        "9 TRADE D 300@999 REMOVED PARTIALLY_FILLED",
        "9 CANCELED D no more liquidity",
    ]


def test_own_order_is_filled_when_an_order_behind_it_executes(lit: SimLit, run: Run) -> None:
    assert run(
        lit,
        [
            *BOOK,
            (1, order("A", BUY, 100, 1000)),
            (2, add(7, BUY, 1000, 500)),
            (3, execute(1, 100)),
            (4, execute(2, 200)),
            (5, execute(7, 60)),
            (6, execute(3, 60)),
        ],
    ) == [
        "1 NEW A",
        "5 TRADE A 60@1000 ADDED PARTIALLY_FILLED",
        "6 TRADE A 40@1000 ADDED FILLED",
    ]


def test_hidden_print_fills_through_the_price_or_at_the_front_of_the_queue(lit: SimLit, run: Run) -> None:
    def hidden(px: int, qty: int) -> Trade:
        return Trade("ABC", M, px * C, qty, SELL, hidden=True)

    assert run(
        lit,
        [
            *BOOK,
            (1, order("A", BUY, 100, 1000)),
            (2, hidden(1000, 50)),
            (3, reduce(1, 100)),
            (4, execute(2, 200)),
            (5, hidden(1001, 50)),
            (6, hidden(1000, 50)),
            (7, Trade("ABC", M, 1000 * C, 50, SELL)),
            (8, hidden(999, 30)),
        ],
    ) == ["1 NEW A", "6 TRADE A 50@1000 ADDED PARTIALLY_FILLED", "8 TRADE A 30@1000 ADDED PARTIALLY_FILLED"]


def test_execution_of_an_unknown_order_counts_by_its_print(lit: SimLit, run: Run) -> None:
    steps: list[tuple[int, VenueInput]] = [
        *BOOK,
        (1, order("A", BUY, 100, 1001)),
        (2, execute(77, 40)),
        (2, Trade("ABC", M, 1000 * C, 40, SELL)),
        (3, Trade("ABC", M, 1000 * C, 40, SELL)),
    ]
    assert run(lit, steps) == ["1 NEW A", "2 TRADE A 40@1001 ADDED PARTIALLY_FILLED"]


def test_arriving_order_trades_with_the_own_order_it_meets_first(lit: SimLit, run: Run) -> None:
    assert run(
        lit,
        [
            *BOOK,
            (1, order("A", BUY, 100, 1001)),
            (2, add(8, SELL, 1001, 130)),
            (3, order("B", BUY, 100, 1001, IOC)),
            (4, execute(8, 130)),
        ],
    ) == [
        "1 NEW A",
        "2 TRADE A 100@1001 ADDED FILLED",
        "3 NEW B",
        "3 TRADE B 30@1001 REMOVED PARTIALLY_FILLED",
        "3 CANCELED B no more liquidity",
    ]


@pytest.mark.parametrize("seed", range(20))
def test_quantity_in_front_is_always_what_a_recount_gives(seed: int) -> None:
    rng, book, left = Random(seed), OrderBook(lot=1), dict[int, int]()
    for ref in range(1, 400):
        side, away = rng.choice((BUY, SELL)), rng.randrange(1, 4)
        px, draw = 1000 - away if side is BUY else 1000 + away, rng.random()
        if draw < 0.5 or not left:
            left[ref] = rng.randrange(1, 50)
            book.on_add(add(ref, side, px, left[ref]))
        elif draw < 0.85:
            old = rng.choice(list(left))
            qty = rng.randrange(1, left[old] + 1)
            left[old] -= qty
            book.on_reduce(reduce(old, qty)) if draw < 0.7 else book.on_execute(execute(old, qty))
            if not left[old]:
                del left[old]
        elif draw < 0.95:
            own = OwnOrder.of(order(f"A{ref}", side, 10, px))
            book.rest(own)
        else:
            # Own orders only take from a side where none of them rests, as the venue makes sure.
            for resting in list(book.own.sides[-1]):
                book.own.remove(resting)
            book.take(1, None, rng.randrange(1, 80))
        for own in book.own.all():
            assert own.price is not None
            nodes = book._levels[own.sign].get(own.price, {}).values()
            assert own.ahead == sum(node.left for node in nodes if node.seq < own.seq)
        for sign in (1, -1):
            assert book._keys[sign] == sorted(sign * px for px, level in book._levels[sign].items() if level)


def test_halt_stops_fills_of_resting_orders(lit: SimLit, run: Run) -> None:
    steps: list[tuple[int, VenueInput]] = [
        *BOOK,
        (1, order("A", BUY, 100, 1001)),
        (2, PhaseChange("ABC", M, Phase.HALTED)),
        (3, execute(1, 100)),
        (4, PhaseChange("ABC", M, Phase.CONTINUOUS)),
        (5, execute(2, 30)),
    ]
    assert run(lit, steps) == ["1 NEW A", "5 TRADE A 30@1001 ADDED PARTIALLY_FILLED"]


def test_first_order_level_message_takes_over_from_quotes(lit: SimLit, run: Run) -> None:
    assert run(
        lit,
        [
            (0, Quote("ABC", M, 1000 * C, 900, 1002 * C, 900)),
            (1, order("A", BUY, 100, 1000)),
            *((2, event) for _, event in BOOK),
            (3, Quote("ABC", M, 1000 * C, 900, 1001 * C, 900)),
            (4, order("B", BUY, 400, 1002, IOC)),
            (5, execute(1, 40)),
        ],
    ) == [
        "1 NEW A",
        "4 NEW B",
        "4 TRADE B 110@1002 REMOVED PARTIALLY_FILLED",
        "4 CANCELED B no more liquidity",
        "5 TRADE A 40@1000 ADDED PARTIALLY_FILLED",
    ]
