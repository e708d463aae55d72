"""What a post-trade sink is handed, for the tests: the day of the kit with the orders' rows, and rows made by hand."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from post_trade_peer import Peer

from smartexec.api import Context, Instrument, Received, Rows
from smartexec.testing import START
from smartexec.testing.wired_bench import Told, WiredBench, day
from smartexec_fix.post_trade.settings import PostTradeSession
from smartexec_fix.post_trade.sink import FixPostTrade

TICK: Final = 10_000_000
ORDERS: Final = {
    "O1": ("ACME", "C1", "BUY", "300", ""),
    "O2": ("BIRCH", "C2", "BUY", "200", ""),
    "O3": ("BIRCH", "C3", "SELL", "500", "99.12"),
}
"""Of the kit's day: order -> (account, ClOrdID, side, quantity, price)."""
COLUMNS: Final[Mapping[str, str]] = {
    "client_orders": "order_id source account owner cl_ord_id symbol side order_qty price strategy received parent_id "
    "cum_qty leaves_qty offset_qty avg_px ord_status text",
    "parent_orders": "parent_id symbol side strategy params order_qty crossed_qty offset_qty cum_qty avg_px epochs "
    "started ended state",
    "executions": "exec_id cl_ord_id parent_id venue trade_date time side last_qty last_px liquidity fee exec_type "
    "exec_ref_id",
    "crosses": "cross_id time symbol qty px bid ask buy_parent_id sell_parent_id",
    "allocations": "alloc_id order_id account parent_id exec_id cross_id time side qty px limit_px money alloc_ref_id "
    "epoch",
}
AT: Final = "2026-01-05T15:00:00.000000000Z"


def rows(table: str, *given: Mapping[str, str]) -> Rows:
    """Rows of which only some cells are named."""
    columns = tuple(COLUMNS[table].split())
    usual = {"time": AT, "side": "BUY", "exec_type": "TRADE", "trade_date": "20260105", "venue": "XREF"}
    return Rows(table, columns, tuple(tuple({**usual, **one}.get(name, "") for name in columns) for one in given))


def execution(name: str, qty: str, px: str, parent: str = "P1", **more: str) -> dict[str, str]:
    return {"exec_id": name, "parent_id": parent, "cl_ord_id": f"{parent}.1", "last_qty": qty, "last_px": px, **more}


def share(name: str, order: str, account: str, qty: str, px: str, money: str, **more: str) -> dict[str, str]:
    made = {"alloc_id": name, "order_id": order, "account": account, "qty": qty, "px": px, "money": money}
    return {"parent_id": "P1", **made, **more}


def ended(parent: str = "P1", symbol: str = "TEST", side: str = "BUY") -> Rows:
    return rows("parent_orders", {"parent_id": parent, "symbol": symbol, "side": side, "ended": AT, "state": "ENDED"})


@cache
def full_day() -> tuple[Told, ...]:
    """The kit's day with the rows of its orders, each in the turn of its first report."""
    turns, known = [], set[str]()
    for told in day():
        new = [order for order in ORDERS if order not in known and any(_is_of(one, order) for one in told.what)]
        known.update(new)
        turns.append(Told(told.seq, told.now, (*told.what, *([_placed(new)] if new else []))))
    return tuple(turns)


def _is_of(one: Any, order: str) -> bool:
    return getattr(one, "order_id", "") == order


def _placed(names: Sequence[str]) -> Rows:
    made = []
    for name in names:
        account, cl_ord_id, side, qty, price = ORDERS[name]
        made.append({"order_id": name, "source": "OMS", "account": account, "cl_ord_id": cl_ord_id, "symbol": "TEST",
                     "side": side, "order_qty": qty, "price": price})  # fmt: skip
    return rows("client_orders", *made)


def session(name: str = "bank", *sends: str, **more: Any) -> PostTradeSession:
    made = {"sends": sends or ("drop-copy",), "sender_comp_id": "DESK", "target_comp_id": name.upper(), **more}
    return PostTradeSession(name=name, max_latency=0, **made)


def _peer_of(one: PostTradeSession) -> Peer:
    """The other end of a session: it begins anew when that does."""
    more = {"reset_on_logon": one.reset_on_logon, "start": one.start, "end": one.end}
    channel = one.name if one.hosts else "post-trade"
    return Peer(channel, one.target_comp_id, calls=not one.hosts, version=one.version, more=more)


class Desk(WiredBench):
    """A bench with a sink of some sessions and a peer for each, connected unless told otherwise."""

    def __init__(self, folder: Path, *sessions: PostTradeSession, connect: bool = True, **more: Any) -> None:
        self.faults: list[str] = []
        self.options: dict[str, Any] = {"sessions": sessions, "listen": "127.0.0.1:0", **more}
        peers = [_peer_of(one) for one in sessions]
        folder.mkdir(exist_ok=True)
        super().__init__(self.made, peers, folder, START)
        if connect:
            self.connect()

    def made(self) -> FixPostTrade:
        sink = FixPostTrade(**self.options)
        context = Context(
            {"TEST": Instrument("TEST", tick=TICK), "BTC": Instrument("BTC", qty_decimals=8)}, fault=self.faults.append
        )
        sink.start(context)
        return sink

    def day(self) -> None:
        for told in full_day():
            self.turn(told)

    def told(self, *what: Any) -> None:
        """A turn made by hand."""
        self.turn(Told(self.seq + 1, self.now, what))

    def peer(self, place: int = 0) -> Peer:
        found = self.peers[place]
        assert isinstance(found, Peer)
        return found

    def answer(self, msg_type: bytes, *fields: tuple[int, str], place: int = 0) -> None:
        """A message of a peer's own."""
        peer = self.peer(place)
        channel = next(name for name, one in self._open.items() if one is peer)
        for piece in peer.say(msg_type, [(tag, value.encode()) for tag, value in fields], self.now):
            self._inbox.append(Received(channel, piece))
        self.hand()
