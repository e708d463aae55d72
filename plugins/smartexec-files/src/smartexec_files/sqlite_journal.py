"""Journal `sqlite`: records in one SQLite file in WAL mode, a transaction per group commit. Payloads are not looked at.

A commit that did not end before the process died is rolled back by SQLite when the journal is opened next: what is
read back is always a whole number of commits.
"""

import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, suppress
from enum import Enum
from hashlib import blake2b
from pathlib import Path
from typing import ClassVar, Final
from urllib.parse import quote as url_quote

from attrs import define, field
from filelock import FileLock, Timeout

from smartexec.api import Journal, JournalError

FILE: Final = "journal.db"
LOCK: Final = ".journal.lock"
"""Held by who writes. It stays in the folder: whoever waits for it must find the same file."""
_MARK: Final = 0x736D7831
"""SQLite application_id of a smartexec journal: "smx1"."""
_TABLES: Final = (
    "CREATE TABLE meta (header BLOB NOT NULL, digest BLOB NOT NULL)",
    "CREATE TABLE records (id INTEGER PRIMARY KEY AUTOINCREMENT, seq INTEGER NOT NULL, payload BLOB NOT NULL)",
)


_TURNS_UNSYNCED: Final = 256
"""With sync "off" nothing is promised, so a commit takes this many turns of the loop."""


class Sync(Enum):
    """How hard a commit is pressed to the disk (PRAGMA synchronous)."""

    FULL = "full"
    """Survives loss of power."""
    NORMAL = "normal"
    """Survives a crash of the process; loss of power may lose the last commits, never the order of them."""
    OFF = "off"
    """A crash may lose the last commits, one of the machine the whole file; commits are rare. For simulations."""


