"""The strategy against the conformance kit: `smartexec certify .` makes a certificate of it."""

from smartexec.testing import StrategyKit

from smartexec_your_name.strategy import YourName


class TestYourName(StrategyKit):
    strategy = YourName
    variants = ({"slices": "1"}, {"slices": "7"})
