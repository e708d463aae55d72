"""`smartexec new`: what it makes of every kind is clean, passes its tests, is certified and runs; what it refuses."""

import csv
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from attrs import frozen
from click.testing import CliRunner, Result

from smartexec import __version__
from smartexec.cli.main import main
from smartexec.cli.new import KINDS, LONGEST, NEXT, plugin_name, render
from tests.projects import PROGRAM, call, environment, install

FEW = {"SMARTEXEC_VIEWS": "200"}
"""Random views of a kit here: the templates' own rules are what is new."""
PORT = 7301
"""Of the toy venue, where nobody says another."""


@frozen
class Made:
    """A package that was made."""

    kind: str
    name: str
    folder: Path

    def call(self, *words: str) -> str:
        """Call Python with it on its path."""
        return call(self.folder, *words, **FEW)


def new(*words: str) -> Result:
    return CliRunner().invoke(main, ["new", *words])


@pytest.fixture(scope="module", params=KINDS)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A package of each kind, installed."""
    kind = str(request.param)
    folder = tmp_path_factory.mktemp(kind) / "project"
    result = new(kind, f"my-{kind}", "--out", str(folder))
    assert result.exit_code == 0, result.output
    install(folder)
    return Made(kind, f"my-{kind}", folder)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What mypy knows of smartexec, for all packages."""
    return tmp_path_factory.mktemp("mypy")


def test_made_package_is_clean_in_the_strictest_mode(made: Made, cache: Path) -> None:
    made.call("-m", "ruff", "check", "--no-cache")
    made.call("-m", "ruff", "format", "--check", "--no-cache")
    assert "no issues found" in made.call("-m", "mypy", "--cache-dir", str(cache))


def test_made_package_passes_its_tests_at_once(made: Made) -> None:
    said = made.call("-m", "pytest", "-p", "no:cacheprovider")
    assert f"{KINDS[made.kind].name} {plugin_name(made.kind, made.name)}: " in said
    assert "failed" not in said


def test_made_plugin_is_certified(made: Made) -> None:
    said = made.call(*PROGRAM, "certify", ".")
    assert f"# smartexec-{made.name} 0.1.0: certified" in said


