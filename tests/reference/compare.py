"""Compares what was recorded of a world with the slow models: a difference is a `Disagreement` that shows both."""

from collections import defaultdict
from fractions import Fraction
from itertools import pairwise
from typing import Any

from smartexec.kernel.settings import SameOwner, Timing
from smartexec.model.commands import ClientCancelReject, ClientReport
from smartexec.model.enums import ExecType
from smartexec.testing.worlds import World
from tests.reference import life, model, money
from tests.reference.driver import MAX_QUOTE_AGE, Character
from tests.reference.recorder import Fill, OrderLog, Recorder, SharesLog


class Disagreement(AssertionError):
    """The kernel and the model differ."""


def same(what: object, kernel: object, slow: object) -> None:
    """They agree."""
    if kernel != slow:
        raise Disagreement(f"{what}:\n  kernel {kernel}\n  model  {slow}")


# -- shares -----------------------------------------------------------------------------------------------------------


def shares(log: SharesLog, *, by_hand: bool) -> None:
    """Every call of an epoch's shares. `by_hand`: quantities may be moved between calls (rounding, bust on fill)."""
    slow = model.SlowShares(log.weights, log.carried)
    for n, (name, lots, before, total, after, total_after) in enumerate(log.calls):
        if by_hand:
            slow.given, slow.total = list(before), total
        about = (log.weights, log.carried, [call[:2] for call in log.calls[: n + 1]])
        same(("shares before", about), (before, total), (slow.given, slow.total))
        getattr(slow, name)(lots)
        same(("shares", about), (after, total_after), (slow.given, slow.total))
        same(("shares sum", about), sum(after), total_after)


def fill(log: Fill) -> None:
    """Who shares an execution: whose limit admits it; clients first; as much as can be, but law 3 holds afterwards."""
    if log.ended:
        same(("fill after the end", log), sum(log.got), 0)
        return
    price = log.px * log.sign
    left, caps = log.lots, [(t, max(0, n)) for t, n in log.caps if t > price]
    for house in (False, True):
        some = [(k, n, got) for (k, n, is_house), got in zip(log.wants, log.got, strict=True) if is_house is house]
        for k, n, got in some:
            same(("fill within limit and leaves", log), (got <= n, k >= price or not got), (True, True))
        able = [(k, n, got) for k, n, got in some if k >= price]
        most = model.most_within(left, [n for _, n, _ in able], [k for k, _, _ in able], caps)
        same(("fill house" if house else "fill clients", log), sum(got for _, _, got in able), most)
        left -= most
        caps = [(t, cap - sum(got for k, _, got in able if k >= t)) for t, cap in caps]
        same(("fill keeps law 3", log), [t for t, cap in caps if cap < 0], [])


# -- netting ----------------------------------------------------------------------------------------------------------


def netting(recorder: Recorder) -> None:
    """Every call: how much crosses, and who of them how much."""
    for buys, sells, result in recorder.crosses:
        same(("cross", buys, sells), result, model.cross(buys, sells))
    for buys, sells, result in recorder.offsets:
        same(("offset", buys, sells), result, model.offset(buys, sells))


def best(world: World, symbol: str, seq: int) -> tuple[int | None, int | None, int | None, bool]:
    """(bid, ask, since when both are known, trading?) after the events up to `seq`, from the plain log."""
    quotes: dict[str, tuple[int, Any]] = {}
    down: dict[str, bool] = {}
    trading = False
    for n, at, event in world.log:
        kind = type(event).__name__
        if n <= seq and kind == "VenueStatus":
            down[event.mic] = not event.up  # type: ignore[union-attr]
        elif n <= seq and getattr(event, "symbol", None) == symbol and kind == "PhaseChange":
            trading = event.phase.name == "CONTINUOUS"  # type: ignore[union-attr]
        elif n <= seq and getattr(event, "symbol", None) == symbol and kind == "Quote":
            quotes[event.mic] = at, event  # type: ignore[union-attr]
    heard = [quotes[""]] if "" in quotes else [q for mic, q in quotes.items() if not down.get(mic)]
    bids = [(q.bid, at) for at, q in heard if q.bid is not None]
    asks = [(-q.ask, at) for at, q in heard if q.ask is not None]
    if not bids or not asks:
        return max(bids)[0] if bids else None, -max(asks)[0] if asks else None, None, trading
    (bid, bid_at), (ask, ask_at) = max(bids), max(asks)  # of the same price the youngest
    return bid, -ask, min(bid_at, ask_at), trading


def midpoints(world: World, seqs: list[int]) -> None:
    """Every cross: at the exact midpoint of a valid, fresh market in continuous trading. `seqs`: its turn's events."""
    for x, seq in zip(world.engine.blotter.crosses, seqs, strict=True):
        bid, ask, quoted, trading = best(world, x.symbol, seq)
        same((x.cross_id, "market"), (x.bid, x.ask, trading), (bid, ask, True))
        assert bid is not None
        assert ask is not None
        assert quoted is not None
        same((x.cross_id, "valid"), (bid < ask, x.time - quoted <= MAX_QUOTE_AGE), (True, True))
        same((x.cross_id, "midpoint"), Fraction(x.px), Fraction(bid + ask, 2))


