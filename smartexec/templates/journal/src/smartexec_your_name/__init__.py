"""your-name for smartexec. The hook only."""

from collections.abc import Iterable

from smartexec.api import Journal, hookimpl

from smartexec_your_name.journal import YourName


@hookimpl.journals
def smartexec_journals() -> Iterable[type[Journal]]:
    """Give the journal of this package."""
    return [YourName]
