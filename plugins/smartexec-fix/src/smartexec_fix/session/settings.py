"""What a FIX session is told once: identities, versions, times, rules. Values only, durations in ns."""

from pathlib import Path
from typing import Final

from attrs import field, frozen
from attrs.validators import ge, gt, in_, min_len

from smartexec.api import NANOS_PER_SECOND

SECOND: Final = NANOS_PER_SECOND
VERSIONS: Final = ("FIX.4.0", "FIX.4.1", "FIX.4.2", "FIX.4.3", "FIX.4.4", "FIX.5.0", "FIX.5.0SP1", "FIX.5.0SP2")
"""From FIX.5.0 on the session is FIXT.1.1, and the version that of its application messages."""
APPL_VER_IDS: Final = {
    "FIX.5.0": b"7",
    "FIX.5.0SP1": b"8",
    "FIX.5.0SP2": b"9",
    "FIX.4.4": b"6",
    "FIX.4.3": b"5",
    "FIX.4.2": b"4",
}
"""Version -> ApplVerID(1128)."""
PRECISIONS: Final = {"s": 0, "ms": 3, "us": 6, "ns": 9}
"""Of timestamps -> decimals of a second."""


@frozen(kw_only=True)
class SessionSettings:
    """One session, from our side: we are the sender."""

    version: str = field(default="FIX.4.4", validator=in_(VERSIONS))
    """Version of FIX; FIX.5.0 and later run over FIXT.1.1."""
    sender_comp_id: str = field(validator=min_len(1))
    """SenderCompID(49) of what we send."""
    target_comp_id: str = field(validator=min_len(1))
    """TargetCompID(56) of what we send."""
    heartbeat: int = field(default=30 * SECOND, validator=ge(0), metadata={"unit": "ns"})
    """HeartBtInt(108) that an initiator asks for; an acceptor takes its counterparty's. 0 = none."""
    dictionary: Path | None = None
    """Data dictionary in QuickFIX's XML format, of the version; none = what is built in."""
    transport_dictionary: Path | None = None
    """The same of FIXT.1.1, where the version is 5.0 or later."""
    reset_on_logon: bool = False
    """Sequence numbers begin anew with each logon: an initiator sends ResetSeqNumFlag(141)."""
    reset_on_logout: bool = False
    """They begin anew after a logout."""
    reset_on_disconnect: bool = False
    """They begin anew after a disconnection."""
    next_expected: bool = False
    """Send and honour NextExpectedMsgSeqNum(789) in logons."""
    max_latency: int = field(default=120 * SECOND, validator=ge(0), metadata={"unit": "ns"})
    """SendingTime(52) may differ so much from the time of receipt; 0 = it is not looked at."""
    logon_timeout: int = field(default=10 * SECOND, validator=gt(0), metadata={"unit": "ns"})
    """A logon must be answered, and a connection send one, within this time."""
    logout_timeout: int = field(default=2 * SECOND, validator=gt(0), metadata={"unit": "ns"})
    """A logout must be answered within this time."""
    timestamps: str = field(default="ms", validator=in_(PRECISIONS))
    """Precision of our timestamps; FIX 4.0 and 4.1 have seconds."""
    username: str = ""
    """Username(553) that an initiator sends and an acceptor demands; "" = none."""
    password: str = field(default="", repr=False, metadata={"secret": True})
    """Password(554), likewise."""
    fields_have_values: bool = True
    """Refuse fields without a value."""
    fields_in_order: bool = True
    """Refuse header fields behind the body."""
    user_defined: bool = True
    """Refuse tags from 5000 on that the dictionary does not define."""
    start: str = ""
    """When the session opens, "HH:MM:SS" or "sunday HH:MM:SS"; "" = it is always open."""
    end: str = ""
    """When it closes, likewise: both with a day, or both without."""
    zone: str = "UTC"
    """Time zone of both, such as "America/New_York"."""
    stale: frozenset[str] = frozenset()
    """MsgTypes(35) that are never sent again: a gap is filled in their place."""
    queue: int = field(default=10_000, validator=ge(0))
    """Messages beyond a gap that are kept until it is filled; more are asked for again."""
    cancel_on_disconnect: bool = False
    """Acceptor: working orders of the session are cancelled when it is lost."""

    @property
    def begin_string(self) -> bytes:
        """BeginString(8)."""
        return b"FIXT.1.1" if self.fixt else self.version.encode()

    @property
    def fixt(self) -> bool:
        """Whether session and application have versions of their own."""
        return self.version.startswith("FIX.5")

    @property
    def appl_ver_id(self) -> bytes:
        """ApplVerID(1128) of the version."""
        return APPL_VER_IDS.get(self.version, b"")

    @property
    def decimals(self) -> int:
        """Decimals of a second in our timestamps."""
        return 0 if self.version in ("FIX.4.0", "FIX.4.1") else PRECISIONS[self.timestamps]

    @property
    def rejects_have_reasons(self) -> bool:
        """Whether Reject(3) has RefTagID, RefMsgType and SessionRejectReason: from FIX 4.2 on."""
        return self.version not in ("FIX.4.0", "FIX.4.1")

    @property
    def to_the_end(self) -> bytes:
        """EndSeqNo(16) that asks for all there is."""
        return b"0" if self.rejects_have_reasons else b"999999"
