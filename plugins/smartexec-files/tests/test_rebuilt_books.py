"""Laws of the books that the DBN and Binance feeds rebuild, over random messages."""

from hypothesis import given, settings
from hypothesis import strategies as st

from smartexec.api import BookAdd, BookExecute, BookReduce, Phase, PhaseChange, Quote, Side, Trade
from smartexec_files.binance_book import DepthBook
from smartexec_files.binance_rows import Depth, Snapshot
from smartexec_files.dbn_replay import OrderReplay, Tape
from smartexec_files.dbn_rows import Message

SIDES = st.sampled_from(Side)
RECORDS = st.tuples(st.sampled_from("ACMTFR"), SIDES, st.integers(95, 105), st.integers(1, 9), st.integers(1, 6))
LEVELS = st.lists(st.tuples(st.integers(90, 110), st.integers(0, 3)), max_size=4)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(RECORDS, min_size=1, max_size=5), max_size=12))
def test_dbn_events_rebuild_the_book_that_the_quotes_show(events: list[list[tuple[str, Side, int, int, int]]]) -> None:
    """Whatever the records say: adding up the events gives the book, and no quote is locked or crossed."""
    replay, orders, phase = OrderReplay(Tape("S", "X")), dict[int, BookAdd](), Phase.UNKNOWN
    for event in events:
        said = [Message(0, action, side, px, qty, ref, False, False, None) for action, side, px, qty, ref in event]
        printed = sum(m.qty for m in said if m.action == "T")
        traded = 0
        for e in replay.step(said, lambda _: None):
            if isinstance(e, BookAdd):
                assert e.ref not in orders
                orders[e.ref] = e
            elif isinstance(e, BookReduce | BookExecute):
                orders[e.ref].qty -= e.qty
                assert e.qty > 0
                assert orders[e.ref].qty >= 0
                if not orders[e.ref].qty:
                    del orders[e.ref]
            elif isinstance(e, Trade):
                traded += e.qty
            elif isinstance(e, PhaseChange):
                phase = e.phase
            else:
                assert isinstance(e, Quote)
                assert (e.bid, e.bid_qty, e.ask, e.ask_qty) == (*best(orders, Side.BUY), *best(orders, Side.SELL))
        assert traded == printed
        bid, ask = best(orders, Side.BUY)[0], best(orders, Side.SELL)[0]
        crossed = bid is not None and ask is not None and bid >= ask
        assert phase is (Phase.AUCTION if crossed else Phase.CONTINUOUS)


def best(orders: dict[int, BookAdd], side: Side) -> tuple[int | None, int]:
    prices = [order.px for order in orders.values() if order.side is side]
    if not prices:
        return None, 0
    px = max(prices) if side is Side.BUY else min(prices)
    return px, sum(order.qty for order in orders.values() if order.side is side and order.px == px)


@settings(max_examples=150, deadline=None)
@given(LEVELS, LEVELS, st.lists(st.tuples(LEVELS, LEVELS), max_size=8), st.integers(0, 8))
def test_binance_book_is_the_last_quantity_at_each_price(
    bids: list[tuple[int, int]],
    asks: list[tuple[int, int]],
    changes: list[tuple[list[tuple[int, int]], list[tuple[int, int]]]],
    at: int,
) -> None:
    """Wherever between the changes the snapshot comes, those after it count and no others."""
    book = DepthBook()
    snapshot = Snapshot(at, bids, asks)
    for number, (more_bids, more_asks) in enumerate(changes):
        if number == at:
            book.load(snapshot)
        book.apply(Depth(number + 1, number + 1, None, more_bids, more_asks))
    if at >= len(changes):
        book.load(snapshot)
    expected = [dict(bids), dict(asks)]
    for more in changes[at:]:
        for side, levels in zip(expected, more, strict=True):
            side.update(levels)
    left = [{px: qty for px, qty in side.items() if qty} for side in expected]
    assert book.bids.qtys == left[0]
    assert {-key: qty for key, qty in book.asks.qtys.items()} == left[1]
    assert book.bids.keys == sorted(left[0])
    assert book.asks.keys == sorted(-px for px in left[1])
    assert book.gaps == 0
