"""What FIX sessions must know after a crash: their sequence numbers and what they have sent. In memory, or in SQLite.

Changes are kept until `commit`, which makes those of all sessions of a file durable together. A process that dies
before it has neither sent nor taken what they say; a commit that fails takes them back.
"""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from attrs import define, field
from filelock import FileLock, Timeout

from smartexec.api import JournalError

_MARK: Final = 0x73786678
"""SQLite application_id: "sxfx"."""
_SCHEMA: Final = (
    "CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE session (name TEXT PRIMARY KEY, next_in INTEGER, next_out INTEGER, created INTEGER) WITHOUT ROWID",
    "CREATE TABLE sent (name TEXT, seq INTEGER, frame BLOB NOT NULL, PRIMARY KEY (name, seq)) WITHOUT ROWID",
)
_PUT_NUMBERS: Final = (
    "INSERT INTO session VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE"
    " SET next_in = excluded.next_in, next_out = excluded.next_out, created = excluded.created"
)
_PUT_SENT: Final = "INSERT INTO sent VALUES (?, ?, ?) ON CONFLICT (name, seq) DO UPDATE SET frame = excluded.frame"
_PUT_FACT: Final = "INSERT INTO fact VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
_DROP_FACT: Final = "DELETE FROM fact WHERE name = ?"
_HEARD: Final = "heard"
IN_DOUBT: Final = 1 << 62
"""Later than every turn: who does not know what was heard must neither say it again nor say that it never left."""


@define(eq=False)
class Store(ABC):
    """The memory of one session."""

    next_in: int = 1
    """MsgSeqNum(34) that is expected next."""
    next_out: int = 1
    """MsgSeqNum(34) that is sent next."""
    created: int = 0
    """When the numbers began, ns UTC; 0 = never."""

    @abstractmethod
    def keep(self, seq: int, frame: bytes) -> None:
        """Keep a message that is about to be sent."""

    @abstractmethod
    def sent(self, first: int, last: int) -> Iterator[tuple[int, bytes]]:
        """Yield what was sent from one number to another, in order."""

    @abstractmethod
    def reset(self, now: int) -> None:
        """Begin anew: both numbers 1, nothing sent."""


@define(eq=False)
class MemoryStore(Store):
    """Forgets with the process."""

    _sent: dict[int, bytes] = field(init=False, factory=dict)

    def keep(self, seq: int, frame: bytes) -> None:
        self._sent[seq] = frame

    def sent(self, first: int, last: int) -> Iterator[tuple[int, bytes]]:
        for seq in range(first, last + 1):
            if seq in self._sent:
                yield seq, self._sent[seq]

    def reset(self, now: int) -> None:
        self.next_in = self.next_out = 1
        self.created = now
        self._sent.clear()


