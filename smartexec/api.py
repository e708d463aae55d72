"""The one import of a plugin author: everything a plugin needs, and nothing of the engine."""

from typing import Final

from smartexec.errors import ConfigError, JournalError, PluginError, SmartexecError, VenueProtocolError
from smartexec.hookspecs import hookimpl
from smartexec.interfaces.context import Context
from smartexec.interfaces.host import Changes, Host, Ran, Table
from smartexec.interfaces.journal import Journal
from smartexec.interfaces.market_data import MarketDataFeed
from smartexec.interfaces.order_source import OrderSource
from smartexec.interfaces.routing import RoutingLogic
from smartexec.interfaces.sink import Rows, Sink
from smartexec.interfaces.strategy import Strategy
from smartexec.interfaces.venue import VenueAdapter, VenueInput, VenueOutput
from smartexec.model.commands import (
    CancelOrder,
    ClientCancelReject,
    ClientCommand,
    ClientReport,
    QueryOrder,
    ReplaceOrder,
    SendOrder,
    VenueCommand,
)
from smartexec.model.enums import (
    CxlRejReason,
    ExecType,
    FillMode,
    Liquidity,
    OrdRejReason,
    OrdStatus,
    OrdType,
    Outcome,
    Peg,
    Phase,
    ReplaceMode,
    Side,
    TimeInForce,
    VenueKind,
    Wake,
)
from smartexec.model.events import ExecutionReport, OrderCancelReject, OrderState, Tick, VenueEvent, VenueStatus
from smartexec.model.ids import NANOS_PER_SECOND, PX_SCALE, Mic, Nanos, Px, Qty
from smartexec.model.instrument import Instrument
from smartexec.model.market import BookAdd, BookExecute, BookReduce, MarketEvent, PhaseChange, Quote, Trade
from smartexec.model.orders import CancelRequest, ClientEvent, NewOrder, Params, RejectedOrder, ReplaceRequest
from smartexec.model.routing import Attempt, Capabilities, Leg, Route, RouteRequest, VenueScore
from smartexec.model.statistics import CURVE_SCALE, NO_STATISTICS, Statistics, VolumeCurve, VolumeModel
from smartexec.model.survival import Survival
from smartexec.model.view import Decision, MarketView, ParentView, PeerView, Slice, SlotView
from smartexec.model.wire import (
    Channel,
    Close,
    Closed,
    Http,
    Opened,
    Received,
    Request,
    Response,
    Send,
    Tcp,
    TcpServer,
    Tls,
    WebSocket,
    WireInput,
    WireOutput,
)

VERSION: Final = (1, 0)
"""Interface version; a plugin's dependency on smartexec says which it was written for."""

__all__ = [
    "CURVE_SCALE",
    "NANOS_PER_SECOND",
    "NO_STATISTICS",
    "PX_SCALE",
    "VERSION",
    "Attempt",
    "BookAdd",
    "BookExecute",
    "BookReduce",
    "CancelOrder",
    "CancelRequest",
    "Capabilities",
    "Changes",
    "Channel",
    "ClientCancelReject",
    "ClientCommand",
    "ClientEvent",
    "ClientReport",
    "Close",
    "Closed",
    "ConfigError",
    "Context",
    "CxlRejReason",
    "Decision",
    "ExecType",
    "ExecutionReport",
    "FillMode",
    "Host",
    "Http",
    "Instrument",
    "Journal",
    "JournalError",
    "Leg",
    "Liquidity",
    "MarketDataFeed",
    "MarketEvent",
    "MarketView",
    "Mic",
    "Nanos",
    "NewOrder",
    "Opened",
    "OrdRejReason",
    "OrdStatus",
    "OrdType",
    "OrderCancelReject",
    "OrderSource",
    "OrderState",
    "Outcome",
    "Params",
    "ParentView",
    "PeerView",
    "Peg",
    "Phase",
    "PhaseChange",
    "PluginError",
    "Px",
    "Qty",
    "QueryOrder",
    "Quote",
    "Ran",
    "Received",
    "RejectedOrder",
    "ReplaceMode",
    "ReplaceOrder",
    "ReplaceRequest",
    "Request",
    "Response",
    "Route",
    "RouteRequest",
    "RoutingLogic",
    "Rows",
    "Send",
    "SendOrder",
    "Side",
    "Sink",
    "Slice",
    "SlotView",
    "SmartexecError",
    "Statistics",
    "Strategy",
    "Survival",
    "Table",
    "Tcp",
    "TcpServer",
    "Tick",
    "TimeInForce",
    "Tls",
    "Trade",
    "VenueAdapter",
    "VenueCommand",
    "VenueEvent",
    "VenueInput",
    "VenueKind",
    "VenueOutput",
    "VenueProtocolError",
    "VenueScore",
    "VenueStatus",
    "VolumeCurve",
    "VolumeModel",
    "Wake",
    "WebSocket",
    "WireInput",
    "WireOutput",
    "hookimpl",
]
