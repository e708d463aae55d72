"""The collector's clock against the exchange's: how far it is ahead, measured over a file or told.

A message's local time less its exchange time is the clocks' difference plus the time it travelled. The median over a
file is taken for all of it, so that corrected times are the exchange's, as a typical message is heard.
"""

import re
from array import array
from pathlib import Path
from typing import Final

from attrs import frozen

from smartexec_files import data_file
from smartexec_files.binance_rows import Line
from smartexec_files.faults import BadValueError, Faults
from smartexec_files.units import MAX_INT, decimal_text

AUTO: Final = "auto"
TRUSTED: Final = 10_000_000_000
"""An exchange time farther than this from the corrected local one is wrong, ns."""
_SENT: Final = re.compile(rb'^([0-9]{1,19}) \{"stream".*?"E":([0-9]{1,15})[,}]')
_MS: Final = 1_000_000


def measure(path: Path) -> int | None:
    """Median (the lower of two) of local less exchange time over all stream messages, ns; None if none tells."""
    found = array("q")
    for _, line in data_file.lines(path, Faults(lambda _: None, path.name)):
        match = _SENT.match(line)
        if match and max(local := int(match[1]), sent := int(match[2]) * _MS) <= MAX_INT:  # others are no times
            found.append(local - sent)
    return sorted(found)[(len(found) - 1) // 2] if found else None


@frozen
class Clock:
    """Gives each line its time."""

    offset: int
    """Local less exchange time, ns."""
    exchange: bool
    """Use the exchange's own times where a message has one."""

    def at(self, line: Line) -> int:
        """Time of a line, ns UTC. Raises BadValueError where its two times cannot both be right."""
        local = line.local - self.offset
        if line.exchange is not None and abs(line.exchange - local) > TRUSTED:
            found = f"local time {decimal_text(line.local, 9)}, exchange time {decimal_text(line.exchange, 9)}"
            raise BadValueError(found, f"{decimal_text(TRUSTED, 9)} s at most between them, less the clock's offset")
        return line.exchange if self.exchange and line.exchange is not None else local
