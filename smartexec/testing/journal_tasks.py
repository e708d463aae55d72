"""What other processes do for the kit of journals: read, try to write, write until they are killed or the disk is full.

They run by `elsewhere`, so each takes the conformance class's instance, a folder, and which variant of the journal.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from itertools import count
from pathlib import Path
from random import Random
from time import sleep
from traceback import print_exc
from typing import Any, Final

from smartexec.errors import JournalError
from smartexec.interfaces.journal import Journal

HEADER: Final = b"header \x00\xff"
GROUP: Final = 3
"""Records of a commit."""
DEATHS: Final = 12
"""Processes that are killed while they write."""
EARLY: Final = 3
"""Of these, that are killed while they begin."""
LATER: Final = 0.004
"""Seconds after what was waited for when they are killed, at most."""
DISK: Final = 256 * 1024
"""Bytes that a file may have where the disk is full."""


def payload(seq: int) -> bytes:
    """The payload of a record: of a size and content that its number tells."""
    return b"%d " % seq * (seq % 97)


def expected(records: int) -> list[tuple[int, bytes]]:
    """The first so many records."""
    return [(seq, payload(seq)) for seq in range(1, records + 1)]


def write(journal: Journal, run: Path, records: int) -> None:
    """Write a journal of so many records, a commit for each group of them, and close it."""
    journal.create(run, HEADER)
    for seq, data in expected(records):
        journal.append(seq, data)
        if seq % GROUP == 0:
            journal.commit()
    journal.close()


def read(journal: Journal, run: Path) -> tuple[bytes, list[tuple[int, bytes]]]:
    """Give a journal's header and records."""
    header = journal.open(run)
    try:
        return header, list(journal.records())
    finally:
        journal.close()


def tell(kit: Any, run: Path, variant: int) -> None:
    """Print how many records there are, and the digest of header and records."""
    header, records = read(kit.made()[variant], run)
    print(len(records), digest(header, records))


def digest(header: bytes, records: list[tuple[int, bytes]]) -> str:
    """Identify what was read."""
    return sha256(repr((header, records)).encode()).hexdigest()


def try_resume(kit: Any, run: Path, variant: int) -> None:
    """Try to go on with a journal; print the refusal, or "taken"."""
    journal = kit.made()[variant]
    try:
        journal.resume(run)
    except JournalError as error:
        print(f"refused: {error}")
    else:
        journal.close()
        print("taken")


def die(kit: Any, folder: Path, variant: int) -> None:
    """Let `DEATHS` processes write a journal each, until they are killed at a moment nobody knows.

    The file `run-N.said` has a byte for what a process knew to be durable: the journal itself, then each commit.
    """
    random = Random(variant)
    for number in range(DEATHS):
        run = folder / f"run-{number}"
        run.mkdir()
        run.with_suffix(".said").touch()
        pid = os.fork()
        if not pid:
            _write_for_ever(kit.made()[variant], run)
        _wait(run.with_suffix(".said"), 0 if number < EARLY else 1 + random.randrange(20))
        sleep(LATER * random.random())
        os.kill(pid, signal.SIGKILL)
        status = os.waitpid(pid, 0)[1]
        if not os.WIFSIGNALED(status):
            raise RuntimeError("found a process that ended before it was killed, expected it to write on")


def _wait(said: Path, least: int) -> None:
    """Wait until a process has said so much, ten seconds at most."""
    for _ in range(20_000):
        if said.stat().st_size >= least:
            return
        sleep(0.0005)


def _write_for_ever(journal: Journal, run: Path) -> None:
    """Write until killed; never returns."""
    try:
        said = os.open(run.with_suffix(".said"), os.O_WRONLY | os.O_APPEND)
        for _ in _commits(journal, run):
            os.write(said, b".")
    except BaseException:
        print_exc()
    finally:
        os._exit(1)


def fill(kit: Any, run: Path, variant: int) -> None:
    """Write to a disk that is soon full; print how much was known to be durable, as in `die`, and how it ended."""
    import resource  # there is none on Windows

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (DISK, resource.RLIM_INFINITY))
    journal, known = kit.made()[variant], 0
    try:
        for known, _ in enumerate(_commits(journal, run), 1):
            if known > DISK:
                break  # it does not notice
    except JournalError as error:
        print(known, f"JournalError: {error}")
        with suppress(JournalError):  # it may say so again
            journal.close()
    except Exception as error:
        print(known, f"{type(error).__name__}: {error}", flush=True)
        os._exit(0)  # what closing it does is nobody's business any more
    else:
        print(known, "nothing", flush=True)
        os._exit(0)


def _commits(journal: Journal, run: Path) -> Iterator[None]:
    """Begin a journal, then commit a group of records each time."""
    journal.create(run, HEADER)
    yield
    for first in count(1, GROUP):
        for seq in range(first, first + GROUP):
            journal.append(seq, payload(seq))
        journal.commit()
        yield
