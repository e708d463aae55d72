"""The policy of the garbage collector during a run. Knows nothing of what it collects."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

GC_THRESHOLDS: Final = (20_000, 20, 1000)
"""A young collection looks at so few objects that it takes a few ms."""


@contextmanager
def gc_policy() -> Iterator[None]:
    """Let the collector look at what is new, once: what survives is kept for good, as orders and their history are.

    Default pauses grow with what is retained (half a second at 400,000 orders); these do not.
    """
    thresholds = gc.get_threshold()

    def keep(phase: str, _info: dict[str, int]) -> None:
        if phase == "stop":
            gc.freeze()

    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    gc.callbacks.append(keep)
    try:
        yield
    finally:
        gc.callbacks.remove(keep)
        gc.set_threshold(*thresholds)
        gc.unfreeze()
