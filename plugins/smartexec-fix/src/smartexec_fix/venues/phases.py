"""SecurityStatus(f) and TradingSessionStatus(h) as phases of trading."""

from collections.abc import Iterable, Iterator
from typing import Final

from smartexec.api import Phase, PhaseChange
from smartexec_fix.venues.dialect import Dialect
from smartexec_fix.wire.message import Message

SECURITY, SESSION = b"f", b"h"
_TAGS: Final = (625, 336, 326, 340)
"""TradingSessionSubID, TradingSessionID, SecurityTradingStatus, TradSesStatus: the first that is known counts, unless
a later one says that nothing trades."""
_OUTRANK: Final = frozenset({Phase.HALTED, Phase.CLOSED})


def phase_of(message: Message, dialect: Dialect) -> Phase | None:
    """Give the phase that a message tells; None if it tells none."""
    named = (dialect.phases.get(f"{tag}={message.text(tag)}") for tag in _TAGS if message.get(tag))
    found = [Phase[name.upper()] for name in named if name]
    return next((one for one in found if one in _OUTRANK), found[0] if found else None)


def phases(message: Message, dialect: Dialect, mic: str, symbols: Iterable[str]) -> Iterator[PhaseChange]:
    """Yield the phase of each symbol that a message is about."""
    phase = phase_of(message, dialect)
    for symbol in symbols if phase is not None else ():
        assert phase is not None
        yield PhaseChange(symbol, mic, phase)
