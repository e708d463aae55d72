"""What orders and requests are read as: every field that is heeded, and every one that cannot be."""

from pathlib import Path
from typing import Any

import pytest
from gateway_room import Client, Room, client_session, room, said
from test_gateway import events

from smartexec.api import ConfigError, Context, NewOrder, RejectedOrder, Side, TimeInForce
from smartexec_fix.clients.gateway import FixGateway
from smartexec_fix.session.settings import VERSIONS

MORE = {"strategies": {"1": "VWAP", "1001": "TWAP"}, "parameter_tags": {"9001": "slices", "9002": "urgent"}}


def talk(**of_session: Any) -> Room:
    return Room(None, Client(), more=MORE, of_session=of_session).log_on()


def one_order(*fields: tuple[int, str], symbol: str = "ABC", qty: str = "100", price: str = "", **more: Any) -> Any:
    one = talk(**more)
    one.does("D", one.client.order("c1", qty, price, *fields, symbol=symbol))
    (event,) = events(one)
    assert one.faults == []
    return event


def test_all_that_is_heeded() -> None:
    order = one_order(
        (1, "A1"), (15, "EUR"), (18, "1"), (59, "0"), (66, "L1"), (126, "20260105-20:00:00"),
        (168, "20260105-15:00:00.5"), (847, "1"), price="10.125",
    )  # fmt: skip
    assert order == NewOrder(
        "OMS", "c1", "ABC", Side.BUY, 100, "VWAP", "A1", 10_125_000_000,
        effective_time=1_767_625_200_500_000_000, expire_time=1_767_643_200_000_000_000, currency="EUR", list_id="L1",
    )  # fmt: skip


def test_what_is_not_said_is_the_sessions() -> None:
    order = one_order(account="ACME", strategy="SNIPER")
    assert (order.account, order.strategy, order.price, order.params) == ("ACME", "SNIPER", None, ())


@pytest.mark.parametrize(("said", "name"), [("1", "VWAP"), ("1001", "TWAP"), ("SNIPER", "SNIPER"), ("2", "2")])
def test_strategy_by_number_or_name(said: str, name: str) -> None:
    assert one_order((847, said)).strategy == name


@pytest.mark.parametrize(
    ("fields", "params"),
    [
        ([(848, "slices=4; style = calm;")], (("slices", "4"), ("style", "calm"))),
        ([(849, "0.15")], (("participation_pct", "15"),)),
        ([(849, "0.125")], (("participation_pct", "12.5"),)),
        ([(9001, "7"), (9002, "true")], (("slices", "7"), ("urgent", "true"))),
        (
            [(957, "4"), (958, "slices"), (959, "1"), (960, "4"), (958, "both"), (959, "13"), (960, "Y"),
             (958, "from"), (959, "19"), (960, "20260105-14:30:00"), (958, "style"), (960, "calm")],
            (("slices", "4"), ("both", True), ("from", 1_767_623_400_000_000_000), ("style", "calm")),
        ),
        ([(848, "a=1"), (849, "0.1"), (9001, "2"), (957, "1"), (958, "b"), (960, "3")],
         (("a", "1"), ("participation_pct", "10"), ("b", "3"), ("slices", "2"))),
    ],
)  # fmt: skip
def test_parameters_in_every_way(fields: list[tuple[int, str]], params: tuple[Any, ...]) -> None:
    assert one_order(*fields).params == params


