"""What finished runs have measured of venues and what routing logics learned in them, as one history.

Each run is folded again and gives what it saw itself, without what it began with, so that a run that began with the
history of another is not counted twice. Older runs weigh less, by the half-life of the latest run.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from smartexec.errors import ConfigError, SmartexecError
from smartexec.kernel.decay import Decay
from smartexec.kernel.tally import Tally
from smartexec.registry import Registry
from smartexec.runtime.plan.venues_file import VenueHistory
from smartexec.runtime.replay.replay import Replay, replay
from smartexec.runtime.simulation.loop import Progress


def fit_venues(
    runs: Sequence[Path], progress: Progress | None = None, *, registry: Registry | None = None
) -> VenueHistory:
    """Pool finished runs in the order of their time."""
    known: set[Path] = set()
    for run in runs:
        if run.resolve() in known:
            raise ConfigError(f"{run}: found a run that is named twice, expected each once")
        known.add(run.resolve())
    found = [_fold(run, progress, registry) for run in runs]
    found.sort(key=lambda one: one.plan.config.run.start)
    return pool(found)


def pool(runs: Sequence[Replay]) -> VenueHistory:
    """Add up runs, the oldest first."""
    decay = Decay(runs[-1].plan.config.settings.scorecard.half_life)
    tallies: dict[str, dict[str, Tally]] = {}
    learned: dict[str, dict[str, Any]] = {}
    for run in runs:
        scorecard = run.engine.scorecard
        for (symbol, mic), tally in scorecard.tallies.items():
            known = tallies.setdefault(symbol, {}).get(mic)
            if known is None:
                tallies[symbol][mic] = tally
            else:
                known.merge(tally, decay)
        for (name, symbol), value in scorecard.learned.items():
            learned.setdefault(name, {})[symbol] = value
    return VenueHistory(tallies, learned)


def _fold(run: Path, progress: Progress | None, registry: Registry | None) -> Replay:
    again = replay(run, progress, registry=registry, files=False, seeded=False)
    if again.difference:
        raise SmartexecError(f"{run}: {again.difference}: what it measured cannot be trusted")
    if again.torn:
        raise ConfigError(f"{run}: {again.torn}; expected a finished run")
    return again
