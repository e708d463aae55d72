"""Order state change matrices as data: the reader of their line language, and a broker's and a client's order book.

A scenario is a list of rows. `>` rows go from client to broker, `<` rows are the broker's reports; a row with `~` in
front is an alternative branch at that time, which ends there. `play` gives, row by row, what the row says and what the
order book says, so that a test is one comparison. The two books own what `OrderLife` does not: unknown orders,
duplicate identifiers, possible resends.

Not modelled, so not compared: day quantities (424, 425), reasons (102, 103, 378), OrderID(37); a "-" in a row.
Rows marked `x` (a value left out or a slip on the page they were read from) are compared in all values they give.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction

from attrs import Factory, define, field

from smartexec.kernel.lifecycle import Life, OrderLife

Fields = dict[str, object]


@define
class Row:
    """One line of a scenario."""

    line: int
    text: str
    to_broker: bool
    alternative: bool
    kind: str
    cl_ord_id: str
    orig: str
    exec_type: str = ""
    ord_status: str = ""
    numbers: dict[str, int] = Factory(dict)
    tags: dict[str, str] = Factory(dict)

    @property
    def last_px(self) -> int:
        return int(self.tags.get("31", 0))


@define
class Scenario:
    """One matrix."""

    name: str
    title: str
    rows: list[Row] = Factory(list)

    def branches(self) -> Iterator[list[Row]]:
        """Give the main line, then each alternative with the main line that leads to it."""
        yield [row for row in self.rows if not row.alternative]
        for at, row in enumerate(self.rows):
            if row.alternative:
                yield [*(r for r in self.rows[:at] if not r.alternative), row]


def read(text: str) -> list[Scenario]:
    """Read scenarios."""
    scenarios: list[Scenario] = []
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if line.startswith("@"):
            name, title = (part.strip() for part in line[1:].split("|")[:2])
            scenarios.append(Scenario(name, title))
        elif line and not line.startswith("#"):
            scenarios[-1].rows.append(_row(number, line))
    return scenarios


def _row(number: int, line: str) -> Row:
    arrow, kind, ids, *rest = line.lstrip("~x").split()
    cl_ord_id, _, orig = ids.partition(",")
    row = Row(number, line, arrow == ">", line.startswith("~"), kind, cl_ord_id, orig)
    names = ["38"]
    if arrow == "<":
        row.exec_type, _, row.ord_status = rest.pop(0).partition("/")
        names = ["38", "14", "151", "32"] if kind == "8" else []
    for name in names:
        value = rest.pop(0)
        if value != "-":
            row.numbers[name] = int(value)
    row.tags = dict(tag.split("=", 1) for tag in rest)
    return row


@define
class Book:
    """Orders by every ClOrdID(11) they had, and the executions that stand."""

    orders: dict[str, OrderLife] = Factory(dict)
    executions: dict[str, tuple[int, int]] = Factory(dict)
    """By ExecID(17), the latest version's: (last_qty, last_px)."""
    unnamed: int = field(default=0)

    def new(self, row: Row) -> OrderLife:
        """Take an order, unless its identifier is known."""
        if row.cl_ord_id not in self.orders:
            good_till = row.tags.get("59") == "1"
            self.orders[row.cl_ord_id] = OrderLife(row.cl_ord_id, row.numbers["38"], None, good_till=good_till)
        return self.orders[row.cl_ord_id]

    def request(self, row: Row) -> None:
        """Take a request; for an unknown order, take nothing."""
        if row.kind == "D":
            self.new(row)
        elif row.orig in self.orders and row.cl_ord_id not in self.orders:
            order = self.orders[row.cl_ord_id] = self.orders[row.orig]
            if row.kind == "F":
                order.request_cancel(row.cl_ord_id)
            else:
                order.request_replace(row.cl_ord_id, row.numbers["38"], None)

    def act(self, row: Row) -> OrderLife | None:
        """Do what the row's MsgType(35) and ExecType(150) stand for."""
        if row.kind == "9":
            order = self.orders.get(row.cl_ord_id)
            if order is not None:
                order.refuse(row.cl_ord_id)
            return order
        # An order taken by telephone is known from its first report on.
        order = self.orders.get(row.cl_ord_id) or self.new(row)
        if row.exec_type in "FGH":
            self._execution(order, row)
        else:
            _ACTS[row.exec_type](order, row)
        return order

    def _execution(self, order: OrderLife, row: Row) -> None:
        self.unnamed += 1
        exec_id, last = row.tags.get("17", f"unnamed {self.unnamed}"), (row.numbers["32"], row.last_px)
        if row.exec_type == "F":
            order.trade(*last)
        elif row.exec_type == "H":
            order.bust(*self.executions.pop(row.tags["19"]))
            return
        else:
            order.correct(*self.executions.pop(row.tags["19"]), *last)
        self.executions[exec_id] = last


