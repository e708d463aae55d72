"""Events of order sources made canonical: defaults, owners, strict parameters, refusals that keep the order."""

from typing import Any

import pytest
from attrs import evolve

from smartexec.model.enums import Side
from smartexec.model.orders import CancelRequest, NewOrder, RejectedOrder
from smartexec.runtime.plan.intake import Intake, Strategies
from smartexec.runtime.reading.config import Account
from tests.runtime.world import All

CANONICAL = (("lots", 3), ("delay", 1_000_000_000), ("fails", False))


def order(**fields: Any) -> NewOrder:
    return evolve(NewOrder("OMS", "c1", "ABC", Side.SELL, 10, "ALL", "A"), **fields)


@pytest.fixture
def strategies() -> Strategies:
    return Strategies({"ALL": All}, {"ALL": {"lots": 3, "delay": "1s"}})


@pytest.fixture
def intake(strategies: Strategies) -> Intake:
    return Intake(strategies, {"B": Account(owner="Bea", house=True), "C": Account(no_cross=True)})


def test_params_are_all_fields_in_field_order_typed(intake: Intake) -> None:
    assert intake.take(order()) == order(params=CANONICAL, owner="A")
    given = order(params=(("delay", "2s"), ("lots", "5")))
    assert intake.take(given) == order(params=(("lots", 5), ("delay", 2 * 10**9), ("fails", False)), owner="A")


def test_equal_params_spelled_differently_are_equal(intake: Intake) -> None:
    one, two = intake.take(order(params=(("lots", "3"),))), intake.take(order(params=(("lots", 3),)))
    assert one == two == intake.take(order())


@pytest.mark.parametrize(
    ("account", "given", "expected"),
    [
        ("A", {}, ("A", False, False)),
        ("B", {}, ("Bea", True, False)),
        ("B", {"owner": "Bob"}, ("Bob", True, False)),
        ("C", {"house": True}, ("C", True, True)),
    ],
)
def test_account_defaults(intake: Intake, account: str, given: dict[str, Any], expected: object) -> None:
    taken = intake.take(order(account=account, **given))
    assert isinstance(taken, NewOrder)
    assert (taken.owner, taken.house, taken.no_cross) == expected


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ((("lots", "2.5"),), "ALL.lots: found '2.5', expected an integer"),
        ((("lots", True),), "ALL.lots: found True, expected an integer"),
        ((("lots", 0),), "ALL.lots: found 0, expected > 0"),
        ((("lot", 1),), "ALL.lot: found an unknown key, expected one of lots, delay, fails"),
        ((("lots", 1), ("lots", 2)), "ALL.lots: found it twice, expected once"),
        (
            (("lots", "x"), ("fails", "y")),
            "ALL.lots: found 'x', expected an integer; ALL.fails: found 'y'",
        ),
    ],
)
def test_bad_params_become_a_rejected_order_that_keeps_what_was_sent(intake: Intake, params: object, text: str) -> None:
    taken = intake.take(order(params=params, price=5))
    assert isinstance(taken, RejectedOrder)
    assert taken.text.startswith(text)
    kept = (taken.source, taken.cl_ord_id, taken.symbol, taken.side, taken.order_qty, taken.price, taken.strategy)
    assert kept == ("OMS", "c1", "ABC", "SELL", 10, 5, "ALL")


def test_true_and_one_are_not_the_same_param_even_when_cached(intake: Intake) -> None:
    assert isinstance(intake.take(order(params=(("lots", 1),))), NewOrder)
    assert isinstance(intake.take(order(params=(("lots", True),))), RejectedOrder)
    assert isinstance(intake.take(order(params=(("lots", 1.0),))), RejectedOrder)


def test_unknown_strategy_is_rejected(intake: Intake) -> None:
    taken = intake.take(order(strategy="NONE"))
    assert isinstance(taken, RejectedOrder)
    assert taken.text == "TargetStrategy(847): found 'NONE', expected one of ALL"


def test_other_events_pass_unchanged(intake: Intake) -> None:
    cancel = CancelRequest("OMS", "c2", "c1")
    assert intake.take(cancel) is cancel


def test_instances_are_given_back_by_canonical_params(strategies: Strategies) -> None:
    params = strategies.canonical("ALL", ())
    assert params == CANONICAL
    one = strategies.instance("ALL", CANONICAL)
    assert one == All(lots=3, delay=10**9)
    assert strategies.instance("ALL", CANONICAL) is one
    assert Strategies({"ALL": All}).instance("ALL", CANONICAL) == one
