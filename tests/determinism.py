"""Replay one journal under several interpreters and hash seeds, and compare what comes out byte by byte (law 6).

    python tests/determinism.py python3.11 python3.12 python3.13       (or: make determinism PYTHONS="...")

Makes a virtual environment for each interpreter, installs smartexec and its plugins from this checkout, runs a small
synthetic day under the first, replays that journal under all of them with two hash seeds each, and prints a line of
digests for each. Exit code 1 if any differs. With `digests CONFIG OUT` or `digests RUN` it is the part that runs
inside such an environment. Uses the standard library only, until it is inside.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HASH_SEEDS = ("0", "4242")


def main(arguments: Sequence[str]) -> int:
    """Compare interpreters; give the exit code."""
    if arguments and arguments[0] == "digests":
        print(digests(*map(Path, arguments[1:])))
        return 0
    if not arguments:
        print("usage: determinism.py PYTHON [PYTHON ...]", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        return _compare(Path(folder), arguments)


def _compare(folder: Path, pythons: Sequence[str]) -> int:
    made = [_environment(folder / f"venv{number}", python) for number, python in enumerate(pythons)]
    run, first = folder / "run", ""
    seen: set[str] = set()
    for inside in made:
        for seed in HASH_SEEDS:
            if not run.exists():
                first = _inside(inside, seed, folder / "config.toml", run)
                print(f"{'run':7} {_version(inside):8} PYTHONHASHSEED={seed:5} {first}", flush=True)
            line = _inside(inside, seed, run)
            print(f"{'replay':7} {_version(inside):8} PYTHONHASHSEED={seed:5} {line}", flush=True)
            seen.add(line)
    same = seen == {first}
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


def _inside(python: Path, seed: str, *paths: Path) -> str:
    command = [str(python), str(Path(__file__).resolve()), "digests", *map(str, paths)]
    env = {**os.environ, "PYTHONHASHSEED": seed}
    done = subprocess.run(command, env=env, check=True, capture_output=True, text=True, cwd=paths[-1].parent)
    return done.stdout.strip()


def _version(python: Path) -> str:
    code = "import platform; print(platform.python_version())"
    return subprocess.run([str(python), "-c", code], check=True, capture_output=True, text=True).stdout.strip()


# -- inside an environment ---------------------------------------------------------------------------------------------


def digests(path: Path, out: Path | None = None) -> str:
    """Run the configuration `path` into `out`, or replay the run `path`: digests of journal, commands and tables."""
    from smartexec.runtime.replay import replay
    from smartexec.runtime.run import run, table_digest
    from smartexec.runtime.session import fair_lot
    from smartexec.runtime.tables import tables

    if out is not None:
        if not path.exists():
            _write_config(path)
        commands = run(path, out).commands
        return f"{_journal(out)} commands {commands} tables {_stored(out)}"
    again = replay(path)
    if again.difference or again.torn:
        raise SystemExit(f"{path}: {again.difference or again.torn}")
    lot = fair_lot(again.plan.config.settings.allocation)
    printed = {name: table_digest(columns, list(rows)) for name, columns, rows in tables(again.blotter, lot)}
    return f"{_journal(path)} commands {again.commands} tables {_sum(printed)}"


def _write_config(path: Path) -> None:
    sys.path.insert(0, str(ROOT / "tests" / "runtime"))
    from day import write_day  # type: ignore[import-not-found, unused-ignore]

    write_day(path.parent)


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
    from smartexec.runtime.run import table_digest
    from smartexec.runtime.stored import stored_tables

    return _sum({table.name: table_digest(table.columns, table.rows) for table in stored_tables(run)})


def _sum(printed: dict[str, str]) -> str:
    return blake2b("\n".join(f"{n} {d}" for n, d in sorted(printed.items())).encode(), digest_size=16).hexdigest()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
