"""Law 6 over processes: what a plugin says, told again by another process whose sets and hashes are in another order.

A trace is a function at the top of a module that takes the conformance class's instance and yields values, each of
which can be recorded. The traces of strategies and routing logics are here; other kits have their own.
"""

from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from smartexec.runtime.journal.records import encode
from smartexec.testing.elsewhere import elsewhere
from smartexec.testing.reference_world import Reference, reference
from smartexec.testing.route_cases import some_requests
from smartexec.testing.view_cases import some_views

Trace = Callable[[Any], Iterable[object]]
SEED: Final = 4
"""Of the reference world."""


def check_alike(kit: Any, trace: Trace, folder: Path) -> None:
    """Check that a plugin says the same a second time, and in another process, whatever its hash seed."""
    first = list(trace(kit))
    here = digests(first)
    _check_same(first, here, digests(trace(kit)), "the second time")
    there = elsewhere(kit, tell, folder, trace.__module__, trace.__name__).split()
    _check_same(first, here, there, "in another process with another hash seed")


def _check_same(said: list[object], expected: list[str], found: list[str], where: str) -> None:
    if found == expected:
        return
    other = next((n for n, pair in enumerate(zip(expected, found, strict=False)) if pair[0] != pair[1]), None)
    what = f"{len(found)} values, expected {len(said)}" if other is None else f"another value, expected {said[other]}"
    raise AssertionError(f"found {where} {what} (law 6)")


def tell(kit: Any, folder: Path, module: str, name: str) -> None:
    """Print the digests of a trace, as the other process does."""
    print(*digests(getattr(import_module(module), name)(kit)))


def digests(said: Iterable[object]) -> list[str]:
    """Identify each value, and its class."""
    return [sha256(encode((type(one).__name__, one))).hexdigest() for one in said]


# -- the traces --------------------------------------------------------------------------------------------------------


def strategy_trace(kit: Any) -> Iterator[object]:
    """Yield what a strategy says of some views, then its decisions and all commands of a day in the reference world."""
    yield from (kit.make().decide(seen) for seen in some_views())
    yield from _day(reference(kit.make(), seed=SEED))


def routing_trace(kit: Any) -> Iterator[object]:
    """Yield what a routing logic and its variants say of some requests, then all of a day in the reference world."""
    yield from (logic.route(asked) for logic in kit.made() for asked in some_requests())
    yield from _day(reference(router=kit.make(), seed=SEED))


def _day(world: Reference) -> Iterator[object]:
    world.order(2_500)
    world.run(600)
    world.end()
    yield from (row.decision for row in world.engine.blotter.decisions)
    yield from (child.why.note for child in world.engine.blotter.child_orders if child.why is not None)
    yield from world.commands
