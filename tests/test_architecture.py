"""The architecture, kept by reading the source: who may import whom, what pure rooms may touch, how long things get."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from smartexec import api, embed

ROOT = Path(__file__).parents[1]
TEMPLATES = ROOT / "smartexec" / "templates"
"""Packages of their own: held to what plugins are held to."""
CORE = sorted(path for path in (ROOT / "smartexec").rglob("*.py") if TEMPLATES not in path.parents)
PLUGINS = sorted(path for place in (ROOT / "plugins", TEMPLATES) for path in place.glob("*/src/**/*.py"))
PLUGIN_TESTS = sorted(path for place in (ROOT / "plugins", TEMPLATES) for path in place.glob("*/tests/**/*.py"))
PURE = [path for path in CORE if path.relative_to(ROOT).parts[1] in ("model", "kernel")]

FILE_LINES = 400
FUNCTION_LINES = 60

MAY_IMPORT = {
    "errors": (),
    "deprecation": (),
    "model": ("errors",),
    "interfaces": ("errors", "model", "deprecation"),
    "hookspecs": ("interfaces", "deprecation"),
    "api": ("errors", "model", "interfaces", "hookspecs", "deprecation"),
    "kernel": ("errors", "model", "interfaces"),
    "registry": ("errors", "model", "interfaces", "hookspecs", "api"),
    "testing": ("errors", "model", "interfaces", "hookspecs", "api", "kernel", "registry", "runtime", "deprecation"),
    "runtime": ("errors", "model", "interfaces", "hookspecs", "api", "kernel", "registry", "deprecation"),
    "embed": ("errors", "model", "interfaces", "kernel", "registry", "runtime", "deprecation"),
    "lab": ("errors", "model", "interfaces", "hookspecs", "api", "kernel", "registry", "runtime"),
    "cli": (
        "errors",
        "model",
        "interfaces",
        "hookspecs",
        "api",
        "kernel",
        "registry",
        "runtime",
        "testing",
        "deprecation",
    ),
    "__init__": ("kernel",),
    "__main__": ("cli",),
}
"""By room of smartexec: the rooms it may import, besides itself. (`__init__` is `import smartexec` itself.)"""

ONLY_ROOMS = {
    "pluggy": ("registry", "hookspecs"),
    "cattrs": ("registry", "runtime"),
    "click": ("hookspecs", "registry", "cli"),
}
"""Libraries that only these rooms may import."""

IN_RUNTIME = {
    "reading": (),
    "journal": ("reading",),
    "plan": ("reading", "journal"),
    "feeding": ("reading", "journal", "plan"),
    "report": ("reading", "journal", "plan", "feeding"),
    "simulation": ("reading", "journal", "plan", "feeding", "report"),
    "replay": ("reading", "journal", "plan", "feeding", "report", "simulation"),
    "live": ("reading", "journal", "plan", "feeding", "report", "simulation", "replay"),
    "fit": ("reading", "journal", "plan", "feeding", "report", "simulation", "replay"),
}
"""Room of the runtime -> those that it may import of."""
IMPURE = frozenset(
    """asyncio builtins concurrent datetime io logging multiprocessing os pathlib pluggy queue random secrets select
    shutil signal socket sqlite3 ssl subprocess sys tempfile threading time urllib uuid zoneinfo""".split()  # noqa: SIM905
)
IMPURE_CALLS = frozenset({"open", "print", "input", "exec", "eval", "hash", "__import__", "breakpoint", "globals"})
"""`hash` differs from run to run."""


def room(path: Path) -> str:
    """First part of the path below `smartexec/`."""
    return path.relative_to(ROOT / "smartexec").parts[0].removesuffix(".py")


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(path: Path) -> Iterator[tuple[str, str]]:
    """Yield (place, full dotted name) of each module, or name in a module, that is imported."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield place(path, node), alias.name
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            for alias in node.names:
                yield place(path, node), f"{base}.{alias.name}" if base != "smartexec" else f"smartexec.{alias.name}"


def place(path: Path, node: ast.stmt | ast.expr) -> str:
    return f"{path.relative_to(ROOT)}:{node.lineno}"


