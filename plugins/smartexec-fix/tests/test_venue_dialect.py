"""Dialects: what a venue wants otherwise than FIX has it, read from a configuration and seen on the wire."""

import pytest
import test_venue_conformance as kit
from hypothesis import given
from hypothesis import strategies as st
from venue_desk import cancel, desk, got, order, query, replace, report, says

from smartexec.api import (
    ConfigError,
    ExecType,
    ExecutionReport,
    OrdStatus,
    OrdType,
    Peg,
    ReplaceMode,
    TimeInForce,
    VenueKind,
)
from smartexec_fix.venues.dialect import Dialect
from smartexec_fix.venues.identifiers import Identifiers
from smartexec_fix.venues.venue import FixVenue
from smartexec_fix.wire.message import parse

NOW = 1_767_623_400_000_000_000
SHORT = Dialect(id_length=14, id_alphabet="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", id_prefix="S9")


def built(**dialect: object) -> FixVenue:
    """An adapter as a configuration makes it."""
    made = kit.TestFixVenue().build({**kit.params("FIX.4.4"), "dialect": dialect})
    assert isinstance(made, FixVenue)
    return made


def test_a_table_of_a_configuration_is_a_dialect() -> None:
    one = built(
        kind="dark", times_in_force=["day", "4"], replace="none", pegs={"mid": {"40": "P", "18": "M"}},
        post_only={"18": "6"}, min_qty_tag=110, display_qty_tag=1138, patience="250ms", take_fee="0.003",
        symbols={"TEST": {"55": "T.N", "48": "US1"}}, tags={"D": {"1": "ACC"}}, status="AF",
        authoritative_unknown=True,
    )  # fmt: skip
    can = one.capabilities
    assert (can.kind, can.replace, can.take_fee) == (VenueKind.DARK, ReplaceMode.NONE, 3_000_000)
    assert can.ord_types == {OrdType.MARKET, OrdType.LIMIT, OrdType.PEGGED}
    assert can.times_in_force == {TimeInForce.DAY, TimeInForce.FOK}
    assert (can.pegs, can.post_only, can.min_qty, can.display_qty) == ({Peg.MID}, True, True, True)
    assert (can.order_status, can.authoritative_unknown) == (True, True)
    assert one.dialect.patience == 250_000_000
    assert not Dialect(status="none").capabilities.order_status


@pytest.mark.parametrize(
    ("table", "found"),
    [
        ({"tags": {"D": {"Account": "A"}}}, "tags.D: found 'Account', expected a tag"),
        ({"tags": {"D": {"1": ""}}}, "tags.D.1: found '', expected a value"),
        ({"post_only": {"18": "6\x0135=D"}}, "expected a value"),
        ({"pegs": {"far": {"18": "M"}}}, "pegs: found 'far', expected one of mid"),
        ({"liquidity": {"1": "maker"}}, "liquidity.1: found 'maker', expected one of none, added"),
        ({"phases": {"326=2": "stopped"}}, "phases.326=2: found 'stopped', expected one of"),
        ({"status": "Z"}, "expected one of H, AF, none"),
        ({"exec_id_scope": "year"}, "expected one of day, symbol, order"),
        ({"rate": -1}, "expected >= 0"),
        ({"colour": "red"}, "found an unknown key"),
    ],
)
def test_a_wrong_table_is_refused_by_name(table: dict[str, object], found: str) -> None:
    with pytest.raises(ConfigError) as error:
        built(**table)
    assert found in str(error.value)


def test_only_what_differs_from_fix_is_shown() -> None:
    assert repr(Dialect()) == "Dialect()"
    assert repr(Dialect(rate=5)) == "Dialect(rate=5)"


def test_fields_are_added_to_each_message_and_to_all() -> None:
    bench = desk(dialect=Dialect(tags={"D": {"1": "ACC", "528": "A"}, "A": {"464": "N"}, "*": {"50": "DESK"}}))
    bench.exchange(order())
    bench.exchange(cancel())
    logon, (new,), (gone,) = parse(bench.put[0].data), got(bench, "D"), got(bench, "F")  # type: ignore[union-attr]
    assert [new.text(tag) for tag in (1, 528, 50)] == ["ACC", "A", "DESK"]
    assert [gone.text(tag) for tag in (1, 50)] == ["", "DESK"]
    assert [logon.text(tag) for tag in (464, 50)] == ["N", "DESK"]


def test_groups_of_one_entry_can_be_added() -> None:
    bench = desk(dialect=Dialect(tags={"D": {"453": "1", "448": "ME", "447": "D", "452": "1"}}))
    bench.exchange(order())
    (new,) = got(bench, "D")
    assert next(new.group(453, 448))[452] == b"1"


