"""The certificate of a package: its plugins through their conformance kits, what came of each scenario, and versions.

A package's own conformance classes are run with pytest in a process of its own. A strategy, a routing logic or a
simulated venue that has none is tried with its kit as it is, if it needs no parameters; any other plugin without one is
not certified, and the certificate says so.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlparse

from attrs import asdict, field, frozen

from smartexec.api import VERSION as INTERFACE
from smartexec.errors import ConfigError
from smartexec.registry import PluginInfo, discover
from smartexec.runtime.reading.schema import build
from smartexec.testing.kit import VERSION as KITS
from smartexec.testing.plugin import VIEWS, Outcome, Subject

RANDOM_VIEWS: Final = 10_000
"""Random views and requests that a certificate stands for, whatever tests are run with."""
PASSES: Final = frozenset({"passed", "skipped", "excused"})
KIT_OF: Final[Mapping[str, tuple[str, str]]] = {
    "strategy": ("StrategyKit", "strategy"),
    "routing logic": ("RoutingKit", "logic"),
    "venue": ("SimulatedVenueKit", "venue"),
}
"""Kinds that can be tried as they are -> kit, and its attribute that names the class."""
_LIBRARIES: Final = ("smartexec", "attrs", "cattrs", "pluggy", "hypothesis", "pytest")


@frozen
class Trial:
    """A plugin, and what came of one conformance class of it."""

    kind: str
    name: str
    cls: str
    where: str
    """The conformance class; "" = it has none and cannot be tried as it is."""
    outcomes: tuple[Outcome, ...] = ()

    @property
    def tried(self) -> bool:
        """Whether any scenario applied, and was run."""
        return any(one.outcome != "skipped" for one in self.outcomes)

    @property
    def passed(self) -> bool:
        """Whether nothing failed, and nothing is missing."""
        return self.tried and all(one.outcome in PASSES for one in self.outcomes)

    @property
    def verdict(self) -> str:
        """In words."""
        if not self.where:
            return "not tried: its package has no conformance class for it"
        if not self.tried:
            return f"not tried: {self.outcomes[0].reason if self.outcomes else 'its kit has no scenarios'}"
        excused = sum(one.outcome == "excused" for one in self.outcomes)
        return "not certified" if not self.passed else f"certified, {excused} excused" if excused else "certified"


@frozen(kw_only=True)
class Certificate:
    """What a package is worth, as far as its kits can tell."""

    package: str
    version: str
    made: str
    """Date and time, UTC."""
    trials: tuple[Trial, ...]
    versions: Mapping[str, str] = field(factory=dict)
    output: str = ""
    """What pytest said."""

    @property
    def passed(self) -> bool:
        """Whether every plugin of the package is certified."""
        return all(one.passed for one in self.trials)

    def as_json(self) -> dict[str, Any]:
        """Give it as plain data."""
        trials = [{**asdict(one), "passed": one.passed, "verdict": one.verdict} for one in self.trials]
        return {**asdict(self, recurse=False, filter=_not_output), "trials": trials, "passed": self.passed}

    def as_markdown(self) -> str:
        """Give it as a page."""
        verdict = "certified" if self.passed else "NOT certified"
        lines = [f"# {self.package} {self.version}: {verdict}", "", f"Made {self.made} by `smartexec certify`.", ""]
        lines += ["| | version |", "|---|---|", *(f"| {name} | {text} |" for name, text in self.versions.items())]
        for one in self.trials:
            lines += ["", f"## {one.kind} {one.name}: {one.verdict}", "", f"`{one.cls}`"]
            if one.outcomes:
                lines += ["", f"By `{one.where}`.", "", "| scenario | what must hold | outcome |", "|---|---|---|"]
                lines += [f"| {o.number} | {o.title} | {_told(o)} |" for o in one.outcomes]
        return "\n".join(lines) + "\n"


def certify(package: str, tests: Path | None = None) -> Certificate:
    """Try all plugins of a distribution, named or given by its project folder. ConfigError if there is none."""
    name, project = _project(package)
    registry = discover([name], "package")
    folder = tests or (None if project is None else project / "tests")
    if tests is not None and not tests.exists():
        raise ConfigError(f"{tests}: found no such folder, expected the package's tests")
    with tempfile.TemporaryDirectory() as made:
        subjects, output = _run([folder] if folder is not None and folder.exists() else [], Path(made))
        infos = registry.infos()
        untried = [info for info in infos if not any(one.cls == _class(info) for one in subjects)]
        standing = _write_kits(untried, Path(made))
        if standing is not None:
            more, said = _run([standing], Path(made))
            subjects, output = [*subjects, *more], output + said
    trials = [trial for info in infos for trial in _trials(info, subjects)]
    if not trials:
        raise ConfigError(f"package {name}: found no plugin of a kind that has a kit, expected one")
    return Certificate(
        package=name,
        version=version(name),
        made=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        trials=tuple(trials),
        versions=_versions(name),
        output=output,
    )


def _project(package: str) -> tuple[str, Path | None]:
    """Give the distribution's name, and its project folder if that is known."""
    path = Path(package)
    if not (path / "pyproject.toml").is_file():
        name = _installed(package)
        origin, editable = _origin(name)
        return name, origin if editable else None
    part = _read(path / "pyproject.toml").get("project")
    said = part if isinstance(part, dict) else {}
    if not isinstance(said.get("name"), str):
        raise ConfigError(f"{path / 'pyproject.toml'}: project.name: found nothing, expected the distribution's name")
    name = _installed(said["name"])
    _check_same(path, name, said.get("version"))
    return name, path


