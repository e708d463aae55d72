"""The simulated venues of this distribution against the conformance kit."""

from typing import ClassVar

from smartexec.testing import SimulatedVenueKit
from smartexec_sim.ats import SimAts
from smartexec_sim.dark import SimDark
from smartexec_sim.lit import SimLit


class TestSimLit(SimulatedVenueKit):
    venue = SimLit
    params: ClassVar = {"mic": "SIMA"}


class TestSimLitFarAway(SimulatedVenueKit):
    venue = SimLit
    params: ClassVar = {"mic": "SIMA", "latency_in": "3ms", "latency_out": "40ms", "auctions": True}


class TestSimAts(SimulatedVenueKit):
    venue = SimAts
    params: ClassVar = {"mic": "SATS"}


class TestSimDark(SimulatedVenueKit):
    venue = SimDark
    params: ClassVar = {"mic": "SDRK", "latency_in": "250us"}
