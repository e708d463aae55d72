"""your-name for smartexec. The hook only."""

from collections.abc import Iterable

from smartexec.api import OrderSource, hookimpl

from smartexec_your_name.source import YourName


@hookimpl.order_sources
def smartexec_order_sources() -> Iterable[type[OrderSource]]:
    """Give the order source of this package."""
    return [YourName]
