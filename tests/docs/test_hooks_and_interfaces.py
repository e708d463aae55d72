"""Every hook, method of an interface, and kit has its page, with the signature that the code has.

A page's signature is written by hand. So a change of an interface fails here until somebody has read its page again.
"""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import pytest

from smartexec import api, hookspecs, testing
from smartexec.interfaces.wired import Wired
from smartexec.registry import KINDS, Registry
from smartexec.testing.kit import Kit
from tests.docs.test_code_blocks import blocks
from tests.docs.test_drawn_tables import extension
from tests.hooks.kit import registry

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"
HOOKS = sorted(name for name in vars(hookspecs) if name.startswith("smartexec_"))
INTERFACES: dict[str, type] = {
    "strategy": api.Strategy,
    "routing-logic": api.RoutingLogic,
    "venue-adapter": api.VenueAdapter,
    "order-source": api.OrderSource,
    "market-data-feed": api.MarketDataFeed,
    "journal": api.Journal,
    "sink": api.Sink,
    "wired": Wired,
    "host": api.Host,
}
"""Page -> interface."""
KITS: dict[str, type[Kit]] = {
    "strategy": testing.StrategyKit,
    "routing": testing.RoutingKit,
    "venue": testing.VenueKit,
    "simulated-venue": testing.SimulatedVenueKit,
    "order-source": testing.OrderSourceKit,
    "feed": testing.FeedKit,
    "journal": testing.JournalKit,
    "sink": testing.SinkKit,
}
"""Page -> kit."""


def text_of(folder: str, name: str) -> str:
    """The source of a reference page."""
    return (REFERENCE / folder / f"{name}.rst").read_text(encoding="utf-8")


