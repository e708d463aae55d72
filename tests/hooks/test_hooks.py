"""Each of the eight hooks, with a plugin as small as it can be: what is given is found, typed, and owned."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from attrs import frozen

from smartexec.api import (
    Capabilities,
    Decision,
    Journal,
    MarketDataFeed,
    OrderSource,
    ParentView,
    PluginError,
    Route,
    RouteRequest,
    RoutingLogic,
    Sink,
    Strategy,
    VenueAdapter,
    hookimpl,
)
from smartexec.registry import Registry, load
from tests.hooks.kit import candidate, module, registry


@frozen
class Wait(Strategy):
    name = "WAIT"

    def decide(self, view: ParentView) -> Decision:
        return Decision()


@frozen
class Nowhere(RoutingLogic):
    name = "nowhere"

    def route(self, request: RouteRequest) -> Route:
        return Route()


@frozen
class Silent(VenueAdapter):
    name = "silent"
    mic: str = "XXXX"

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities()

    def handle(self, event: Any, now: int) -> Iterable[Any]:
        return ()


@frozen
class NoOrders(OrderSource):
    name = "no-orders"

    def events(self) -> Iterator[Any]:
        return iter(())


@frozen
class NoMarket(MarketDataFeed):
    name = "no-market"

    def events(self) -> Iterator[Any]:
        return iter(())

    def digest(self) -> str:
        return "nothing"


@frozen
class Forgetful(Journal):
    name = "forgetful"

    def create(self, run: Path, header: bytes) -> None: ...
    def open(self, run: Path) -> bytes:
        return b""

    def append(self, seq: int, payload: bytes) -> None: ...
    def commit(self) -> None: ...
    def records(self) -> Iterator[tuple[int, bytes]]:
        return iter(())

    def close(self) -> None: ...


@frozen
class Drain(Sink):
    name = "drain"

    def open(self, folder: Path) -> None: ...
    def write(self, table: str, columns: Any, rows: Any) -> None: ...


def hook(name: str, *given: Any) -> Any:
    """A plugin module with one hook that gives `given`."""

    def implementation() -> Iterable[Any]:
        return given

    implementation.__name__ = name
    return module(**{name: hookimpl(implementation)})


def test_hook_smartexec_strategies_gives_a_strategy() -> None:
    assert registry(hook("smartexec_strategies", Wait)).strategies() == {"WAIT": Wait}


def test_hook_smartexec_routing_logics_gives_a_routing_logic() -> None:
    assert registry(hook("smartexec_routing_logics", Nowhere)).routing_logics() == {"nowhere": Nowhere}


def test_hook_smartexec_venues_gives_a_venue_adapter() -> None:
    assert registry(hook("smartexec_venues", Silent)).venues() == {"silent": Silent}


def test_hook_smartexec_order_sources_gives_an_order_source() -> None:
    assert registry(hook("smartexec_order_sources", NoOrders)).order_sources() == {"no-orders": NoOrders}


def test_hook_smartexec_market_data_feeds_gives_a_feed() -> None:
    assert registry(hook("smartexec_market_data_feeds", NoMarket)).market_data_feeds() == {"no-market": NoMarket}


def test_hook_smartexec_journals_gives_a_journal() -> None:
    assert registry(hook("smartexec_journals", Forgetful)).journals() == {"forgetful": Forgetful}


def test_hook_smartexec_sinks_gives_a_sink() -> None:
    assert registry(hook("smartexec_sinks", Drain)).sinks() == {"drain": Drain}


def test_hook_smartexec_commands_gives_a_command() -> None:
    greet = click.Command("greet")
    assert registry(hook("smartexec_commands", greet)).commands == (greet,)


HOOKS: list[tuple[str, type, type]] = [
    ("smartexec_strategies", Wait, Strategy),
    ("smartexec_routing_logics", Nowhere, RoutingLogic),
    ("smartexec_venues", Silent, VenueAdapter),
    ("smartexec_order_sources", NoOrders, OrderSource),
    ("smartexec_market_data_feeds", NoMarket, MarketDataFeed),
    ("smartexec_journals", Forgetful, Journal),
    ("smartexec_sinks", Drain, Sink),
]


@pytest.mark.parametrize(("name", "cls", "base"), HOOKS)
def test_hook_result_of_the_wrong_kind_names_plugin_distribution_and_version(name: str, cls: type, base: type) -> None:
    wrong = Nowhere if cls is not Nowhere else Wait
    text = rf"acme-plugins 1\.2\.3: {name}: '{wrong.__name__}'.*expected {base.__name__}"
    with pytest.raises(PluginError, match=text):
        registry(hook(name, wrong))


@pytest.mark.parametrize(("name", "cls", "base"), HOOKS)
def test_hook_result_that_is_an_instance_is_refused(name: str, cls: Callable[[], object], base: type) -> None:
    with pytest.raises(PluginError, match=r"expected a class"):
        registry(hook(name, cls()))


@pytest.mark.parametrize(("name", "cls", "base"), HOOKS)
def test_hook_result_that_is_abstract_names_what_is_missing(name: str, cls: type, base: type) -> None:
    bare = type("Bare", (base,), {"name": "bare"})
    with pytest.raises(PluginError, match=r"'Bare': found no \w+.*, expected every abstract method"):
        registry(hook(name, bare))


@pytest.mark.parametrize(("name", "cls", "base"), HOOKS)
def test_hook_result_without_a_name_is_refused(name: str, cls: type, base: type) -> None:
    nameless = frozen(type("Nameless", (cls,), {"name": ""}))
    with pytest.raises(PluginError, match=r"found name '', expected text"):
        registry(hook(name, nameless))


def test_hook_result_that_is_no_attrs_class_is_refused() -> None:
    class Plain(Strategy):
        name = "PLAIN"

        def decide(self, view: ParentView) -> Decision:
            return Decision()

    with pytest.raises(PluginError, match=r"found a plain class, expected an attrs class"):
        registry(hook("smartexec_strategies", Plain))


def test_hook_smartexec_commands_that_gives_no_command_is_refused() -> None:
    with pytest.raises(PluginError, match=r"acme-plugins 1\.2\.3: smartexec_commands.*expected a named click.Command"):
        registry(hook("smartexec_commands", "greet"))


def test_hook_with_an_unknown_name_is_refused() -> None:
    with pytest.raises(PluginError, match=r"smartexec_stratergies"):
        registry(hook("smartexec_stratergies", Wait))


def unmarked() -> object:
    made = module()
    made.smartexec_strategies = lambda: [Wait]  # type: ignore[attr-defined]
    return made


@pytest.mark.parametrize(
    ("plugin", "found"),
    [
        (unmarked(), "found smartexec_strategies without a mark, expected @hookimpl above it"),
        (module(), "found no hook in module "),
        (5, "found no hook in int, expected a module with one, marked @hookimpl"),
    ],
    ids=["not marked", "empty", "no module"],
)
def test_entry_point_that_gives_nothing_is_refused(plugin: object, found: str) -> None:
    with pytest.raises(PluginError, match=f"entry point .*{found}"):
        load([candidate(plugin)])


def test_hook_that_returns_none_is_refused() -> None:
    def smartexec_strategies() -> None:
        return None

    with pytest.raises(PluginError, match="smartexec_strategies: found TypeError: None, expected an iterable"):
        registry(module(smartexec_strategies=hookimpl(smartexec_strategies)))


def test_mark_on_what_is_no_function_is_refused() -> None:
    with pytest.raises(TypeError, match="hookimpl: found int, expected a function to mark"):
        hookimpl.strategies(5)  # type: ignore[arg-type]


def test_hook_that_raises_names_its_owner() -> None:
    @hookimpl
    def smartexec_sinks() -> Iterable[type[Sink]]:
        raise RuntimeError("no disk")

    with pytest.raises(PluginError, match=r"acme-plugins 1\.2\.3: smartexec_sinks: found RuntimeError: no disk"):
        registry(module(smartexec_sinks=smartexec_sinks))


def test_hook_results_with_one_name_name_both_owners() -> None:
    with pytest.raises(PluginError, match=r"strategy 'WAIT': found in acme-a 1.0 \(Wait\) and in acme-b 2.0 \(Wait\)"):
        load(
            [
                candidate(hook("smartexec_strategies", Wait), "acme-a", "1.0"),
                candidate(hook("smartexec_strategies", Wait), "acme-b", "2.0"),
            ]
        )


def test_hook_commands_with_one_name_name_both_owners() -> None:
    with pytest.raises(PluginError, match=r"command 'greet': found in acme-a 1.0 and in acme-b 2.0"):
        load(
            [
                candidate(hook("smartexec_commands", click.Command("greet")), "acme-a", "1.0"),
                candidate(hook("smartexec_commands", click.Command("greet")), "acme-b", "2.0"),
            ]
        )


def test_hook_one_name_may_be_used_in_two_kinds() -> None:
    both = module(
        smartexec_journals=hook("smartexec_journals", Forgetful).smartexec_journals,
        smartexec_sinks=hook("smartexec_sinks", frozen(type("S", (Drain,), {"name": "forgetful"}))).smartexec_sinks,
    )
    found: Registry = registry(both)
    assert [(i.kind, i.name, i.owner) for i in found.infos()] == [
        ("journal", "forgetful", "acme-plugins 1.2.3"),
        ("sink", "forgetful", "acme-plugins 1.2.3"),
    ]
