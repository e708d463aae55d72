"""`smartexec certify`: what it says of packages that are sound, faulty, excused, not covered, and none."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from smartexec.cli.main import main

MODULE = '''
"""Strategies."""

from collections.abc import Iterable

from attrs import field, frozen

from smartexec.api import Decision, ParentView, Slice, Strategy, hookimpl


@frozen
class Lazy(Strategy):
    """Do nothing."""

    name = "LAZY"

    def decide(self, view: ParentView) -> Decision:
        return Decision(note="nothing")


@frozen
class Greedy(Strategy):
    """Want one lot more than there is."""

    name = "GREEDY"

    def decide(self, view: ParentView) -> Decision:
        price = view.market.far(view.side)
        return Decision((Slice(view.leaves_qty + 1, price),), note="more")


@frozen
class Needy(Strategy):
    """Cannot be made without a parameter."""

    name = "NEEDY"
    lots: int = field()
    """Lots."""

    def decide(self, view: ParentView) -> Decision:
        return Decision(note="nothing")


@hookimpl.strategies
def smartexec_strategies() -> Iterable[type[Strategy]]:
    return [GIVEN]
'''
LAZY = """
from smartexec.testing import StrategyKit
from MODULE import Lazy


class TestLazy(StrategyKit):
    strategy = Lazy
    completes = "it does nothing"
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Install a distribution that gives some of the strategies, with tests in its project folder."""

    def made(name: str, given: str, tests: str = "") -> None:
        module = name.replace("-", "_")
        (tmp_path / f"{module}.py").write_text(MODULE.replace("GIVEN", given), encoding="utf-8")
        info = tmp_path / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
        (info / "entry_points.txt").write_text(f"[smartexec]\nx = {module}\n", encoding="utf-8")
        project = tmp_path / name
        (project / "tests").mkdir(parents=True)
        (project / "pyproject.toml").write_text(f'[project]\nname = "{name}"\n', encoding="utf-8")
        if tests:
            text = tests.replace("MODULE", module)
            (project / "tests" / "test_conformance.py").write_text(text, encoding="utf-8")

    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("SMARTEXEC_VIEWS", "40")
    monkeypatch.chdir(tmp_path)
    yield made
    for name in [name for name in sys.modules if name.startswith("acme_")]:
        del sys.modules[name]


def certify(*words: str) -> Result:
    return CliRunner().invoke(main, ["certify", *words])


def test_sound_package_is_certified_with_skips_and_versions(package, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    package("acme-lazy", "Lazy", LAZY)
    result = certify("acme-lazy", "--tests", "acme-lazy/tests", "--out", "out")
    assert result.exit_code == 0, result.output
    assert "# acme-lazy 1.0: certified" in result.output
    assert "## strategy LAZY: certified" in result.output
    assert "| S-15 |" in result.output
    assert "skipped: it does nothing" in result.output
    assert "| Python | CPython " in result.output
    assert (tmp_path / "out" / "certificate.md").read_text(encoding="utf-8") in result.output
    told = json.loads((tmp_path / "out" / "certificate.json").read_text(encoding="utf-8"))
    assert told["passed"]
    assert [one["name"] for one in told["trials"]] == ["LAZY"]


def test_project_folder_names_its_package_and_tests(package) -> None:  # type: ignore[no-untyped-def]
    package("acme-lazy", "Lazy", LAZY)
    assert certify("acme-lazy").exit_code == 0


def test_faulty_plugin_is_not_certified_and_the_scenario_named(package) -> None:  # type: ignore[no-untyped-def]
    package("acme-greedy", "Greedy")
    result = certify("acme-greedy", "--json")
    assert result.exit_code == 1
    (trial,) = json.loads(result.output)["trials"]
    assert trial["verdict"] == "not certified"
    failed = {one["number"]: one["reason"] for one in trial["outcomes"] if one["outcome"] == "failed"}
    assert "found 1001 lots wanted" in failed["S-08"]


def test_plugin_without_a_class_is_tried_as_it_is_or_said_not_to_be(package) -> None:  # type: ignore[no-untyped-def]
    package("acme-both", "Greedy, Needy")
    result = certify("acme-both")
    assert result.exit_code == 1
    assert "## strategy GREEDY: not certified" in result.output
    assert "## strategy NEEDY: not tried: its package has no conformance class for it" in result.output


def test_excused_scenario_is_told_with_its_reason(package) -> None:  # type: ignore[no-untyped-def]
    override = """
    @pytest.mark.xfail(reason="it is lazy by design")
    def test_s15_completes_in_the_reference_world(self, side):
        super().test_s15_completes_in_the_reference_world(side)
"""
    text = "import pytest\n" + LAZY.replace('    completes = "it does nothing"\n', override)
    package("acme-lazy", "Lazy", text)
    result = certify("acme-lazy")
    assert result.exit_code == 0, result.output
    assert "## strategy LAZY: certified, 1 excused" in result.output
    assert "excused: it is lazy by design" in result.output


def test_override_without_a_reason_is_refused(package) -> None:  # type: ignore[no-untyped-def]
    package("acme-lazy", "Lazy", LAZY + "\n    def test_s15_completes_in_the_reference_world(self):\n        pass\n")
    result = certify("acme-lazy")
    assert result.exit_code == 2
    assert "found an override of scenario S-15, expected none" in result.output


def test_scenario_that_was_not_run_is_missing(package, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    package("acme-lazy", "Lazy", LAZY)
    hides = (
        'def pytest_collection_modifyitems(items):\n    items[:] = [one for one in items if "s07" not in one.name]\n'
    )
    (tmp_path / "acme-lazy" / "tests" / "conftest.py").write_text(hides, encoding="utf-8")
    result = certify("acme-lazy")
    assert result.exit_code == 1
    assert "| missing: it was not run |" in result.output


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["no-such-package"], "package: found no installed distribution 'no-such-package', expected one"),
        (["smartexec-tca"], "package smartexec-tca: found no plugin of a kind that has a kit, expected one"),
        (["smartexec-schedules", "--tests", "nowhere"], "nowhere: found no such folder, expected the package's tests"),
    ],
)
def test_what_cannot_be_certified_is_said_in_a_line(words: list[str], text: str) -> None:
    result = certify(*words)
    assert result.exit_code == 2
    assert text in result.output
