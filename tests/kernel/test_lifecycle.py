"""The order lifecycle: single rules, every reachable state, random interleavings against the executions that stand."""

from collections.abc import Callable, Iterator
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from smartexec.kernel.lifecycle import ENDS, LIFE, PENDING, STATUS, Life, OrderLife, RequestKind, Trigger
from smartexec.model.enums import OrdStatus

FINAL = (Life.CANCELED, Life.EXPIRED, Life.REJECTED)
Step = tuple[str, Callable[[OrderLife], bool]]
State = tuple[object, ...]


def live(order_qty: int = 100, good_till: bool = False) -> OrderLife:
    order = OrderLife("X", order_qty, 50, good_till=good_till)
    order.acknowledge()
    return order


def state(order: OrderLife) -> State:
    """All there is to an order, so that "nothing changed" is one comparison."""
    requests = tuple((r.kind, r.cl_ord_id, r.order_qty, r.price, r.acknowledged, r.orig) for r in order.requests or ())
    return (
        order.cl_ord_id,
        order.order_qty,
        order.price,
        order.life,
        order.cum_qty,
        order.notional,
        requests,
        order.requests is None,
        order.good_till,
    )


def copy(order: OrderLife) -> OrderLife:
    twin = OrderLife(order.cl_ord_id, order.order_qty, order.price, order.life, order.cum_qty, order.notional)
    twin.good_till = order.good_till
    for request in order.requests or ():
        twin.requests = twin.requests or []
        twin.requests.append(
            type(request)(
                request.kind,
                request.cl_ord_id,
                request.order_qty,
                request.price,
                request.acknowledged,
                request.orig,
            )
        )
    return twin


def expected_status(order: OrderLife) -> OrdStatus:
    """OrdStatus(39) the long way: every status that holds, the one of highest precedence reported."""
    holds = {OrdStatus.PENDING_NEW: 2} if order.life is Life.SENT else {OrdStatus.NEW: 2}
    ends = {
        Life.CANCELED: (OrdStatus.CANCELED, 5),
        Life.EXPIRED: (OrdStatus.EXPIRED, 5),
        Life.REJECTED: (OrdStatus.REJECTED, 5),
        Life.SUSPENDED: (OrdStatus.SUSPENDED, 6),
        Life.FILLED: (OrdStatus.FILLED, 8),
        Life.DONE_FOR_DAY: (OrdStatus.DONE_FOR_DAY, 10),
    }
    if order.cum_qty > 0:
        holds[OrdStatus.PARTIALLY_FILLED] = 4
    if order.life in ends:
        status, precedence = ends[order.life]
        holds[status] = precedence
    complete = order.cum_qty >= order.order_qty > 0 and order.life is not Life.DONE_FOR_DAY
    if complete:
        holds[OrdStatus.FILLED] = 8
    for request in order.requests or ():
        larger = request.order_qty is not None and request.order_qty > order.order_qty
        if request.acknowledged and (larger or not complete):
            cancel = request.kind is RequestKind.CANCEL
            holds[OrdStatus.PENDING_CANCEL if cancel else OrdStatus.PENDING_REPLACE] = 12 if cancel else 11
    return max(holds, key=lambda status: holds[status])


def check(order: OrderLife) -> None:
    """What must hold in every state."""
    assert order.ord_status is expected_status(order)
    assert 0 <= order.leaves_qty <= order.reserved_qty
    assert order.pending == bool(order.requests)
    assert not (order.over and order.leaves_qty)
    assert not (order.reserved_qty and order.over and not order.in_doubt)
    if order.life is Life.FILLED:
        assert order.cum_qty >= order.order_qty
    if order.life in (Life.SENT, Life.LIVE, Life.SUSPENDED):
        assert order.leaves_qty == order.order_qty - order.cum_qty > 0
    if order.life in FINAL:
        assert order.over
        assert (order.leaves_qty, order.reserved_qty, order.pending, order.in_doubt) == (0, 0, False, False)
    at = order.order_qty
    for request in order.requests or ():
        assert order.shown(request)[0] == at
        at = at if request.order_qty is None else max(request.order_qty, order.cum_qty)


# -- single rules ---------------------------------------------------------------------------------------------------


def test_tables_are_whole() -> None:
    assert set(STATUS) == set(Life)
    assert set(PENDING) == set(RequestKind)
    assert not [key for key in LIFE if key[0] in FINAL], "a final life is never left"
    for life, trigger in ENDS.items():
        assert LIFE[Life.LIVE, trigger] is life