def signature(function: Any) -> str:
    """A function's name, arguments and result as its source has them, without `self`."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    assert isinstance(tree, ast.FunctionDef)
    assert tree.returns is not None
    tree.args.args = [one for one in tree.args.args if one.arg != "self"]
    return f"{tree.name}({ast.unparse(tree.args)}) -> {ast.unparse(tree.returns)}"


def own(cls: type) -> Iterator[tuple[str, Any]]:
    """The public methods and properties that a class has in its own body."""
    yield from ((name, value) for name, value in vars(cls).items() if not name.startswith("_") and _says(value))


def _says(value: object) -> bool:
    return inspect.isfunction(value) or isinstance(value, property)


# -- hooks -------------------------------------------------------------------------------------------------------------


def page_of(hook: str) -> str:
    return hook.removeprefix("smartexec_")


def test_every_page_of_a_hook_is_of_one_that_is_there() -> None:
    assert sorted(path.stem for path in (REFERENCE / "hooks").glob("*.rst")) == [page_of(hook) for hook in HOOKS]


@pytest.mark.parametrize("hook", HOOKS)
def test_page_of_a_hook_has_its_name_and_its_signature(hook: str) -> None:
    text = text_of("hooks", page_of(hook))
    function = getattr(hookspecs, hook)
    assert text.startswith(f"``{hook}``\n")
    assert f".. autofunction:: smartexec.hookspecs.{signature(function)}\n" in text
    assert function.__doc__


@pytest.mark.parametrize("hook", HOOKS)
def test_page_of_a_hook_has_its_marker_interface_and_kit(hook: str) -> None:
    text = text_of("hooks", page_of(hook))
    assert f"@hookimpl.{page_of(hook)}" in text
    assert hasattr(api.hookimpl, page_of(hook))
    bases = [base for name, base in KINDS.values() if name == hook]
    for base in bases:
        (page,) = [name for name, interface in INTERFACES.items() if interface is base]
        assert f"/reference/interfaces/{page}" in text
        kits = [name for name, kit in KITS.items() if KINDS[kit.kind][1] is base]
        assert kits
        assert all(f"/reference/kits/{name}" in text for name in kits)


@pytest.mark.parametrize("hook", HOOKS)
def test_plugin_on_the_page_of_a_hook_is_found(hook: str) -> None:
    (block,) = blocks(REFERENCE / "hooks" / f"{page_of(hook)}.rst", "python")
    module = ModuleType("plugin")
    exec(compile(block.text, f"{page_of(hook)}.rst", "exec"), module.__dict__)
    assert given(registry(module)) == [hook]


def given(found: Registry) -> list[str]:
    """The hooks that gave something."""
    return [KINDS[info.kind][0] for info in found.infos()] + ["smartexec_commands" for _ in found.commands]


def test_command_on_its_page_is_one_that_click_can_call() -> None:
    (block,) = blocks(REFERENCE / "hooks" / "commands.rst", "python")
    module = ModuleType("plugin")
    exec(compile(block.text, "commands.rst", "exec"), module.__dict__)
    (command,) = registry(module).commands
    assert isinstance(command, click.Command)
    assert command.help


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_tested(hook: str) -> None:
    tests = (ROOT / "tests" / "hooks" / "test_hooks.py").read_text(encoding="utf-8")
    assert re.search(rf"^def test_hook_{hook}_", tests, re.MULTILINE)


# -- interfaces --------------------------------------------------------------------------------------------------------


def test_every_interface_has_its_page() -> None:
    modules = [path.stem for path in (ROOT / "smartexec" / "interfaces").glob("*.py") if path.stem != "__init__"]
    found = (import_module(f"smartexec.interfaces.{name}") for name in modules)
    abstract = {v for m in found for v in vars(m).values() if isinstance(v, type) and v.__module__ == m.__name__}
    assert set(INTERFACES.values()) == {cls for cls in abstract if hasattr(cls, "__abstractmethods__")}
    assert sorted(path.stem for path in (REFERENCE / "interfaces").glob("*.rst")) == sorted(INTERFACES)


@pytest.mark.parametrize("page", INTERFACES)
def test_page_of_an_interface_has_every_method_with_its_signature(page: str) -> None:
    cls, text = INTERFACES[page], text_of("interfaces", page)
    where = f"{cls.__module__ if cls is Wired else 'smartexec.api'}.{cls.__name__}"
    for name, value in own(cls):
        if isinstance(value, property):
            assert f".. autoproperty:: {where}.{name}\n" in text, name
        else:
            assert f".. automethod:: {where}.{signature(value)}\n" in text, name
    shown = re.findall(rf"^\.\. auto(?:method|property):: {re.escape(where)}\.(\w+)", text, re.MULTILINE)
    assert sorted(shown) == sorted(name for name, _ in own(cls))


@pytest.mark.parametrize("page", INTERFACES)
def test_page_of_an_interface_has_its_class_attributes(page: str) -> None:
    cls, text = INTERFACES[page], text_of("interfaces", page)
    names = [name for name in cls.__annotations__ if name != "name" or cls is not Wired]
    assert [name for name in names if f".. autoattribute:: smartexec.api.{cls.__name__}.{name}\n" not in text] == []


@pytest.mark.parametrize("page", [page for page, cls in INTERFACES.items() if cls not in (Wired, api.Host)])
def test_page_of_an_interface_says_its_life_and_its_errors(page: str) -> None:
    text = text_of("interfaces", page)
    titles = re.findall(r"^(\S[^\n]*)\n-+$", text, re.MULTILINE)
    assert titles[0] == "Life"
    assert titles[-1] == "Errors"
    assert re.search(r"/reference/hooks/\w+", text)
    assert "/reference/kits/" in text


# -- kits --------------------------------------------------------------------------------------------------------------


def test_every_kit_has_its_page() -> None:
    kits = [value for name in testing.__all__ if isinstance(value := getattr(testing, name), type)]
    assert {kit for kit in kits if issubclass(kit, Kit)} == set(KITS.values())
    assert sorted(path.stem for path in (REFERENCE / "kits").glob("*.rst")) == sorted(KITS)


@pytest.mark.parametrize("page", KITS)
def test_page_of_a_kit_draws_its_scenarios_and_settings(page: str) -> None:
    kit, text = KITS[page], text_of("kits", page)
    assert text.startswith(f"``{kit.__name__}``\n")
    assert f".. kit-scenarios:: {kit.__name__}\n" in text
    assert f".. kit-settings:: {kit.__name__}\n" in text


@pytest.mark.parametrize("page", KITS)
def test_table_of_a_kit_has_every_scenario(page: str) -> None:
    _, *rows = extension("kit_table").scenarios(KITS[page].__name__)
    assert [row[0] for row in rows] == [one.number for one in KITS[page].scenarios()]
    assert len(rows) > 10
    assert [row[0] for row in rows if not (row[1].endswith((".", ".)")) and row[3])] == []


@pytest.mark.parametrize("page", KITS)
def test_table_of_a_kit_has_what_must_be_set_and_what_must_be_written(page: str) -> None:
    kit = KITS[page]
    _, *rows = extension("kit_table").settings(kit.__name__)
    must = [row[0].strip("`") for row in rows if row[2] == "must be set"]
    assert kit.subject in must
    assert all(row[3] for row in rows)
    written = [name for name in dir(kit) if "raise NotImplementedError" in _source(getattr(kit, name))]
    listed = re.findall(r"^   :methods: (.*)$", text_of("kits", page), re.MULTILINE)
    assert set(written) <= set(" ".join(listed).split())


def _source(value: object) -> str:
    return inspect.getsource(value) if inspect.isfunction(value) else ""


def test_row_of_a_scenario_can_be_linked_to(built: Path) -> None:
    page = (built / "reference" / "kits" / "venue.html").read_text(encoding="utf-8")
    ids = set(re.findall(r'<tr[^>]* id="(v-\d\d)"', page))
    assert ids == {one.number.lower() for one in testing.VenueKit.scenarios()}
