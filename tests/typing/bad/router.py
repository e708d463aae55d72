"""Routing logics with mistakes."""

from attrs import frozen

from smartexec.api import Leg, Mic, ParentView, Route, RouteRequest, RoutingLogic


@frozen
class ReturnsLegs(RoutingLogic):
    name = "returns-legs"

    def route(self, request: RouteRequest) -> list[Leg]:  # E: override / IncompatibleMethodOverride
        return [Leg("XAAA", request.qty)]


@frozen
class TakesView(RoutingLogic):
    name = "takes-view"

    def route(self, request: ParentView) -> Route:  # E: override / IncompatibleMethodOverride
        return Route(note=request.parent_id)


@frozen
class Half(RoutingLogic):
    name = "half"
    learned_type = "Learned"  # E: assignment / AssignmentType

    def route(self, request: RouteRequest) -> Route:
        half = Leg("XAAA", request.qty / 2)  # E: arg-type / ArgumentType
        late = Leg("XBBB", request.qty, rest_for="2s")  # E: arg-type / ArgumentType
        score = request.venues["XAAA"]  # E: index / ArgumentType
        known = request.venues.get(Mic("XAAA")).up  # E: union-attr / OptionalMemberAccess
        priced = Leg("XAAA", 100, request.limit)  # E: call-arg / CallIssue
        return Route(half, note=f"{late} {score} {known} {priced}")  # E: arg-type / ArgumentType
