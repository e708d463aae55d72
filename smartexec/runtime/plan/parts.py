"""What a session or a recording is made of, as whoever embeds smartexec gives it: a setup, a journal, a folder.

What is none of these is an OrderError, before anything is opened or written.
"""

from os import PathLike
from pathlib import Path

from smartexec.errors import JournalError, OrderError
from smartexec.interfaces.journal import Journal
from smartexec.runtime.plan.setup import Setup
from smartexec.runtime.reading.checks import shown


def check_parts(who: str, setup: object, journal: object) -> None:
    """OrderError of `who` if one of these is not what it should be."""
    if not isinstance(setup, Setup):
        raise OrderError(f"{who}: found {shown(setup)}, expected a Setup")
    if not isinstance(journal, Journal):
        raise OrderError(f"{who}: found {shown(journal)}, expected a journal, not its name or class")


def folder_of(who: str, run: object) -> Path:
    """Give the path of a folder, which may be text; OrderError of `who` if that is none."""
    if isinstance(run, str | PathLike) and run != "":
        return Path(run)
    raise OrderError(f"{who}: found {shown(run)}, expected the path of a folder")


def make_folder(run: Path) -> Path:
    """Make a folder if it is not there, and give it; JournalError if it cannot be made."""
    try:
        run.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise JournalError(f"{run}: found {error.strerror}, expected a folder that can be written") from error
    return run