def test_made_plugin_is_listed_and_its_page_has_its_parameters(made: Made) -> None:
    told = json.loads(made.call(*PROGRAM, "plugins", "--json"))
    (one,) = [one for one in told["plugins"] if one["distribution"] == f"smartexec-{made.name}"]
    assert (one["kind"], one["name"]) == (KINDS[made.kind].name, plugin_name(made.kind, made.name))
    page = (made.folder / "docs" / "index.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == [param["name"] for param in one["parameters"]]
    assert all(param["doc"] for param in one["parameters"])


def test_made_example_is_sound_and_runs(made: Made) -> None:
    if made.kind == "venue":
        serve(made)
        return
    made.call(*PROGRAM, "check", "example/config.toml")
    assert re.search(r"\d FILLED, 0 CANCELED, 0 EXPIRED, 0 REJECTED", run(made))
    assert "byte-identical" in made.call(*PROGRAM, "replay", "run", "--audit")


def run(made: Made) -> str:
    said = made.call(*PROGRAM, "run", "example/config.toml", "--out", "run")
    assert "; 0 alerts" in said
    return said


def serve(made: Made) -> None:
    """Trade with the toy venue over a real socket until both clients have theirs, then interrupt the session."""
    made.call(*PROGRAM, "check", "--live", "example/config.toml")
    with toy(made.folder) as port:
        config = made.folder / "example" / "config.toml"
        text = config.read_text(encoding="utf-8")
        assert f"127.0.0.1:{PORT}" in text
        config.write_text(text.replace(f":{PORT}", f":{port}"), encoding="utf-8")
        words = [sys.executable, "-u", *PROGRAM, "serve", "example/config.toml", "--out", "session"]
        process = subprocess.Popen(
            words, cwd=made.folder, env=environment(made.folder), stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        filled: list[str] = []
        for line in process.stdout:
            filled += re.findall(r"^DESK (\w+): FILLED", line)
            if len(filled) == 2:
                process.send_signal(signal.SIGINT)
                break
        said, _ = process.communicate()
    assert process.returncode == 0, said
    assert sorted(filled) == ["D1", "D2"]
    with (made.folder / "session" / "tables" / "allocations.csv").open(encoding="utf-8") as stream:
        got = {row["account"]: row["qty"] for row in csv.DictReader(stream)}
    assert got == {"ACME": "900", "BIRCH": "300"}


@contextmanager
def toy(folder: Path) -> Iterator[int]:
    """Run the toy venue of a project at a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    words = [sys.executable, "example/toy_venue.py", str(port)]
    with subprocess.Popen(words, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == f"toy venue at 127.0.0.1:{port}\n"
            yield port
        finally:
            process.terminate()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["qx", "-".join(["long" * 7, "z"]), "a1-2b"])
def test_names_of_any_length_leave_no_line_too_long(kind: str, name: str, tmp_path: Path) -> None:
    assert len(name) <= LONGEST
    assert new(kind, name, "--out", str(tmp_path / "made")).exit_code == 0
    ruff = [sys.executable, "-m", "ruff"]
    for words in (["check", "--no-cache"], ["format", "--check", "--no-cache"]):
        done = subprocess.run([*ruff, *words], cwd=tmp_path / "made", capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_of_the_template_is_left(kind: str) -> None:
    files = render(kind, "bramble")
    for word in ("your-name", "your_name", "yourname", "kind-of-plugin"):
        assert not [path for path, text in files.items() if word in f"{path}{text}".lower()]
    assert {"pyproject.toml", "README.md", ".github/workflows/ci.yml", "docs/index.md"} <= set(files)
    assert {"src/smartexec_bramble/py.typed", f"src/smartexec_bramble/{kind}.py"} <= set(files)


def test_package_is_for_this_version_of_smartexec() -> None:
    major, minor = __version__.split(".")[:2]
    text = render("strategy", "bramble")["pyproject.toml"]
    assert f'"smartexec>={major}.{minor},<{int(major) + 1}"' in text
    assert f'"smartexec[testing]>={major}.{minor},<{int(major) + 1}"' in text


def test_adapter_is_small() -> None:
    assert len(render("venue", "bramble")["src/smartexec_bramble/venue.py"].splitlines()) <= 160


def test_new_says_what_to_do_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines = new("strategy", "bramble").output.splitlines()
    assert lines[0] == "smartexec-bramble: made, with strategy BRAMBLE in it. Next:"
    assert lines[1:] == [
        "  pip install -e 'smartexec-bramble[test,example]'",
        "  pytest smartexec-bramble",
        "  smartexec certify smartexec-bramble",
        "  smartexec run smartexec-bramble/example/config.toml",
    ]


@pytest.mark.parametrize("kind", ["strategy", "venue"])
def test_folder_of_any_name_is_said_as_the_shell_must_read_it(kind: str, tmp_path: Path) -> None:
    folder = str(tmp_path / "it's $HOME; now")
    lines = new(kind, "bramble", "--out", folder).output.splitlines()
    words = [shlex.split(line, comments=True) for line in lines[1:]]
    expected = [line.split() for line in (*NEXT, KINDS[kind].command)]
    assert words == [[word.format(folder=folder) for word in line] for line in expected]


def test_help_says_what_each_kind_is() -> None:
    said = new("--help").output
    assert [kind for kind, one in KINDS.items() if not re.search(rf"{kind} +{re.escape(one.says)}", said)] == []


@pytest.mark.parametrize(
    ("kind", "name", "line"),
    [
        ("broker", "bramble", "kind: found 'broker', expected one of strategy, router, venue, source, feed, "),
        ("strategy", "My_Twap", "name: found 'My_Twap', expected small letters, digits and hyphens, at most 30, "),
        ("strategy", "2x", "name: found '2x', expected small letters"),
        ("strategy", "a--b", "name: found 'a--b', expected small letters"),
        ("strategy", "../a", "name: found '../a', expected small letters"),
        ("strategy", "x" * 31, "name: found 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx', expected small letters"),
        ("strategy", "slice", "name: found 'slice', expected another: its class Slice would hide one that it needs"),
        ("router", "none", "name: found 'none', expected another: its class None would hide one that it needs"),
        ("router", "test-me", "name: found 'test-me', expected another: pytest would take its class TestMe for one"),
        ("sink", "testbed", "name: found 'testbed', expected another: pytest would take its class Testbed for one"),
        ("strategy", "twap", "name: found strategy TWAP of smartexec-schedules "),
        ("sink", "csv", "name: found sink csv of smartexec-files "),
        ("sink", "files", "name: found smartexec-files "),
    ],
)
def test_name_that_cannot_be_is_refused_in_a_line(kind: str, name: str, line: str, tmp_path: Path) -> None:
    result = new(kind, name, "--out", str(tmp_path / "made"))
    assert result.exit_code == 2
    assert result.output.startswith(line)
    assert len(result.output.splitlines()) == 1
    assert not (tmp_path / "made").exists()


def test_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    result = new("strategy", "bramble", "--out", str(tmp_path / "made"))
    assert result.exit_code == 2
    assert result.output == f"{tmp_path / 'made'}: found it there, expected a new folder: nothing is written over\n"
    assert list((tmp_path / "made").iterdir()) == []


def test_folder_that_cannot_be_made_is_said_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = new("strategy", "bramble", "--out", str(tmp_path / "file" / "made"))
    assert result.exit_code == 2
    assert "expected a folder that can be made" in result.output


def test_package_is_green_once_pip_has_installed_it(tmp_path: Path) -> None:
    """With a real `pip install -e` into a fresh environment that sees what this one has installed."""
    began = time.monotonic()
    python = fresh(tmp_path / "venv")
    project = tmp_path / "smartexec-bramble"
    called = [
        [*PROGRAM, "new", "strategy", "bramble"],
        ["-m", "pip", "install", "--quiet", "--editable", "smartexec-bramble[test,example]"],
        ["-m", "pytest", "-p", "no:cacheprovider", "smartexec-bramble"],
        [*PROGRAM, "certify", "smartexec-bramble"],
        [*PROGRAM, "run", "smartexec-bramble/example/config.toml", "--out", "run"],
    ]
    for words in called:
        env = {**os.environ, **FEW}
        done = subprocess.run([str(python), *words], cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
        if "pip" in words and "No matching distribution found for hatchling" in done.stderr:
            pytest.skip("pip finds no hatchling: there is no package index")
        assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout}{done.stderr}"
    assert (project / "src").is_dir()
    print(f"from an empty folder to a certificate and a run: {time.monotonic() - began:.0f} s")


def fresh(folder: Path) -> Path:
    """Make an environment with nothing in it but a view of this one; give its Python."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    (site,) = folder.glob("lib/python*/site-packages")
    here = next(path for path in map(Path, sys.path) if (path / "attrs").is_dir())
    (site / "outer.pth").write_text(f"import site; site.addsitedir({str(here)!r})\n", encoding="utf-8")
    return folder / "bin" / "python"
