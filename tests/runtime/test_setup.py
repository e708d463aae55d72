"""What an engine is made from: limits are said or waived, names are known, a configuration has a digest."""

from collections.abc import Mapping
from typing import Any

import pytest
from attrs import evolve, frozen

from smartexec.api import Capabilities, ConfigError, Instrument, JournalError, NewOrder, RejectedOrder, Side, Strategy
from smartexec.kernel.settings import Limits, Netting, Risk, Routing, Settings
from smartexec.runtime.journal.records import Header
from smartexec.runtime.plan.setup import Setup, check_config, header_of, make_engine
from smartexec.runtime.plan.venues_file import VenueHistory
from smartexec.runtime.reading.config import Account
from tests.runtime.world import All, First

LIMITS = Limits(max_order_qty=5, max_order_notional=5, collar_bps=5, max_participation_pct=5, max_msgs_per_s=5)


def settings(risk: Risk | None = None, **routing: Any) -> Settings:
    return Settings(risk=risk or Risk(), routing=Routing(**{"default": "first", **routing}))


def setup(**changes: Any) -> Setup:
    """A setup without fault, but for the changes."""
    values: dict[str, Any] = {
        "instruments": [Instrument("ABC")],
        "venues": {"GIVE": Capabilities()},
        "strategies": [All],
        "routers": [First()],
        "settings": settings(),
        "unlimited": "a test",
    }
    return Setup(**{**values, **changes})


def faults(**changes: Any) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        setup(**changes)
    return caught.value.faults


def test_limits_of_the_firm_must_be_said_or_waived() -> None:
    missing = faults(unlimited=" ")
    assert [fault.partition(":")[0] for fault in missing] == [
        "risk.max_order_qty",
        "risk.max_order_notional",
        "risk.collar_bps",
        "risk.max_participation_pct",
        "risk.max_msgs_per_s",
    ]
    assert missing[0] == 'risk.max_order_qty: found nothing, expected a limit, or unlimited = "reason" in [risk]'
    assert setup(unlimited="", settings=settings(Risk(LIMITS))).settings.risk.firm == LIMITS
    (one,) = faults(unlimited="", settings=settings(Risk(evolve(LIMITS, collar_bps=None))))
    assert one.startswith("risk.collar_bps: found nothing")


def test_routing_logic_that_is_not_there_is_named() -> None:
    assert faults(settings=settings(default="parallel")) == (
        "routing.default: found 'parallel', expected one of first",
    )
    assert faults(settings=settings(overbook={"fast": 10})) == (
        "routing.overbook: found 'fast', expected one of first",
    )
    assert faults(routers=[]) == ("routing.default: found 'first', expected one of none",)


def test_limits_and_defaults_of_what_is_not_there_are_named() -> None:
    risk = Risk(strategies={"TWAP": LIMITS}, venues={"GIV": LIMITS}, instruments={"ABD": LIMITS}, clients={"X": LIMITS})
    assert faults(settings=settings(risk), defaults={"VWAP": {}}) == (
        "defaults.VWAP: found an unknown name, expected one of ALL",
        "risk.strategies.TWAP: found an unknown name, expected one of ALL",
        "risk.venues.GIV: found an unknown name, expected one of GIVE",
        "risk.instruments.ABD: found an unknown name, expected one of ABC",
    )


def test_things_that_have_names_may_be_given_as_they_are() -> None:
    named = setup(instruments={"ABC": Instrument("ABC")}, strategies={"ALL": All}, routers={"first": First()})
    assert setup() == named
    assert setup().wakes == {"ALL": All.wakes_on}


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"instruments": 5}, "instruments: found int 5, expected instruments by symbol"),
        ({"instruments": "ABC"}, "instruments: found str 'ABC', expected instruments by symbol"),
        ({"instruments": ["ABC"]}, "instruments[0]: found str 'ABC', expected Instrument"),
        ({"instruments": {7: Instrument("ABC")}}, "instruments.7: found key int 7, expected a symbol"),
        ({"venues": ["GIVE"]}, "venues: found list ['GIVE'], expected venues by MIC"),
        ({"venues": {"GIVE": "sim-lit"}}, "venues.GIVE: found str 'sim-lit', expected Capabilities"),
        ({"strategies": ["ALL"]}, "strategies[0]: found str 'ALL', expected a strategy class"),
        ({"strategies": [All()]}, "strategies.ALL: found All All("),
        ({"strategies": [First]}, "strategies.first: found bases RoutingLogic, expected Strategy"),
        ({"strategies": [Strategy]}, "strategies[0]: found no decide, expected every abstract method of Strategy"),
        ({"routers": [First]}, "routers.first: found the class First, expected an instance of one"),
        ({"routers": First()}, "routers: found First First(), expected routers by name"),
        ({"routers": ["first"]}, "routers[0]: found str 'first', expected a routing logic"),
        ({"routers": {"first": All()}}, "routers.first: found All All("),
        ({"settings": {}}, "settings: found dict {}, expected Settings"),
        ({"unlimited": True}, "unlimited: found bool True, expected text"),
        ({"accounts": {"ACME": "OWN"}}, "accounts.ACME: found str 'OWN', expected Account"),
        ({"defaults": {"ALL": 3}}, "defaults.ALL: found int 3, expected parameters by name"),
        ({"statistics": {"ABC": {}}}, "statistics.ABC: found dict {}, expected Statistics"),
        ({"history": None}, "history: found NoneType None, expected VenueHistory"),
        ({"plugins": ["smartexec-files"]}, "plugins: found list ['smartexec-files'], expected what Registry.infos"),
    ],
)  # fmt: skip
def test_what_is_not_of_its_kind_is_said_before_anything_is_made(changes: dict[str, Any], line: str) -> None:
    (fault,) = faults(**changes)
    assert fault.startswith(line)


