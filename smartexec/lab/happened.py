"""Something that happened to a parent between two decisions, with its time. A value only."""

from attrs import frozen

from smartexec.model.commands import VenueCommand
from smartexec.model.events import Event


@frozen
class Happened:
    """Something that happened to a parent: what a venue said, what a client asked, or what routing did by itself."""

    time: int
    """ns UTC."""
    what: Event | VenueCommand
