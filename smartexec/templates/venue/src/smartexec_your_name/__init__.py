"""your-name for smartexec. The hook only."""

from collections.abc import Iterable

from smartexec.api import VenueAdapter, hookimpl

from smartexec_your_name.venue import YourName


@hookimpl.venues
def smartexec_venues() -> Iterable[type[VenueAdapter]]:
    """Give the venue adapter of this package."""
    return [YourName]