def missed(world: World, character: Character) -> list[str]:
    """Pairs of parents that have nothing at venues and nothing pending, and could cross after a turn but did not."""
    found = []
    for symbol, open_ in world.engine.blotter.by_symbol.items():
        bid, ask, quoted, trading = best(world, symbol, world.seq)
        if bid is None or ask is None or quoted is None or bid >= ask or (bid + ask) % 2 or not trading:
            continue
        if not character.netting or world.now - quoted > MAX_QUOTE_AGE:
            continue
        mid = (bid + ask) // 2
        idle = [p for p in open_.values() if p.state.value == "working" and not p.children and not p.pending]
        sides = {sign: [(p, _able(p, mid)) for p in idle if p.sign == sign] for sign in (1, -1)}
        for buyer, buys in sides[1]:
            for seller, sells in sides[-1]:
                lots = model.crossable(buys, sells)
                if character.same_owner is SameOwner.OFFSET:
                    lots += sum(model.offset(buys, sells)[0])
                if lots:
                    found.append(
                        f"seq {world.seq}: {buyer.parent_id} and {seller.parent_id} could cross {lots} at {mid}"
                    )
    return found


def _able(parent: Any, mid: int) -> list[model.Member]:
    """(lots, owner) of the members who consent and whose limit admits the midpoint."""
    members = [m for m in parent.active if m.lots_left and not m.no_cross]
    return [(m.lots_left, m.owner or m.order_id) for m in members if m.price is None or (m.price - mid) * m.sign >= 0]


# -- lifecycle --------------------------------------------------------------------------------------------------------


def order_life(log: OrderLog) -> None:
    """The order's state after each thing that was said of it, from the list of all that was said until then."""
    for n, state in log.states:
        slow = life.derive(log.cl_ord_id, log.order_qty, log.price, log.order.good_till, log.said[:n])
        same(("order", log.cl_ord_id, log.order_qty, log.price, log.said[:n]), state, tuple(slow))


# -- quantities and money ---------------------------------------------------------------------------------------------


def execution(e: Any) -> money.Execution:
    """As a plain row."""
    return money.Execution(e.mic, e.exec_id, e.exec_type.name, e.exec_ref_id, e.last_qty, e.last_px)


def booking(row: Any) -> money.Booking:
    """As a plain row."""
    order = row.order.order_id if row.order else ""
    return money.Booking(row.number, order, row.qty, row.px, row.money, row.limit, row.cross_id, row.ref)


def parents(world: World, character: Character) -> None:
    """Every parent and child: quantities, averages and cents from the lists of executions, crosses and bookings."""
    blotter = world.engine.blotter
    executions: dict[int, list[money.Execution]] = defaultdict(list)
    of_child: dict[int, list[money.Execution]] = defaultdict(list)
    bookings: dict[int, list[money.Booking]] = defaultdict(list)
    for e in blotter.executions:
        executions[id(e.parent)].append(execution(e))
        of_child[id(e.child)].append(execution(e))
    for row in blotter.allocations:
        bookings[id(row.parent)].append(booking(row))
    for child in blotter.child_orders:
        same((child.order_id, "executed"), (child.cum_qty, child.notional), money.totals(of_child[id(child)]))
    for p in blotter.parents:
        name, rows = p.parent_id, bookings[id(p)]
        qty, notional = money.totals(executions[id(p)])
        same((name, "executed"), (p.cum_qty, p.notional), (qty, notional))
        market = [row for row in rows if not row.cross]
        house = sum(row.qty for row in market if not row.order)
        crossed = sum(x.qty for x in blotter.crosses for side in (x.buy, x.sell) if side is p)
        same((name, "crossed"), p.crossed_qty, crossed)
        same((name, "house"), p.house_qty, house)
        same((name, "shared out"), sum(row.qty for row in market), qty)
        same((name, "members"), sum(m.cum_qty + m.offset_qty for m in p.members), qty - house + crossed + p.offset_qty)
        same((name, "cents"), sum(row.money for row in market), money.cents(notional, p.instrument.qty_decimals))
        same((name, "reversals"), money.odd_reversals(market), [])
        if character.same_owner is SameOwner.NONE:
            same((name, "offset"), p.offset_qty, 0)
        _cents(rows, p.instrument.qty_decimals, exact=character.timing is Timing.ON_FILL)


def _cents(rows: list[money.Booking], decimals: int, *, exact: bool) -> None:
    """Each row's money: to the cent of quantity * price; at completion the price itself is rounded, to 1e-9."""
    unit = 10 ** (7 + decimals)
    for row in rows:
        if exact or row.cross:
            if row.qty:
                same((row, "cents"), row.money, money.cents(row.qty * row.px, decimals))
        elif row.qty:
            off = abs(Fraction(row.money * unit - row.qty * row.px))
            same((row, "cents", off), off <= Fraction(unit, 2) + Fraction(abs(row.qty), 2), True)


