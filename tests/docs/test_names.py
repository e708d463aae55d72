"""What pages name of the code is there: files, tests and other names in them, scenarios of the conformance kits."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from smartexec import testing
from smartexec.testing.kit import Kit

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(path for path in DOCS.rglob("*.rst") if "_build" not in path.parts)
FOLDERS = ("smartexec", "tests", "plugins", "benchmarks", "examples", "docs")
INSIDE = ("kernel", "runtime", "model", "interfaces", "testing", "cli", "lab")
"""Folders of smartexec that pages name without it."""
PATH = re.compile(rf"``((?:{'|'.join((*FOLDERS, *INSIDE))})/[\w./-]+)(?:::(\w+))?``")
SCENARIO = re.compile(r"\b([SRVPMOJK]-\d\d)\b")


def named(page: Path) -> Iterator[tuple[str, str]]:
    """Yield (path, name in it) that a page names; "" = the file itself."""
    yield from PATH.findall(page.read_text(encoding="utf-8"))


@cache
def defined(path: Path) -> frozenset[str]:
    """Functions and classes of a module."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.ClassDef))


def found(path: str) -> Path | None:
    """The file or folder of that path, from the root or from smartexec."""
    return next((one for one in (ROOT / path, ROOT / "smartexec" / path) if one.exists()), None)


@cache
def scenarios() -> frozenset[str]:
    """Numbers of all kits' scenarios."""
    kits = [value for name in testing.__all__ if isinstance(value := getattr(testing, name), type)]
    return frozenset(one.number for kit in kits if issubclass(kit, Kit) for one in kit.scenarios())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_files_and_what_is_in_them_are_there(page: Path) -> None:
    for path, name in named(page):
        file = found(path)
        assert file is not None, f"{path}: no such file"
        assert not name or name in defined(file), f"{path}: no {name} in it"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_scenarios_are_there(page: Path) -> None:
    assert set(SCENARIO.findall(page.read_text(encoding="utf-8"))) <= scenarios()


def test_every_example_has_its_line() -> None:
    there = {path.parent.name for path in (ROOT / "examples").glob("*/README.md")}
    lines = (DOCS / "examples.rst").read_text(encoding="utf-8").splitlines()
    assert {line.split("``")[1] for line in lines if re.match(r"``\w+`` +\w", line)} == there


def test_every_law_names_what_holds_it() -> None:
    text = (DOCS / "laws.rst").read_text(encoding="utf-8")
    laws = re.split(r"^\d+\. [^\n]+\n-+\n", text, flags=re.MULTILINE)[1:]
    assert len(laws) == 10
    for number, law in enumerate(laws, 1):
        names = [name for path, name in PATH.findall(law) if path.startswith("tests/") and name]
        assert names, f"law {number}"


def test_every_invariant_of_the_worlds_is_a_law_s_or_is_named_as_more() -> None:
    text = (DOCS / "laws.rst").read_text(encoding="utf-8")
    more = {"clients_consistent", "nobody_crosses_itself", "measured", "told_once"}
    tree = ast.parse((ROOT / "tests" / "laws" / "invariants.py").read_text(encoding="utf-8"))
    laws = next(n.value for n in tree.body if isinstance(n, ast.Assign) and getattr(n.targets[0], "id", "") == "LAWS")
    assert isinstance(laws, ast.Tuple)
    names = {one.id for one in laws.elts if isinstance(one, ast.Name)}
    assert {name for name in names if f"invariants.py::{name}``" not in text} == more & names
