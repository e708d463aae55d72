"""A function run in another process: a fresh interpreter that finds a plugin's conformance class again. POSIX or not.

`python -m smartexec.testing.elsewhere` is the other end. What it is to do is a function at the top of a module that
takes the conformance class's instance, a folder, and numbers or text.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import reduce
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any, Final

HASH_SEED: Final = "4711"
"""Of the other process: sets and hashes are in another order there."""


def elsewhere(kit: object, task: Callable[..., None], folder: Path, *arguments: str | int) -> str:
    """Run `task(kit, folder, *arguments)` in another process; give what it prints. AssertionError if it fails."""
    told = {
        "path": sys.path,
        "kit": _place(type(kit)),
        "task": _place(task),
        "folder": str(folder),
        "arguments": arguments,
    }
    ran = subprocess.run(
        [sys.executable, "-m", __name__, json.dumps(told)],
        env={**os.environ, "PYTHONHASHSEED": HASH_SEED},
        capture_output=True,
        text=True,
        check=False,
    )
    last = ran.stderr.strip().rpartition("\n")[2]
    assert not ran.returncode, f"found another process ended with {ran.returncode}: {last}, expected 0"
    return ran.stdout


def _place(value: Any) -> tuple[str, str, str]:
    """(module, its file, qualified name) of a class or function."""
    name = value.__qualname__
    assert "<locals>" not in name, f"found {name}, made inside a function, expected it at the top of a module"
    return value.__module__, getattr(sys.modules[value.__module__], "__file__", "") or "", name


def _found(module: str, file: str, name: str) -> Any:
    """Import what `_place` has named, by its module or, as test modules are not always importable, by its file."""
    try:
        home = sys.modules.get(module) or import_module(module)
    except ImportError:
        spec = spec_from_file_location(module, file)
        if spec is None or spec.loader is None:
            raise
        home = sys.modules[module] = module_from_spec(spec)
        spec.loader.exec_module(home)
    return reduce(getattr, name.split("."), home)


def main() -> None:
    """Be the other process."""
    told = json.loads(sys.argv[1])
    sys.path[:] = told["path"]
    kit, task = _found(*told["kit"]), _found(*told["task"])
    task(kit(), Path(told["folder"]), *told["arguments"])


if __name__ == "__main__":
    main()
