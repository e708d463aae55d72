"""The venue ACME for smartexec. The hook only."""

from collections.abc import Iterable

from smartexec.api import VenueAdapter, hookimpl
from smartexec_acme.venue import AcmeVenue


@hookimpl.venues
def smartexec_venues() -> Iterable[type[VenueAdapter]]:
    return [AcmeVenue]