def test_there_is_something_to_read() -> None:
    assert {room(path) for path in CORE} >= {"model", "interfaces", "kernel", "runtime", "cli", "testing", "api"}
    assert PURE
    assert PLUGINS
    assert PLUGIN_TESTS


def test_rooms_import_only_in_the_direction_of_the_arrow() -> None:
    wrong = []
    for path in CORE:
        mine = room(path)
        assert mine in MAY_IMPORT, f"{path.relative_to(ROOT)}: not a room of the architecture"
        for where, name in imports(path):
            parts = name.split(".")
            target = parts[1] if parts[0] == "smartexec" and len(parts) > 1 else ""
            if target in MAY_IMPORT and target != mine and target not in MAY_IMPORT[mine]:
                wrong.append(f"{where}: {mine} imports {name}")
    assert wrong == []


def test_rooms_of_the_runtime_import_only_in_the_direction_of_the_arrow() -> None:
    wrong = []
    for path in CORE:
        parts = path.relative_to(ROOT / "smartexec").parts
        if parts[0] == "runtime" and len(parts) > 2:
            for where, name in imports(path):
                target = name.removeprefix("smartexec.runtime.").split(".")[0] if "smartexec.runtime." in name else ""
                if target in IN_RUNTIME and target not in (parts[1], *IN_RUNTIME[parts[1]]):
                    wrong.append(f"{where}: {parts[1]} imports {name}")
    assert wrong == []
    assert {path.name for path in (ROOT / "smartexec" / "runtime").glob("*.py")} == {"__init__.py", "collector.py"}


def test_imports_are_absolute() -> None:
    assert [f"{where}: {name}" for path in CORE + PLUGINS for where, name in imports(path) if name[0] == "."] == []


def test_libraries_stay_in_their_rooms() -> None:
    wrong = [
        f"{where}: {name}"
        for path in CORE
        for where, name in imports(path)
        if room(path) not in ONLY_ROOMS.get(name.split(".")[0], (room(path),))
    ]
    assert wrong == []


@pytest.mark.parametrize(("paths", "allowed"), [(PLUGINS, ("api",)), (PLUGIN_TESTS, ("api", "testing"))])
def test_plugins_import_of_smartexec_only_the_api(paths: list[Path], allowed: tuple[str, ...]) -> None:
    wrong = [
        f"{where}: {name}"
        for path in paths
        for where, name in imports(path)
        if name.split(".")[0] == "smartexec" and name.split(".")[1:2] not in [[part] for part in allowed]
    ]
    assert wrong == []


def test_pure_rooms_import_nothing_impure() -> None:
    wrong = [f"{where}: {name}" for path in PURE for where, name in imports(path) if name.split(".")[0] in IMPURE]
    assert wrong == []


def test_pure_rooms_call_nothing_impure() -> None:
    wrong = [
        f"{place(path, node)}: {node.func.id}"
        for path in PURE
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in IMPURE_CALLS
    ]
    assert wrong == []


def test_pure_rooms_do_not_iterate_over_sets() -> None:
    assert [place(path, node) for path in PURE for node in set_iterations(tree(path))] == []


SET_MAKERS = frozenset({"set", "frozenset"})
SET_METHODS = frozenset({"union", "intersection", "difference", "symmetric_difference"})
ORDERED = frozenset({"sorted", "len", "min", "max", "sum", "any", "all", "set", "frozenset", "isinstance"})
KEEPS_ORDER = frozenset({"list", "tuple", "iter", "next", "enumerate", "zip", "map", "filter", "reversed", "deque"})


def set_iterations(module: ast.Module) -> Iterator[ast.expr]:
    """Yield each expression whose elements are taken one by one and which is, by its form or annotation, a set."""
    named = set_names(module)
    for node in ast.walk(module):
        sources: list[ast.expr] = []
        if isinstance(node, ast.For | ast.comprehension):
            sources = [node.iter]
        elif isinstance(node, ast.Starred):
            sources = [node.value]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEEPS_ORDER:
            sources = node.args
        yield from (source for source in sources if is_set(source, named))


