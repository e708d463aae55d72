"""The routing logic against the conformance kit: `smartexec certify .` makes a certificate of it."""

from smartexec.testing import RoutingKit

from smartexec_your_name.router import YourName


class TestYourName(RoutingKit):
    logic = YourName
    variants = ({"first": "dark"},)
