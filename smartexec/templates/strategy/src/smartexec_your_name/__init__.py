"""YOUR-NAME for smartexec. The hook only."""

from collections.abc import Iterable

from smartexec.api import Strategy, hookimpl

from smartexec_your_name.strategy import YourName


@hookimpl.strategies
def smartexec_strategies() -> Iterable[type[Strategy]]:
    """Give the strategy of this package."""
    return [YourName]