def _read(path: Path) -> dict[str, Any]:
    """Read a project file."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "text that is not UTF-8"
        raise ConfigError(f"{path}: found {reason}, expected a readable TOML file") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: found a TOML syntax error: {error}, expected TOML") from error


def _check_same(path: Path, name: str, stated: object) -> None:
    """Refuse a folder that is not what is installed: its plugins would be those of other code."""
    origin, _ = _origin(name)
    if origin is not None and origin.resolve() != path.resolve():
        raise ConfigError(f"{path}: found {name} installed from {origin}, expected from here: pip install -e {path}")
    if isinstance(stated, str) and stated != version(name):
        raise ConfigError(
            f"{path}: found {name} {version(name)} installed, expected {stated}, as here: pip install -e {path}"
        )


def _installed(name: str) -> str:
    try:
        return str(distribution(name).metadata["Name"])
    except (PackageNotFoundError, ValueError):
        raise ConfigError(f"package: found no installed distribution {name!r}, expected one: pip install it") from None


def _origin(name: str) -> tuple[Path | None, bool]:
    """Give the folder that a distribution was installed from, if it was one, and whether it is used as it is there
    (PEP 610)."""
    text = distribution(name).read_text("direct_url.json")
    said = json.loads(text) if text else {}
    url = urlparse(said.get("url", ""))
    if url.scheme != "file" or "dir_info" not in said:
        return None, False
    return Path(unquote(url.path)), bool(said["dir_info"].get("editable"))


def _run(folders: Sequence[Path], made: Path) -> tuple[list[Subject], str]:
    """Run the conformance classes of some folders; give what came of them, and what pytest said."""
    if not folders:
        return [], ""
    found = made / "found.json"
    words = ["-m", "pytest", *map(str, folders), "--conformance", "--certificate", str(found), "-q", "--color=no"]
    done = subprocess.run(
        [sys.executable, *words, "-p", "no:cacheprovider"],
        env={**os.environ, VIEWS: str(RANDOM_VIEWS)},
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    if not found.is_file():
        raise ConfigError(f"{folders[0]}: found that pytest ended with {done.returncode}, expected tests:\n{said}")
    subjects = [
        Subject(**{**one, "scenarios": {number: Outcome(**o) for number, o in one["scenarios"].items()}})
        for one in json.loads(found.read_text(encoding="utf-8"))
    ]
    if done.returncode not in (0, 1, 5):  # 5: none collected
        raise ConfigError(f"{folders[0]}: found that pytest ended with {done.returncode}, expected 0 or 1:\n{said}")
    found.unlink()
    return subjects, said


def _write_kits(infos: Iterable[PluginInfo], folder: Path) -> Path | None:
    """Write a conformance class for each plugin that can be tried as it is; None if there is none."""
    lines = ["from importlib import import_module", "from operator import attrgetter", ""]
    for number, info in enumerate(infos):
        kit = KIT_OF.get(info.kind)
        if kit is None or (info.kind == "venue" and not info.cls.simulated) or not _needs_nothing(info):
            continue
        module, name = info.cls.__module__, info.cls.__qualname__
        lines += [f"from smartexec.testing import {kit[0]}", "", f"class Test{info.cls.__name__}{number}({kit[0]}):"]
        lines += [f"    {kit[1]} = attrgetter({name!r})(import_module({module!r}))", ""]
    if len(lines) == 3:
        return None
    path = folder / "test_as_they_are.py"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _needs_nothing(info: PluginInfo) -> bool:
    try:
        build(info.cls, {}, info.name)
    except ConfigError:
        return False
    return True


def _trials(info: PluginInfo, subjects: Iterable[Subject]) -> list[Trial]:
    own = [one for one in subjects if one.cls == _class(info)]
    if not own:
        return [Trial(info.kind, info.name, _class(info), "")]
    return [Trial(info.kind, info.name, _class(info), one.node, _outcomes(one)) for one in own]


def _outcomes(subject: Subject) -> tuple[Outcome, ...]:
    """What came of every scenario of the kit, also of one that was not run."""
    return tuple(
        subject.scenarios.get(number) or Outcome(number, "", "missing", "it was not run") for number in subject.expected
    )


def _class(info: PluginInfo) -> str:
    return f"{info.cls.__module__}.{info.cls.__qualname__}"


def _versions(name: str) -> dict[str, str]:
    found = {name: version(name), "Python": f"{platform.python_implementation()} {platform.python_version()}"}
    found |= {"plugin interface": ".".join(map(str, INTERFACE)), "conformance kits": KITS}
    return found | {one: version(one) for one in _LIBRARIES}


def _told(outcome: Outcome) -> str:
    reason = outcome.reason.replace("|", "\\|").replace("\n", " ")
    return f"{outcome.outcome}: {reason}" if reason else outcome.outcome


def _not_output(attribute: Any, _: Any) -> bool:
    return attribute.name not in ("output", "trials")
