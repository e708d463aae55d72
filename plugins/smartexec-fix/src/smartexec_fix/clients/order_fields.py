"""Which fields orders and replaces may have: those that are read, and those that change nothing of what is traded.

All others are refused rather than passed over, whoever sends them must know: also fields that a dictionary adds.
"""

from collections.abc import Container
from typing import Final

from smartexec_fix.wire.message import Message

_FRAME: Final = frozenset(
    {8, 9, 10, 34, 35, 43, 49, 50, 52, 56, 57, 89, 90, 91, 93, 97, 115, 116, 122, 128, 129, 142, 143, 144, 145}
    | {212, 213, 347, 369, 370, 627, 628, 629, 630, 1128, 1129, 1156}
)
"""Header and trailer: the session's."""
_READ: Final = frozenset(
    {1, 11, 15, 18, 37, 38, 40, 41, 44, 54, 55, 59, 60, 66, 126, 168, 847, 848, 849, 957, 958, 959, 960}
)
_PARTIES: Final = frozenset({453, 447, 448, 452, 523, 802, 803, 2376})
"""Who is behind an order, for the record: for whom it is says Account(1)."""
_SECURITY: Final = frozenset(
    {22, 48, 65, 106, 107, 167, 207, 228, 231, 348, 349, 350, 351, 454, 455, 456, 460, 461, 470, 762}
)
"""More about the instrument that Symbol(55) names."""
_REMARKS: Final = frozenset(
    {21, 47, 58, 109, 229, 354, 355, 376, 526, 528, 529, 581, 582, 583, 586, 660, 1028, 1031, 1724}
    | {2422, 2593, 2594, 2595}
)
"""Remarks: HandlInst(21), OrderCapacity(528), Text(58), secondary identifiers and their kin."""
_HARMLESS: Final = _FRAME | _READ | _PARTIES | _SECURITY | _REMARKS
_PLAIN: Final = {
    63: b"0",
    114: b"N",
    121: b"N",
    377: b"N",
    423: b"2",
    854: b"0",
}
"""Values that ask for what is done anyway: regular settlement, no locate, no foreign exchange, not solicited, a price
per unit, a quantity in units."""
_NAMES: Final = {
    63: "SettlType",
    64: "SettlDate",
    77: "PositionEffect",
    78: "NoAllocs",
    79: "AllocAccount",
    99: "StopPx",
    100: "ExDestination",
    110: "MinQty",
    111: "MaxFloor",
    114: "LocateReqd",
    120: "SettlCurrency",
    121: "ForexReq",
    152: "CashOrderQty",
    192: "OrderQty2",
    203: "CoveredOrUncovered",
    210: "MaxShow",
    211: "PegOffsetValue",
    377: "SolicitedFlag",
    386: "NoTradingSessions",
    388: "DiscretionInst",
    389: "DiscretionOffsetValue",
    423: "PriceType",
    439: "ClearingFirm",
    440: "ClearingAccount",
    427: "GTBookingInst",
    432: "ExpireDate",
    481: "MoneyLaunderingStatus",
    544: "CashMargin",
    775: "BookingType",
    854: "QtyType",
    1138: "DisplayQty",
}
"""What fields are called that are refused."""
_NO: Final = frozenset({99, 110, 111, 152, 192, 210, 211, 389, 1138})
"""Quantities, prices and offsets: zero is none."""


def check(order: Message, parameters: Container[int] = ()) -> None:
    """ValueError if a NewOrderSingle(D) or OrderCancelReplaceRequest(G) has a field that would not be heeded.

    `parameters`: further tags that are.
    """
    for tag, value in order.fields:
        if tag in _HARMLESS or tag in parameters or value == _PLAIN.get(tag):
            continue
        if not (tag in _NO and value.strip(b"0.") == b""):
            name = f"{_NAMES[tag]}({tag})" if tag in _NAMES else f"tag {tag}"
            plain = f"{_PLAIN[tag].decode()!r} or " if tag in _PLAIN else ""
            raise ValueError(f"{name}: found {order.text(tag)!r}, expected {plain}none")
