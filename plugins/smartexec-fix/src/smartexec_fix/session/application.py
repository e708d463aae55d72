"""What differs between the versions of FIX in the messages that are used here: ExecutionReports above all.

Up to 4.2 a fill has ExecType(150) 1 or 2, and ExecTransType(20) says whether a report is new, a cancel, a correction or
a status; from 4.3 on ExecType says all of it. 4.0 has neither ExecType nor LeavesQty(151).
"""

from collections.abc import Mapping
from typing import Final

from attrs import frozen

from smartexec.api import ExecType, OrdStatus
from smartexec_fix.session.settings import VERSIONS
from smartexec_fix.wire.message import Field, Message

NEW, CANCEL, CORRECT, STATUS = b"0", b"1", b"2", b"3"
"""ExecTransType(20)."""
_OF_STATUS: Final[Mapping[bytes, ExecType]] = {
    b"0": ExecType.NEW, b"1": ExecType.TRADE, b"2": ExecType.TRADE, b"3": ExecType.DONE_FOR_DAY,
    b"4": ExecType.CANCELED, b"5": ExecType.REPLACED, b"6": ExecType.PENDING_CANCEL, b"8": ExecType.REJECTED,
    b"9": ExecType.SUSPENDED, b"A": ExecType.PENDING_NEW, b"C": ExecType.EXPIRED, b"D": ExecType.RESTATED,
    b"E": ExecType.PENDING_REPLACE,
}  # fmt: skip
"""ExecType(150) up to 4.2, and OrdStatus(39) of 4.0, as it is from 4.3 on."""
_BY_TRANS: Final[Mapping[bytes, ExecType]] = {
    CANCEL: ExecType.TRADE_CANCEL,
    CORRECT: ExecType.TRADE_CORRECT,
    STATUS: ExecType.ORDER_STATUS,
}
_TRANS: Final[Mapping[ExecType, bytes]] = {kind: trans for trans, kind in _BY_TRANS.items()}


@frozen
class Application:
    """A version of FIX."""

    version: str

    @property
    def _place(self) -> int:
        return VERSIONS.index(self.version)

    @property
    def old(self) -> bool:
        """Whether ExecTransType(20) and HandlInst(21) are required: up to 4.2."""
        return self._place <= VERSIONS.index("FIX.4.2")

    @property
    def oldest(self) -> bool:
        """Whether there is no ExecType(150) and no LeavesQty(151): 4.0."""
        return self.version == "FIX.4.0"

    @property
    def strategy_parameters(self) -> bool:
        """Whether NoStrategyParameters(957) is standard: from 5.0 on."""
        return self._place >= VERSIONS.index("FIX.5.0")

    def written(self, exec_type: ExecType, status: OrdStatus) -> list[Field]:
        """Give what says why an ExecutionReport(8) is sent: ExecType(150), or ExecTransType(20) with it."""
        if not self.old:
            return [(150, exec_type.value.encode())]
        kind = b"5" if exec_type is ExecType.REPLACED else status.value.encode()
        if exec_type is ExecType.TRADE:  # whatever is pending, and after the end
            kind = b"2" if status is OrdStatus.FILLED else b"1"
        elif exec_type in _TRANS:
            kind = status.value.encode()
        elif exec_type is not ExecType.REPLACED:
            kind = exec_type.value.encode()
        fields = [(20, _TRANS.get(exec_type, NEW))]
        return fields if self.oldest else [*fields, (150, kind)]

    def read(self, report: Message) -> ExecType:
        """Find out why an ExecutionReport(8) was sent; ValueError if it does not say."""
        kind = report.get(39 if self.oldest else 150) or b""
        trans = (report.get(20) or NEW) if self.old else NEW
        if trans in _BY_TRANS:
            return _BY_TRANS[trans]
        try:
            return _OF_STATUS[kind] if self.old else ExecType(kind.decode("latin-1"))
        except (KeyError, ValueError):
            found = kind.decode("latin-1")
            raise ValueError(f"ExecType(150): found {found!r}, expected one that FIX has") from None