def test_instruments_have_the_venues_names_both_ways() -> None:
    names = {"55": "TST", "48": "US0001", "22": "4", "207": "XNAS"}
    bench = desk(dialect=Dialect(symbols={"TEST": names}))
    bench.command(order())
    bench.command(query())
    for one in (*got(bench, "D"), *got(bench, "H")):
        assert {str(tag): one.text(tag) for tag in (55, 48, 22, 207)} == names
    assert [one.symbol for one in says(bench, "f", (55, "?"), (48, "US0001"), (326, "2"))] == ["TEST"]
    assert [one.symbol for one in says(bench, "f", (55, "TST"), (326, "2"))] == ["TEST"]
    assert says(bench, "f", (55, "TEST"), (326, "2")) == []


def test_values_are_translated_both_ways() -> None:
    own = Dialect(sent_as={"40": {"2": "L"}, "59": {"0": "6"}}, read_as={"150": {"1": "F", "2": "F"}, "39": {"T": "1"}})
    bench = desk(dialect=own)
    (sent,) = bench.adapter.handle(order(), bench.now)
    message = parse(sent.data)  # type: ignore[union-attr]
    assert [message.text(tag) for tag in (40, 59, 54)] == ["L", "6", "1"]
    (told,) = says(desk(dialect=own), "8", *report(f150="1", f39="T"))
    assert (told.exec_type, told.ord_status) == (ExecType.TRADE, OrdStatus.PARTIALLY_FILLED)


def test_exec_inst_holds_every_reason() -> None:
    own = Dialect(pegs={"mid": {"40": "P", "18": "M"}}, post_only={"18": "6"}, min_qty_tag=110, display_qty_tag=1138)
    bench = desk(dialect=own)
    terms = {"ord_type": OrdType.PEGGED, "peg": Peg.MID, "post_only": True, "min_qty": 10, "display_qty": 20}
    (sent,) = bench.adapter.handle(order(**terms), bench.now)
    message = parse(sent.data)  # type: ignore[union-attr]
    assert [message.text(tag) for tag in (40, 18, 110, 1138)] == ["P", "M 6", "10", "20"]


@pytest.mark.parametrize(("scope", "exec_id"), [("day", "E1"), ("symbol", "TEST/E1"), ("order", "O1/E1")])
def test_exec_ids_are_unique_within_a_day(scope: str, exec_id: str) -> None:
    bench = desk(dialect=Dialect(exec_id_scope=scope))
    bench.exchange(order())
    (told,) = says(bench, "8", *report())
    assert told.exec_id == exec_id
    (told,) = says(bench, "8", *report(f150="H", f17="E2", f19="E1"))
    assert told.exec_ref_id == exec_id


# -- identifiers -------------------------------------------------------------------------------------------------------


def test_the_venue_sees_its_names_and_the_kernel_its_own() -> None:
    bench = desk(dialect=SHORT)
    bench.command(order("P1.1"))
    (new,) = got(bench, "D")
    name = new.text(11)
    assert name.startswith("S9")
    assert len(name) == 14
    assert name.isalnum()
    bench.flush()
    bench.exchange(replace("P1.1-1", "P1.1"))
    bench.exchange(cancel("P1.1-2", "P1.1-1"))
    assert got(bench, "G")[0].text(41) == name
    assert got(bench, "F")[0].text(41) == got(bench, "G")[0].text(11)
    chain = [(one.cl_ord_id, one.orig_cl_ord_id) for one in bench.of(ExecutionReport)]
    assert chain == [("P1.1", ""), ("P1.1-1", "P1.1"), ("P1.1-2", "P1.1-1")]


def test_a_day_in_the_prefix_makes_identifiers_new_each_day() -> None:
    ids = Identifiers(Dialect(id_prefix="{day}-"))
    assert ids.theirs("P1.1", NOW) == "20260105-P1.1"
    assert ids.theirs("P1.1", NOW + 86_400 * 10**9) == "20260105-P1.1"  # it has its name already
    assert ids.theirs("P1.2", NOW + 86_400 * 10**9) == "20260106-P1.2"
    assert ids.ours("20260105-P1.1") == "P1.1"


@given(st.lists(st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), min_size=1), unique=True))
def test_identifiers_fit_come_back_and_are_the_same_after_a_restart(ours: list[str]) -> None:
    first, second = Identifiers(SHORT), Identifiers(SHORT)
    names = [first.theirs(one, NOW) for one in ours]
    assert len(set(names)) == len(names)
    assert all(len(one) <= 14 and one.isalnum() and one.startswith("S9") for one in names)
    assert [first.ours(one) for one in names] == ours
    assert [second.theirs(one, NOW) for one in ours] == names


def test_two_that_would_meet_do_not() -> None:
    tiny = Identifiers(Dialect(id_length=1))  # no configuration has this: the check wants eight
    names = [tiny.theirs(f"order {number}", NOW) for number in range(20)]
    assert len(set(names)) == 20
