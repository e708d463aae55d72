"""your-name for smartexec. The hook only."""

from collections.abc import Iterable

from smartexec.api import Sink, hookimpl

from smartexec_your_name.sink import YourName


@hookimpl.sinks
def smartexec_sinks() -> Iterable[type[Sink]]:
    """Give the sink of this package."""
    return [YourName]
