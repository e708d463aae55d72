"""A toy order management system: tickets of its own, a store of all that happened, a gateway to its market.

It knows nothing of smartexec: shares and cents, its own names, its own clock. `run.py` puts the engine into it.
"""

import json
import random
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Ticket:
    """An order of a client of the house. `limit`: cents, None = at any price."""

    number: int
    client: str
    stock: str
    buys: bool
    shares: int
    limit: int | None


@dataclass(frozen=True)
class Bell:
    """The market opens."""

    stock: str


@dataclass(frozen=True)
class Price:
    """What the market shows, cents."""

    stock: str
    bid: int
    ask: int


@dataclass(frozen=True)
class Placed:
    """The market has an order."""

    ref: str


@dataclass(frozen=True)
class Dealt:
    """The market has executed something of an order. `cents`: its price."""

    ref: str
    deal: str
    shares: int
    cents: int
    left: int


@dataclass(frozen=True)
class Gone:
    """An order is no longer in the market."""

    ref: str
    request: str
    """What asked for it; "" = nothing did."""


@dataclass(frozen=True)
class Alarm:
    """The OMS's alarm clock."""


@dataclass(frozen=True)
class Answers:
    """What the desk's advisers said when a turn ended: (who, on what, kind, text in hex)."""

    said: tuple[tuple[str, str, str, str], ...]


KINDS = {cls.__name__: cls for cls in (Ticket, Bell, Price, Placed, Dealt, Gone, Alarm, Answers)}


class Store:
    """Everything that ever happened, in order: one table, one row each."""

    def __init__(self, path: Path) -> None:
        self.db = sqlite3.connect(path)
        self.db.execute("CREATE TABLE story (at INTEGER NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL)")

    def add(self, at: int, thing: Any) -> None:
        """Write a row; durable after `commit`."""
        row = (at, type(thing).__name__, json.dumps(asdict(thing)))
        self.db.execute("INSERT INTO story VALUES (?, ?, ?)", row)

    def commit(self) -> None:
        """Make what was added durable."""
        self.db.commit()

    def story(self) -> Iterator[tuple[int, Any]]:
        """Give everything again, from the beginning."""
        for at, kind, body in self.db.execute("SELECT at, kind, body FROM story ORDER BY rowid"):
            yield at, KINDS[kind](**json.loads(body))


@dataclass
class Resting:
    """An order in the market."""

    stock: str
    buys: bool
    left: int
    limit: int | None


@dataclass
class Gateway:
    """The way to the market, which is played here: seeded, so that each run is the same."""

    prices: dict[str, int]
    """Middle of the market by stock, cents."""
    seed: int = 7
    orders: dict[str, Resting] = field(default_factory=dict)
    news: list[Any] = field(default_factory=list)
    deals: int = 0
    shares: int = 0
    """Executed in all."""

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.news += [Bell(stock) for stock in self.prices]

    def place(self, ref: str, order: Resting, *, at_once: bool) -> None:
        """Send an order; `at_once`: what is not executed now is gone."""
        self.orders[ref] = order
        self.news.append(Placed(ref))
        far = self.prices[order.stock] + (1 if order.buys else -1)
        if order.limit is None or (order.limit >= far if order.buys else order.limit <= far):
            self._deal(ref, order, self.random.randrange(100, 400), far)
        if at_once and ref in self.orders:
            del self.orders[ref]
            self.news.append(Gone(ref, ""))

    def pull(self, ref: str, request: str) -> None:
        """Take an order back. Does nothing if it is gone: the market said so before."""
        if self.orders.pop(ref, None):
            self.news.append(Gone(ref, request))

    def second(self) -> list[Any]:
        """Let a second pass; give what the market says of it and of the orders there."""
        for stock in self.prices:
            self.prices[stock] += self.random.choice((-1, 0, 0, 1))
        for ref, order in list(self.orders.items()):
            if self.random.random() < 0.3 and order.limit is not None:
                self._deal(ref, order, self.random.randrange(1, 100), order.limit)
        news, self.news = self.news, []
        return [Price(stock, mid - 1, mid + 1) for stock, mid in self.prices.items()] + news

    def _deal(self, ref: str, order: Resting, most: int, cents: int) -> None:
        shares = min(order.left, most)
        order.left -= shares
        self.deals, self.shares = self.deals + 1, self.shares + shares
        self.news.append(Dealt(ref, f"D{self.deals}", shares, cents, order.left))
        if not order.left:
            del self.orders[ref]
