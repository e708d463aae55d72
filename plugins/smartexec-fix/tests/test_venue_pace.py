"""A venue that takes so many messages in a second, and one that answers for all orders at once: what waits, what goes
first, what is refused, what a restart finds.
"""

from pathlib import Path

import fix_messages as fix
from test_venue_conformance import params
from venue_desk import cancel, desk, got, order, query, replace, report, says
from venue_peer import MIC

from smartexec.api import Context, ExecType, ExecutionReport, OrderCancelReject, OrdStatus, Tick, VenueStatus
from smartexec.testing import Bench
from smartexec_fix.session.settings import SessionSettings
from smartexec_fix.venues.dialect import Dialect
from smartexec_fix.venues.venue import FixVenue

SECOND = fix.SECOND
SLOW = Dialect(rate=2, waiting=3, patience=10 * SECOND)


def later(bench: Bench, seconds: float) -> None:
    """Let time pass."""
    bench.wait(int(seconds * SECOND))


def sent(bench: Bench) -> list[str]:
    return [one.text(11) for one in bench.peer.got]  # type: ignore[attr-defined]


def test_no_more_leave_in_any_second_than_the_venue_takes() -> None:
    bench = desk(dialect=SLOW)
    for number in range(5):
        bench.command(order(f"P{number}.1"))
    assert sent(bench) == ["P0.1", "P1.1"]
    due = bench.adapter.next_tick()
    assert due == bench.now + SECOND
    later(bench, 0.999)
    assert len(sent(bench)) == 2
    later(bench, 0.001)
    assert len(sent(bench)) == 4
    later(bench, 1)
    assert sent(bench) == [f"P{number}.1" for number in range(5)]


def test_cancels_go_first() -> None:
    bench = desk(dialect=SLOW)
    for number in range(4):
        bench.command(order(f"P{number}.1"))
    bench.command(cancel("P0.1-1", "P0.1"))
    later(bench, 1)
    assert sent(bench) == ["P0.1", "P1.1", "P0.1-1", "P2.1"]


def test_what_is_too_much_to_wait_is_rejected() -> None:
    bench = desk(dialect=SLOW)
    for number in range(6):
        bench.command(order(f"P{number}.1"))
    (refused,) = [one for one in bench.of(ExecutionReport) if one.exec_type is ExecType.REJECTED]
    assert (refused.cl_ord_id, "3 messages wait already" in refused.text) == ("P5.1", True)
    bench.command(cancel("P0.1-1", "P0.1"))
    later(bench, 5)
    assert "P0.1-1" in sent(bench)  # a cancel always may


