"""What this distribution adds to smartexec."""

from collections.abc import Iterable

from smartexec.api import VenueAdapter, hookimpl


@hookimpl.venues
def smartexec_venues() -> Iterable[type[VenueAdapter]]:
    from smartexec_fix.venue import FixVenue

    return [FixVenue]