REFUSED = [
    ({"symbol": "XYZ"}, "Symbol(55): found 'XYZ', expected a configured instrument"),
    ({"qty": "100.5"}, "OrderQty(38): found '100.5', expected at most 0 decimals"),
    ({"qty": "9" * 20}, f"OrderQty(38): found '{'9' * 20}', expected less than 9007199254740992 units"),
    ({"price": "10.0000000001"}, "Price(44): found '10.0000000001', expected at most 9 decimals"),
    ([(40, "3")], "OrdType(40): found '3', expected '1' (market) or '2' (limit)"),
    ([(54, "5")], "Side(54): found '5', expected '1' (buy) or '2' (sell)"),
    ([(44, "10")], "Price(44): found '10', expected none in a market order"),
    ([(40, "2")], "Price(44): found nothing, expected a value"),
    ([(59, "6")], "TimeInForce(59): found '6', expected '0' (day), or '6' with ExpireTime(126)"),
    ([(59, "9")], "TimeInForce(59): found '9', expected '0' (day), or '6' with ExpireTime(126)"),
    ([(126, "20260230-14:30:00")], "ExpireTime(126): found b'20260230-14:30:00', expected YYYYMMDD-HH:MM:SS"),
    ([(99, "9.5")], "StopPx(99): found '9.5', expected none"),
    ([(110, "50")], "MinQty(110): found '50', expected none"),
    ([(78, "1"), (79, "ACC1"), (80, "100")], "NoAllocs(78): found '1', expected none"),
    ([(100, "XPAR")], "ExDestination(100): found 'XPAR', expected none"),
    ([(114, "Y")], "LocateReqd(114): found 'Y', expected 'N' or none"),
    ([(63, "3")], "SettlType(63): found '3', expected '0' or none"),
    ([(64, "20260120")], "SettlDate(64): found '20260120', expected none"),
    ([(120, "USD")], "SettlCurrency(120): found 'USD', expected none"),
    ([(439, "CLEARER")], "ClearingFirm(439): found 'CLEARER', expected none"),
    ([(423, "1")], "PriceType(423): found '1', expected '2' or none"),
    ([(205, "15")], "tag 205: found '15', expected none"),
    ([(111, "50")], "MaxFloor(111): found '50', expected none"),
    ([(152, "5000")], "CashOrderQty(152): found '5000', expected none"),
    ([(18, "G")], "ExecInst(18): found 'G', expected '1' (not held) or none"),
    ([(848, "slices")], "TargetStrategyParameters(848): found 'slices', expected NAME=VALUE;NAME=VALUE"),
    ([(957, "1"), (958, "slices")], "StrategyParameterValue(960) of 'slices': found nothing, expected a value"),
    (
        [(957, "1"), (958, "both"), (959, "13"), (960, "yes")],
        "StrategyParameterValue(960) of 'both': found 'yes', expected Y or N",
    ),
]


@pytest.mark.parametrize(("wrong", "text"), REFUSED, ids=[text.partition(",")[0] for _, text in REFUSED])
def test_order_that_is_none_is_kept_and_refused(wrong: Any, text: str) -> None:
    one = talk()
    body = one.client.order("c1", **wrong) if isinstance(wrong, dict) else one.client.order("c1")
    if not isinstance(wrong, dict):
        body = [pair for pair in body if pair[0] not in dict(wrong)] + one.client.body(wrong)
    (told,) = one.does("D", body)
    (event,) = events(one)
    assert isinstance(event, RejectedOrder)
    assert event.text == text
    reasons = {"Symbol(55)": "1", "OrderQty(38)": "13", "OrdType(40)": "11", "TimeInForce(59)": "11"}
    expected = reasons.get(text.partition(":")[0], "0")
    assert said(told, 11, 150, 39, 151, 103, 58) == f"8 11=c1 150=8 39=8 151=0 103={expected} 58={text}"


@pytest.mark.parametrize(("version", "reason"), [("FIX.4.2", "0"), ("FIX.4.4", "13"), ("FIX.5.0SP2", "13")])
def test_reason_that_a_version_does_not_have_is_said_in_the_text_alone(version: str, reason: str) -> None:
    one = room(version)
    (told,) = one.does("D", one.client.order("c1", "0.5"))
    assert said(told, 103) == f"8 103={reason}"
    assert one.faults == []


def test_zeros_that_change_nothing_are_no_fault() -> None:
    assert isinstance(one_order((110, "0"), (111, "0.0")), NewOrder)


def test_times_in_force_that_the_kernel_decides_on() -> None:
    assert one_order((59, "1")).time_in_force is TimeInForce.GTC
    assert one_order((59, "6"), (126, "20260105-20:00:00")).time_in_force is TimeInForce.DAY


# -- requests ----------------------------------------------------------------------------------------------------------