def epochs(world: World, recorder: Recorder) -> None:
    """Every epoch: what was given is what was booked, at prices that sum to what was paid."""
    booked: dict[tuple[int, int, int], list[tuple[int, int]]] = defaultdict(list)
    for row in world.engine.blotter.allocations:
        if row.order is not None and not row.cross_id:
            booked[id(row.parent), row.epoch, row.order.number].append((row.qty, row.px))
    for p in world.engine.blotter.parents:
        paid = 0
        for epoch in p.epochs:
            about = (p.parent_id, epoch.number)
            rows = [booked[id(p), epoch.number, m.number] for m in epoch.members]
            same((about, "given"), [sum(n for n, _ in pairs) for pairs in rows], epoch.shares.given)
            paid = sum(n * px for pairs in rows for n, px in pairs)
            off = abs(Fraction(epoch.money - paid))
            same((about, "paid", off), off <= Fraction(sum(abs(n) for r in rows for n, _ in r), 2), True)
            log = recorder.shares[id(epoch.shares)]
            same((about, "carried"), sum(log.carried), 0)
        allocation = world.engine.settings.allocation
        moved = allocation.rounding_lot > 1 or allocation.min_qty  # at the end, after deficits were carried on
        if not moved and all(e.exec_type is ExecType.TRADE for e in world.engine.blotter.executions if e.parent is p):
            for before, after in pairwise(p.epochs):
                _carried((p.parent_id, after.number), before, after)


def _carried(about: object, before: Any, after: Any) -> None:
    """An epoch of the same members begins with what the one before still owed them."""
    if before.members != after.members or not all(after.shares.weights):
        return
    slow = model.SlowShares(before.shares.weights, before.shares.carried)
    owed = [slow.exact(i, before.shares.total) - n for i, n in enumerate(before.shares.given)]
    if max(abs(x) for x in owed) <= 1 - model.SlowShares(after.shares.weights, after.shares.carried).e:
        off = [abs(x - Fraction(c, model.NANO)) for x, c in zip(owed, after.shares.carried, strict=True)]
        same((about, "carried in", owed, after.shares.carried), max(off) < Fraction(3, model.NANO), True)


# -- clients ----------------------------------------------------------------------------------------------------------


def clients(world: World) -> None:
    """Every client's own book, from the reports it was sent and nothing else."""
    asked = {e.cl_ord_id: e for _, _, e in world.log if hasattr(e, "cl_ord_id") and hasattr(e, "source")}
    reports: dict[str, list[Any]] = defaultdict(list)
    refused: dict[str, Any] = {}
    """Orders of which the last that was said is the refusal of a request, with the status it gives."""
    for command in world.commands:
        if isinstance(command, ClientReport):
            reports[command.order_id].append(command)
            refused.pop(command.order_id, None)
        elif isinstance(command, ClientCancelReject):
            refused[command.order_id] = command.ord_status
    limits = {row.alloc_id: row.limit for row in world.engine.blotter.allocations}
    for order in world.engine.blotter.orders:
        trades: list[tuple[int, int]] = []
        mine = reports[order.order_id]
        limit, in_force = asked[mine[0].cl_ord_id].price, set()  # type: ignore[union-attr]
        for r in mine:
            if r.exec_type is ExecType.REPLACED:
                request = asked[r.cl_ord_id]
                limit = request.price if request.price is not None else limit  # type: ignore[union-attr]
                most = max(request.order_qty or 0, r.cum_qty)  # type: ignore[union-attr]
                same((r, "replaced"), request.order_qty is None or r.order_qty >= most, True)  # type: ignore[union-attr]
            in_force.add(limit)
            if r.exec_type in (ExecType.TRADE, ExecType.TRADE_CANCEL):
                trades.append((r.last_qty if r.exec_type is ExecType.TRADE else -r.last_qty, r.last_px))
            if r.exec_type is ExecType.TRADE:
                row_limit = limits[r.exec_id]
                same((r, "limit in force", row_limit, in_force), row_limit in in_force, True)
                over = (r.last_px - row_limit) * order.sign if row_limit is not None else 0
                same((r, "within its limit"), over <= 0, True)
            cum = sum(n for n, _ in trades)
            average = money.nearest(money.average(trades)) if cum else 0
            same((r, "cum and average"), (r.cum_qty, r.avg_px), (cum, average))
            full = cum == r.order_qty > 0
            status = r.ord_status.name
            same((r, "filled"), full or status != "FILLED", True)
            same((r, "full"), status in ("FILLED", "PENDING_REPLACE") or not full, True)
            open_ = status in ("NEW", "PARTIALLY_FILLED", "PENDING_CANCEL", "PENDING_REPLACE")
            same((r, "leaves"), 0 <= r.leaves_qty <= (r.order_qty - cum if open_ else 0), True)
        last, status = mine[-1], refused.get(order.order_id, mine[-1].ord_status)
        same(
            (order.order_id, "told last"),
            (status, last.order_qty, last.cum_qty, last.leaves_qty),
            (order.ord_status, order.order_qty, order.cum_qty, 0),
        )
