"""What the entry point names: the hooks, and nothing else."""

from collections.abc import Iterable

from smartexec.api import Strategy, hookimpl
from smartexec_schedules.close import Close
from smartexec_schedules.iceberg import Iceberg
from smartexec_schedules.pov import Pov
from smartexec_schedules.shortfall import Shortfall
from smartexec_schedules.sniper import Sniper
from smartexec_schedules.trilemma import Trilemma
from smartexec_schedules.twap import Twap
from smartexec_schedules.vwap import Vwap


@hookimpl.strategies
def smartexec_strategies() -> Iterable[type[Strategy]]:
    """Give the strategies of this distribution."""
    return [Twap, Vwap, Pov, Shortfall, Close, Iceberg, Sniper, Trilemma]
