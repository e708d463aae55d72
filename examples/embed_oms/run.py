"""The bare engine inside an OMS that was there before: `python examples/embed_oms/run.py`.

The OMS of `oms.py` keeps its tickets, its store, its clock and its gateway; `desk.py` puts the engine among them. Here
a day passes, then the store is read again from the beginning: the same commands come out. Exit code 1 if not.
"""

import random
import sys
import tempfile
from pathlib import Path
from typing import Final

from desk import CLOSES, MIC, OPENS, SECOND, STOCKS, Desk, send, setup
from oms import Alarm, Answers, Gateway, Store, Ticket

from smartexec.api import ClientReport, ExecType
from smartexec.embed import Advice, Command, RecordedAdvisor, Setup, breaches_of, tables_of

PRICES: Final = dict(zip(STOCKS, (10_000, 2_500), strict=True))
AFTER: Final = 30
"""Seconds after the close: the market answers what is still asked."""


def tickets(count: int) -> list[tuple[int, Ticket]]:
    """(when, ticket) of a day's orders, in order of time."""
    rng, made = random.Random(1), []
    for number in range(1, count + 1):
        stock, buys = rng.choice(STOCKS), rng.random() < 0.6
        limit = PRICES[stock] + rng.randrange(-5, 40) * (1 if buys else -1) if rng.random() < 0.7 else None
        ticket = Ticket(number, rng.choice(("Ann", "Bob", "Cyd")), stock, buys, 100 * rng.randrange(1, 20), limit)
        made.append((OPENS + rng.randrange(400) * SECOND, ticket))
    return sorted(made, key=lambda one: one[0])


def live(made: Setup, store: Store, gateway: Gateway, orders: list[tuple[int, Ticket]]) -> tuple[Desk, list[Command]]:
    """A day of the OMS, second by second; give its desk, and all commands."""
    desk, said = Desk(made, advisor := made.advisor()), list[Command]()
    for now in range(OPENS, CLOSES + AFTER * SECOND, SECOND):
        rows = [*gateway.second(), *(ticket for at, ticket in orders if at == now)]
        due = desk.engine.next_timer()
        for row in [*rows, Alarm()] if due is not None and due <= now else rows:
            store.add(now, row)
            desk.take(now, row)
        while desk.engine.dirty:
            commands = desk.settle(now)
            store.add(now, Answers(tuple((a.plugin, a.parent_id, a.kind, a.body.hex()) for a in advisor.drain())))
            store.commit()  # before anything leaves
            said += commands
            for command in commands:
                send(gateway, command)
    return desk, said


def again(made: Setup, store: Store) -> tuple[Desk, list[Command]]:
    """The same from the store, with the answers that were kept: no plugin is asked, no gateway is called."""
    desk, said = Desk(made, advisor := RecordedAdvisor(made.memories)), list[Command]()
    for at, row in store.story():
        if isinstance(row, Answers):
            advisor.load(desk.seq, [Advice(who, on, kind, bytes.fromhex(text)) for who, on, kind, text in row.said])
            said += desk.settle(at)
            advisor.finish()
        else:
            desk.take(at, row)
    return desk, said


def faults(desk: Desk, said: list[Command], twin: Desk, repeated: list[Command], gateway: Gateway) -> list[str]:
    """What is wrong once the day is over."""
    found = breaches_of(desk.engine)
    if repeated != said:
        found.append(f"store: found {len(repeated)} other commands, expected the same {len(said)}")
    if tables_of(twin.engine) != tables_of(desk.engine):
        found.append("store: found other tables, expected the same")
    dealt = sum(int(row["last_qty"]) for row in tables_of(desk.engine)["executions"].records())
    if dealt != gateway.shares:
        found.append(f"executions: found {dealt} shares, expected the gateway's {gateway.shares}")
    return found


def main() -> int:
    """Live a day, live it again, compare."""
    with tempfile.TemporaryDirectory() as folder:
        made, gateway, orders = setup(), Gateway(PRICES), tickets(40)
        store = Store(Path(folder) / "oms.db")
        desk, said = live(made, store, gateway, orders)
        twin, repeated = again(made, store)
        told = [one for one in said if isinstance(one, ClientReport) and one.exec_type is ExecType.TRADE]
        tables = tables_of(desk.engine)
        print(f"{len(orders)} tickets in {len(tables['parent_orders'].rows)} parent orders")
        print(
            f"{gateway.deals} deals at {MIC}, {gateway.shares:,} shares; {len(tables['crosses'].rows)} crosses inside"
        )
        print(f"{len(told)} executions told to clients, {sum(one.last_qty for one in told):,} shares")
        rows = sum(1 for _ in store.story())
        print(f"{rows:,} rows in the store; {len(said):,} commands, and {len(repeated):,} from the store again")
        wrong = faults(desk, said, twin, repeated, gateway)
        print("\n".join(wrong) or "the store gives the same commands and tables; no law is broken")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