UNCHANGEABLE = [
    ([(54, "2")], "Side(54): found '2', expected '1' as in the order"),
    ([(55, "COIN")], "Symbol(55): found 'COIN', expected 'ABC' as in the order"),
    ([(1, "B")], "Account(1): found 'B', expected 'A' as in the order"),
    ([(847, "VWAP")], "TargetStrategy(847): found 'VWAP', expected 'TWAP' as in the order"),
    ([(9001, "5")], "parameter slices: found '5', expected it as in the order: it cannot be changed"),
    ([(848, "other=5")], "parameter other: found '5', expected it as in the order: it cannot be changed"),
    ([(126, "20260105-19:00:00")], "ExpireTime(126): found '20260105-19:00:00', expected it as in the order"),
    ([(110, "10")], "MinQty(110): found '10', expected none"),
    ([(38, "1.5")], "OrderQty(38): found '1.5', expected at most 0 decimals"),
    ([(40, "1")], "OrdType(40): found '1', expected '2': a limit cannot be taken away"),
]


@pytest.mark.parametrize(("wrong", "text"), UNCHANGEABLE, ids=[text.partition(",")[0] for _, text in UNCHANGEABLE])
def test_replace_that_asks_for_what_cannot_be_is_refused(wrong: list[tuple[int, str]], text: str) -> None:
    one = talk(account="A", strategy="TWAP")
    fields = ((9001, "4"), (126, "20260105-20:00:00"))
    one.does("D", one.client.order("c1", "100", "10", *fields))
    tags = {*dict(wrong), *((44,) if (40, "1") in wrong else ())}
    body = [pair for pair in one.client.request("c2", "c1", "80", "10", *fields) if pair[0] not in tags]
    (told,) = one.does("G", [*body, *one.client.body(wrong)])
    assert said(told, 11, 41, 37, 39, 434, 102, 58) == f"9 11=c2 41=c1 37=O1 39=0 434=2 102=99 58={text}"
    (told,) = one.does("G", one.client.request("c2", "c1", "80", "10", *fields))
    assert said(told, 11, 41, 150, 38) == "8 11=c2 41=c1 150=5 38=80"


def test_cancel_of_another_side_is_refused() -> None:
    one = talk()
    one.does("D", one.client.order("c1"))
    body = [(54, b"2") if tag == 54 else (tag, value) for tag, value in one.client.request("c2", "c1")]
    (told,) = one.does("F", body)
    assert said(told, 11, 39, 434, 102) == "9 11=c2 39=0 434=1 102=99"
    assert len(events(one)) == 1


# -- configuration -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"sessions": (client_session(), client_session())}, "sessions: found a name twice"),
        (
            {"sessions": (client_session(), client_session("B", target_comp_id="OMS"))},
            "session B: found the versions and CompIDs of OMS, expected its own",
        ),
        ({"sessions": (client_session(networks=("10.0.0.1/8",)),)}, "session OMS: .*networks: found 10.0.0.1/8"),
        ({"sessions": (client_session(dictionary=Path("none.xml")),)}, "none.xml: found No such file"),
        ({"sessions": (client_session(start="8 o'clock", end="17:00"),)}, "start: found \"8 o'clock\""),
        ({"parameter_tags": {"slices": "9001"}}, "parameter_tags: found 'slices', expected tags"),
    ],
)  # fmt: skip
def test_configuration_that_cannot_be_is_named(more: dict[str, Any], text: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=text):
        FixGateway(**{"sessions": (client_session(),), **more}).start(Context(base=tmp_path))


def test_faults_of_all_sessions_are_told_together(tmp_path: Path) -> None:
    sessions = tuple(client_session(name, dictionary=Path(f"{name}.xml")) for name in ("A", "B"))
    with pytest.raises(ConfigError) as caught:
        FixGateway(sessions=sessions).start(Context(base=tmp_path))
    assert [fault.split(":")[1].strip() for fault in caught.value.faults] == ["session A", "session B"]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_takes_an_order(version: str) -> None:
    one = room(version)
    one.does("D", one.client.order("c1", "100", "", (847, "TWAP"), (957, "1"), (958, "slices"), (959, "1"), (960, "4")))
    (event,) = events(one)
    assert (event.strategy, event.params) == ("TWAP", (("slices", "4"),))
    assert one.faults == []


def test_fields_that_change_nothing_are_taken() -> None:
    one = talk()
    parties = [(453, "1"), (448, "T1"), (447, "D"), (452, "12")]
    remarks = [(63, "0"), (114, "N"), (99, "0"), (110, "0.00"), (423, "2"), (58, "hello"), (528, "A"), (526, "x")]
    one.does("D", one.client.order("c1", "100", "10", *parties, *remarks))
    (event,) = events(one)
    assert isinstance(event, NewOrder)
