"""What the kits of order sources and market-data feeds share: how an author gives input, and how it is read.

Input is written into a folder that is new for each test; paths in parameters are relative to it.
"""

import gc
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, ClassVar, Final

import attrs
import pytest

from smartexec.errors import ConfigError
from smartexec.interfaces.context import Context
from smartexec.model.instrument import Instrument
from smartexec.runtime.feeding.sequencer import NEVER
from smartexec.runtime.journal.records import encode
from smartexec.runtime.reading.checks import wrong
from smartexec.runtime.reading.schema import build
from smartexec.testing.elsewhere import elsewhere
from smartexec.testing.kit import needs

SEED: Final = 7
"""Of the run that the plugin works for."""
Timed = tuple[int, Any]


class Inputs:
    """What an author says of a plugin that reads; the two kits inherit it."""

    params: ClassVar[Mapping[str, Any]] = {}
    """Its parameters, where it needs no more than these."""
    instruments: ClassVar[Sequence[Instrument]] = (Instrument("TEST"),)
    """Of the run."""

    def make(self, folder: Path) -> Any:
        """Write good input into the folder, and build the plugin that reads it; overridden by plugins that read."""
        cls: Any = self.plugin()  # type: ignore[attr-defined]
        return build(cls, self.params, cls.name)

    def broken(self, folder: Path) -> tuple[Any, int] | None:
        """Write input with bad pieces, and build the plugin; give it and their number. None = it cannot be bad."""
        return None

    def absent(self, folder: Path) -> Any:
        """Build the plugin with its input not there; None = it needs none."""
        return None

    def context(self, folder: Path) -> Context:
        """Say for what run the plugin works."""
        return Context({one.symbol: one for one in self.instruments}, SEED, folder)

    # -- how it is read ------------------------------------------------------------------------------------------------

    def started(self, folder: Path, one: Any, faults: list[str] | None = None) -> Any:
        """Start a plugin; give it. `faults` gets what it says of its input."""
        said: list[str] = [] if faults is None else faults
        one.start(attrs.evolve(self.context(folder), fault=said.append))
        return one

    def events(self, folder: Path) -> list[Timed]:
        """Give all events of the good input; there must be some, and no fault."""
        faults: list[str] = []
        found = list(self.started(folder, self.make(folder), faults).events())
        assert found, "found no event, expected some: make() gives good input"
        assert not faults, f"found {faults[0]}, expected none: make() gives good input"
        return found


def check_timed(events: Sequence[Timed], kinds: tuple[type, ...]) -> None:
    """Check that all are (time, event), in order of time, and of the types the interface says."""
    for item in events:
        assert type(item) is tuple, f"found {item!r}, expected (time, event)"
        assert len(item) == 2, f"found {item!r}, expected (time, event)"
        at, event = item
        assert type(at) is int, f"found {type(at).__name__} {at!r}, expected ns UTC"
        assert 0 <= at < NEVER, f"found {at}, expected ns UTC"
        fault = wrong(event, kinds)
        assert not fault, fault
    for (before, _), (at, event) in pairwise(events):
        assert before <= at, f"found {event} at {at}, expected it no earlier than {before}, of the one before"


def check_again(kit: Any, folder: Path) -> None:
    """Check that a second instance gives the same events, and so does another process, whatever its hash seed."""
    here, there = folder / "here", folder / "there"
    here.mkdir()
    there.mkdir()
    one = kit.started(here, kit.make(here))
    first = list(one.events())
    again = list(kit.started(here, attrs.evolve(one)).events())
    assert again == first, f"found {_first_other(again, first)}, expected the same events of a second instance"
    told = elsewhere(kit, print_digest, there).strip()
    assert told == digest(first), "found other events in another process, expected the same whatever its hash seed"


def print_digest(kit: Any, folder: Path) -> None:
    """Tell the digest of all events, as another process has them."""
    print(digest(kit.started(folder, kit.make(folder)).events()))


def digest(events: Iterator[Timed] | Sequence[Timed]) -> str:
    """Identify events."""
    total = sha256()
    for at, event in events:
        total.update(encode((at, type(event).__name__, event)))
    return total.hexdigest()


def check_absent(kit: Any, folder: Path) -> None:
    """Check that a start with missing input is a ConfigError that names it. Skips where none is needed."""
    one = kit.absent(folder)
    needs(one is not None, "absent() gives none: it needs no input")
    try:
        kit.started(folder, one)
    except ConfigError as error:
        told = str(error)
    except Exception as error:
        pytest.fail(f"found {type(error).__name__}: {error}, expected a ConfigError: the input is not there")
    else:
        pytest.fail("found no error at the start, expected a ConfigError: the input is not there")
    assert any(str(value) in told for value in _texts(one)), f"found {told!r}, expected the name of what is not there"


def check_abandoned(kit: Any, folder: Path) -> None:
    """Check that events can be left half way: nothing is raised or left open, and a second instance gives all."""
    one = kit.started(folder, kit.make(folder))
    whole = list(one.events())
    gc.collect()  # what others have left behind is not its fault
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ResourceWarning)
        events = iter(kit.started(folder, attrs.evolve(one)).events())
        part = list(islice(events, len(whole) // 2))
        if hasattr(events, "close"):
            events.close()
        del events
        gc.collect()
    told = [str(one.message) for one in caught if issubclass(one.category, ResourceWarning)]
    left = [text for text in told if str(folder) in text or "name=" not in text]
    assert not left, f"found {left[0]}, expected all let go of"
    assert part == whole[: len(part)]
    assert list(kit.started(folder, attrs.evolve(one)).events()) == whole, "found other events after it was left"


def names_a_row(line: str, folder: Path) -> bool:
    """Whether a line of text names a file of the folder, and a row or line of it."""
    files = [path.name for path in folder.rglob("*") if path.is_file()]
    return any(re.search(rf"{re.escape(name)},? (row|line|record) \d", line) for name in files)


def _texts(one: Any) -> Iterator[str | Path]:
    """Yield the texts and paths among a plugin's parameters."""
    for field in attrs.fields(type(one)):
        value = getattr(one, field.name)
        if field.init and value:
            yield from value if isinstance(value, tuple | list) else (value,) if isinstance(value, str | Path) else ()


def _first_other(found: Sequence[Timed], expected: Sequence[Timed]) -> str:
    pair = next((pair for pair in zip(found, expected, strict=False) if pair[0] != pair[1]), None)
    return f"{len(found)} events instead of {len(expected)}" if pair is None else f"{pair[0]} for {pair[1]}"
