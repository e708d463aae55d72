"""`smartexec certify`: what it says of packages that are sound, faulty, excused, not covered, and none."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from smartexec.cli.main import main
from smartexec.testing import certify as certify_module

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
    monkeypatch.setattr(certify_module, "RANDOM_VIEWS", 40)
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
    assert "smartexec conformance" in (tmp_path / "out" / "certificate.txt").read_text(encoding="utf-8")
    assert [one["name"] for one in told["trials"]] == ["LAZY"]


def test_project_folder_names_its_package_and_tests(package) -> None:  # type: ignore[no-untyped-def]
    package("acme-lazy", "Lazy", LAZY)
    assert certify("acme-lazy").exit_code == 0


def test_faulty_plugin_is_not_certified_and_the_scenario_named(package) -> None:  # type: ignore[no-untyped-def]
    package("acme-greedy", "Greedy")
    result = certify("acme-greedy", "--json")
    assert result.exit_code == 1
    (trial,) = json.loads(result.stdout)["trials"]
    assert "def test_" in result.stderr  # the smallest view, to be pasted
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


def test_skipped_class_is_not_certified(package) -> None:  # type: ignore[no-untyped-def]
    mark = '\nimport pytest\n\n@pytest.mark.skip(reason="no time")\nclass TestLazy'
    package("acme-lazy", "Lazy", LAZY.replace("\nclass TestLazy", mark))
    result = certify("acme-lazy")
    assert result.exit_code == 1
    assert "missing: found it skipped (no time), expected the kit alone to say that it does not apply" in result.output


def test_plugin_that_lacks_what_it_requires_was_not_tried(package) -> None:  # type: ignore[no-untyped-def]
    package("acme-lazy", "Lazy", LAZY.replace("completes", 'requires = ("no_such_module",)\n    completes'))
    result = certify("acme-lazy")
    assert result.exit_code == 1
    assert "LAZY: not tried: no_such_module cannot be imported: No module named 'no_such_module'" in result.output


def test_views_of_the_environment_do_not_count(package, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(certify_module, "RANDOM_VIEWS", 300)
    monkeypatch.setenv("SMARTEXEC_VIEWS", "1")
    package("acme-lazy", "Lazy", LAZY + "\n    def test_views(self):\n        assert fuzz.TRIES == 300\n")
    tests = Path("acme-lazy", "tests", "test_conformance.py")
    tests.write_text("from smartexec.testing import fuzz\n" + tests.read_text(encoding="utf-8"), encoding="utf-8")
    assert certify("acme-lazy").exit_code == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"not toml [", "found a TOML syntax error"),
        (b'project = "x"', "project.name: found nothing, expected the distribution's name"),
        (b"\xff\xfe", "found text that is not UTF-8, expected a readable TOML file"),
        (b'[project]\nname = "acme-lazy"\nversion = "9.9"', "found acme-lazy 1.0 installed, expected 9.9, as here"),
    ],
)
def test_project_file_that_is_wrong_is_said_in_a_line(package, text: bytes, told: str) -> None:  # type: ignore[no-untyped-def]
    package("acme-lazy", "Lazy")
    Path("acme-lazy", "pyproject.toml").write_bytes(text)
    result = certify("acme-lazy/")
    assert result.exit_code == 2
    assert told in result.output


def test_folder_that_is_not_what_is_installed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "smartexec-schedules"\n', encoding="utf-8")
    result = certify(str(tmp_path))
    assert result.exit_code == 2
    assert "found smartexec-schedules installed from " in result.output


def test_class_within_a_class_is_tried_as_it_is(package) -> None:  # type: ignore[no-untyped-def]
    package("acme-nest", "Outer.Inner")
    module = Path("acme_nest.py")
    nested = 'class Outer:\n    class Inner(Lazy):\n        """Do nothing."""\n\n\n@hookimpl.strategies'
    module.write_text(module.read_text(encoding="utf-8").replace("@hookimpl.strategies", nested), encoding="utf-8")
    assert "test_as_they_are.py::TestInner0`" in certify("acme-nest").output


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