def test_what_waits_too_long_is_rejected() -> None:
    bench = desk(dialect=Dialect(rate=1, patience=SECOND // 2))
    bench.command(order("P0.1"))
    bench.command(order("P1.1"))
    later(bench, 2)
    assert sent(bench) == ["P0.1"]
    (refused,) = [one for one in bench.of(ExecutionReport) if one.exec_type is ExecType.REJECTED]
    assert (refused.cl_ord_id, "waited too long" in refused.text) == ("P1.1", True)


def test_an_order_that_waits_is_cancelled_without_the_venue() -> None:
    bench = desk(dialect=SLOW)
    for number in range(3):
        bench.command(order(f"P{number}.1"))
    bench.command(cancel("P2.1-1", "P2.1"))
    gone = bench.said[-1]
    assert (gone.cl_ord_id, gone.orig_cl_ord_id, gone.exec_type) == ("P2.1-1", "P2.1", ExecType.CANCELED)
    later(bench, 5)
    assert sent(bench) == ["P0.1", "P1.1"]


def test_a_replace_that_waits_is_overtaken_by_a_cancel() -> None:
    bench = desk(dialect=SLOW)
    bench.command(order("P0.1"))
    bench.command(order("P1.1"))
    bench.command(replace("P0.1-1", "P0.1"))
    bench.command(cancel("P0.1-2", "P0.1"))
    assert [one.cl_ord_id for one in bench.of(OrderCancelReject)] == ["P0.1-1"]
    later(bench, 5)
    assert sent(bench) == ["P0.1", "P1.1", "P0.1-2"]


def test_what_waits_when_the_session_is_lost_never_left() -> None:
    bench = desk(dialect=SLOW)
    for number in range(4):
        bench.command(order(f"P{number}.1"))
    bench.inbound.clear()
    bench.disconnect()
    refused = [one.cl_ord_id for one in bench.of(ExecutionReport) if one.exec_type is ExecType.REJECTED]
    assert refused == ["P2.1", "P3.1"]
    assert isinstance(bench.said[-1], VenueStatus)  # after them: the kernel knows what is free
    bench.connect()
    later(bench, 5)
    assert sent(bench) == ["P0.1", "P1.1"]


# -- one question for all orders ---------------------------------------------------------------------------------------

MASS = Dialect(status="AF")


def status(name: str, **more: str) -> list[tuple[int, str | bytes | int]]:
    return report(f11=name, f150="I", f39="0", f14="0", f151="100", f32="", f31="", f17="0", **more)


def test_all_open_orders_are_asked_about_at_once() -> None:
    bench = desk(dialect=MASS)
    for number in range(3):
        bench.exchange(order(f"P{number}.1"))
    assert got(bench, "AF") == []
    bench.disconnect()
    bench.connect()
    (asked,) = got(bench, "AF")
    ref = asked.text(584)
    says(bench, "8", *status("P0.1", f584=ref, f911="2"))
    told = says(bench, "8", *status("P2.1", f584=ref, f911="2"))
    assert [(one.cl_ord_id, one.exec_type, one.ord_status) for one in told] == [
        ("P2.1", ExecType.ORDER_STATUS, OrdStatus.NEW),
        ("P1.1", ExecType.ORDER_STATUS, OrdStatus.REJECTED),  # not among the open orders
    ]


def test_questions_wait_for_the_answer_to_the_one_before() -> None:
    bench = desk(dialect=MASS)
    for name in ("P0.1", "P1.1"):
        bench.exchange(order(name))
    bench.command(query("P0.1"))
    bench.command(query("P1.1"))
    assert len(got(bench, "AF")) == 1
    told = says(bench, "8", *status("P0.1", f584=got(bench, "AF")[0].text(584), f912="Y"))
    assert [one.cl_ord_id for one in told] == ["P0.1"]
    assert len(got(bench, "AF")) == 2  # for the other one
    later(bench, 31)
    bench.command(query("P1.1"))
    assert len(got(bench, "AF")) == 3  # an answer that does not come is not waited for


def test_a_venue_that_cancels_on_disconnect_is_asked_order_by_order() -> None:
    bench = desk(dialect=Dialect(cancel_on_disconnect=True))
    bench.exchange(order("P0.1"))
    bench.exchange(order("P1.1"))
    bench.exchange(cancel("P1.1-1", "P1.1"))
    bench.disconnect()
    bench.connect()
    assert [one.text(11) for one in got(bench, "H")] == ["P0.1"]


def filled(name: str) -> list[tuple[int, str | bytes | int]]:
    """The report that an order has all."""
    return report(f11=name, f37=f"O-{name}", f17=f"E-{name}", f39="2", f14="100", f151="0", f32="100")


def test_an_order_that_is_filled_is_not_asked_about_until_a_fill_is_undone() -> None:
    bench = desk(dialect=Dialect(cancel_on_disconnect=True))
    for number in range(3):
        bench.exchange(order(f"P{number}.1"))
    says(bench, "8", *filled("P0.1"))
    says(bench, "8", *filled("P1.1"))
    undone = {"f37": "O-P1.1", "f17": "X1", "f19": "E-P1.1", "f150": "H", "f39": "0", "f14": "0", "f151": "100"}
    says(bench, "8", *report(f11="P1.1", **undone, f6="0", f32="", f31=""))
    bench.disconnect()
    bench.connect()
    assert sorted(one.text(11) for one in got(bench, "H")) == ["P1.1", "P2.1"]


def test_with_one_question_for_all_an_order_that_is_over_is_asked_about_alone() -> None:
    bench = desk(dialect=MASS)
    bench.exchange(order("P0.1"))
    says(bench, "8", *filled("P0.1"))
    bench.command(query("P0.1"))
    assert (len(got(bench, "H")), got(bench, "AF")) == (1, [])


def test_questions_keep_no_order_from_leaving() -> None:
    bench = desk(dialect=Dialect(rate=2, waiting=3, cancel_on_disconnect=True))
    for number in range(8):
        bench.exchange(order(f"P{number}.1"))
        later(bench, 1)
    bench.disconnect()
    bench.connect()  # eight questions: two leave, six wait
    bench.command(order("P9.1"))
    assert [one for one in bench.of(ExecutionReport) if one.exec_type is ExecType.REJECTED] == []
    later(bench, 1)
    assert sent(bench)[-2] == "P9.1"


# -- restarts ----------------------------------------------------------------------------------------------------------


def living(folder: Path, faults: list[str], **more: object) -> FixVenue:
    """An adapter that remembers."""
    ids = SessionSettings(**{**params("FIX.4.4")["session"], "heartbeat": 120 * SECOND})
    one = FixVenue(mic=MIC, hosts=("127.0.0.1:1",), session=ids, **more)  # type: ignore[arg-type]
    one.start(Context(base=folder, fault=faults.append))
    one.remember(folder, "off")
    return one


def die(one: FixVenue) -> None:
    assert one._archive is not None
    one._archive.close()


def test_without_its_archive_nothing_is_said_to_have_never_left(tmp_path: Path) -> None:
    faults: list[str] = []
    die(living(tmp_path, faults))
    for path in tmp_path.glob("*.sqlite*"):
        path.unlink()
    one = living(tmp_path, faults)
    one.recall(order(), 1, 5)
    assert [type(event) for event in one.handle(Tick(), 2)] == [VenueStatus]
    assert "found nothing of this run" in faults[0]
    die(one)


def test_numbers_may_outlive_the_run_and_its_turns_do_not(tmp_path: Path) -> None:
    (tmp_path / "monday").mkdir()
    (tmp_path / "tuesday").mkdir()
    faults: list[str] = []
    kept = {"store": Path("fix"), "logs": Path("logs")}

    def run(day: str) -> FixVenue:
        one = FixVenue(mic=MIC, hosts=("127.0.0.1:1",), session=fix.settings("US", "VENUE"), **kept)  # type: ignore[arg-type]
        one.start(Context(base=tmp_path, fault=faults.append))
        one.remember(tmp_path / day, "off")
        return one

    monday = run("monday")
    monday._link.session.store.next_in = 7
    assert len(list(monday.handle(order(), 1))) == 2
    monday.commit(500)
    die(monday)
    tuesday = run("tuesday")
    assert tuesday._link.session.store.next_in == 7
    assert (tmp_path / "logs" / f"{MIC}.log").exists()
    assert faults == []
    die(tuesday)
    again = run("monday")
    again.recall(order("P9.1"), 1, 501)
    assert [one.cl_ord_id for one in again.handle(Tick(), 2) if isinstance(one, ExecutionReport)] == ["P9.1"]
    die(again)


def test_what_never_left_is_told_before_anything_else_and_once(tmp_path: Path) -> None:
    one = living(tmp_path, [])
    list(one.handle(order("P1.1"), fix.START))
    one.commit(10)
    die(one)
    one = living(tmp_path, [])
    one.recall(order("P1.1"), 1, 10)
    one.recall(order("P2.1"), 1, 20)
    one.recall(order("P3.1"), 1, 30)
    one.recall(ExecutionReport(MIC, "P3.1", ExecType.REJECTED, OrdStatus.REJECTED), 1, 31)
    one.recall(cancel("P1.1-1", "P1.1"), 1, 30)
    assert one.next_tick() == 1
    told = list(one.handle(Tick(), fix.START))
    assert [getattr(event, "cl_ord_id", "down") for event in told] == ["down", "P2.1", "P1.1-1"]
    assert list(one.handle(Tick(), fix.START)) == []
    assert one.next_tick() is None
    die(one)


def missed(bench: Bench) -> None:
    """The venue asks for all that it was ever sent, which is much."""
    for _ in range(1_500):
        bench.command(query())
    bench.deliver(bench.peer.send("2", [(7, 1), (16, 0)], bench.now))  # type: ignore[attr-defined]


def test_while_much_is_sent_again_orders_wait_where_they_can_be_taken_back() -> None:
    bench = desk()
    bench.command(order("P1.1"))
    missed(bench)
    since = len(bench.said)
    for one in (order("P2.1"), order("P3.1"), cancel("P3.1-1", "P3.1")):
        bench.command(one)
    assert not {"P2.1", "P3.1", "P3.1-1"} & set(sent(bench))
    (gone,) = bench.of(ExecutionReport, since)
    assert (gone.cl_ord_id, gone.exec_type) == ("P3.1-1", ExecType.CANCELED)
    later(bench, 0.5)
    assert sent(bench)[-1] == "P2.1"
    assert sent(bench).count("P2.1") == 1
    assert "P3.1" not in sent(bench)


def test_order_that_waits_behind_what_is_sent_again_never_left_if_the_session_is_lost() -> None:
    bench = desk()
    bench.command(order("P1.1"))
    missed(bench)
    since = len(bench.said)
    bench.command(order("P2.1"))
    bench.disconnect()
    (gone,) = bench.of(ExecutionReport, since)
    assert (gone.cl_ord_id, gone.exec_type, "never left" in gone.text) == ("P2.1", ExecType.REJECTED, True)
    bench.connect()
    bench.deliver(bench.peer.send("2", [(7, 1), (16, 0)], bench.now))  # type: ignore[attr-defined]
    later(bench, 1)
    assert "P2.1" not in sent(bench)
