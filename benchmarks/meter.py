"""What a benchmark measures with: wall time, memory, pauses of the garbage collector, and the one line it prints."""

import gc
import json
import os
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, process_time
from typing import Final

from attrs import define

MB: Final = 1 << 20
RU_MAXRSS_UNIT: Final = 1 if sys.platform == "darwin" else 1024
"""Bytes per unit of ru_maxrss: getrusage(2)."""


@define
class Meter:
    """Sums up wall time while it runs; sees every pause of the collector from its start on."""

    wall: float = 0.0
    """Seconds."""
    cpu: float = 0.0
    """Seconds of this process: what it would take on a machine of its own."""
    longest_pause: float = 0.0
    """Seconds."""
    pauses: int = 0
    _pause_began: float = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count the time of the block."""
        began, cpu = perf_counter(), process_time()
        try:
            yield
        finally:
            self.wall += perf_counter() - began
            self.cpu += process_time() - cpu

    @contextmanager
    def watching(self) -> Iterator[None]:
        """See the collector's pauses."""
        gc.callbacks.append(self._collector)
        try:
            yield
        finally:
            gc.callbacks.remove(self._collector)

    def _collector(self, phase: str, _: dict[str, int]) -> None:
        if phase == "start":
            self._pause_began = perf_counter()
            return
        self.pauses += 1
        self.longest_pause = max(self.longest_pause, perf_counter() - self._pause_began)

    def line(self, n: int, **settings: object) -> str:
        """The result as JSON: n, wall_s, per_s, peak_mb, cpu_s, then what was measured besides and the settings."""
        head = {"n": n, "wall_s": round(self.wall, 3), "per_s": round(n / self.wall), "peak_mb": peak() // MB}
        head["cpu_s"] = round(self.cpu, 3)
        return json.dumps({**head, **settings, "python": sys.version.split()[0]})


def peak() -> int:
    """The most memory the process has had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RU_MAXRSS_UNIT


def resident(process: int | str = "self") -> int:
    """Memory of a process now, in bytes; the most that this one has had where the system does not say (no /proc)."""
    statm = Path(f"/proc/{process}/statm")
    return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGESIZE") if statm.exists() else peak()