@define(eq=False)
class Archive:
    """The memory of many sessions in one file, for one process at a time. `sync` as the journal's: full, normal or off.

    JournalError if the file cannot be read or written, or another process has it.
    """

    path: Path
    sync: str = "full"
    run: str = ""
    """What the turns that it has heard are of: it may be of many runs, and knows each by its name."""
    heard: int = field(init=False, default=0)
    """Turn of the engine up to which all that it said was handed to the sessions; IN_DOUBT if it does not know."""
    facts: dict[str, str] = field(init=False, factory=dict)
    """What else is to be remembered, by name; change it with `put`."""
    _were: dict[str, str] = field(init=False, factory=dict)
    """What the facts that are changed were at the last commit."""
    _sessions: dict[str, "_Kept"] = field(init=False, factory=dict)
    _changed: dict[str, str] = field(init=False, factory=dict)
    _db: sqlite3.Connection = field(init=False)
    _lock: FileLock = field(init=False)

    def __attrs_post_init__(self) -> None:
        with self._errors():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(f"{self.path}.lock")
            try:
                self._lock.acquire(timeout=0)
            except Timeout:
                raise JournalError(f"{self.path}: found it in use by another process, expected to be alone") from None
            self._db = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
            try:
                self._open()
            except BaseException:
                self.close()
                raise

    def _open(self) -> None:
        db = self._db
        db.execute("PRAGMA locking_mode=EXCLUSIVE")  # each commit costs a fifth less
        db.execute("PRAGMA journal_mode=WAL")
        db.execute(f"PRAGMA synchronous={self.sync.upper()}")
        mark = db.execute("PRAGMA application_id").fetchone()[0]
        if mark == 0 and not db.execute("SELECT 1 FROM sqlite_master").fetchone():
            db.execute("BEGIN IMMEDIATE")
            db.execute(f"PRAGMA application_id={_MARK}")
            for table in _SCHEMA:
                db.execute(table)
            db.execute("COMMIT")
        elif mark != _MARK:
            raise JournalError(f"{self.path}: found another application's database, expected one of FIX sessions")
        self.facts = dict(db.execute("SELECT name, value FROM fact"))
        self.heard = int(self.facts.get(self.of_run(_HEARD), IN_DOUBT))

    @property
    def known(self) -> bool:
        """Whether it has heard of the run."""
        return self.heard != IN_DOUBT

    def begin(self) -> None:
        """The run begins: nothing of it was heard."""
        self.put(self.of_run(_HEARD), "0")
        self.commit()
        self.heard = 0

    def of_run(self, name: str) -> str:
        """Give the name of a fact that is this run's own."""
        return f"{name} {self.run}"

    def session(self, name: str) -> Store:
        """Give the memory of a session."""
        if name not in self._sessions:
            with self._errors():
                found = self._db.execute(
                    "SELECT next_in, next_out, created FROM session WHERE name = ?", (name,)
                ).fetchone()
            self._sessions[name] = _Kept(*(found or (1, 1, 0)), archive=self, name=name)
        return self._sessions[name]

    def put(self, name: str, value: str) -> None:
        """Remember a fact, from the next commit on; "" = forget it."""
        self._were.setdefault(name, self.facts.get(name, ""))
        self._changed[name] = value
        self._set(name, value)

    def _set(self, name: str, value: str) -> None:
        if value:
            self.facts[name] = value
        else:
            self.facts.pop(name, None)

    def commit(self, heard: int = 0) -> None:
        """Make all durable, and up to which turn everything was heard; if it fails, as if nothing had been said."""
        changed = [one for one in self._sessions.values() if one.changed]
        if heard > (self.heard if self.known else 0):  # in doubt is only what was before
            self.put(self.of_run(_HEARD), str(heard))
        if not changed and not self._changed:
            return
        try:
            with self._errors():
                self._write(changed)
        except JournalError:
            for one in changed:
                one.roll_back()
            for name, value in self._were.items():
                self._set(name, value)
            self._changed.clear()
            self._were.clear()
            raise
        for one in changed:
            one.saved()
        self._changed.clear()
        self._were.clear()
        if heard:
            self.heard = max(self.heard, heard) if self.known else heard

    def _write(self, changed: "list[_Kept]") -> None:
        db = self._db
        db.execute("BEGIN IMMEDIATE")
        try:
            for one in changed:
                if one.forgets:
                    db.execute("DELETE FROM sent WHERE name = ?", (one.name,))
                db.execute(_PUT_NUMBERS, (one.name, *one.numbers()))
                for seq, frame in one.unsaved.items():
                    db.execute(_PUT_SENT, (one.name, seq, frame))
            for name, value in self._changed.items():
                db.execute(*(_PUT_FACT, (name, value)) if value else (_DROP_FACT, (name,)))
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise

    def frames(self, name: str, first: int, last: int) -> Iterator[tuple[int, bytes]]:
        """Yield what a session had sent by the last commit, from one number to another."""
        with self._errors():
            yield from self._db.execute(
                "SELECT seq, frame FROM sent WHERE name = ? AND seq BETWEEN ? AND ? ORDER BY seq", (name, first, last)
            )

    def close(self) -> None:
        """Let go; what was not committed is forgotten."""
        self._db.close()
        self._lock.release()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise JournalError(f"{self.path}: found {error}, expected a file that can be written") from error


@define(eq=False)
class _Kept(Store):
    """One session of an archive."""

    archive: Archive = field(kw_only=True)
    name: str = field(kw_only=True)
    unsaved: dict[int, bytes] = field(init=False, factory=dict)
    forgets: bool = field(init=False, default=False)
    """What was sent before is to be deleted."""
    _before: tuple[int, int, int] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._before = self.numbers()

    @property
    def changed(self) -> bool:
        """Whether there is anything to commit."""
        return self.forgets or bool(self.unsaved) or self.numbers() != self._before

    def numbers(self) -> tuple[int, int, int]:
        """What is kept besides the messages."""
        return self.next_in, self.next_out, self.created

    def saved(self) -> None:
        """All of it is durable now."""
        self.unsaved.clear()
        self.forgets, self._before = False, self.numbers()

    def roll_back(self) -> None:
        """Go back to what is durable."""
        self.unsaved.clear()
        self.forgets = False
        self.next_in, self.next_out, self.created = self._before

    def keep(self, seq: int, frame: bytes) -> None:
        self.unsaved[seq] = frame

    def sent(self, first: int, last: int) -> Iterator[tuple[int, bytes]]:
        old = () if self.forgets else self.archive.frames(self.name, first, last)
        yield from (one for one in old if one[0] not in self.unsaved)
        for seq, frame in self.unsaved.items():  # they are newer than all else that is in the file
            if first <= seq <= last:
                yield seq, frame

    def reset(self, now: int) -> None:
        self.next_in = self.next_out = 1
        self.created = now
        self.unsaved.clear()
        self.forgets = True
