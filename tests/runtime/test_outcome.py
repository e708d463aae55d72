"""What the summary of a run says is lost, and what is only an alert."""

import re
from collections import Counter
from pathlib import Path

import pytest

from smartexec.kernel.blotter import Blotter
from smartexec.kernel.lifecycle import Life
from smartexec.kernel.orders import ClientOrder
from smartexec.runtime.report.outcome import LOSSES, breaches, client_tally, errors
from smartexec.runtime.report.tables import COLUMNS, Tables

KERNEL = Path(__file__).parent.parent.parent / "smartexec" / "kernel"


def alerted(what: str) -> Blotter:
    blotter = Blotter()
    blotter.alert("error", what, "VEN P1.1")
    return blotter


@pytest.mark.parametrize("text", LOSSES)
def test_every_loss_is_an_alert_the_kernel_raises(text: str) -> None:
    written = "".join(path.read_text(encoding="utf-8") for path in KERNEL.glob("*.py"))
    pattern = re.escape(text).replace(r"\{\}", r"\{[^}]*\}")
    assert re.search(pattern, written), "the kernel says it in other words now: LOSSES must follow"


@pytest.mark.parametrize(
    "what",
    [
        "execution cannot be booked: LastQty(32) 0, LastPx(31) 1, ExecID(17) 'X'; expected all to be positive",
        "ExecID(17) X1 again with other content: 5 @ 2 on P1.1; kept 5 @ 1",
        "state with CumQty(14) 7 of an unknown order: ignored",
        "CumQty(14) 9 where 7 is known, and its parent has ended",
        "in doubt at the end of the day: 7 lots given up at CumQty(14) 0",
    ],
)
def test_what_is_in_no_table_is_a_breach(what: str) -> None:
    assert breaches(alerted(what)) == [f"VEN P1.1: {what}"]


@pytest.mark.parametrize(
    "what",
    [
        "plugin quarantined: ZeroDivisionError: no lots",
        "kill switch on by unnamed: no reason",
        "execution on an unknown order: 5 lots to the error account",
        "execution beyond the order: 1 of 5 lots to the error account",
        "unknown to the venue, whose word is no proof: still in doubt",
        "restated from 5 to 7 lots: the increase is cancelled",
    ],
)
def test_other_alerts_are_said_and_are_no_breach(what: str) -> None:
    blotter = alerted(what)
    assert breaches(blotter) == []
    assert errors(blotter) == [f"VEN P1.1: {what}"]


def test_client_orders_are_counted_by_their_status_in_the_table() -> None:
    blotter = Blotter()
    for number, (done, life) in enumerate([(10, None), (4, Life.EXPIRED), (0, Life.CANCELED), (3, Life.CANCELED)]):
        order = ClientOrder(f"c{number}", 10, None, number=number + 1)
        order.acknowledge()
        if done:
            order.trade(done, 10**9)
        if life is not None:
            order.end(life)
        blotter.orders.append(order)
    told = client_tally(blotter)
    assert told.statuses == {"FILLED": 1, "CANCELED": 2, "EXPIRED": 1, "REJECTED": 0}
    assert told.partly_executed == {"CANCELED": 1, "EXPIRED": 1}
    column = COLUMNS["client_orders"].split().index("ord_status")
    table = Counter(row[column] for row in Tables(blotter).rows("client_orders"))
    assert table == Counter(told.statuses)