def test_trade_on_a_sent_order_is_its_acknowledgement() -> None:
    order = OrderLife("X", 100, None)
    assert (order.ord_status, order.in_doubt) == (OrdStatus.PENDING_NEW, True)
    order.trade(30, 7)
    assert (order.life, order.ord_status, order.in_doubt) == (Life.LIVE, OrdStatus.PARTIALLY_FILLED, False)
    assert not order.acknowledge()


def test_trade_on_a_canceled_order_is_booked_and_stays_canceled() -> None:
    order = live()
    order.end(Life.CANCELED)
    order.trade(100, 7)
    assert (order.life, order.cum_qty, order.leaves_qty, order.notional) == (Life.CANCELED, 100, 0, 700)


def test_avg_px_is_exact() -> None:
    order = live()
    assert order.avg_px == 0
    order.trade(1, 10)
    order.trade(2, 11)
    assert order.avg_px == Fraction(32, 3)
    order.correct(2, 11, 3, 12)
    assert order.avg_px == Fraction(46, 4)


def test_replace_reserves_the_larger_quantity_until_answered() -> None:
    order = live()
    order.trade(40, 7)
    order.request_replace("Y", 150, None)
    assert (order.leaves_qty, order.reserved_qty, order.in_doubt) == (60, 110, True)
    order.request_replace("Z", 50, None)
    assert order.reserved_qty == 110
    order.refuse("Y")
    assert (order.reserved_qty, [r.orig for r in order.requests or ()]) == (60, ["X"])
    order.accept("Z")
    assert (order.leaves_qty, order.reserved_qty, order.pending, order.cl_ord_id) == (10, 10, False, "Z")


def test_replace_up_on_a_filled_order_reserves_what_it_may_still_execute() -> None:
    order = live()
    order.trade(100, 7)
    assert (order.over, order.in_doubt) == (True, False)
    order.request_replace("Y", 120, None)
    assert (order.over, order.reserved_qty, order.in_doubt) == (True, 20, True)
    order.accept("Y")
    assert (order.life, order.leaves_qty) == (Life.LIVE, 20)


def test_cancel_on_a_filled_order_is_moot() -> None:
    order = live()
    order.request_cancel("Y")
    assert order.in_doubt
    order.trade(100, 7)
    assert (order.pending, order.in_doubt) == (True, False)
    assert order.accept("Y")
    assert (order.life, order.pending) == (Life.FILLED, False)


def test_replace_leaves_what_it_does_not_name() -> None:
    order = live()
    order.request_replace("Y", None, 55)
    order.accept("Y")
    assert (order.order_qty, order.price) == (100, 55)
    order.request_replace("Z", 70, None)
    order.accept("Z")
    assert (order.order_qty, order.price) == (70, 55)


def test_accepting_the_last_of_a_chain_implies_the_replaces_ahead_of_it() -> None:
    order = live()
    order.request_replace("Y", 150, None)
    order.request_cancel("C")
    order.request_replace("Z", None, 55)
    order.request_cancel("D")
    assert order.accept("Z")
    assert (order.order_qty, order.price, order.life) == (150, 55, Life.LIVE)
    assert [r.cl_ord_id for r in order.requests or ()] == ["D"]
    assert not order.accept("Y")
    assert not order.refuse("C")


def test_canceled_order_has_no_requests() -> None:
    order = live()
    order.request_replace("Y", 150, None)
    order.request_cancel("C")
    assert order.accept("C")
    assert (order.life, order.requests, order.cl_ord_id) == (Life.CANCELED, None, "X")
    assert not order.request_cancel("D")


def test_unknown_or_late_request_does_nothing() -> None:
    order = live()
    order.request_cancel("Y")
    order.refuse("Y")
    before = state(order)
    for method in (order.accept, order.refuse, order.pend):
        assert not method("Y")
        assert not method("nobody")
    assert state(order) == before


def test_identifier_in_use_is_not_taken_again() -> None:
    order = live()
    assert order.request_cancel("Y")
    assert not order.request_replace("Y", 5, None)
    assert not order.request_replace("X", 5, None)


def test_good_till_order_keeps_its_leaves_when_done_for_the_day() -> None:
    day, good_till = live(), live(good_till=True)
    for order in (day, good_till):
        order.end(Life.DONE_FOR_DAY)
        assert order.ord_status is OrdStatus.DONE_FOR_DAY
    assert (day.over, day.leaves_qty, day.reserved_qty) == (True, 0, 0)
    assert (good_till.over, good_till.leaves_qty, good_till.reserved_qty) == (False, 100, 100)
    assert good_till.restate()
    assert good_till.ord_status is OrdStatus.NEW


