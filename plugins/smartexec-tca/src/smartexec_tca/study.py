"""The runs of a comparison, in processes of their own. A run that fails is named; the others go on.

The outcomes come back in the order of the tasks, whatever the order in which they end, so that the report does not
depend on the number of processes.
"""

import signal
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

from attrs import frozen

from smartexec.api import Host
from smartexec_tca.combination import Combination
from smartexec_tca.worked import Worked, worked

Tell = Callable[["Outcome"], None]
"""Is told of each run as it ends."""


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
    pool = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_quiet)
    try:
        futures = {pool.submit(perform, host, task): task for task in todo}
        done = {id(futures[one]): _told(_outcome(one, futures[one]), tell) for one in as_completed(futures)}
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return [done[id(task)] for task in todo]


def perform(host: Host, task: Task) -> Outcome:
    """Do a run; whatever it raises becomes its fault."""
    try:
        ran = host.run(task.config, task.combination.changes(task.seed))
        return Outcome(task, worked(ran.tables), ran.seconds, breaches=ran.breaches)
    except Exception as error:
        return Outcome(task, fault=_text(error))


def _outcome(future: Future[Outcome], task: Task) -> Outcome:
    """Take a run's outcome; a process that died (memory, a signal) has none."""
    try:
        return future.result()
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