def set_names(module: ast.Module) -> frozenset[str]:
    """Names, also of attributes and arguments, that the module annotates as sets or binds to one."""
    found = set()
    for node in ast.walk(module):
        if isinstance(node, ast.AnnAssign) and annotates_set(node.annotation):
            found.add(tail(node.target))
        elif isinstance(node, ast.arg) and node.annotation is not None and annotates_set(node.annotation):
            found.add(node.arg)
        elif isinstance(node, ast.Assign) and is_set(node.value, frozenset()):
            found.update(tail(target) for target in node.targets)
    return frozenset(found - {""})


def annotates_set(annotation: ast.expr) -> bool:
    base = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    return isinstance(base, ast.Name) and base.id in {"set", "frozenset", "Set", "AbstractSet", "MutableSet"}


def is_set(node: ast.expr, named: frozenset[str]) -> bool:
    if isinstance(node, ast.Set | ast.SetComp):
        return True
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name):
            return node.func.id in SET_MAKERS
        return isinstance(node.func, ast.Attribute) and node.func.attr in SET_METHODS
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr | ast.BitAnd | ast.Sub | ast.BitXor):
        return is_set(node.left, named) or is_set(node.right, named)
    return tail(node) in named


def tail(node: ast.expr) -> str:
    """The name, or the attribute's name, that an expression ends in; "" if it is neither."""
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("for a in {1, 2}: pass", 1),
        ("b = set()\nfor a in b: pass", 1),
        ("class A:\n    b: frozenset[int]\n    def f(self): return [c for c in self.b]", 1),
        ("def f(b: set[str]): return list(b), sorted(b), [*b]", 2),
        ("def f(b: set[str]): return [a for a in sorted(b)]", 0),
        ("b = {1: 2}\nfor a in b: pass", 0),
        ("for a in {1} | c: pass", 1),
    ],
)
def test_the_search_for_set_iteration_finds_it(source: str, found: int) -> None:
    assert len(list(set_iterations(ast.parse(source)))) == found


def test_files_are_short() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in CORE + PLUGINS}
    assert {name: lines for name, lines in lengths.items() if lines > FILE_LINES} == {}


def test_functions_are_short() -> None:
    long = [
        f"{place(path, node)}: {node.name}, {lines} lines"
        for path in CORE + PLUGINS
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (lines := body_lines(node)) > FUNCTION_LINES
    ]
    assert long == []


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function from `def` on, its docstring not counted."""
    assert node.end_lineno is not None
    first = node.body[0]
    is_doc = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    assert first.end_lineno is not None
    return node.end_lineno - node.lineno + 1 - (first.end_lineno - first.lineno + 1 if is_doc else 0)


def test_modules_say_what_lives_in_them() -> None:
    assert [str(path.relative_to(ROOT)) for path in CORE + PLUGINS if not ast.get_docstring(tree(path))] == []


DOORS = pytest.mark.parametrize("door", [api, embed], ids=["api", "embed"])
"""What is imported from outside."""


@DOORS
def test_all_is_sorted(door: ModuleType) -> None:
    constants = sorted(name for name in door.__all__ if name.isupper())
    classes = sorted(name for name in door.__all__ if name[0].isupper() and not name.isupper())
    functions = sorted(name for name in door.__all__ if name[0].islower())
    assert door.__all__ == constants + classes + functions


@DOORS
def test_all_is_complete(door: ModuleType) -> None:
    public = {name for name in vars(door) if name[0] not in "_@"} - {"Final"}  # @: of pytest
    assert public == set(door.__all__)


@DOORS
def test_classes_and_functions_have_docstrings(door: ModuleType) -> None:
    bare = []
    for name in door.__all__:
        value = getattr(door, name)
        if inspect.isclass(value) and value.__module__.startswith("smartexec"):
            methods = [
                f"{name}.{key}"
                for key, member in vars(value).items()
                if not key.startswith("_") and inspect.isfunction(member) and not member.__doc__
            ]
            bare += methods if value.__doc__ else [name, *methods]
        elif inspect.isfunction(value) and not value.__doc__:
            bare.append(name)
    assert bare == []