def test_filled_while_done_for_the_day_shows_when_it_comes_back() -> None:
    order = live(good_till=True)
    order.end(Life.DONE_FOR_DAY)
    order.trade(100, 7)
    assert (order.ord_status, order.leaves_qty) == (OrdStatus.DONE_FOR_DAY, 0)
    order.restate()
    assert order.ord_status is OrdStatus.FILLED


# -- every reachable state --------------------------------------------------------------------------------------------


def steps(order: OrderLife) -> Iterator[Step]:
    """Everything that may happen to a small order, sensible or not."""
    yield "acknowledge", lambda o: o.acknowledge()
    if order.cum_qty < 3:
        yield "trade", lambda o: o.trade(1, 5)
    if order.cum_qty > 0:
        yield "bust", lambda o: o.bust(1, 5)
    for life in ENDS:
        yield f"end {life.name}", lambda o, life=life: o.end(life)  # type: ignore[misc]
    yield "suspend", lambda o: o.suspend()
    yield "restate", lambda o: o.restate()
    yield "restate 1", lambda o: o.restate(1)
    for name in ("Y", "Z"):
        yield f"cancel {name}", lambda o, name=name: o.request_cancel(name)  # type: ignore[misc]
        for qty in (0, 1, 3):
            yield f"replace {name} {qty}", lambda o, n=name, q=qty: o.request_replace(n, q, None)  # type: ignore[misc]
        yield f"pend {name}", lambda o, name=name: o.pend(name)  # type: ignore[misc]
        yield f"accept {name}", lambda o, name=name: o.accept(name)  # type: ignore[misc]
        yield f"refuse {name}", lambda o, name=name: o.refuse(name)  # type: ignore[misc]


def test_every_reachable_state() -> None:
    moves: set[tuple[Life, Life]] = set()
    for good_till in (False, True):
        start = OrderLife("X", 2, None, good_till=good_till)
        seen, todo = {state(start)}, [start]
        while todo:
            order = todo.pop()
            check(order)
            before = state(order)
            for name, step in steps(order):
                after = copy(order)
                changed = step(after)
                assert changed == (state(after) != before), f"{name} on {before}"
                if order.life in FINAL:
                    assert after.life is order.life
                moves.add((order.life, after.life))
                if state(after) not in seen:
                    seen.add(state(after))
                    todo.append(after)
    assert {life for pair in moves for life in pair} == set(Life)
    in_table = {(life, to) for (life, _), to in LIFE.items()}
    # A trade acknowledges and completes, a renewal may complete: two rows of the table in one step.
    two_rows = {(Life.SENT, Life.FILLED), (Life.DONE_FOR_DAY, Life.FILLED), (Life.SENT, Life.SENT)}
    assert moves - in_table - {(life, life) for life in Life} <= two_rows
    assert in_table - {(Life.LIVE, Life.LIVE)} <= moves, "a row of the table that nothing reaches"
    assert {trigger for _, trigger in LIFE} == set(Trigger)


# -- random interleavings ---------------------------------------------------------------------------------------------

NAMES = st.sampled_from(["Y", "Z", "V", "nobody"])
QTY = st.integers(1, 60)
PX = st.integers(1, 9)
EVENTS = st.one_of(
    st.tuples(st.just("trade"), QTY, PX),
    st.tuples(st.just("bust"), st.integers(0, 9)),
    st.tuples(st.just("correct"), st.integers(0, 9), QTY, PX),
    st.tuples(st.sampled_from(["accept", "refuse", "pend", "request_cancel"]), NAMES),
    st.tuples(st.just("request_replace"), NAMES, st.none() | st.integers(0, 200), st.none() | PX),
    st.tuples(st.just("end"), st.sampled_from(list(ENDS))),
    st.tuples(st.just("restate"), st.none() | st.integers(0, 200)),
    st.tuples(st.sampled_from(["acknowledge", "suspend"])),
)


@given(good_till=st.booleans(), events=st.lists(EVENTS, max_size=40))
def test_random_interleavings_keep_the_executions_that_stand(good_till: bool, events: list[tuple[object, ...]]) -> None:
    order, standing = OrderLife("X", 100, None, good_till=good_till), list[tuple[int, int]]()
    for name, *args in events:
        before = state(order)
        if name in ("bust", "correct"):
            which, *new = args
            if not standing:
                continue
            old = standing.pop(int(str(which)) % len(standing))
            changed = getattr(order, str(name))(*old, *new)
            if new:
                standing.append((int(str(new[0])), int(str(new[1]))))
        else:
            changed = getattr(order, str(name))(*args)
            if name == "trade":
                standing.append((int(str(args[0])), int(str(args[1]))))
        assert changed or state(order) == before
        assert order.cum_qty == sum(qty for qty, _ in standing)
        assert order.notional == sum(qty * px for qty, px in standing)
        check(order)