@define
class SqliteJournal(Journal):
    """Keeps records in `journal.db` in the run's folder."""

    name: ClassVar[str] = "sqlite"

    sync: Sync = Sync.FULL
    """Durability of a commit: full, normal or off."""
    _path: Path = field(init=False, factory=Path)
    _db: sqlite3.Connection | None = field(init=False, default=None)
    _writes: bool = field(init=False, default=False)
    _pending: list[tuple[int, bytes]] = field(init=False, factory=list)
    _lock: FileLock = field(init=False, factory=lambda: FileLock(""))

    @property
    def turns_per_commit(self) -> int:
        """One, so that every turn is recorded before its commands leave; many with sync "off"."""
        return _TURNS_UNSYNCED if self.sync is Sync.OFF else 1

    @property
    def pressed(self) -> str:
        return self.sync.name.lower()

    def create(self, run: Path, header: bytes) -> None:
        """Start a journal in folder `run`; JournalError if there is one or the folder cannot be written."""
        self._path = run / FILE
        if not run.is_dir():
            raise JournalError(f"{run}: found no folder, expected one for a journal")
        if self._path.exists() and not self._blank():
            raise JournalError(f"{self._path}: found a file, expected none: a journal is never written over")
        with self._errors():
            db = self._writer()
            db.execute("BEGIN IMMEDIATE")
            db.execute(f"PRAGMA application_id={_MARK}")
            for table in _TABLES:
                db.execute(table)
            db.execute("INSERT INTO meta VALUES (?, ?)", (header, _digest(header)))
            db.execute("COMMIT")

    def open(self, run: Path) -> bytes:
        """Open for reading; give the header. JournalError if there is none, or the file is no journal."""
        self._path = self._found(run)
        with self._errors():
            self._db = self._reader()
            return self._header(self._db)

    def resume(self, run: Path) -> bytes:
        """Open to go on with; give the header. JournalError if another process is at it."""
        self._path = self._found(run)
        with self._errors():
            return self._header(self._writer())

    def cut(self, seq: int) -> None:
        """Take the records from `seq` on off."""
        with self._errors():
            self._open_db().execute("DELETE FROM records WHERE seq >= ?", (seq,))

    def _blank(self) -> bool:
        """Whether the file is a database without tables: what a process leaves that dies before its journal begins."""
        try:
            with closing(self._reader()) as db:
                return bool(db.execute("SELECT count(*) = 0 FROM sqlite_master").fetchone()[0])
        except sqlite3.Error:
            return False

    @staticmethod
    def _found(run: Path) -> Path:
        path = run / FILE
        if not path.is_file():
            raise JournalError(f"{path}: found no file, expected a journal")
        return path

    def _header(self, db: sqlite3.Connection) -> bytes:
        mark = db.execute("PRAGMA application_id").fetchone()[0]
        if mark != _MARK:
            raise JournalError(f"{self._path}: found another application's database, expected a journal")
        row = db.execute("SELECT header, digest FROM meta").fetchone()
        if row is None:
            raise JournalError(f"{self._path}: found no header, expected one")
        header, digest = row
        if type(header) is not bytes or digest != _digest(header):
            raise JournalError(f"{self._path}: found a header that was changed, expected it as it was written")
        return header

    def _writer(self) -> sqlite3.Connection:
        """Open for writing, alone: the lock goes with the process, however it ends."""
        lock = FileLock(self._path.with_name(LOCK), timeout=0)
        try:
            lock.acquire()
        except Timeout:
            found = "found a session that is running, expected none"
            raise JournalError(f"{self._path}: {found}: two must not write one journal") from None
        self._lock, self._writes = lock, True
        # Autocommit mode: transactions begin and end where this file says so. The loop's thread may change.
        db = self._db = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        db.execute("PRAGMA journal_mode=WAL")
        db.execute(f"PRAGMA synchronous={self.sync.name}")
        return db

    def _reader(self) -> sqlite3.Connection:
        url = f"file:{url_quote(str(self._path.absolute()))}?mode=ro"
        db = sqlite3.connect(url, uri=True, isolation_level=None, check_same_thread=False)
        try:
            db.execute("SELECT 1 FROM sqlite_master").fetchone()
        except sqlite3.OperationalError:
            # WAL needs to write its index beside the file; without a log there is nothing to index.
            db.close()
            if self._path.with_name(f"{FILE}-wal").exists():
                raise
            db = sqlite3.connect(f"{url}&immutable=1", uri=True, isolation_level=None, check_same_thread=False)
        return db

    def append(self, seq: int, payload: bytes) -> None:
        """Take a record; durable only after `commit`."""
        self._pending.append((seq, payload))

    def commit(self) -> None:
        """Write all appended records in one transaction. Does nothing if there are none."""
        if not self._pending:
            return
        with self._errors():
            db = self._open_db()
            db.execute("BEGIN IMMEDIATE")
            db.executemany("INSERT INTO records (seq, payload) VALUES (?, ?)", self._pending)
            db.execute("COMMIT")
        self._pending.clear()

    def records(self) -> Iterator[tuple[int, bytes]]:
        """Yield the committed records in order of appending."""
        with self._errors():
            for seq, payload in self._open_db().execute("SELECT seq, payload FROM records ORDER BY id"):
                if type(seq) is not int or type(payload) is not bytes:  # SQLite takes types from the bytes of a row
                    raise JournalError(f"{self._path}: found record {seq!r} of another type, expected bytes")
                yield seq, payload

    def close(self) -> None:
        """Commit and let go. Does nothing if the journal is not open."""
        if self._db is None:
            return
        try:
            self.commit()
        finally:
            self._let_go()

    def _let_go(self) -> None:
        """Leave one file behind, which can be read where nothing can be written."""
        db, self._db = self._db, None
        if db is None:  # the commit has failed and let go
            return
        with self._errors():
            if self._writes:
                with suppress(sqlite3.OperationalError):  # someone is reading: the log stays, and is as good
                    db.execute("PRAGMA journal_mode=DELETE").fetchone()
            db.close()
        self._lock.release()

    def _open_db(self) -> sqlite3.Connection:
        if self._db is None:
            raise JournalError(f"{self._path}: found a closed journal, expected an open one")
        return self._db

    @contextmanager
    def _errors(self) -> Generator[None, None, None]:
        """Name the file in every error and let go of it, which undoes an unfinished transaction."""
        try:
            yield
        except (sqlite3.Error, OSError, JournalError) as error:
            db, self._db = self._db, None
            if db is not None:
                db.close()
            self._lock.release()
            if isinstance(error, JournalError):
                raise
            raise JournalError(
                f"{self._path}: found {error}, expected a journal that can be read and written"
            ) from error


def _digest(header: bytes) -> bytes:
    """Tell a header from a damaged one: it is what no chain of records covers."""
    return blake2b(header, digest_size=16).digest()
