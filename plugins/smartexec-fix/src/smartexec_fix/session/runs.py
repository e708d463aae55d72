"""Which run a folder is of, and what of it the archive has heard: the same rule for all that keep one.

A run is named by a file in its folder, so that the folder may be moved, and the archive may be of many runs. An archive
that does not know a run that has begun, such as one in another place than before, cannot say what has left.
"""

import os
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from smartexec_fix.session.store import Archive


def archive_of(path: Path, sync: str, folder: Path, label: str, fault: Callable[[str], None]) -> Archive:
    """Open the archive of what `label` names in the run of a folder; says so if what was sent is in doubt."""
    mark = folder / f"{label}.run"
    run = mark.read_text(encoding="utf-8") if mark.exists() else ""
    archive = Archive(path, sync, run or uuid4().hex)
    if run:
        if not archive.known:
            fault(f"{path}: found nothing of this run, expected it: what was sent is in doubt")
        return archive
    try:
        archive.begin()
        _write(mark, archive.run)  # last: a run that is named has an archive that knows it
    except BaseException:
        archive.close()
        raise
    return archive


def _write(path: Path, text: str) -> None:
    """Write a file, whole or not at all."""
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)
