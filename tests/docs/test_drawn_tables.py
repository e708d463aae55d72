"""What the documentation draws from code: every transition, field, column, command and name is there and explained."""

import re
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import attrs
import pytest

from smartexec import api, embed
from smartexec.cli.main import BUILT_IN
from smartexec.kernel.lifecycle import LIFE, Life
from smartexec.registry import discover
from smartexec.runtime.reading.config import SECTIONS
from smartexec.runtime.report.tables import COLUMNS

DOCS = Path(__file__).parents[2] / "docs"


def extension(name: str) -> ModuleType:
    """Import one of the documentation's extensions."""
    sys.path.insert(0, str(DOCS / "_ext"))
    try:
        return import_module(name)
    finally:
        sys.path.remove(str(DOCS / "_ext"))


def test_every_transition_is_drawn() -> None:
    head, *rows = extension("lifecycle_table").transitions()
    drawn = {(row[0], trigger): cell for row in rows for trigger, cell in zip(head[2:], row[2:], strict=True)}
    expected = {(life.name, trigger.name): target.name for (life, trigger), target in LIFE.items()}
    assert {key: cell for key, cell in drawn.items() if cell != "·"} == expected


def test_diagram_has_a_box_for_each_life_and_an_arrow_for_each_move() -> None:
    picture = extension("lifecycle_table").diagram()
    moves = {(life, to) for (life, _), to in LIFE.items() if to is not life}
    assert picture.count("<rect") == len(Life)
    assert picture.count("marker-end") == len(moves)


def pages() -> list[str]:
    """The text of every page."""
    return [path.read_text(encoding="utf-8") for path in sorted(DOCS.rglob("*.rst")) if "_build" not in path.parts]


def documented() -> list[str]:
    """Paths of the classes whose fields a page shows."""
    lines = [line for text in pages() for line in text.splitlines()]
    return [line.split()[-1] for line in lines if line.startswith(".. fields-table::")]


def test_values_show_every_field_as_code_sees_it() -> None:
    _, *rows = extension("fields_table").values("smartexec.api.Slice")
    assert [row[0].strip("`") for row in rows] == [f.name for f in attrs.fields(api.Slice)]
    assert [row[1] for row in rows[:3]] == ["int", "int | None", "str"]


def test_every_plugin_with_parameters_has_its_table() -> None:
    shipped = {path.name for path in (DOCS.parent / "plugins").glob("smartexec-*")}  # examples have READMEs
    theirs = [info for info in discover().infos() if info.distribution in shipped]
    paths = [f"{i.cls.__module__}.{i.cls.__qualname__}" for i in theirs if any(f.init for f in attrs.fields(i.cls))]
    assert sorted(set(paths) - set(documented())) == []


@pytest.mark.parametrize("path", documented())
def test_every_field_is_explained(path: str) -> None:
    table = extension("fields_table")
    page = next(text for text in pages() if f".. fields-table:: {path}\n" in text)
    raw = f".. fields-table:: {path}\n   :raw:" in page
    _, *rows = (table.values if raw else table.fields)(path)
    assert [row[0] for row in rows if not row[3]] == []


def test_every_member_of_an_enumeration_is_explained() -> None:
    enums = extension("enum_table")
    kinds = enums.enumerations()
    assert {kind.__name__ for kind in kinds} == set(extension("words").MEMBERS)
    for kind in kinds:
        _, *rows = enums.members(kind)
        assert [row[0].strip("`") for row in rows] == [member.name for member in kind]
        assert len(rows) == len(extension("words").MEMBERS[kind.__name__])


@pytest.mark.parametrize("path", documented())
def test_every_field_is_read(path: str) -> None:
    _, *rows = extension("fields_table").fields(path)
    assert rows
    assert all(len(row) == 4 and row[0] and row[1] and row[2] for row in rows)


@pytest.mark.parametrize("name", COLUMNS)
def test_every_column_is_explained(name: str) -> None:
    _, *rows = extension("columns_table").columns(name)
    assert [row[0].strip("`") for row in rows] == COLUMNS[name].split()
    assert f".. columns-table:: {name}\n" in (DOCS / "reference/tables.rst").read_text(encoding="utf-8")


def test_no_column_is_explained_that_is_not_there() -> None:
    known = {f"{table}.{column}" for table, columns in COLUMNS.items() for column in columns.split()}
    known |= {column for columns in COLUMNS.values() for column in columns.split()}
    assert sorted(set(extension("columns_table").MEANINGS) - known) == []


def test_every_section_of_a_configuration_has_its_row() -> None:
    page = (DOCS / "reference/config.rst").read_text(encoding="utf-8")
    rows = re.findall(r"^``(\[.*?)``  +(?:yes|no|at least|every)", page, re.MULTILINE)
    assert {re.findall(r"\w+", row)[0] for row in rows} == set(SECTIONS)


def test_every_command_is_described() -> None:
    reference = extension("command_reference")
    names = [words for words, _ in reference.commands()]
    assert [words for words in names if " " not in words] == list(BUILT_IN)
    assert "fit volume" in names
    assert all(row[1] for _, command in reference.commands() for row in reference.options(command))


@pytest.mark.parametrize("module", [api, embed], ids=["api", "embed"])
def test_every_public_name_is_described(module: ModuleType) -> None:
    _, *rows = extension("api_names").names(module.__name__)
    assert sorted(row[0].strip("`") for row in rows) == sorted(module.__all__)
    assert [row for row in rows if not row[1]] == []
    assert any(f".. api-names:: {module.__name__}\n" in text for text in pages())