def test_all_that_is_not_of_its_kind_is_said_at_once() -> None:
    said = faults(instruments=[5, "ABC"], strategies=[All, "VWAP"], settings=None)
    assert [fault.partition(":")[0] for fault in said] == [
        "settings", "instruments[0]", "instruments[1]", "strategies[1]",
    ]  # fmt: skip


def test_intake_fills_in_what_setup_says() -> None:
    made = setup(accounts={"ACME": Account(owner="OWN", house=True)}, defaults={"ALL": {"lots": 3}})
    taken = made.intake().take(NewOrder("OMS", "c1", "ABC", Side.BUY, 10, "ALL", "ACME", params=(("delay", "1s"),)))
    assert taken == NewOrder(
        "OMS", "c1", "ABC", Side.BUY, 10, "ALL", "ACME", owner="OWN", house=True,
        params=(("lots", 3), ("delay", 10**9), ("fails", False)),
    )  # fmt: skip
    refused = made.intake().take(NewOrder("OMS", "c2", "ABC", Side.BUY, 10, "ALL", params=(("lots", 0),)))
    assert isinstance(refused, RejectedOrder)
    assert refused.text == "ALL.lots: found 0, expected > 0"


@pytest.mark.parametrize(
    "changes",
    [
        {"settings": evolve(settings(), netting=Netting(enabled=False))},
        {"instruments": [Instrument("ABC", tick=1)]},
        {"instruments": [Instrument("ABC"), Instrument("ABD")]},
        {"venues": {"TAKE": Capabilities()}},
        {"accounts": {"ACME": Account(house=True)}},
        {"defaults": {"ALL": {"lots": 3}}},
        {"config": "[run]"},
    ],
)
def test_digest_tells_what_the_operator_decides(changes: Mapping[str, Any]) -> None:
    before, after = setup(), setup(**changes)
    assert before.digest == setup().digest
    assert before.digest != after.digest
    with pytest.raises(
        JournalError, match=f"found a session of configuration {before.digest}, expected {after.digest}"
    ):
        check_config(after, header_of(before), None)  # type: ignore[arg-type]


def test_digest_does_not_tell_what_plugins_can_do() -> None:
    @frozen
    class Second(First):
        name = "second"

    changed = setup(venues={"GIVE": Capabilities(min_qty=True)}, routers=[First(), Second()])
    assert changed.digest == setup().digest


def test_engine_works_with_what_was_recorded() -> None:
    header: Header = header_of(setup(venues={"GIVE": Capabilities(min_qty=True)}))
    engine = make_engine(header, made := setup(), made.advisor())
    assert engine.sender.venues["GIVE"].min_qty


def test_what_a_changed_logic_cannot_read_stays_plain() -> None:
    @frozen
    class Lesson:
        n: int

    @frozen
    class Learner(First):
        name = "learner"
        learned_type = Lesson

    history = VenueHistory(learned={"learner": {"ABC": {"n": "many"}}, "first": {"ABC": 1}})
    made = setup(routers=[First(), Learner()], history=history)
    engine = made.engine(made.advisor())
    assert engine.scorecard.learned == {("learner", "ABC"): {"n": "many"}, ("first", "ABC"): 1}
    known = setup(routers=[First(), Learner()], history=VenueHistory(learned={"learner": {"ABC": {"n": 7}}}))
    assert known.engine(known.advisor()).scorecard.learned == {("learner", "ABC"): Lesson(7)}
