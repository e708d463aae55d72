"""What a post-trade session is told once: who it is with, what it is sent, of whom. Values only, durations in ns."""

from collections.abc import Mapping
from typing import Final

from attrs import field, frozen
from attrs.validators import deep_iterable, gt, in_, matches_re, min_len

from smartexec.api import NANOS_PER_SECOND, Tls
from smartexec_fix.session.settings import VERSIONS, SessionSettings

DROP_COPY: Final = "drop-copy"
ALLOCATIONS: Final = "allocations"
ALLOCATION_REPORTS: Final = "allocation-reports"
TRADE_CAPTURES: Final = "trade-captures"
SINCE: Final[Mapping[str, str]] = {
    DROP_COPY: "FIX.4.0",
    ALLOCATIONS: "FIX.4.4",
    ALLOCATION_REPORTS: "FIX.4.4",
    TRADE_CAPTURES: "FIX.4.4",
}
"""What may be sent -> the first version of FIX whose messages are those that are sent here."""
OF_ALLOCATIONS: Final = "allocations"
OF_EXECUTIONS: Final = "executions"


@frozen(kw_only=True)
class PostTradeSession(SessionSettings):
    """A session with a back office, a custodian, a clearer, or whoever wants copies."""

    name: str = field(validator=matches_re(r"[A-Za-z0-9._-]+"))
    """Names it in lines and files: letters, digits, dots, hyphens."""
    sends: tuple[str, ...] = field(validator=[min_len(1), deep_iterable(in_(SINCE))])
    """What it is sent: drop-copy = what clients are told, ExecutionReport(8) with CopyMsgIndicator(797)=Y and
    OrderCancelReject(9); allocations = AllocationInstruction(J); allocation-reports = AllocationReport(AS);
    trade-captures = TradeCaptureReport(AE)."""
    captures: str = field(default=OF_ALLOCATIONS, validator=in_((OF_ALLOCATIONS, OF_EXECUTIONS)))
    """What a TradeCaptureReport(AE) is of: allocations = each that a client has got; executions = each of a venue, and
    each cross."""
    hosts: tuple[str, ...] = ()
    """"HOST:PORT" each, the first that answers is used: we connect. None = they connect to us."""
    tls: Tls | None = None
    """Where we connect: transport security; none = not encrypted."""
    accounts: frozenset[str] = frozenset()
    """Only what is of these accounts, Account(1) and AllocAccount(79); none = all, the house's too."""
    sources: frozenset[str] = frozenset()
    """Only what is of orders of these sources; none = all."""
    ack_timeout: int = field(default=60 * NANOS_PER_SECOND, validator=gt(0), metadata={"unit": "ns"})
    """Allocations and trade captures must be acknowledged within this time; the status shows those that are not."""

    @property
    def whole(self) -> bool:
        """Whether it gets everything, of all accounts and sources."""
        return not self.accounts and not self.sources

    def wants(self, account: str, source: str) -> bool:
        """Whether what is of an account and a source is for it."""
        return (not self.accounts or account in self.accounts) and (not self.sources or source in self.sources)

    def faults(self) -> list[str]:
        """Give what no field can say alone: what its version of FIX has no messages for."""
        at = VERSIONS.index(self.version)
        both = self.captures == OF_EXECUTIONS and not self.whole
        what = "found executions with accounts or sources, expected allocations: an execution is of none"
        return [f"session {self.name}: captures: {what}"] * both + [
            f"session {self.name}: sends: found {one!r} with {self.version}, expected {SINCE[one]} or later"
            for one in self.sends
            if VERSIONS.index(SINCE[one]) > at
        ]
