"""Directive `fields-table`: the fields of an attrs class as a table: parameters are explained where they are."""

import importlib
from enum import Enum

import attrs
from docutils import nodes
from lifecycle_table import table
from sphinx.application import Sphinx
from sphinx.pycode import ModuleAnalyzer
from sphinx.util.docutils import SphinxDirective


def fields(path: str) -> list[list[str]]:
    """Give name, type, default and meaning of each field of the class at a dotted path, after a head."""
    module, _, name = path.rpartition(".")
    cls = getattr(importlib.import_module(module), name)
    analyzer = ModuleAnalyzer.for_module(module)
    analyzer.analyze()
    return [
        ["name", "type", "default", "meaning"],
        *(
            [
                field.name,
                _type(field),
                _default(field),
                " ".join(analyzer.attr_docs.get((name, field.name), [])).strip(),
            ]
            for field in attrs.fields(cls)
            if field.init
        ),
    ]


def _type(field: "attrs.Attribute[object]") -> str:
    name = field.type.__name__ if isinstance(field.type, type) else str(field.type)
    return "duration" if field.metadata.get("unit") == "ns" else name.rpartition(".")[2]


def _default(field: "attrs.Attribute[object]") -> str:
    default = field.default
    if default is attrs.NOTHING:
        return "required"
    if isinstance(default, attrs.Factory):  # type: ignore[arg-type]
        return "empty"
    return str(default.value if isinstance(default, Enum) else default)


class FieldsTable(SphinxDirective):
    """Insert the table of the class that the argument names."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        return [table(fields(self.arguments[0]))]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive with Sphinx."""
    app.add_directive("fields-table", FieldsTable)
    return {"parallel_read_safe": True}
