"""Enumerations. A member's value is the FIX wire character where FIX has one, so no adapter needs a mapping."""

from enum import Enum


class Named(Enum):
    """Base of the enumerations: members are single objects, so that hashing them need not hash their names."""

    __hash__ = object.__hash__


class Side(Named):
    """Side(54)."""

    BUY = "1"
    SELL = "2"

    @property
    def opposite(self) -> "Side":
        return Side.SELL if self is Side.BUY else Side.BUY


class OrdType(Named):
    """OrdType(40)."""

    MARKET = "1"
    LIMIT = "2"
    PEGGED = "P"


class TimeInForce(Named):
    """TimeInForce(59)."""

    DAY = "0"
    GTC = "1"
    AT_OPEN = "2"
    IOC = "3"
    FOK = "4"
    AT_CLOSE = "7"

    @property
    def auction(self) -> bool:
        """Whether the order takes part in an auction only."""
        return self is TimeInForce.AT_OPEN or self is TimeInForce.AT_CLOSE


class OrdStatus(Named):
    """OrdStatus(39)."""

    NEW = "0"
    PARTIALLY_FILLED = "1"
    FILLED = "2"
    DONE_FOR_DAY = "3"
    CANCELED = "4"
    PENDING_CANCEL = "6"
    REJECTED = "8"
    SUSPENDED = "9"
    PENDING_NEW = "A"
    EXPIRED = "C"
    PENDING_REPLACE = "E"


class ExecType(Named):
    """ExecType(150): why an execution report is sent."""

    NEW = "0"
    DONE_FOR_DAY = "3"
    CANCELED = "4"
    REPLACED = "5"
    PENDING_CANCEL = "6"
    REJECTED = "8"
    SUSPENDED = "9"
    PENDING_NEW = "A"
    EXPIRED = "C"
    RESTATED = "D"
    PENDING_REPLACE = "E"
    TRADE = "F"
    TRADE_CORRECT = "G"
    TRADE_CANCEL = "H"
    ORDER_STATUS = "I"


class OrdRejReason(Named):
    """OrdRejReason(103)."""

    BROKER = "0"
    UNKNOWN_SYMBOL = "1"
    CLOSED = "2"
    EXCEEDS_LIMIT = "3"
    TOO_LATE = "4"
    UNKNOWN_ORDER = "5"
    DUPLICATE = "6"
    UNSUPPORTED = "11"
    INCORRECT_QUANTITY = "13"


class CxlRejReason(Named):
    """CxlRejReason(102)."""

    TOO_LATE = "0"
    UNKNOWN_ORDER = "1"
    BROKER = "2"
    ALREADY_PENDING = "3"
    DUPLICATE = "6"
    OTHER = "99"


class Liquidity(Named):
    """LastLiquidityInd(851)."""

    NONE = ""
    ADDED = "1"
    REMOVED = "2"
    AUCTION = "4"


class Phase(Named):
    """TradSesStatus(340), reduced to what an algorithm must tell apart."""

    UNKNOWN = "0"
    HALTED = "1"
    CONTINUOUS = "2"
    CLOSED = "3"
    AUCTION = "4"


class Peg(Named):
    """PegPriceType(1094)."""

    MID = "2"
    PRIMARY = "5"
    MARKET = "4"


class VenueKind(Named):
    """VenueType(1430)."""

    LIT = "B"
    DARK = "D"
    ATS = "A"


class ReplaceMode(Named):
    """What a venue does with OrderCancelReplaceRequest(35=G)."""

    NONE = "none"
    KEEPS_PRIORITY = "keeps_priority"
    NEW_ORDER = "new_order"


class FillMode(Named):
    """Whether a venue reports single executions or running totals."""

    INCREMENTAL = "incremental"
    CUMULATIVE = "cumulative"


class Wake(Named):
    """Why a strategy is asked."""

    START = "start"
    TIMER = "timer"
    FILL = "fill"
    AMENDED = "amended"
    UNFILLED = "unfilled"
    QUOTE = "quote"
    TRADE = "trade"
    PHASE = "phase"
    PEER = "peer"


class Outcome(Named):
    """How a slot's or a leg's last child order ended."""

    FILLED = "filled"
    CANCELED = "canceled"
    EXPIRED = "expired"
    REJECTED = "rejected"
    REFUSED = "refused"
    NO_ROUTE = "no_route"


class KillLevel(Named):
    """What a kill switch stops."""

    FIRM = "firm"
    CLIENT = "client"
    STRATEGY = "strategy"
    VENUE = "venue"
    INSTRUMENT = "instrument"
