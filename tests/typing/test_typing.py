"""What type checkers tell an author of plugins: mypy and pyright, both in strict mode, once over all modules together.

`good`, what `smartexec new` makes, the quickstart's plugin and the small ones have no error and no ignore. The packages
of this repository have no error of pyright; `make lint` asks mypy of them. `bad` has the errors that its comments say,
`# E: codes of mypy / rules of pyright without "report"`, on the line that the author wrote, and no others. What pyright
says besides on such a line of types that are unknown because of the error is left out.
"""

import json
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from attrs import frozen

from smartexec.cli.new import KINDS, render
from tests.docs.test_code_blocks import ROOT, blocks

HERE: Final = Path(__file__).parent
COMMENT: Final = re.compile(r"# E: (?P<mypy>.+) / (?P<pyright>.+)$")
MYPY: Final = re.compile(r"^(?P<file>[^:]+):(?P<line>\d+): error: .*\[(?P<code>[\w-]+)\]$", re.MULTILINE)
PYRIGHT: Final = {"typeCheckingMode": "strict", "pythonVersion": "3.11", "pythonPlatform": "Linux"}
PLUGINS: Final = ("files", "routers", "schedules", "sim", "tca")
"""Of `plugins`: those that keep pyright's strict mode."""
PAGE: Final = ROOT / "docs" / "howto" / "types.rst"
QUOTED: Final = re.compile(r"^::\n\n((?:   .*\n)+)|says?::\n\n((?:   .*\n)+)", re.MULTILINE)
Said = Mapping[tuple[str, int], frozenset[str]]
"""By file and line: the codes of the errors there."""


@frozen
class Told:
    """What a checker found, and its words."""

    said: Said
    text: str


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All modules below one folder, so that each checker runs once."""
    root = tmp_path_factory.mktemp("typing")
    for name in ("good", "bad"):
        shutil.copytree(HERE / name, root / name)
    for kind in KINDS:
        lay(root, f"my-{kind}", render(kind, f"my-{kind}"))
    small = ROOT / "examples" / "small"
    lay(root, "small", {str(path.relative_to(small)): path.read_text("utf-8") for path in small.rglob("*.py")})
    page = blocks(ROOT / "docs" / "quickstart.rst", "python")
    lay(root, "clip", {block.caption.partition("/")[2]: block.text for block in page if block.caption})
    return root


def lay(root: Path, name: str, files: Mapping[str, str]) -> None:
    """Put the modules of a project below the root: its sources as they are, its other folders under its name."""
    for path, text in files.items():
        folder, _, rest = path.partition("/")
        if rest.endswith(".py"):
            place = root / rest if folder == "src" else root / f"{folder}_of_{name.replace('-', '_')}" / rest
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")


def by_line(found: Iterable[tuple[str, int, str]]) -> Said:
    codes = defaultdict[tuple[str, int], set[str]](set)
    for file, line, code in found:
        codes[Path(file).as_posix(), line].add(code)
    return {place: frozenset(one) for place, one in codes.items()}


@cache
def mypy(root: Path) -> Told:
    """Ask mypy."""
    options = ["--config-file=", "--strict", "--explicit-package-bases", "--python-version=3.11", "--no-pretty"]
    words = [sys.executable, "-m", "mypy", *options, "--cache-dir", str(root.with_suffix(".cache")), "."]
    done = subprocess.run(words, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    said = by_line((one["file"], int(one["line"]), one["code"]) for one in MYPY.finditer(done.stdout))
    return Told(said, done.stdout)


@cache
def pyright(root: Path) -> Told:
    """Ask pyright: of basedpyright, which brings its own node, in the mode that is pyright's."""
    own = [*(ROOT / "plugins" / f"smartexec-{name}" / "src" for name in PLUGINS), *ROOT.glob("examples/*/src")]
    config = {**PYRIGHT, "include": [".", *map(str, own)]}
    (root / "pyrightconfig.json").write_text(json.dumps(config), encoding="utf-8")
    words = [sys.executable, "-m", "basedpyright", "--outputjson", "--pythonpath", sys.executable]
    done = subprocess.run(words, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    found: list[tuple[str, int, str]] = []
    text = ""
    for one in json.loads(done.stdout)["generalDiagnostics"]:
        file, start = relative(root, one["file"]), one["range"]["start"]
        found.append((file, start["line"] + 1, one["rule"]))
        text += f"{file}:{start['line'] + 1}:{start['character'] + 1} - error: {one['message']} ({one['rule']})\n"
    return Told({place: first_causes(rules) for place, rules in by_line(found).items()}, text)


def relative(root: Path, file: str) -> str:
    """The path below the root; as it is where it is not below it."""
    path, base = Path(file).resolve(), root.resolve()
    return str(path.relative_to(base) if path.is_relative_to(base) else path)


def first_causes(rules: frozenset[str]) -> frozenset[str]:
    """Rules without "report", and without what only follows from another on the line."""
    names = frozenset(rule.removeprefix("report") for rule in rules)
    return frozenset(name for name in names if not name.startswith("Unknown")) or names


def expected(root: Path, checker: str) -> Said:
    """Read the comments."""
    found: dict[tuple[str, int], frozenset[str]] = {}
    for path in (root / "bad").rglob("*.py"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            comment = COMMENT.search(line)
            if comment is not None and comment[checker] != "-":
                found[path.relative_to(root).as_posix(), number] = frozenset(comment[checker].split(", "))
    return found


@pytest.mark.parametrize("checker", [mypy, pyright])
def test_errors_are_those_of_the_comments_and_no_others(checker, tree: Path) -> None:  # type: ignore[no-untyped-def]
    assert checker(tree).said == expected(tree, checker.__name__)


def test_there_is_a_bad_module_and_a_good_one_for_what_authors_write(tree: Path) -> None:
    good, bad = ({path.name for path in (tree / name).glob("*.py")} for name in ("good", "bad"))
    assert good == bad - {"hooks.py"}
    assert len(expected(tree, "mypy")) >= 70
    hidden = [path for path in tree.rglob("*.py") if re.search(r"type: ignore|pyright:", path.read_text("utf-8"))]
    assert hidden == []


def test_page_quotes_what_checkers_say(tree: Path) -> None:
    quoted = [" ".join("".join(found).split()) for found in QUOTED.findall(PAGE.read_text(encoding="utf-8"))]
    assert len(quoted) == 4
    told = " ".join(f"{mypy(tree).text} {pyright(tree).text}".split())
    assert [one for one in quoted if one not in told] == []