def _cancel(order: OrderLife, row: Row) -> None:
    if not order.accept(row.cl_ord_id):
        order.end(Life.CANCELED)


def _reject(order: OrderLife, row: Row) -> None:
    if row.tags.get("103") != "6":  # a duplicate's refusal leaves the first order unharmed
        order.end(Life.REJECTED)


_ACTS: dict[str, Callable[[OrderLife, Row], object]] = {
    "0": lambda order, row: order.acknowledge(),
    "3": lambda order, row: order.end(Life.DONE_FOR_DAY),
    "4": _cancel,
    "5": lambda order, row: order.accept(row.cl_ord_id),
    "6": lambda order, row: order.pend(row.cl_ord_id),
    "8": _reject,
    "9": lambda order, row: order.suspend(),
    "C": lambda order, row: order.end(Life.EXPIRED),
    "D": lambda order, row: order.restate(row.numbers["38"]),
    "E": lambda order, row: order.pend(row.cl_ord_id),
    "I": lambda order, row: None,
}


def _expected(row: Row, identifiers: bool) -> Fields:
    said: Fields = {"39": row.ord_status, **row.numbers}
    if identifiers:
        said |= {"11": row.cl_ord_id, "41": row.orig, "150": row.exec_type}
    else:
        said.pop("32", None)
    if "6" in row.tags:
        said["6"] = Fraction(row.tags["6"])
    return said


def _state(order: OrderLife | None, row: Row) -> Fields:
    """What an order book says of the order after the row; an unknown order is REJECTED to whoever asks."""
    if order is None:
        return {"39": "8"}
    request = order.find(row.cl_ord_id)
    order_qty, leaves_qty = order.shown(request) if request else (order.order_qty, order.leaves_qty)
    return {"39": order.ord_status.value, "38": order_qty, "14": order.cum_qty, "151": leaves_qty, "6": order.avg_px}


def receive(rows: list[Row]) -> Iterator[tuple[Row, Fields, Fields]]:
    """Play the rows as the client reads them: (row, what it says, what the client's order book then says)."""
    book = Book()
    for row in rows:
        if row.to_broker:
            book.request(row)
        else:
            expected = _expected(row, identifiers=False)
            found = _state(book.act(row), row)
            yield row, expected, {name: found[name] for name in expected}


def issue(rows: list[Row]) -> Iterator[tuple[Row, Fields, Fields]]:
    """Play the rows as the broker: (row, what it says, the report that the broker's order book makes)."""
    book = Book()
    for row in rows:
        if row.to_broker:
            book.request(row)
        else:
            order = book.orders.get(row.cl_ord_id)
            # Identifiers as they are before the action: a replace moves them.
            names = {"11": row.cl_ord_id, "41": row.orig} if order is None else _identifiers(order, row)
            found = _state(book.act(row), row) | names
            found |= {"150": row.exec_type, "32": row.numbers["32"] if row.exec_type in ("F", "G") else 0}
            expected = _expected(row, identifiers=True)
            yield row, expected, {name: found[name] for name in expected}


def _identifiers(order: OrderLife, row: Row) -> Fields:
    """ClOrdID(11), OrigClOrdID(41): a request and the last accepted while there is one, else the order's own."""
    if order.find(row.cl_ord_id) is not None:
        return {"11": row.cl_ord_id, "41": order.cl_ord_id}
    return {"11": order.cl_ord_id, "41": ""}
