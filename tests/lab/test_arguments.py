"""What may be written, and the one line that says what is wrong with it."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from attrs import field, frozen

from smartexec.api import Decision, ParentView, RoutingLogic, Strategy
from smartexec.errors import ConfigError
from smartexec.lab import Lab, quote, trade
from smartexec.registry import Registry, discover, load
from smartexec_routers.sequential import Sequential
from smartexec_sim.lit import SimLit
from smartexec_sim.synthetic import SyntheticFeed
from tests.hooks.kit import candidate
from tests.lab.strategies import Eager, Patient

Make = Callable[[], object]


def named(name: str) -> type[Strategy]:
    """A strategy class of some name."""

    def decide(self: Strategy, view: ParentView) -> Decision:
        return Decision()

    return frozen(type("Made", (Strategy,), {"name": name, "decide": decide}))


def after_a_step() -> Lab:
    """A lab that has begun."""
    lab = Lab(10)
    lab.buy(100, Eager)
    lab.step()
    return lab


def lit(**fields: object) -> Lab:
    """A lab with one lit venue of these fields."""
    return Lab(venues={"A": {"plugin": "sim-lit", **fields}})


def in_year(year: int) -> str:
    """A morning of it."""
    return f"{year}-01-05T09:30:00Z"


def between(start: str, end: str) -> object:
    """An order with these times."""
    return Lab().buy(1, Eager, start=start, end=end)


WRONG: list[tuple[str, Make]] = [
    ("TWAP.max_quote_age: found 30, expected a duration in quotes", lambda: Lab().buy(1, "TWAP", max_quote_age=30)),
    ("TWAP.max_quote_age: found '30', expected a duration in", lambda: Lab().buy(1, "TWAP", max_quote_age="30")),
    ("plot: lab.png: found '.png', expected a page: .html", lambda: Lab().plot("lab.png")),
    ("plot: lab: found 'no suffix', expected a page: .html", lambda: Lab().plot("lab")),
    ("minutes: found 0, expected a whole number of at least 1", lambda: Lab(0)),
    ("minutes: found True, expected a whole number", lambda: Lab(True)),
    ("seed: found -1, expected a whole number of at least 0", lambda: Lab(seed=-1)),
    ("price: found 'cheap', expected a decimal number", lambda: Lab(price="cheap")),
    ("price: found 0, expected a price in the currency", lambda: Lab(price=0)),
    ("spread: found 0.5, expected a whole number of at least 1", lambda: Lab(spread=0.5)),  # type: ignore[arg-type]
    ("volatility: found 7, expected a number from 0 to 1", lambda: Lab(volatility=7)),
    ("symbol: found '', expected a name", lambda: Lab(symbol="")),
    ("start: found 'noon', expected a date and time with an offset", lambda: Lab(start="noon")),
    ("start: found datetime.datetime", lambda: Lab(start=datetime(2026, 1, 5))),
    ("start: found '9000-01-05T09:30:00Z', expected an end of the market before", lambda: Lab(start=in_year(9000))),
    ("start: found '1900-01-05T09:30:00Z', expected a time after 1970", lambda: Lab(start=in_year(1900))),
    ("minutes: found 1000000000, expected an end of the market before 2116-02-20", lambda: Lab(10**9)),
    ("seed: found 4611686018427387905, expected a whole number of at most 46116860184", lambda: Lab(seed=2**62 + 1)),
    ("spread: found 1000000000000, expected a whole number of at most", lambda: Lab(spread=10**12)),
    ("symbol: found '\\ud800', expected a name", lambda: Lab(symbol="\ud800")),
    ("settings: found dict {}, expected Settings", lambda: Lab(settings={})),  # type: ignore[arg-type]
    ("registry: found str 'x', expected Registry", lambda: Lab(registry="x")),  # type: ignore[arg-type]
    ("statistics: found dict {'adv': 1}, expected Statistics", lambda: Lab(statistics={"adv": 1})),  # type: ignore[arg-type]
    ("venues: found 5, expected venues, or MICs with", lambda: Lab(venues=5)),  # type: ignore[arg-type]
    ("venues: found None, expected venues, or MICs with", lambda: Lab(venues=None)),  # type: ignore[arg-type]
    ("venues: found 'SIML', expected venues, or MICs with", lambda: Lab(venues="SIML")),  # type: ignore[arg-type]
    ("venues: found none, expected at least one", lambda: Lab(venues={})),
    ("venues.A: found 'sim', expected a venue: one of", lambda: Lab(venues={"A": "sim"})),
    ("venues.A.latency_in: found 5, expected a duration", lambda: lit(latency_in=5)),
    ("venues.A: found no plugin among mic, expected its name", lambda: Lab(venues={"A": {"mic": "A"}})),
    ("venues.A: found a venue with mic 'B', expected its own", lambda: lit(mic="B")),
    ("venues.A: found it twice, expected one venue each", lambda: Lab(venues=[SimLit(mic="A"), SimLit(mic="A")])),
    ("venues: found 'sim-lit', expected venues, or MICs with", lambda: Lab(venues=["sim-lit"])),  # type: ignore[list-item]
    ("venues.A: found 7, expected the name of a venue plugin", lambda: Lab(venues={"A": 7})),  # type: ignore[dict-item]
    ("router: found 'fast', expected a routing logic: one of", lambda: Lab(router="fast")),
    ("router Eager: found bases Strategy, expected RoutingLogic", lambda: Lab(router=Eager)),  # type: ignore[arg-type]
    ("market: found no events, expected at least one quote", lambda: Lab(market=[])),
    ("market: found 7, expected a feed", lambda: Lab(market=7)),  # type: ignore[arg-type]
    ("market[0]: found ('0s',), expected a pair", lambda: Lab(market=[("0s",)])),  # type: ignore[list-item]
    ("market[1]: found 0, expected a time not before", lambda: Lab(market=[("1s", quote(1, 2)), (0, quote(1, 2))])),
    ("market: found 'tape', expected a market-data feed: one of", lambda: Lab(market={"plugin": "tape"})),
    ("volume: found it beside a market, expected one or the other", lambda: Lab(volume=5, market=SyntheticFeed())),
    ("quote: bid: found 'low', expected a decimal number", lambda: quote("low", "high")),
    ("trade: qty: found 0, expected a whole number of at least 1", lambda: trade("1", 0)),
    ("trade: side: found 'BUY', expected a Side or None", lambda: trade("1", 5, side="BUY")),  # type: ignore[arg-type]
    ("trade: mic: found 5, expected text", lambda: trade("1", 5, mic=5)),  # type: ignore[arg-type]
    ("quote: mic: found None, expected text", lambda: quote("1", "2", mic=None)),  # type: ignore[arg-type]
    ("quote: qty: found 9007199254740992, expected a whole number of at most", lambda: quote("1", "2", 2**53)),
    ("qty: found 1.5, expected a whole number", lambda: Lab().buy(1.5, Eager)),  # type: ignore[arg-type]
    ("qty: found 9007199254740992, expected a whole number of at most", lambda: Lab().buy(2**53, Eager)),
    ("qty: found 150, expected a multiple of the lot, 100", lambda: Lab(lot=100).buy(150, Eager)),
    ("limit: found 100.005, expected a multiple of the tick, 0.01", lambda: Lab().buy(1, Eager, limit=100.005)),
    ("limit: found 100010000000, expected a price in the currency", lambda: Lab().buy(1, Eager, limit=100_010_000_000)),
    ("start: found '5', expected a duration such as", lambda: Lab().buy(1, Eager, start="5")),
    ("end: found 5, expected a time since the start of the lab", lambda: Lab().buy(1, Eager, end=5)),  # type: ignore[arg-type]
    ("end: found '5m', expected a time after the start of the order, 00:06:00", lambda: between("6m", "5m")),
    ("end: found '2h', expected no later than the end of the market, 01:00:00", lambda: Lab().buy(1, Eager, end="2h")),
    ("start: found '2h', expected a time before the end of the market", lambda: Lab().buy(1, Eager, start="2h")),
    ("account: found 5, expected text", lambda: Lab().buy(1, Eager, account=5)),  # type: ignore[arg-type]
    ("owner: found None, expected text", lambda: Lab().sell(1, Eager, owner=None)),  # type: ignore[arg-type]
    ("NewOrder.params: found tuple (('slices', 46116860184", lambda: Lab().buy(1, Patient, slices=2**62)),
    ("at: found '60m', expected a time before the end of the market", lambda: Lab().buy(1, Eager, at="60m")),
    ("at: found '0s', expected a time after 00:00:00", lambda: after_a_step().buy(1, Eager, at="0s")),
    ("strategy: found 'TWIP', expected a class or instance, or the name of one of", lambda: Lab().buy(1, "TWIP")),
    ("TWAP.slices: found 0, expected >= 1", lambda: Lab().buy(1, "TWAP", slices=0)),
    ("TWAP.slice: found an unknown key, expected one of", lambda: Lab().buy(1, "TWAP", slice=3)),
    ("PATIENT.slices: found 0, expected >= 1", lambda: Lab().buy(1, Patient, slices=0)),
    ("strategy: found slices beside an instance, expected its own", lambda: Lab().buy(1, Patient(), slices=3)),
    ("strategy int: found bases object, expected Strategy", lambda: Lab().buy(1, int)),  # type: ignore[arg-type]
    ("strategy Made: found name '', expected text", lambda: Lab().buy(1, named(""))),
    ("strategy NEW: found a class that is new since the first step", lambda: after_a_step().buy(1, named("NEW"))),
    ("order: found C1 A-C1 BUY 1 EAGER: not there yet", lambda: Lab().cancel(Lab().buy(1, Eager))),
    ("amend: found neither qty nor limit, expected one of them", lambda: (lab := Lab()).amend(lab.buy(1, Eager))),
]  # fmt: skip


@pytest.mark.parametrize(("text", "make"), WRONG, ids=[text for text, _ in WRONG])
def test_wrong_argument_is_one_clear_line(text: str, make: Make) -> None:
    with pytest.raises(ConfigError) as caught:
        make()
    (line,) = caught.value.faults
    assert line.startswith(text)
    assert "\n" not in line


def test_two_classes_of_one_name_are_told_apart() -> None:
    lab = Lab()
    lab.buy(1, named("SAME"))
    with pytest.raises(ConfigError, match="strategy SAME: found two classes of this name, expected one"):
        lab.buy(1, named("SAME"))


def test_own_class_takes_the_place_of_an_installed_one() -> None:
    own = named("TWAP")
    lab = Lab(5)
    lab.buy(100, own)
    lab.buy(100, "TWAP")
    lab.run()
    assert [step.decision for step in lab.steps] == [Decision()]


@pytest.mark.parametrize("strategy", ["TWAP", "class", "instance"])
def test_strategy_may_be_a_name_a_class_or_an_instance(strategy: str) -> None:
    cls = discover().strategies()["TWAP"]
    given: Any = {"TWAP": "TWAP", "class": cls, "instance": cls(slices=7)}[strategy]
    order = Lab().buy(700, given, **({} if strategy == "instance" else {"slices": 7}))
    assert order.sent.strategy == "TWAP"
    assert dict(order.sent.params)["slices"] == 7


@pytest.mark.parametrize("router", ["sequential", Sequential, Sequential(rest_for=7_000_000_000)], ids=str)
def test_router_may_be_a_name_a_class_or_an_instance(router: str | RoutingLogic | type[RoutingLogic]) -> None:
    lab = Lab(5, router=router)
    lab.buy(500, Eager)
    lab.run()
    assert {row["routing"] for row in lab.tables["child_orders"].records()} == {"sequential"}


def test_venues_may_be_instances_and_stay_as_they_were() -> None:
    venue = SimLit(mic="OWN")
    results = []
    for _ in range(2):
        lab = Lab(5, 3, venues=[venue])
        lab.buy(500, Eager)
        results.append(lab.run().commands)
    assert results[0] == results[1]
    assert {row["venue"] for row in lab.tables["executions"].records()} == {"OWN"}


@pytest.mark.parametrize("price", ["100.25", 100.25, Decimal("100.25")], ids=repr)
def test_price_may_be_text_or_a_number(price: str | float | Decimal) -> None:
    assert Lab().buy(1, Eager, limit=price).sent.price == 100_250_000_000


@pytest.mark.parametrize("start", ["2026-03-02T09:30:00-05:00", datetime(2026, 3, 2, 14, 30, tzinfo=UTC)], ids=str)
def test_start_may_be_text_or_a_datetime(start: str | datetime) -> None:
    lab = Lab(7, start=start)
    assert lab.instrument.open == 1_772_461_800_000_000_000
    assert lab.instrument.close - lab.instrument.open == 7 * 60 * 10**9


def test_missing_plugins_are_said_with_what_to_install() -> None:
    with pytest.raises(ConfigError, match=r"^venues.SIML: found no venue 'sim-lit', .*: pip install smartexec-sim$"):
        Lab(registry=Registry())
    venues = [SimLit(mic="OWN")]
    with pytest.raises(ConfigError, match=r"^router: found no routing logic 'parallel', .* pip install smartexec-ro"):
        Lab(registry=Registry(), venues=venues)
    with pytest.raises(ConfigError, match=r"^market: found no market-data feed 'synthetic', .* pip install smartexec-"):
        Lab(registry=Registry(), venues=venues, router=Sequential())
    lab = Lab(registry=Registry(), venues=venues, router=Sequential(), market=[(0, quote(1, 2))])
    with pytest.raises(ConfigError, match=r"found 'TWAP', expected .*: none is installed, pip install smartexec-sched"):
        lab.buy(1, "TWAP")


def test_plugin_that_is_installed_and_broken_is_said_to_be() -> None:
    broken = load([candidate(ImportError("no libm"), "smartexec-sim", "9.9")], strict=False)
    with pytest.raises(
        ConfigError, match=r"venues.SIML: .* smartexec-sim has: smartexec-sim 9.9: .* ImportError: no l"
    ):
        Lab(registry=broken)


def test_attempt_that_was_wrong_leaves_no_trace() -> None:
    lab = Lab(5)
    with pytest.raises(ConfigError):
        lab.buy(100, Eager, limit="100.001")
    assert lab.buy(100, Eager).cl_ord_id == "C1"


def test_coin_is_traded_in_parts() -> None:
    lab = Lab(5, symbol="COIN", qty_decimals=2, lot=5, tick="0.5", price=40_000)
    order = lab.buy(1_250, Eager)
    lab.run()
    assert str(order) == "C1 A-C1 BUY 12.5 EAGER: FILLED, 12.5 done"
    assert lab.tables["parent_orders"].records()[0]["cum_qty"] == "12.5"
    assert "12.5 of 12.5 left" in str(lab.steps[0])


def test_parameter_that_is_checked_beside_another_is_taken_with_it() -> None:
    def fits(one: Any, _: object, value: int) -> None:
        if value * one.slices > 10 * 60 * 10**9:
            raise ValueError("longer than the lab")

    @frozen
    class Paced(Eager):
        name: ClassVar[str] = "PACED"
        slices: int = 5
        pause: int = field(default=10**9, metadata={"unit": "ns"}, validator=fits)

    order = Lab(10).buy(100, Paced, slices=3, pause="2m")
    assert dict(order.sent.params) == {"slices": 3, "pause": 120 * 10**9}
    with pytest.raises(ConfigError, match="longer than the lab"):
        Lab(10).buy(100, Paced, slices=6, pause="2m")
