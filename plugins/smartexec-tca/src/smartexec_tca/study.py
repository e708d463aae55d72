"""The runs of a comparison, in processes of their own. A run that fails is named; the others go on.

The outcomes come back in the order of the tasks, whatever the order in which they end, so that the report does not
depend on the number of processes.
"""

import signal
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from attrs import frozen

from smartexec.api import Host
from smartexec_tca.combination import Combination
from smartexec_tca.worked import Worked, worked

Tell = Callable[["Outcome"], None]
"""Is told of each run as it ends."""
DIED: Final = "its process died, found no outcome (out of memory, or ended by a signal?)"


@frozen
class Task:
    """A run to do."""

    config: Path
    seed: int | None
    combination: Combination

    @property
    def name(self) -> str:
        seed = "" if self.seed is None else f", seed {self.seed}"
        return f"{self.combination.label}, {self.config}{seed}"


@frozen
class Outcome:
    """What came of it."""

    task: Task
    parents: tuple[Worked, ...] = ()
    seconds: float = 0.0
    """Wall time of the run."""
    fault: str = ""
    """Why there is nothing; "" if there is."""
    breaches: tuple[str, ...] = ()
    """Laws broken and things lost."""


def tasks(configs: Sequence[Path], seeds: Sequence[int | None], combinations: Sequence[Combination]) -> list[Task]:
    """Give every combination of all."""
    return [Task(path, seed, one) for path in configs for seed in seeds for one in combinations]


def study(host: Host, todo: Sequence[Task], jobs: int, tell: Tell) -> list[Outcome]:
    """Do the runs, so many at a time; with one job in this process."""
    if jobs == 1:
        return [_told(perform(host, task), tell) for task in todo]
    done = _together(host, todo, jobs, tell)
    for task in todo:
        if id(task) not in done:  # a process died, and nobody knows of which run: each on its own
            done |= _together(host, [task], 1, tell)
    return [done[id(task)] for task in todo]


def _together(host: Host, todo: Sequence[Task], jobs: int, tell: Tell) -> dict[int, Outcome]:
    """Do runs in a pool of processes: by the task's id, those that ended.

    When a process dies (memory, a signal), the pool gives up all that has not ended. A single run is the culprit.
    """
    pool = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_quiet)
    done: dict[int, Outcome] = {}
    try:
        futures: dict[Future[Outcome], Task] = {}
        with suppress(BrokenProcessPool):  # it may die while runs are still being handed to it
            for task in todo:
                futures[pool.submit(perform, host, task)] = task
        for future in as_completed(futures):
            task = futures[future]
            outcome = _outcome(future, task)
            if outcome is None and len(todo) == 1:
                outcome = Outcome(task, fault=DIED)
            if outcome is not None:
                done[id(task)] = _told(outcome, tell)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return done


def perform(host: Host, task: Task) -> Outcome:
    """Do a run; whatever it raises becomes its fault, and so does a plugin that was quarantined in it."""
    try:
        ran = host.run(task.config, task.combination.changes(task.seed))
        if ran.quarantined:  # what it left undone is no figure of it
            return Outcome(task, seconds=ran.seconds, fault="; ".join(ran.quarantined), breaches=ran.breaches)
        return Outcome(task, worked(ran.tables), ran.seconds, breaches=ran.breaches)
    except Exception as error:
        return Outcome(task, fault=_text(error))


def _outcome(future: Future[Outcome], task: Task) -> Outcome | None:
    """Take a run's outcome; None if its process, or another one of the pool, died."""
    try:
        return future.result()
    except BrokenProcessPool:
        return None
    except Exception as error:
        return Outcome(task, fault=_text(error))


def _text(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())


def _told(outcome: Outcome, tell: Tell) -> Outcome:
    tell(outcome)
    return outcome


def _quiet() -> None:
    """Let Ctrl-C end a process at once, without a traceback of each."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
