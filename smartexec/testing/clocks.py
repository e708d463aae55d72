"""Clocks that are wrong by centuries and note who reads them: for code that is to take the time that it is given.

What `time` and `datetime` have is changed, and the names that modules of some packages have taken from them. Other
threads, and logging, which stamps what it is told, get the real time. A clock that is kept elsewhere than under a name
of a module is not changed.
"""

import datetime
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from threading import get_ident
from types import ModuleType
from typing import Any, Final

SHIFT: Final = 12_345_678_901
"""How wrong the clocks are, in seconds: another second, minute, hour, day, month and year."""
SECONDS: Final = ("time", "monotonic", "perf_counter", "process_time", "thread_time")
"""Of `time`: what gives seconds; with `_ns` behind it, nanoseconds."""
TEXTS: Final = {"gmtime": 0, "localtime": 0, "ctime": 0, "asctime": 0, "strftime": 1}
"""Of `time`: what reads the clock unless it is given a time, and how many arguments come before that."""
_now, _local = time.time, time.localtime
Note = Callable[[str], bool]
"""Notes that a clock is read; whether it is to be wrong."""


@contextmanager
def wrong_clocks(packages: Collection[str]) -> Iterator[list[str]]:
    """Make clocks wrong as modules of some packages see them; the list has which were read, and by whom."""
    read: list[str] = []
    fakes = _fakes(_noting(read))
    modules = [time, datetime, *(one for one in list(sys.modules.values()) if _is_of(one, packages))]
    true = [(one, name, value) for one in modules for name, value in list(vars(one).items()) if id(value) in fakes]
    try:
        for module, name, value in true:
            setattr(module, name, fakes[id(value)])
        yield read
    finally:
        for module, name, value in true:
            setattr(module, name, value)


def _is_of(module: object, packages: Collection[str]) -> bool:
    return isinstance(module, ModuleType) and module.__name__.partition(".")[0] in packages


def _noting(read: list[str]) -> Note:
    thread = get_ident()

    def note(what: str) -> bool:
        who = sys._getframe(2).f_globals.get("__name__", "?")
        if get_ident() != thread or who.partition(".")[0] == "logging":
            return False
        read.append(f"{what} by {who}")
        return True

    return note


def _fakes(note: Note) -> dict[int, Any]:
    """By identity of what is true: what is in its place."""
    seconds = [_seconds(note, name, SHIFT) for name in SECONDS]
    seconds += [_seconds(note, f"{name}_ns", SHIFT * 10**9) for name in SECONDS]
    texts = [_text(note, name, before) for name, before in TEXTS.items()]
    return dict([*seconds, *texts, (id(datetime.datetime), _datetime(note)), (id(datetime.date), _date(note))])


def _seconds(note: Note, name: str, shift: int) -> tuple[int, Any]:
    true = getattr(time, name)
    return id(true), lambda: true() + (shift if note(f"time.{name}") else 0)


def _text(note: Note, name: str, before: int) -> tuple[int, Any]:
    true = getattr(time, name)

    def fake(*arguments: Any) -> Any:
        if len(arguments) > before or not note(f"time.{name}"):
            return true(*arguments)
        at = _now() + SHIFT
        return true(*arguments, _local(at) if name in ("asctime", "strftime") else at)

    return id(true), fake


class _StandsFor(type):
    """Of a class that stands for the one above it: what is of the one is of the other."""

    def __instancecheck__(cls, one: object) -> bool:
        return isinstance(one, cls.__base__ or cls)

    def __subclasscheck__(cls, one: type) -> bool:
        return issubclass(one, cls.__base__ or cls)


def _datetime(note: Note) -> type:
    wrong = datetime.timedelta(seconds=SHIFT)

    class Fake(datetime.datetime, metaclass=_StandsFor):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Any:
            return super().now(tz) + (wrong if note("datetime.now") else 0 * wrong)

        @classmethod
        def utcnow(cls) -> Any:
            return super().now(datetime.UTC).replace(tzinfo=None) + (wrong if note("datetime.utcnow") else 0 * wrong)

        @classmethod
        def today(cls) -> Any:
            return super().now() + (wrong if note("datetime.today") else 0 * wrong)

    return _named(Fake, "datetime")


def _date(note: Note) -> type:
    wrong = datetime.timedelta(seconds=SHIFT)

    class Fake(datetime.date, metaclass=_StandsFor):
        @classmethod
        def today(cls) -> Any:
            return super().today() + (wrong if note("date.today") else 0 * wrong)

    return _named(Fake, "date")


def _named(made: type, name: str) -> type:
    made.__name__ = made.__qualname__ = name
    return made
