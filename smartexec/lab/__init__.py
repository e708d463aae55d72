"""The lab: build a market and orders in a few lines, go on decision by decision, look at everything, plot it.

For notebooks and scripts; no configuration file is needed. Public is what is in `__all__`.
"""

from smartexec.lab.happened import Happened
from smartexec.lab.lab import Lab
from smartexec.lab.order import Order
from smartexec.lab.path import quote, trade
from smartexec.lab.result import Result
from smartexec.lab.step import Step

__all__ = ["Happened", "Lab", "Order", "Result", "Step", "quote", "trade"]
