"""Replay one journal under several interpreters and hash seeds, and compare what comes out byte by byte (law 6).

    python tests/determinism.py python3.11 python3.12 python3.13       (or: make determinism PYTHONS="...")

Makes a virtual environment for each interpreter, installs smartexec and its plugins from this checkout, runs a small
synthetic day under the first, replays that journal under all of them with two hash seeds each, and prints a line of
digests for each. Then runs the busy days (every strategy, by each routing logic) under all of them, and asks the
plugins of the first's busy days again under the others. Exit code 1 if any differs. With `digests CONFIG OUT`,
`digests RUN`, `busy FOLDER` or `again FOLDER` it is the part that runs inside such an environment. Uses the standard
library only, until it is inside.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from hashlib import blake2b
from importlib import import_module
from pathlib import Path
from shutil import rmtree
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent
HASH_SEEDS = ("0", "4242")
LEARNERS = ("km", "eg", "optimal")
"""Routing logics that run once more, beginning with what they learned."""


def main(arguments: Sequence[str]) -> int:
    """Compare interpreters; give the exit code."""
    if arguments and arguments[0] in PARTS:
        print(PARTS[arguments[0]](*map(Path, arguments[1:])))
        return 0
    if not arguments:
        print("usage: determinism.py PYTHON [PYTHON ...]", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        made = [_environment(Path(folder) / f"venv{number}", python) for number, python in enumerate(arguments)]
        return _compare(Path(folder), made) | _compare_busy(Path(folder) / "busy", made)


def _compare(folder: Path, made: Sequence[Path]) -> int:
    run, first = folder / "run", ""
    seen: set[str] = set()
    for inside in made:
        for seed in HASH_SEEDS:
            if not run.exists():
                first = _inside(inside, seed, "digests", folder / "config.toml", run)
                print(f"{'run':7} {_version(inside):8} PYTHONHASHSEED={seed:5} {first}", flush=True)
            line = _inside(inside, seed, "digests", run)
            print(f"{'replay':7} {_version(inside):8} PYTHONHASHSEED={seed:5} {line}", flush=True)
            seen.add(line)
    return _verdict(seen == {first})


def _compare_busy(folder: Path, made: Sequence[Path]) -> int:
    """Run the busy days everywhere, all at one path, which the runs remember; the first's are kept and audited."""
    seen: set[str] = set()
    kept = folder.with_name("kept")
    for inside in made:
        for seed in HASH_SEEDS:
            folder.mkdir()
            lines = _inside(inside, seed, "busy", folder)
            print(f"busy {_version(inside)} PYTHONHASHSEED={seed}\n{lines}", flush=True)
            seen.add(lines)
            if kept.exists():
                rmtree(folder)
            else:
                folder.rename(kept)
            seen.add(_inside(inside, seed, "again", kept))
    return _verdict(len(seen) == 1)


def _verdict(same: bool) -> int:
    print("all the same" if same else "found other digests, expected those of the run: law 6 is broken")
    return 0 if same else 1


def _environment(folder: Path, python: str) -> Path:
    """Make a virtual environment with the checkout in it; give its interpreter."""
    plugins = sorted(str(p.parent) for p in (ROOT / "plugins").glob("smartexec-*/pyproject.toml"))
    subprocess.run([python, "-m", "venv", str(folder)], check=True)
    inside = folder / "bin" / "python"
    pip = [str(inside), "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    subprocess.run([*pip, str(ROOT), *plugins], check=True)
    return inside


def _inside(python: Path, seed: str, part: str, *paths: Path) -> str:
    command = [str(python), str(Path(__file__).resolve()), part, *map(str, paths)]
    env = {**os.environ, "PYTHONHASHSEED": seed}
    done = subprocess.run(command, env=env, check=True, capture_output=True, text=True, cwd=paths[-1].parent)
    return done.stdout.strip()


def _version(python: Path) -> str:
    code = "import platform; print(platform.python_version())"
    return subprocess.run([str(python), "-c", code], check=True, capture_output=True, text=True).stdout.strip()


# -- inside an environment ---------------------------------------------------------------------------------------------


def digests(path: Path, out: Path | None = None) -> str:
    """Run the configuration `path` into `out`, or replay the run `path`: digests of journal, commands and tables."""
    from smartexec.runtime.simulation.run import run

    if out is None:
        return _replayed(path)
    if not path.exists():
        _write_config(path)
    commands = run(path, out).commands
    return f"{_journal(out)} commands {commands} tables {_stored(out)}"


def busy(folder: Path) -> str:
    """Run the busy days into `folder`, the last with what the others measured and learned: a line of digests each."""
    from smartexec.runtime.fit.fit_venues import fit_venues
    from smartexec.runtime.plan.venues_file import save_venues

    day = _busy_day()
    lines: list[str] = []
    for number, router in enumerate((*day.ROUTERS, *LEARNERS)):
        if number == len(day.ROUTERS):
            save_venues(folder / "venues.json", fit_venues([folder / f"run{n}" for n in range(number)]))
        config = day.write_busy_day(folder, router, "" if number < len(day.ROUTERS) else "venues.json")
        lines.append(f"{router:10} {digests(config, folder / f'run{number}')}")
    return "\n".join(lines)


def again(folder: Path) -> str:
    """Replay the busy days in `folder` and ask the plugins again: the lines that `busy` gave."""
    routers = (*_busy_day().ROUTERS, *LEARNERS)
    return "\n".join(f"{router:10} {_replayed(folder / f'run{n}', True)}" for n, router in enumerate(routers))


def _replayed(path: Path, audit: bool = False) -> str:
    from smartexec.runtime.plan.setup import fair_lot
    from smartexec.runtime.replay.replay import replay
    from smartexec.runtime.report.tables import tables
    from smartexec.runtime.simulation.run import table_digest

    found = replay(path, audit=audit)
    if found.difference or found.torn or found.differences:
        raise SystemExit(f"{path}: {found.difference or found.torn or found.differences[0]}")
    lot = fair_lot(found.plan.config.settings.allocation)
    printed = {name: table_digest(columns, list(rows)) for name, columns, rows in tables(found.blotter, lot)}
    return f"{_journal(path)} commands {found.commands} tables {_sum(printed)}"


def _write_config(path: Path) -> None:
    sys.path.insert(0, str(ROOT / "tests" / "runtime"))
    from day import write_day  # type: ignore[import-not-found, unused-ignore]

    write_day(path.parent)


def _busy_day() -> ModuleType:
    sys.path.insert(0, str(ROOT / "tests" / "runtime"))
    return import_module("busy_day")


def _journal(run: Path) -> str:
    """All records, chained: the digest of the last one stands for all."""
    from smartexec_files.sqlite_journal import SqliteJournal

    journal, digest = SqliteJournal(), blake2b(digest_size=16)
    journal.open(run)
    for seq, payload in journal.records():
        digest.update(b"%d " % seq + payload)
    journal.close()
    return f"journal {digest.hexdigest()}"


def _stored(run: Path) -> str:
    from smartexec.runtime.replay.stored import stored_tables
    from smartexec.runtime.simulation.run import table_digest

    return _sum({table.name: table_digest(table.columns, table.rows) for table in stored_tables(run)})


def _sum(printed: dict[str, str]) -> str:
    return blake2b("\n".join(f"{n} {d}" for n, d in sorted(printed.items())).encode(), digest_size=16).hexdigest()


PARTS: dict[str, Callable[..., str]] = {"digests": digests, "busy": busy, "again": again}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
