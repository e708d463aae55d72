"""A firm's own strategy for smartexec. The hook only."""

from collections.abc import Iterable

from smartexec.api import Strategy, hookimpl
from smartexec_harrier.harrier import Harrier


@hookimpl.strategies
def smartexec_strategies() -> Iterable[type[Strategy]]:
    return [Harrier]
