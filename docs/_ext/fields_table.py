"""Directive `fields-table`: the fields of an attrs class as a table, as `smartexec plugins` describes them."""

import importlib
from collections.abc import Callable

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from tabling import table

from smartexec.runtime.config import UNITS
from smartexec.runtime.constraints import Parameter, describe
from smartexec.runtime.tables import decimal

NANO_DIGITS = 9
PLAIN = {"int": "integer", "str": "text", "float": "number", "bool": "true or false"}
KINDS = {"ns": "duration", "px": "decimal", "money": "decimal", "time": "date-time"}


def fields(path: str) -> list[list[str]]:
    """Give name, type, default and meaning of each field of the class at a dotted path, after a head."""
    module, _, name = path.rpartition(".")
    found = describe(getattr(importlib.import_module(module), name))
    return [["name", "value", "default", "meaning"], *(_cells(one) for one in found)]


def _cells(one: Parameter) -> list[str]:
    unit = one.unit or UNITS.get(one.name, "")
    kind = " or ".join(KINDS.get(unit, PLAIN.get(k, k)) for k in one.type.split(" | ") if k != "none")
    limits = one.constraints.replace("_", " ") if not one.type.startswith("one of") else ""
    meaning = one.doc.replace("``", "`")
    return [f"`{one.name}`", f"{kind}, {limits}" if limits else kind, _default(one, unit), meaning]


def _default(one: Parameter, unit: str) -> str:
    if one.required:
        return "required"
    value = one.default
    if value is None:
        return "none"
    if type(value) is int and unit in _SAY:
        return _SAY[unit](value)
    return (
        "empty"
        if value in ("", "()", "[]", "{}", "frozenset()")
        else f"`{str(value).lower()}`"
        if type(value) is bool
        else f"`{value}`"
    )


def _duration(ns: int) -> str:
    for unit, size in (("s", 10**9), ("ms", 10**6), ("us", 10**3)):
        if ns and ns % size == 0:
            return f'`"{ns // size}{unit}"`'
    return f"`{ns}`"


_SAY: dict[str, Callable[[int], str]] = {
    "ns": _duration,
    "px": lambda value: f'`"{decimal(value, NANO_DIGITS)}"`',
    "money": lambda value: f'`"{decimal(value, NANO_DIGITS)}"`',
}


class FieldsTable(SphinxDirective):
    """Insert the table of the class that the argument names."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        rows = fields(self.arguments[0])
        return [table(rows, (22, 22, 16, 60))] if len(rows) > 1 else [nodes.paragraph(text="It has no parameters.")]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive with Sphinx."""
    app.add_directive("fields-table", FieldsTable)
    return {"parallel_read_safe": True}
