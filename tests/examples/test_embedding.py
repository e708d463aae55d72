"""The examples of embedding, run as their READMEs say: they check themselves, and know only the public doors."""

import ast
import sqlite3
import sys
from contextlib import closing
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from smartexec import api, embed
from tests.examples.program import ROOT, call, well

EXAMPLES = ("embed_oms", "embed_replay", "embed_service")
LINES = 150
"""Of the file to read first."""


def script(name: str) -> Path:
    return ROOT / "examples" / name / "run.py"


def test_bare_engine_in_an_oms_gives_the_same_again_from_its_store(tmp_path: Path) -> None:
    printed = well(call(sys.executable, script("embed_oms"), cwd=tmp_path))
    assert printed.endswith("the store gives the same commands and tables; no law is broken\n")
    assert " 0 deals" not in printed
    assert " 0 crosses" not in printed
    assert list(tmp_path.iterdir()) == []


def test_service_that_is_killed_goes_on(tmp_path: Path) -> None:
    done = call(sys.executable, script("embed_service"), "--kills", "2", cwd=tmp_path)
    assert well(done).endswith("killed 2 times: nothing was sent twice, nothing is missing, no law is broken\n")
    assert done.stdout.count("killed: ") == 2
    assert done.stderr == ""


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the recorded run and its database."""
    folder = tmp_path_factory.mktemp("replay")
    printed = well(call(sys.executable, script("embed_replay"), "--out", "out", cwd=folder))
    assert printed.endswith("every client got what was executed; no law is broken\n")
    return folder / "out"


def test_recorded_run_is_in_the_database(replayed: Path) -> None:
    with closing(sqlite3.connect(replayed / "run.db")) as db:
        ((fills,),) = db.execute("SELECT count(*) FROM fills")
        ((told,),) = db.execute("SELECT count(*) FROM told")
        plan = " ".join(row[-1] for row in db.execute("EXPLAIN QUERY PLAN SELECT sum(qty) FROM fills WHERE at < 9"))
    assert fills > 500
    assert told > 300
    assert "fills_when" in plan


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("DELETE FROM fills WHERE exec_id = (SELECT max(exec_id) FROM fills)", "executions that passed and are not"),
        ("UPDATE allocations SET qty = qty + 1 WHERE cross_id = ''", "parents of which something else was allocated"),
        ("UPDATE told SET qty = qty - 1 WHERE rowid = 3", "client orders that were told something else"),
        ("UPDATE allocations SET px = px * 2 WHERE side = 'BUY'", "clients whose price is outside their limit"),
    ],
)
def test_queries_find_what_must_not_be_there(change: str, what: str, replayed: Path) -> None:
    spec = spec_from_file_location("embed_replay", script("embed_replay"))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    with closing(sqlite3.connect(replayed / "run.db")) as disk, closing(sqlite3.connect(":memory:")) as db:
        disk.backup(db)
        assert list(module.faults(db)) == []
        assert db.execute(change).rowcount > 0
        found = list(module.faults(db))
    assert any(fault.startswith(what) for fault in found)


@pytest.mark.parametrize("name", EXAMPLES)
def test_example_imports_of_smartexec_only_what_is_public(name: str) -> None:
    doors = {"smartexec.api": api, "smartexec.embed": embed}
    imported = [
        (node.module, alias.name)
        for path in script(name).parent.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("smartexec")
        for alias in node.names
    ]
    assert {module for module, _ in imported} <= set(doors)
    assert imported
    assert [one for one in imported if one[1] not in doors[str(one[0])].__all__] == []
    plain = [
        alias.name
        for path in script(name).parent.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Import)
        for alias in node.names
    ]
    assert [module for module in plain if module.startswith("smartexec")] == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_example_is_short(name: str) -> None:
    lengths = {path.name: len(path.read_text("utf-8").splitlines()) for path in script(name).parent.glob("*.py")}
    assert lengths["run.py"] <= LINES
    assert max(lengths.values()) <= 200
