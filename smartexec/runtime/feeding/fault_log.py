"""The faults of a run's inputs: counted, one line each, and written to a file."""

from collections.abc import Callable
from pathlib import Path


class FaultLog:
    """Counts the faults of the inputs, one line each; writes them to a file from `open` on."""

    def __init__(self, told: Callable[[str], None] | None = None) -> None:
        """`told` hears each line at once."""
        self._told = told
        self.count = 0
        self.lost: list[str] = []
        """What broke off altogether: a feed, a source, a venue."""
        self._lines: list[str] = []
        self._path: Path | None = None

    def say(self, line: str) -> None:
        """Note a bad piece of input that was left out."""
        self.count += 1
        self.note(line)

    def note(self, line: str) -> None:
        """Note what was left out of nothing: where a plugin raised, say."""
        line = " ".join(line.splitlines())
        if self._told is not None:
            self._told(line)
        self._lines.append(line)
        if self._path is not None and len(self._lines) >= 1000:
            self.flush()

    def lose(self, line: str) -> None:
        """Note something that broke off and was not heard to its end."""
        self.lost.append(line)
        self.say(line)

    def open(self, path: Path) -> None:
        """Write to `path` from now on, behind what is there, beginning with what was said before."""
        path.touch()
        self._path = path

    def flush(self) -> None:
        """Write what was said. Does nothing without a file."""
        if self._path is not None and self._lines:
            with self._path.open("a", encoding="utf-8") as stream:
                stream.writelines(f"{line}\n" for line in self._lines)
            self._lines.clear()
