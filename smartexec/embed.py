"""The one import of a platform team, beside `smartexec.api`: what runs the engine in a process of one's own.

`smartexec.api` has what plugins are and the values that go in and come out (orders, reports, quotes, commands); this
has the rest. The time is always an argument, and nothing here opens a socket or starts a thread.
"""

from smartexec.errors import ConfigError, JournalError, OrderError, PluginError, SmartexecError
from smartexec.interfaces.host import Table
from smartexec.kernel.advisor import Advisor, Fault
from smartexec.kernel.engine import Engine
from smartexec.kernel.settings import (
    Aggregation,
    Allocation,
    Limits,
    Netting,
    NettingScope,
    Risk,
    Routing,
    SameOwner,
    Scoring,
    Settings,
    Timing,
)
from smartexec.model.commands import Alert, Command
from smartexec.model.enums import KillLevel
from smartexec.model.events import EndOfDay, Event, KillSwitch, Resolve
from smartexec.registry import PluginInfo, Registry, discover
from smartexec.runtime.journal.records import Advice
from smartexec.runtime.live.session import Session
from smartexec.runtime.plan.advisors import PluginAdvisor, RecordedAdvisor
from smartexec.runtime.plan.intake import Intake
from smartexec.runtime.plan.setup import Setup
from smartexec.runtime.plan.venues_file import VenueHistory, load_venues
from smartexec.runtime.reading.config import Account
from smartexec.runtime.reading.statistics_file import load_statistics
from smartexec.runtime.replay.recording import Recording
from smartexec.runtime.replay.refold import Turn
from smartexec.runtime.report.readout import breaches_of, tables_of

__all__ = [
    "Account",
    "Advice",
    "Advisor",
    "Aggregation",
    "Alert",
    "Allocation",
    "Command",
    "ConfigError",
    "EndOfDay",
    "Engine",
    "Event",
    "Fault",
    "Intake",
    "JournalError",
    "KillLevel",
    "KillSwitch",
    "Limits",
    "Netting",
    "NettingScope",
    "OrderError",
    "PluginAdvisor",
    "PluginError",
    "PluginInfo",
    "RecordedAdvisor",
    "Recording",
    "Registry",
    "Resolve",
    "Risk",
    "Routing",
    "SameOwner",
    "Scoring",
    "Session",
    "Settings",
    "Setup",
    "SmartexecError",
    "Table",
    "Timing",
    "Turn",
    "VenueHistory",
    "breaches_of",
    "discover",
    "load_statistics",
    "load_venues",
    "tables_of",
]
