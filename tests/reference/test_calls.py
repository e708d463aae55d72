"""The slow models against single rooms of the kernel, called directly: what worlds seldom or never get to."""

from random import Random

import pytest

from smartexec.kernel import crossing
from smartexec.kernel.lifecycle import Life, OrderLife
from smartexec.kernel.shares import NANO, Shares, rebase
from tests.reference import life, model
from tests.reference.recorder import state

SAYINGS = ("trade",) * 3 + ("request",) * 3 + ("accept",) * 2 + (
    "acknowledge", "bust", "correct", "end", "suspend", "restate", "pend", "refuse",
)  # fmt: skip
ENDS = (Life.CANCELED, Life.EXPIRED, Life.REJECTED, Life.DONE_FOR_DAY)


@pytest.mark.parametrize("seed", range(8))
def test_crosses_of_few_owners_on_both_sides(seed: int) -> None:
    rng = Random(seed)
    cut = 0
    for _ in range(250):
        names = "ABCD"[: rng.randrange(2, 5)]
        most = rng.choice((4, 12, 40))
        buys, sells = ([(rng.randrange(1, most), rng.choice(names)) for _ in range(rng.randrange(1, 6))] for _ in "bs")
        about = f"seed {seed}: buys {buys} sells {sells}"
        result = crossing.cross(buys, sells)
        assert result == model.cross(buys, sells), about
        assert crossing.offset(buys, sells) == model.offset(buys, sells), about
        plain = [model.largest_remainder(sum(result[0]), [n for n, _ in side]) for side in (buys, sells)]
        cut += list(result) != plain
    assert cut > 10, "no owner was ever kept from trading with itself"


@pytest.mark.parametrize("seed", range(8))
def test_shares_of_executions_and_busts_in_any_order(seed: int) -> None:
    rng = Random(seed)
    for _ in range(60):
        weights = [rng.randrange(1, rng.choice((3, 40, 2000))) for _ in range(rng.randrange(1, 9))]
        debts = [rng.randrange(-NANO, NANO) for _ in weights]
        carried = rebase(debts, weights) if rng.random() < 0.7 else [0] * len(weights)
        assert sum(carried) == 0
        kernel, slow = Shares(list(weights), list(carried)), model.SlowShares(weights, carried)
        done: list[int] = []
        for _ in range(25):
            room = sum(weights) - kernel.total
            if done and (room == 0 or rng.random() < 0.25):
                lots = done.pop(rng.randrange(len(done)))
                kernel.take(lots)
                slow.take(lots)
                lots = -lots
            elif room:
                done.append(lots := rng.randrange(1, min(room, rng.choice((1, 3, 60))) + 1))
                kernel.give(lots)
                slow.give(lots)
            else:
                break
            about = f"seed {seed}: weights {weights} carried {carried} done {done} last {lots}"
            assert (kernel.given, kernel.total) == (slow.given, slow.total), about
            assert [kernel.exact(i) for i in range(len(weights))] == [
                slow.exact(i, slow.total) for i in range(len(weights))
            ], about
            assert all(0 <= n <= w for n, w in zip(kernel.given, weights, strict=True)), about


def _speak(rng: Random, order: OrderLife, names: list[str]) -> life.Said:
    """Say something that may or may not make sense of an order, to the kernel; give it as the model takes it."""
    qty, px = rng.randrange(1, 6), rng.randrange(1, 50)
    what = rng.choice(SAYINGS)
    name = rng.choice(names)
    if what == "acknowledge":
        order.acknowledge()
        return (what,)
    if what == "trade":
        order.trade(qty, px)
        return what, qty, px
    if what in ("bust", "correct"):
        qty = min(qty, order.cum_qty)
        new = (qty, px + 1) if what == "correct" else (0, 0)
        order.correct(qty, px, *new) if what == "correct" else order.bust(qty, px)
        return "correct", qty, px, *new
    if what == "end":
        how = rng.choice(ENDS)
        order.end(how)
        return what, how.name
    if what == "suspend":
        order.suspend()
        return (what,)
    if what == "restate":
        total = rng.choice((None, rng.randrange(0, 12)))
        order.restate(total, None)
        return what, total, None
    if what == "request":
        return _request(rng, order, names)
    if what == "accept":
        found = order.find(name)
        order.accept(name)
        return what, name, found.order_qty if found is not None else None
    getattr(order, what)(name)
    return what, name


def _request(rng: Random, order: OrderLife, names: list[str]) -> life.Said:
    name = f"r{len(names)}" if rng.random() < 0.8 else rng.choice(names)
    names.append(name)
    if rng.random() < 0.4:
        order.request_cancel(name)
        return "request", "cancel", name, None, None
    qty, price = rng.choice((None, rng.randrange(0, 12))), rng.choice((None, 7, 8, 9))
    order.request_replace(name, qty, price)
    return "request", "replace", name, qty, price


@pytest.mark.parametrize("seed", range(8))
def test_orders_of_which_anything_is_said(seed: int) -> None:
    rng = Random(seed)
    seen = set()
    for _ in range(300):
        good_till, qty = rng.random() < 0.3, rng.randrange(1, 9)
        order = OrderLife("n", qty, 5, good_till=good_till)
        said: list[life.Said] = []
        names = ["n"]
        for _ in range(rng.randrange(1, 16)):
            said.append(_speak(rng, order, names))
            slow = life.derive("n", qty, 5, good_till, said)
            assert state(order) == tuple(slow), f"seed {seed}: {qty} {good_till} {said}"
            seen.add(slow.ord_status)
    assert len(seen) == 11, f"statuses never reached: {seen}"
