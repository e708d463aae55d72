"""A firm's own sink for smartexec. The hook only."""

from collections.abc import Iterable

from smartexec.api import Sink, hookimpl
from smartexec_sqlite_sink.sqlite_sink import SqliteSink


@hookimpl.sinks
def smartexec_sinks() -> Iterable[type[Sink]]:
    return [SqliteSink]
