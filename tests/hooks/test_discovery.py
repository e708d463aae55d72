"""Which distributions are imported: the allow-list, missing ones, broken ones."""

import sys
from pathlib import Path

import pytest
from attrs import evolve

from smartexec.errors import ConfigError, PluginError
from smartexec.registry import discover, load
from tests.hooks.kit import candidate
from tests.hooks.test_hooks import Wait, hook

GOOD = """
from attrs import frozen
from smartexec.api import Decision, Strategy, hookimpl

@frozen
class Idle(Strategy):
    name = "{name}"
    def decide(self, view):
        return Decision()

@hookimpl
def smartexec_strategies():
    return [Idle]
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Put a distribution with one module and one entry point on the path."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def installed(distribution: str, module: str, source: str) -> None:
        (tmp_path / f"{module}.py").write_text(source)
        info = tmp_path / f"{distribution.replace('-', '_')}-4.5.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 4.5\n")
        (info / "entry_points.txt").write_text(f"[smartexec]\nacme = {module}\n")
        monkeypatch.delitem(sys.modules, module, raising=False)

    return installed


def test_listed_distribution_is_loaded_whatever_the_spelling(install) -> None:  # type: ignore[no-untyped-def]
    install("Acme-Idle", "acme_idle", GOOD.format(name="IDLE"))
    found = discover(["acme_idle"])
    (info,) = found.infos()
    assert (info.kind, info.name, info.owner) == ("strategy", "IDLE", "Acme-Idle 4.5")


def test_unlisted_distribution_is_never_imported(install) -> None:  # type: ignore[no-untyped-def]
    install("acme-idle", "acme_idle", GOOD.format(name="IDLE"))
    install("acme-bomb", "acme_bomb", "raise SystemExit('imported')")
    discover(["acme-idle"])
    assert "acme_bomb" not in sys.modules


def test_listed_distribution_that_is_missing_is_named(install) -> None:  # type: ignore[no-untyped-def]
    install("acme-idle", "acme_idle", GOOD.format(name="IDLE"))
    with pytest.raises(
        PluginError, match=r"plugins.allow: found no installed plugin acme-lost, expected one of .*acme-i"
    ):
        discover(["acme-idle", "acme-lost"])


def test_listed_distribution_that_fails_to_import_stops_the_start(install) -> None:  # type: ignore[no-untyped-def]
    install("acme-broken", "acme_broken", "import no_such_module_at_all")
    with pytest.raises(PluginError, match=r"acme-broken 4\.5: entry point acme: found ModuleNotFoundError"):
        discover(["acme-broken"])


def test_without_a_list_broken_ones_are_kept_with_their_error(install) -> None:  # type: ignore[no-untyped-def]
    install("acme-broken", "acme_broken", "import no_such_module_at_all")
    install("acme-idle", "acme_idle", GOOD.format(name="IDLE"))
    found = discover()
    assert "IDLE" in found.strategies()
    (broken,) = [b for b in found.broken if b.distribution == "acme-broken"]
    assert broken.version == "4.5"
    assert "no_such_module_at_all" in broken.error


def test_not_strict_a_duplicate_is_broken_and_the_first_stays() -> None:
    found = load(
        [
            candidate(hook("smartexec_strategies", Wait), "acme-a", "1.0"),
            candidate(hook("smartexec_strategies", Wait), "acme-b", "2.0"),
        ],
        strict=False,
    )
    assert [i.owner for i in found.infos()] == ["acme-a 1.0"]
    assert [b.distribution for b in found.broken] == ["acme-b"]


def test_find_names_what_there_is() -> None:
    found = load([candidate(hook("smartexec_strategies", Wait))])
    assert found.find("strategy", "WAIT", "x") is Wait
    with pytest.raises(ConfigError, match=r"orders.plugin: found 'nope', expected a strategy: one of WAIT"):
        found.find("strategy", "nope", "orders.plugin")


@pytest.mark.parametrize(
    ("requirement", "admitted"),
    [
        ("smartexec", True),
        ("smartexec>=0.1", True),
        ("smartexec>=0.1,<2", True),
        ("smartexec (>=0.1)", True),
        ("Smart.Exec>=9", True),
        ("smartexec>=0.1.0,!=0.1.1", True),
        ('smartexec>=9; extra == "x"', True),
        ("smartexec @ https://example.org/smartexec.whl", True),
        ("smartexec-files>=9", True),
        ("smartexec>=1.2,<2", False),
        ("smartexec[dev]>=9", False),
        ("SmartExec <0.1", False),
        ("smartexec==0.2.0", False),
        ("smartexec~=0.1", True),
        ("smartexec~=0.1.0", True),
        ("smartexec~=2.0", False),
        ("smartexec~=0.0.9", False),
        ("smartexec==0.*", True),
        ("smartexec==0.1.0.*", True),
        ("smartexec==9.*", False),
        ("smartexec!=9.*", True),
        ("smartexec!=0.1.*", False),
        ("smartexec===0.1.0", True),
        ("smartexec===9", False),
        ('smartexec>=9; python_version >= "3"', False),
    ],
)
def test_plugin_for_another_version_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, requirement: str, admitted: bool
) -> None:
    monkeypatch.setattr("smartexec.registry.__version__", "0.1.0")
    one = evolve(candidate(RuntimeError("imported")), requires=("attrs>=9999", requirement))
    with pytest.raises(PluginError) as caught:
        load([one])
    assert ("found RuntimeError: imported" in str(caught.value)) is admitted
    if not admitted:
        version = requirement.partition("]")[2] or requirement[len("smartexec") :].strip()
        found = f"found a dependency on smartexec{version}"
        assert str(caught.value) == f"acme-plugins 1.2.3: {found}, expected one that admits smartexec 0.1.0"


@pytest.mark.parametrize("clause", ["~=2", ">=1.0rc1", "=>1", ">=0.*", "==v1", "latest"])
def test_dependency_clause_that_is_not_understood_is_refused_and_named(clause: str) -> None:
    one = evolve(candidate(RuntimeError("imported")), requires=(f"smartexec >=0.1, {clause}",))
    with pytest.raises(PluginError) as caught:
        load([one])
    assert f": {clause} is not understood, expected e.g. >=1.2,<2 or ~=1.2" in str(caught.value)


def test_module_that_exits_while_it_is_imported_is_a_broken_plugin() -> None:
    (broken,) = load([candidate(SystemExit("bye"))], strict=False).broken
    assert "entry point acme: found SystemExit: bye" in broken.error
