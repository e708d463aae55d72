"""Directives `kit-scenarios` and `kit-settings`: what a conformance kit tries, and what its author sets or writes.

All is read from the kit: numbers and sentences from its scenarios, attributes and their meanings from its source.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from tabling import table

from smartexec import testing
from smartexec.model.instrument import Instrument
from smartexec.runtime.reading.constraints import field_docs
from smartexec.testing.kit import Kit

SCENARIOS = ["scenario", "what must hold", "how it is tried, when it is skipped", "since"]
SETTINGS = ["attribute", "type", "unless set", "meaning"]
METHODS = ["method", "does"]


def kit_of(name: str) -> type[Kit]:
    """Give a kit by its name in `smartexec.testing`."""
    found = getattr(testing, name)
    assert issubclass(found, Kit), name
    return found


def scenarios(name: str) -> list[list[str]]:
    """Give number, sentence, how it is tried and version of each scenario, after a head."""
    return [SCENARIOS, *([one.number, one.title, one.text, one.since] for one in kit_of(name).scenarios())]


def settings(name: str) -> list[list[str]]:
    """Give name, type, default and meaning of each class attribute that an author may set, after a head."""
    kit = kit_of(name)
    docs = field_docs(kit)
    found = {target: row for base in reversed(kit.__mro__) for target, row in _attributes(base) if target in docs}
    own = [key for key in found if key not in ("kind", "subject")]
    needed = [key for key in own if not hasattr(kit, key)]
    order = (*needed, *(key for key in own if key not in needed))
    return [SETTINGS, *([*found[key], _default(kit, key), docs[key].replace("``", "`")] for key in order)]


def methods(name: str, wanted: list[str]) -> list[list[str]]:
    """Give signature and meaning of methods, after a head."""
    kit = kit_of(name)
    return [METHODS, *([f"`{signature(kit, one)}`", _first(getattr(kit, one))] for one in wanted)]


def signature(cls: type, method: str) -> str:
    """Write a method's signature as its source has it, without `self` and `cls`."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(getattr(cls, method))))).body[0]
    assert isinstance(tree, ast.FunctionDef)
    tree.args.args = [one for one in tree.args.args if one.arg not in ("self", "cls")]
    given = "" if tree.returns is None else f" -> {ast.unparse(tree.returns)}"
    return f"{method}({ast.unparse(tree.args)}){given}"


def _attributes(cls: type) -> Iterator[tuple[str, list[str]]]:
    if not (issubclass(cls, Kit) or cls.__module__.startswith("smartexec.testing.")):
        return
    tree = ast.parse(inspect.getsource(import_module(cls.__module__)))
    body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == cls.__name__)
    for node in body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            kind = ast.unparse(node.annotation).removeprefix("ClassVar[").removesuffix("]")
            yield node.target.id, [f"`{node.target.id}`", f"`{kind}`"]


def _default(kit: type[Kit], key: str) -> str:
    if not hasattr(kit, key):
        return "must be set"
    value = getattr(kit, key)
    if value and isinstance(value, tuple) and isinstance(value[0], Instrument):
        return ", ".join(f"`{one.symbol}`" for one in value)
    return f"`{value}`" if value else "empty"


def _first(method: Callable[..., Any]) -> str:
    return " ".join(inspect.cleandoc(method.__doc__ or "").partition("\n\n")[0].split())


class KitScenarios(SphinxDirective):
    """Insert the table of scenarios of the kit in the argument; each row can be linked to: `#v-10`."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        drawn = table(scenarios(self.arguments[0]), (10, 40, 42, 8))
        for row in drawn.findall(nodes.row):
            number = row.astext().partition("\n")[0]
            if number != SCENARIOS[0]:
                row["ids"].append(number.lower())
        return [drawn]


class KitSettings(SphinxDirective):
    """Insert the table of attributes of the kit in the argument, and one of the methods in `methods`."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {"methods": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        drawn: list[nodes.Node] = [table(settings(self.arguments[0]), (14, 26, 16, 44))]
        wanted = self.options.get("methods", "").split()
        return drawn + ([table(methods(self.arguments[0], wanted), (40, 60))] if wanted else [])


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives with Sphinx."""
    app.add_directive("kit-scenarios", KitScenarios)
    app.add_directive("kit-settings", KitSettings)
    return {"parallel_read_safe": True}
